import type { Setting } from './config.js';

/** A command-line flag that stands for a setting. */
export interface Flag {
  readonly name: string;
  readonly setting: Setting;
  /** What stands behind the flag; absent where it stands alone. */
  readonly value?: string;
  readonly description: string;
}

/** Every flag that mirrors a setting; keys have none, since argument lists can be read by others. */
export const flags: readonly Flag[] = [
  {
    name: 'connection',
    setting: 'MATON_CONNECTION_ID',
    value: 'ID',
    description: 'use this connection for every call',
  },
  { name: 'sandbox', setting: 'MANYCHAT_MCP_SANDBOX', description: 'use an embedded sandbox account; needs no key' },
  {
    name: 'deadline-ms',
    setting: 'MANYCHAT_MCP_DEADLINE_MS',
    value: 'N',
    description: 'longest wait for an answer (45000)',
  },
  {
    name: 'log-level',
    setting: 'MANYCHAT_MCP_LOG_LEVEL',
    value: 'LEVEL',
    description: 'trace, debug, info, warn, error or silent',
  },
];
