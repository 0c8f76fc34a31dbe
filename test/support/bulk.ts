import { type BulkOptions, bulk } from '../../src/cli/bulk/command.js';
import type { Shell } from '../../src/cli/shell.js';
import { configOf } from './config.js';
import { followers } from './people.js';
import { recordingShell } from './shell.js';

/** A table of the first so many followers of a sandbox, and of others, each with a name. */
export const csv = (count: number, ...others: readonly string[]): string =>
  `id,name\n${[...followers(count), ...others].map((id, index) => `${id},Name ${index}\n`).join('')}`;

/** A text of its own for each row. */
export const hello: BulkOptions = { sendText: 'Hi {{name}}' };

/** Runs the command in this process, with --json unless told otherwise. */
export async function runBulk(
  environment: Readonly<Record<string, string>>,
  path: string,
  options = hello,
  replaced: Partial<Shell> = {},
) {
  const { shell, out, err } = recordingShell(environment, replaced);
  const config = configOf({ MANYCHAT_MCP_LOG_LEVEL: 'silent', ...environment });
  const given: BulkOptions = { json: true, ...options };
  const code = await bulk(config, path, given, shell);
  const counts = given.json === true ? out.map((line) => JSON.parse(line)).at(-1) : undefined;
  return { code, counts, out: out.join('\n'), noted: err.join('\n') };
}
