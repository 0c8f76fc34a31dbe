import { CallError } from '../../../../tools/contract/failure.js';
import { idText, quoted } from '../../../../tools/contract/quoted.js';
import { actOnSubscriber } from '../../../../tools/workflows/for-each/action.js';
import type { Account } from '../../../account/account.js';
import { exitCodeOf, failureText } from '../../commands/failure-text.js';
import { type ExitCode, exitCodes } from '../../shell/exit-codes.js';
import type { Shell } from '../../shell/shell.js';
import type { Job } from '../job/job.js';
import type { Scan } from '../scan.js';
import type { Table } from '../table/csv-table.js';
import { durationText } from './estimate.js';
import { type Preview, previewJob } from './preview.js';
import { rowText } from './shown-rows.js';

/** What a person at the terminal is asked about. */
export interface AskedJob {
  readonly job: Job;
  readonly table: Table;
  readonly scan: Scan;
  readonly account: Account;
  readonly page: Readonly<Record<string, unknown>>;
}

/** An action in the imperative, with its contacts. */
function actionText({ action, tag_name, flow_ns, channel = 'messenger' }: Job['action'], contacts: string): string {
  switch (action) {
    case 'add_tag':
      return `Add the tag ${quoted(tag_name)} to ${contacts}`;
    case 'remove_tag':
      return `Remove the tag ${quoted(tag_name)} from ${contacts}`;
    case 'set_fields':
      return `Set fields of ${contacts}`;
    case 'send_flow':
      return `Start the flow ${quoted(flow_ns)} for ${contacts}`;
    case 'send_content':
      return `Send the content to ${contacts}`;
    default:
      return `Send the text on ${String(channel)} to ${contacts}`;
  }
}

function questionText({ job, scan, account }: AskedJob, { rows, wouldFail }: Preview): string {
  const { not_reached: open } = scan.counts;
  const contacts = `${open} ${open === 1 ? 'contact' : 'contacts'}`;
  const failing = wouldFail === 0 ? '' : ` (${wouldFail} would fail)`;
  const sample = rows[0]?.row.input ?? {};
  const time = durationText(sample, open, account.settings.access.mode === 'maton');
  return `${actionText(job.action, contacts)}${failing}, ${time}? [y/N] `;
}

/** Shows what a job is about to do, and asks whether to do it. Returns the exit code if it is not to be done. */
export async function askFirst(
  asked: AskedJob,
  shell: Shell,
  ask: NonNullable<Shell['ask']>,
): Promise<ExitCode | undefined> {
  const { job, table, scan, account, page } = asked;
  const { note, ending: signal } = shell;
  let preview: Preview;
  try {
    const connectionId = await account.pipeline.connectionOf(actOnSubscriber, undefined, signal);
    preview = await previewJob(job, table, scan, { call: account.call, connectionId, signal });
    if (preview.failure !== undefined) throw new CallError(preview.failure, 'unsent');
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof CallError)) throw error;
    note(failureText(error.failure));
    return exitCodeOf(error.failure);
  }
  signal.throwIfAborted();
  note(`${quoted(page.name)} (page ${idText(page.id)}), ids from column "${job.idColumn}".`);
  for (const line of preview.notes) note(line);
  for (const { row, contact } of preview.rows) note(rowText(row, contact));
  const more = scan.counts.not_reached - preview.rows.length;
  if (more > 0) note(`… and ${more} more`);
  const answer = await ask(questionText(asked, preview));
  if (/^\s*y(es)?\s*$/i.test(answer)) return undefined;
  note('Nothing was done.');
  return exitCodes.again;
}
