import type { Command } from 'commander';
import type { Retry } from './account-job/scan.js';
import type { JobOptions } from './job/action.js';

/** Options of the bulk command. */
export interface BulkOptions extends JobOptions {
  readonly retryUnknown?: true | undefined;
  readonly retryFailed?: true | undefined;
  /** The encoding of a table without a byte-order mark. */
  readonly encoding?: string | undefined;
  /** The sheet of a workbook. */
  readonly sheet?: string | undefined;
  /** Path of the journal. */
  readonly journal?: string | undefined;
  /** Path of the journal of an earlier job, whose contacts are left out unless they failed or were not reached. */
  readonly skipDoneOf?: string | undefined;
  /** Nobody is asked before the run. */
  readonly yes?: true | undefined;
  /** A dry run reads nothing from the account. */
  readonly offline?: true | undefined;
  readonly json?: true | undefined;
}

/** Which contacts of earlier runs have another turn. */
export const retryOf = ({ retryFailed, retryUnknown }: BulkOptions): Retry => ({
  failed: retryFailed === true,
  unknown: retryUnknown === true,
});

/** Adds the command `bulk` to a program. */
export const addBulkCommand = (program: Command, run: (path: string, options: BulkOptions) => Promise<void>): Command =>
  program
    .command('bulk <csv>')
    .summary('do one thing for every contact in a CSV file')
    .description(
      'do one thing for every contact in a CSV file; run again, it resumes where it stopped. --dry-run shows what it would do',
    )
    .option(
      '--id-column <name>',
      'column with the contact ids (default: the one that names ManyChat or subscribers, else id, contact_id, user_id or psid)',
    )
    .option('--match-email [column]', 'find the contacts by the emails in this column (default: the only one named so)')
    .option('--match-phone [column]', 'find them by their phone numbers, with + and country code')
    .option('--match-field <field=column>', 'find them by a custom field of type text or number')
    .option(
      '--account-column [name]',
      'column that names the account of each row, as in the accounts file (default: account or ManyChat account)',
    )
    .option('--encoding <name>', 'how the table is encoded, such as windows-1252 (default: UTF-8)')
    .option('--sheet <name>', 'sheet of an Excel workbook (default: the only one with cells)')
    .option('--trust-ids', 'go on although the ids look rounded by a spreadsheet')
    .option('--add-tag <name>', 'add the tag to each contact')
    .option('--remove-tag <name>', 'remove the tag from each contact')
    .option(
      '--set-fields [columns]',
      'set custom fields from these columns, as column or field=column (default: all columns)',
    )
    .option(
      '--send-text <text>',
      'send each contact a text; {{column}} or {{column|fallback}} inserts a cell, here and in the tag, channel and flow',
    )
    .option(
      '--channel <name>',
      'channel of the text: auto (the default: WhatsApp or Instagram if on record, else Messenger), messenger, instagram, whatsapp or telegram',
    )
    .option(
      '--send-content <path>',
      'send each contact the content in this JSON file (the data argument of manychat_send_content), with {{column}} in its texts',
    )
    .option('--send-flow <ns>', 'start a flow for each contact, after --set-fields if both are given')
    .option('--yes', 'begin without asking; bulk asks only at a terminal')
    .option('--offline', 'with --dry-run: check the table only, and read nothing from the account')
    .option('--retry-failed', 'retry the contacts that failed')
    .option('--retry-unknown', 'repeat contacts with an unknown outcome; they may be sent to twice')
    .option('--journal <path>', 'file that records what was done (default: next to the CSV file; required for a pipe)')
    .option(
      '--skip-done-of <path>',
      'leave out the contacts that the job of this journal has reached, or may have reached; to go on with a corrected text or table',
    )
    .option('--json', 'print the final counts as JSON')
    .action(run);
