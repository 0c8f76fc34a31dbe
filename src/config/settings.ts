import type { Setting } from './config.js';
import { UsageError } from './usage-error.js';

/** A setting as it is explained, with its flag where it has one. */
export interface SettingText {
  readonly setting: Setting;
  /** Absent for keys, since argument lists can be read by others, and for addresses. */
  readonly flag?: string;
  /** What stands behind the flag; absent where it stands alone. */
  readonly value?: string;
  /** The flag can be repeated, and all its values count. */
  readonly list?: true;
  readonly description: string;
}

/** Every setting, in reading order. */
export const settingTexts: readonly SettingText[] = [
  { setting: 'MATON_API_KEY', description: 'Maton key; a pasted "Bearer " or quotes are taken off' },
  {
    setting: 'MATON_CONNECTION_ID',
    flag: 'connection',
    value: 'ID',
    description: 'use this connection for every call; tools then show no connection_id',
  },
  { setting: 'MANYCHAT_API_KEY', description: 'ManyChat key, used without Maton when MATON_API_KEY is not set' },
  { setting: 'MATON_GATEWAY_URL', description: 'https://gateway.maton.ai' },
  {
    setting: 'MATON_CONTROL_URL',
    description: "https://ctrl.maton.ai; Maton's newer https://api.maton.ai can serve as both",
  },
  { setting: 'MANYCHAT_API_URL', description: 'https://api.manychat.com' },
  {
    setting: 'MANYCHAT_MCP_SANDBOX',
    flag: 'sandbox',
    description: 'use an embedded sandbox account instead of a real one; needs no key',
  },
  {
    setting: 'MANYCHAT_MCP_TOOLSETS',
    flag: 'toolsets',
    value: 'NAMES',
    list: true,
    description:
      'offer these sets of tools only, separated by commas: page, flows, tags, fields, subscribers, sending, connections',
  },
  {
    setting: 'MANYCHAT_MCP_TOOLS',
    flag: 'tools',
    value: 'NAMES',
    list: true,
    description: 'offer these tools, beside any sets; manychat_ can be left out',
  },
  {
    setting: 'MANYCHAT_MCP_EXCLUDE_TOOLS',
    flag: 'exclude-tools',
    value: 'NAMES',
    list: true,
    description:
      'never offer these tools; where all tools for something are excluded, no other tool and no bulk does it either',
  },
  {
    setting: 'MANYCHAT_MCP_READ_ONLY',
    flag: 'read-only',
    description: 'offer only what reads, and carry out nothing else (1 or true)',
  },
  {
    setting: 'MANYCHAT_MCP_DRY_RUN',
    flag: 'dry-run',
    description: 'show the exact requests that would change or send, and make none of them',
  },
  {
    setting: 'MANYCHAT_MCP_CONFIRM',
    flag: 'confirm',
    value: 'WHAT',
    description:
      'what the client asks its user to confirm, if it can: destroy (the standard), sends (and destroy) or nothing',
  },
  {
    setting: 'MANYCHAT_MCP_DEADLINE_MS',
    flag: 'deadline-ms',
    value: 'N',
    description: 'the time one call may take, waiting and repeats included, in milliseconds (45000)',
  },
  {
    setting: 'MANYCHAT_MCP_LOG_LEVEL',
    flag: 'log-level',
    value: 'LEVEL',
    description:
      'debug (one line per request), info (one line per call), warn (failed ones), error or silent; never arguments, results or keys',
  },
];

/** A command-line flag that stands for a setting. */
export interface Flag extends SettingText {
  readonly flag: string;
}

/** Every flag that mirrors a setting. */
export const flags: readonly Flag[] = settingTexts.flatMap((text) =>
  text.flag === undefined ? [] : [{ ...text, flag: text.flag }],
);

/** The settings that flags stand for, from all that was given behind each; a UsageError where that is not clear. */
export function settingsOf(given: (flag: string) => readonly string[]): Record<string, string> {
  return Object.fromEntries(
    flags.flatMap(({ flag, setting, list }) => {
      const values = given(flag);
      if (values.includes('')) throw new UsageError(`--${flag} needs a value`);
      if (list !== true) refuseRepeated(flag, values.length);
      return values.length === 0 ? [] : [[setting, values.join(',')]];
    }),
  );
}

/** Refuses a flag that stands there several times: which one is meant cannot be known. */
export function refuseRepeated(flag: string, times: number): void {
  if (times > 1) throw new UsageError(`--${flag} is given ${times} times; give it once`);
}
