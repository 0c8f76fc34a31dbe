import * as z from 'zod';
import { namesConnection } from '../../tools/contract/reference.js';
import {
  httpAddress,
  milliseconds,
  nameList,
  oneOf,
  onOff,
  proxyAddress,
  type SettingText,
  texts,
} from './settings/forms.js';
import { inboundSettings } from './settings/inbound.js';
import { servingSettings } from './settings/serving.js';

const redisUrl = z.string().refine((text) => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url !== undefined && ['redis:', 'rediss:'].includes(url.protocol) && url.hostname !== '';
}, 'must be an address like redis://127.0.0.1:6379 or rediss://user:password@redis.example.com');

/**
 * Every setting, in reading order, under the name of its environment variable: the value's schema and its text. The
 * configuration, the command-line flags, the help text and the documentation all derive from this table.
 */
export const settings = z.object({
  MATON_API_KEY: z.string().optional().register(texts, {
    description: 'Maton API key. A pasted "Bearer " prefix and quotes are removed',
  }),
  MATON_CONNECTION_ID: z
    .string()
    .refine(namesConnection, 'must be the id or the page name of a connection, as manychat_list_connections shows them')
    .optional()
    .register(texts, {
      flag: 'connection',
      value: 'ID',
      description:
        'use this connection for every call, by its id or page name; the tools then have no connection_id argument',
      summary: 'use this connection; a page name will do',
    }),
  MANYCHAT_API_KEY: z.string().optional().register(texts, {
    description: 'ManyChat API key, used to reach ManyChat directly when MATON_API_KEY is not set',
  }),
  MANYCHAT_MCP_ACCOUNTS: z.string().optional().register(texts, {
    flag: 'accounts',
    value: 'PATH',
    restricts: true,
    description:
      'file with accounts by name; by default accounts.json in the folder manychat-mcp of your configuration folder, if no key is set',
    summary: 'file with accounts by name',
  }),
  MANYCHAT_MCP_ACCOUNT: nameList().register(texts, {
    flag: 'account',
    value: 'NAME',
    list: true,
    restricts: true,
    description:
      'use this account of the accounts file. A server offers all of them by default, and can be given several, separated by commas',
    summary: 'use this account of the accounts file',
  }),
  MATON_GATEWAY_URL: httpAddress('https://gateway.maton.ai').register(texts, {
    description: 'address of the gateway, https://gateway.maton.ai by default',
  }),
  MATON_CONTROL_URL: httpAddress('https://ctrl.maton.ai').register(texts, {
    description:
      "address of Maton's connections API, https://ctrl.maton.ai by default; https://api.maton.ai can serve as both",
  }),
  MANYCHAT_API_URL: httpAddress('https://api.manychat.com').register(texts, {
    description: "address of ManyChat's API, https://api.manychat.com by default",
  }),
  MANYCHAT_MCP_SANDBOX: onOff().register(texts, {
    flag: 'sandbox',
    description: 'use an embedded sandbox account instead of a real one; needs no key',
    summary: 'use an embedded trial account; needs no key',
  }),
  MANYCHAT_MCP_SANDBOX_NOW: z.iso
    .datetime({ offset: true, error: 'must be a time with an offset, such as 2026-03-01T09:00:00Z' })
    .optional()
    .register(texts, {
      flag: 'sandbox-now',
      value: 'TIME',
      description:
        "the sandbox's time, such as 2026-03-01T09:00:00Z: it stands still there until it is moved; by default the real time",
      summary: 'time at which the sandbox stands still',
    }),
  MANYCHAT_MCP_SANDBOX_FILE: z.string().optional().register(texts, {
    flag: 'sandbox-file',
    value: 'PATH',
    description: "JSON file with the sandbox's account, instead of its own",
    summary: 'JSON file with the account of the sandbox',
  }),
  MANYCHAT_MCP_TOOLSETS: nameList().register(texts, {
    flag: 'toolsets',
    value: 'NAMES',
    list: true,
    restricts: true,
    description:
      'offer only these sets of tools, separated by commas: page, flows, tags, fields, subscribers, sending, connections, inbox (for accounts that hear their contacts), and essentials, which has what the usual jobs need',
    summary: 'offer only page, flows, tags, fields, subscribers, sending, inbox, connections, essentials',
  }),
  MANYCHAT_MCP_TOOLS: nameList().register(texts, {
    flag: 'tools',
    value: 'NAMES',
    list: true,
    restricts: true,
    description: 'offer these tools, in addition to any toolsets; the prefix manychat_ is optional',
    summary: 'offer these tools, in addition to any toolsets',
  }),
  MANYCHAT_MCP_EXCLUDE_TOOLS: nameList().register(texts, {
    flag: 'exclude-tools',
    value: 'NAMES',
    list: true,
    restricts: true,
    description:
      'never offer these tools; when every tool for a job is excluded, no other tool and no bulk run does that job either',
    summary: 'never offer these, nor another way to do the same',
  }),
  MANYCHAT_MCP_READ_ONLY: onOff().register(texts, {
    flag: 'read-only',
    restricts: true,
    description: 'offer only tools that read, and refuse every change (1 or true)',
    summary: 'offer only tools that read; refuse every change',
  }),
  MANYCHAT_MCP_DRY_RUN: onOff().register(texts, {
    flag: 'dry-run',
    restricts: true,
    description: 'show the exact requests that would change or send something, and make none of them',
    summary: 'show requests that change or send; make none',
  }),
  MANYCHAT_MCP_CONFIRM: oneOf(['nothing', 'destroy', 'sends'], 'destroy').register(texts, {
    flag: 'confirm',
    value: 'WHAT',
    restricts: true,
    description:
      'what the client asks its user to confirm, if it can: destroy (the default), sends (includes destroy) or nothing',
    summary: 'ask users first: destroy (default), sends, nothing',
  }),
  MANYCHAT_MCP_UNCONFIRMED: z
    .enum(['allow', 'refuse'], { error: 'must be one of allow, refuse' })
    .optional()
    .register(texts, {
      flag: 'unconfirmed',
      value: 'WHAT',
      restricts: true,
      description:
        'what becomes of a call that the user has to confirm if the client cannot ask: allow (the default over stdio) makes it, refuse (the default over HTTP) does not',
      summary: 'calls that no client can ask about: allow, refuse',
    }),
  MANYCHAT_MCP_RESULTS: oneOf(['both', 'text', 'structured'], 'both').register(texts, {
    flag: 'results',
    value: 'FORM',
    description:
      'form of results: both (the default), text or structured; one of the latter halves the tokens in clients that hand both to the model. Failures are always text',
    summary: 'form of results: both (default), text, structured',
  }),
  MANYCHAT_MCP_WHATSAPP_FIELD: z.string().optional().register(texts, {
    flag: 'whatsapp-field',
    value: 'NAME',
    description:
      "custom field, by name or id, that holds the contacts' WhatsApp numbers, by which manychat_find_subscribers finds them; without it, the field is looked for by its values",
    summary: 'custom field that holds WhatsApp numbers',
  }),
  MANYCHAT_MCP_DEADLINE_MS: milliseconds(1_000, 600_000, 45_000).register(texts, {
    flag: 'deadline-ms',
    value: 'N',
    description: 'how long one call may take, including waiting and retries, in milliseconds; 45000 by default',
    summary: 'how long a call may take (default: 45000)',
  }),
  MANYCHAT_MCP_STATE_FILE: z.string().optional().register(texts, {
    flag: 'state-file',
    value: 'PATH',
    description:
      'file in which the processes of one user share rate limits and what was sent, or off; by default state.db in the folder manychat-mcp of your state folder, with Node.js 22.13 or newer',
    summary: 'file of limits and sends that are shared, or off',
  }),
  MANYCHAT_MCP_REDIS_URL: redisUrl.optional().register(texts, {
    restricts: true,
    description:
      'Redis or Valkey in which the processes of a team share rate limits, what was sent, jobs and questions, such as redis://127.0.0.1:6379 or rediss://user:password@redis.example.com; it takes the place of the state file. While it cannot be reached, calls wait, then fail',
  }),
  MANYCHAT_MCP_LOG_LEVEL: oneOf(['debug', 'info', 'warn', 'error', 'silent'], 'info').register(texts, {
    flag: 'log-level',
    value: 'LEVEL',
    description:
      'debug (one line per request), info (the default: one line per call), warn (failed calls), error or silent; arguments, results and keys are never logged',
    summary: 'debug, info (default), warn, error or silent',
  }),
  ...servingSettings,
  ...inboundSettings,
  HTTP_PROXY: proxyAddress,
  HTTPS_PROXY: proxyAddress,
  NO_PROXY: z.string().optional(),
});

/** The name of a setting, as an environment variable. */
export type SettingName = keyof typeof settings.shape;

/** The values of all settings, parsed. */
export type SettingValues = z.output<typeof settings>;

/** Names of all variables that are read from the environment. */
export const settingNames: readonly SettingName[] = settings.keyof().options;

/** A setting as help and documentation describe it. */
export interface DocumentedSetting extends SettingText {
  readonly name: SettingName;
}

/** The settings of this program, in reading order. The proxy variables are not among them: the operating system defines those. */
export const documentedSettings: readonly DocumentedSetting[] = settingNames.flatMap((name) => {
  const text = texts.get(settings.shape[name]);
  return text === undefined ? [] : [{ name, ...text }];
});

/** Names of the settings that narrow what the server may do. */
export const restrictingNames: readonly SettingName[] = documentedSettings.flatMap(({ name, restricts }) =>
  restricts === true ? [name] : [],
);
