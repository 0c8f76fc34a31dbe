import { stringify } from 'csv-stringify/sync';
import type { Entry } from '../journal/entry.js';
import { type Owner, replaceOwn } from '../journal/own-file.js';

/**
 * What makes a spreadsheet take a cell for a formula, at the beginning of a cell. A spreadsheet that separates by another
 * mark than the comma does not see our quotes, and begins a cell behind each of its own marks and each line break.
 */
const formulaStart = /((?:^|[;\t|\r\n])[\s"']*)(?=[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20])/g;

/** A cell that is text for every spreadsheet. */
const asText = (cell: string): string => cell.replace(formulaStart, "$1'");

/** Writes what failed and why, or takes away what an earlier run has written. */
export function writeTroubles(path: string, troubles: readonly Entry[], owner: Owner): void {
  if (troubles.length === 0) {
    replaceOwn(path, undefined, owner);
    return;
  }
  const columns: (keyof Entry)[] = ['line', 'id', 'state', 'kind', 'message'];
  const rows = troubles
    .toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0))
    .map((entry) => columns.map((column) => asText(String(entry[column] ?? ''))));
  replaceOwn(path, stringify([columns, ...rows], { quoted: true, quoted_empty: true }), owner);
}
