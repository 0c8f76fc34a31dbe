import * as z from 'zod';
import { connectionId } from '../../tools/values/connection-id.js';
import { selectionSettings, selectTools } from '../account/policy/selection.js';
import { createRedactor } from '../text/redaction.js';
import { isLoopback } from './address.js';
import { type Key, keysIn, manychatKeyIn, readKey, secretsIn, unset } from './keys.js';
import { misnamedProblems } from './misnamed.js';
import { UsageError } from './usage-error.js';

/** How the server reaches ManyChat: through Maton, directly, or not at all until someone configures it. */
export type Access =
  | { readonly mode: 'maton'; readonly key: string }
  | { readonly mode: 'direct'; readonly key: string }
  | { readonly mode: 'none'; readonly reason: string };

/** Everything the server is told at its start. */
export interface Config {
  readonly access: Access;
  /** What nobody may read: every key that is set, also one that is not in use, and the credentials of proxies. */
  readonly secrets: readonly string[];
  /** The connection every call uses; absent: chosen call by call. */
  readonly connection?: string | undefined;
  readonly gatewayUrl: URL;
  readonly controlUrl: URL;
  readonly manychatUrl: URL;
  readonly deadlineMs: number;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  readonly sandbox: boolean;
  /** Names of the tools that were chosen; what is offered of them depends on the rest as well. */
  readonly chosen: ReadonlySet<string>;
  /** Names of the tools that were excluded, which no other tool may stand in for. */
  readonly excluded: ReadonlySet<string>;
  /** Nothing that changes or sends is offered or carried out. */
  readonly readOnly: boolean;
  /** What would change or send answers with the requests it would make, and makes none. */
  readonly dryRun: boolean;
  /** What the user is asked to confirm first, where the client can ask: `sends` includes what destroys. */
  readonly confirm: 'nothing' | 'destroy' | 'sends';
  /** Proxies for http and https addresses, and the hosts that are reached without. */
  readonly proxy: {
    readonly http?: string | undefined;
    readonly https?: string | undefined;
    readonly none?: string | undefined;
  };
}

/** What is wrong with the settings, one line each. */
export class ConfigError extends UsageError {
  override readonly name = 'ConfigError';
}

function chooseAccess(maton: Key, manychat: Key): Access {
  if (maton.state === 'usable') return { mode: 'maton', key: maton.key };
  if (maton.state === 'missing' && manychat.state === 'usable') return { mode: 'direct', key: manychat.key };
  const problem = maton.reason ?? (manychat.state === 'usable' ? undefined : manychat.reason);
  return { mode: 'none', reason: problem ?? 'Neither MATON_API_KEY nor MANYCHAT_API_KEY is set' };
}

const address = (standard: string) =>
  z
    .string()
    .default(standard)
    .transform((text, context): URL => {
      const url = URL.canParse(text) ? new URL(text) : undefined;
      const problem =
        url === undefined || !['http:', 'https:'].includes(url.protocol)
          ? `must be an address like ${standard}`
          : url.protocol === 'http:' && !isLoopback(url.hostname)
            ? 'must be https: a key is sent there (plain http is for loopback only)'
            : url.username !== '' || url.password !== '' || /[?#]/.test(text)
              ? 'must hold no user, query or fragment'
              : undefined;
      if (url === undefined || problem !== undefined) {
        context.addIssue({ code: 'custom', message: problem ?? 'must be an address' });
        return z.NEVER;
      }
      return url;
    });

const yes = ['1', 'true', 'yes', 'on'];
const no = ['0', 'false', 'no', 'off'];

const flag = z
  .union([z.boolean(), z.string()])
  .default(false)
  .transform((value, context): boolean => {
    const text = String(value).toLowerCase();
    if (!yes.includes(text) && !no.includes(text)) {
      context.addIssue({ code: 'custom', message: `must be one of ${[...yes, ...no].join(', ')}` });
    }
    return yes.includes(text);
  });

/** A proxy as the usual variables name it, with or without `http://`. */
const proxyAddress = z
  .string()
  .transform((text) => (text.includes('://') ? text : `http://${text}`))
  .refine(
    (text) => URL.canParse(text) && /^https?:/.test(text),
    'must be the address of a proxy, like http://10.0.0.1:3128',
  )
  .optional();

/** The settings under their variables' names; flags are merged in under the same names before. */
const settings = z.object({
  MATON_API_KEY: z.string().optional(),
  MANYCHAT_API_KEY: z.string().optional(),
  MATON_CONNECTION_ID: connectionId.optional(),
  MATON_GATEWAY_URL: address('https://gateway.maton.ai'),
  MATON_CONTROL_URL: address('https://ctrl.maton.ai'),
  MANYCHAT_API_URL: address('https://api.manychat.com'),
  MANYCHAT_MCP_DEADLINE_MS: z.coerce
    .number({ error: 'must be a number of milliseconds' })
    .int({ error: 'must be a whole number of milliseconds' })
    .min(1000, { error: 'must be at least 1000 (milliseconds)' })
    .max(600_000, { error: 'must be at most 600000 (milliseconds)' })
    .default(45_000),
  MANYCHAT_MCP_LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'], {
      error: 'must be one of debug, info, warn, error, silent',
    })
    .default('info'),
  MANYCHAT_MCP_SANDBOX: flag,
  ...selectionSettings,
  MANYCHAT_MCP_READ_ONLY: flag,
  MANYCHAT_MCP_DRY_RUN: flag,
  MANYCHAT_MCP_CONFIRM: z
    .enum(['nothing', 'destroy', 'sends'], { error: 'must be one of nothing, destroy, sends' })
    .default('destroy'),
  HTTP_PROXY: proxyAddress,
  HTTPS_PROXY: proxyAddress,
  NO_PROXY: z.string().optional(),
});

