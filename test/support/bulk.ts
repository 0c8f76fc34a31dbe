import type { HostParts } from '../../src/account/host.js';
import { bulk } from '../../src/cli/bulk/command.js';
import type { BulkOptions } from '../../src/cli/bulk/options.js';
import type { Shell } from '../../src/cli/shell/shell.js';
import { configOf } from './config.js';
import { followers } from './people.js';
import { recordingShell } from './shell.js';

/** A CSV table of the first `count` followers of a sandbox and of `others`, each with a name. */
export const csv = (count: number, ...others: readonly string[]): string =>
  `id,name\n${[...followers(count), ...others].map((id, index) => `${id},Name ${index}\n`).join('')}`;

/** Options that send each row a different text. */
export const hello: BulkOptions = { sendText: 'Hi {{name}}' };

/** Runs the bulk command in this process, by default with --json. */
export async function runBulk(
  environment: Readonly<Record<string, string>>,
  path: string,
  options = hello,
  replaced: Partial<Shell> & { onNote?: (line: string) => void } = {},
  hostParts: Partial<HostParts> = {},
) {
  const { shell, out, err } = recordingShell(environment, replaced);
  const config = configOf({ MANYCHAT_MCP_LOG_LEVEL: 'silent', ...environment });
  const merged: BulkOptions = { json: true, ...options };
  const code = await bulk(config, path, merged, shell, hostParts);
  const printed = merged.json === true ? out.map((line) => JSON.parse(line)).at(-1) : undefined;
  const { report, ...counts } = printed ?? {};
  return { code, counts: printed && counts, report, out: out.join('\n'), noted: err.join('\n') };
}
