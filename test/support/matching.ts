import { readFileSync } from 'node:fs';
import type { BulkOptions } from '../../src/cli/bulk/options.js';
import type { Shell } from '../../src/cli/shell/shell.js';
import { runBulk } from './bulk.js';
import { useFolder } from './folder.js';
import { requestsOf } from './known-people.js';
import { directlyTo } from './program.js';
import { useSandbox } from './sandboxed.js';

/** Options that send a text to the contacts of the only column of emails. */
export const byEmail: BulkOptions = { sendText: 'Hi {{name}}', matchEmail: true };

/** A response of a search with these contacts. */
export const answerWith = (...contacts: readonly object[]) => ({
  status: 200,
  body: { status: 'success', data: contacts },
});

/** The rows of failures beside a table or a journal. */
export const failedRows = (path: string): string => readFileSync(`${path}.failed.csv`, 'utf8');

/** The journal beside a table. */
export const journalOf = (path: string): string => readFileSync(`${path}.journal`, 'utf8');

/** A sandbox without limits for the tests of the calling block, and ways to work through tables on it. */
export function useMatching() {
  const sandbox = useSandbox({ followers: 40, limits: false });
  const write = useFolder();
  const run = (
    path: string,
    options: BulkOptions = byEmail,
    replaced: Partial<Shell> = {},
    settings: Record<string, string> = {},
  ) => runBulk({ ...directlyTo(sandbox), ...settings }, path, options, replaced);
  return {
    sandbox,
    write,
    run,
    dry: (path: string, options: BulkOptions = byEmail) =>
      run(path, { json: undefined, ...options }, {}, { MANYCHAT_MCP_DRY_RUN: '1' }),
    /** Writes a table with a column of emails and one of names. */
    emails: (...rows: readonly string[]): string => write('contacts.csv', `Email,name\n${rows.join('\n')}\n`),
    /** Writes a table with a column of phone numbers and one of names. */
    phones: (...rows: readonly string[]): string => write('contacts.csv', `Phone,name\n${rows.join('\n')}\n`),
    /** How many searches by email or phone there were. */
    searches: (): number => requestsOf(sandbox, 'findBySystemField'),
  };
}
