import { stringify } from 'csv-stringify/sync';
import type { Entry } from '../journal/entry.js';
import { type Owner, replaceOwn } from '../journal/own-file.js';

/**
 * Where a spreadsheet would see the start of a formula. One that expects another delimiter than the comma ignores our
 * quotes, and starts a cell after each of its own delimiters and line breaks.
 */
const formulaStart = /((?:^|[;\t|\r\n])[\s"']*)(?=[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20])/g;

/** A cell that every spreadsheet reads as text. */
export const asText = (cell: string): string => cell.replace(formulaStart, "$1'");

/** A failed or unknown contact, or a row that cannot be used. */
export interface FailedRow extends Entry {
  readonly what_to_do?: string;
  /** The address of the contact's chat in ManyChat. */
  readonly chat?: string | undefined;
  /** The name of the account, in the list of several. */
  readonly account?: string | undefined;
}

const columnsOfOne: readonly (keyof FailedRow)[] = [
  'line',
  'id',
  'state',
  'kind',
  'message',
  'what_to_do',
  'chat',
  'row',
];

/** Whether a table is a list of failures, of this version or an earlier one: contacts in it may have got the message, and its journal would not know. */
export const isFailedRows = (headings: readonly string[]): boolean =>
  columnsOfOne.slice(0, 5).every((column) => headings.includes(column));

/** Writes the failed and unknown rows with their reasons; deletes the file of an earlier run if there are none. */
export function writeFailedRows(path: string, entries: readonly FailedRow[], owner: Owner): void {
  if (entries.length === 0) {
    replaceOwn(path, undefined, owner);
    return;
  }
  const ofSeveral = entries.some(({ account }) => account !== undefined);
  const columns = ofSeveral ? [...columnsOfOne, 'account' as const] : columnsOfOne;
  const rows = entries
    .toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0))
    .map((entry) => columns.map((column) => asText(String(entry[column] ?? ''))));
  replaceOwn(path, stringify([columns, ...rows], { quoted: true, quoted_empty: true }), owner);
}
