import { type ExitCode, exitCodes } from '../shell/exit-codes.js';
import { createLedger } from './journal/history.js';
import { thisMachine } from './journal/machine.js';
import { peekJournal } from './journal/reading.js';
import { type Parts, retryOf } from './options.js';
import { survey } from './scan.js';

/** Rows that a dry run shows. */
const rowsShown = 3;

/** Shows what would be done for the first rows, and which rows could not be used; makes no request. */
export async function dryRun({ job, table, shell, options, self }: Parts, journalPath?: string): Promise<ExitCode> {
  const ledger = createLedger(job);
  if (journalPath !== undefined) {
    peekJournal(journalPath, job.action, thisMachine(self), ledger.note);
  }
  const { counts, unusable, standings } = await survey(job, table, ledger, retryOf(options));
  const code = counts.failed === 0 ? exitCodes.done : exitCodes.failed;
  for (const { line, message } of unusable.slice(0, 10)) shell.note(`line ${line} would fail: ${message}`);
  if (options.json === true) {
    shell.print(JSON.stringify(counts));
    return code;
  }
  const shown = new Set<string>();
  for await (const row of table.rows()) {
    const wanted = job.wantedOf(row);
    if ('problem' in wanted || wanted.args === undefined) continue;
    if (standings.get(wanted.id) === 'settled' || shown.has(wanted.id)) continue;
    shell.print(`line ${row.line}: ${JSON.stringify(wanted.args)}`);
    shown.add(wanted.id);
    if (shown.size === rowsShown) break;
  }
  if (counts.not_reached > shown.size) shell.print(`… and ${counts.not_reached - shown.size} more`);
  const before = counts.failed - unusable.length + counts.unknown;
  const earlier =
    before === 0 ? '' : `, ${before} that failed or are unknown already (see --retry-failed, --retry-unknown)`;
  shell.print(
    `${counts.not_reached} contacts${earlier}, ${unusable.length} rows that cannot be used, ${counts.repeated} repeated ids. Nothing was done.`,
  );
  return code;
}
