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
    name: 'toolsets',
    setting: 'MANYCHAT_MCP_TOOLSETS',
    value: 'NAMES',
    description: 'offer these sets of tools only: page, flows, tags, fields, subscribers, sending, connections',
  },
  { name: 'tools', setting: 'MANYCHAT_MCP_TOOLS', value: 'NAMES', description: 'offer these tools, beside any sets' },
  {
    name: 'exclude-tools',
    setting: 'MANYCHAT_MCP_EXCLUDE_TOOLS',
    value: 'NAMES',
    description: 'do not offer these tools, whatever else is said',
  },
  { name: 'read-only', setting: 'MANYCHAT_MCP_READ_ONLY', description: 'offer and do nothing that changes or sends' },
  {
    name: 'dry-run',
    setting: 'MANYCHAT_MCP_DRY_RUN',
    description: 'show the requests that would change or send, and make none of them',
  },
  {
    name: 'confirm',
    setting: 'MANYCHAT_MCP_CONFIRM',
    value: 'WHAT',
    description: 'what the client asks the user to confirm: nothing, destroy or sends (destroy)',
  },
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