/** Names of all settings, as environment variables. */
export type Setting = keyof z.input<typeof settings>;

/** Settings that restrain: where nothing replaced their placeholder, more must not be done than was meant. */
const restraining: readonly string[] = [
  'MANYCHAT_MCP_TOOLSETS',
  'MANYCHAT_MCP_TOOLS',
  'MANYCHAT_MCP_EXCLUDE_TOOLS',
  'MANYCHAT_MCP_READ_ONLY',
  'MANYCHAT_MCP_DRY_RUN',
  'MANYCHAT_MCP_CONFIRM',
] satisfies Setting[];

/** Every name that is read from the environment. */
export const settingNames: readonly string[] = Object.keys(settings.shape);

/** Settings that hold a key which belongs elsewhere. None of these sentences shows it. */
function misplacedKeys(given: Readonly<Record<string, string>>): string[] {
  const keys = keysIn(given).map(({ variable, key }) => ({ variable, redactor: createRedactor([key]) }));
  return Object.entries(given).flatMap(([name, value]) => {
    if (name.endsWith('_API_KEY')) return [];
    const holder = keys.find(({ redactor }) => redactor.holdsKey(value));
    if (holder !== undefined) return [`${name} holds the key that is set as ${holder.variable}: take it out`];
    return value.search(manychatKeyIn) < 0
      ? []
      : [`${name} holds what looks like a ManyChat key, which belongs into MANYCHAT_API_KEY`];
  });
}

/**
 * Reads the configuration. An empty variable counts as not set, and so does an unreplaced one unless it
 * restrains.
 * @throws ConfigError naming each variable that is wrong, or that is none of ours and looks like one. A missing or malformed key is no error: the server starts
 * and says on each call how to configure it.
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(
    settingNames.flatMap((name) => {
      // The proxy variables are as often written small.
      const value = environment[name] ?? (name.endsWith('_PROXY') ? environment[name.toLowerCase()] : undefined);
      const isKey = name.endsWith('_API_KEY');
      return value === undefined || (!isKey && (value.trim() === '' || unset.test(value.trim())))
        ? []
        : [[name, value]];
    }),
  );
  // Told before anything else, since what is wrong with the value would be told with the value.
  const misplaced = misplacedKeys(given);
  if (misplaced.length > 0) throw new ConfigError(misplaced.join('\n'));
  // Read once, and not worth a parser compiled for it.
  const parsed = settings.safeParse(given, { jitless: true });
  const placeholders = restraining.flatMap((name) => {
    const value = environment[name]?.trim() ?? '';
    return unset.test(value) ? [`${name} holds a placeholder that nothing has replaced: ${value}`] : [];
  });
  const problems = [...misnamedProblems(environment, settingNames), ...placeholders];
  if (!parsed.success || problems.length > 0) {
    const issues = parsed.error?.issues.map(({ path, message }) => `${path.join('.')} ${message}`) ?? [];
    throw new ConfigError([...problems, ...issues].join('\n'));
  }
  const read = parsed.data;
  return {
    secrets: secretsIn(environment),
    access: chooseAccess(
      readKey('MATON_API_KEY', read.MATON_API_KEY),
      readKey('MANYCHAT_API_KEY', read.MANYCHAT_API_KEY),
    ),
    connection: read.MATON_CONNECTION_ID,
    gatewayUrl: read.MATON_GATEWAY_URL,
    controlUrl: read.MATON_CONTROL_URL,
    manychatUrl: read.MANYCHAT_API_URL,
    deadlineMs: read.MANYCHAT_MCP_DEADLINE_MS,
    logLevel: read.MANYCHAT_MCP_LOG_LEVEL,
    sandbox: read.MANYCHAT_MCP_SANDBOX,
    chosen: selectTools(read.MANYCHAT_MCP_TOOLSETS, read.MANYCHAT_MCP_TOOLS, read.MANYCHAT_MCP_EXCLUDE_TOOLS),
    excluded: new Set(read.MANYCHAT_MCP_EXCLUDE_TOOLS),
    readOnly: read.MANYCHAT_MCP_READ_ONLY,
    dryRun: read.MANYCHAT_MCP_DRY_RUN,
    confirm: read.MANYCHAT_MCP_CONFIRM,
    proxy: { http: read.HTTP_PROXY, https: read.HTTPS_PROXY, none: read.NO_PROXY },
  };
}
