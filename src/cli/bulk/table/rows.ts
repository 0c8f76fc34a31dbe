import { UsageError } from '../../../config/usage-error.js';
import { withoutHidden } from '../../../text/safe-text.js';
import type { TextRecord } from './text/records.js';

/** A row of a table. */
export interface Row {
  /** The line of the file where it begins. */
  readonly line: number;
  /** Its number in a spreadsheet, which counts a row once, however many lines its cells have. */
  readonly row: number;
  /** By heading. If two columns have the same heading, neither can be used. */
  readonly cells: Readonly<Record<string, string>>;
  /** Why the row cannot be used. */
  readonly problem?: string;
}

/** The line of a row, and its number in a spreadsheet if that is another. */
export const placeOf = ({ line, row }: Pick<Row, 'line' | 'row'>): string =>
  line === row ? `${line}` : `${line} (row ${row})`;

/** Cells that hold nothing: white space, characters that are not shown, and controls, such as the end mark of old files. */
const blank = /^[\s\p{Default_Ignorable_Code_Point}\p{Cc}]*$/u;

/** The text of a cell: `="0042"` is how spreadsheets are told that 0042 is a text. */
function textOf(cell: string): string {
  const text = cell.trim();
  // How databases write that there is no value.
  if (text === '\\N') return '';
  if (!text.startsWith('="')) return text;
  const quoted = /^="([^"]*)"$/.exec(text)?.[1];
  return quoted === undefined ? text : quoted.trim();
}

/** Digits that are long enough to be the id of a contact. */
const longDigits = /^"?\d{9,}"?$/;

/** Whether a cell of several lines has swallowed a row: one of its lines has an id of its own between delimiters. */
function holdsRow(cell: string, delimiter: string | undefined): boolean {
  if (delimiter === undefined || !cell.includes('\n')) return false;
  return cell.split('\n').some((line) => {
    const parts = line.split(delimiter);
    return parts.length > 1 && parts.some((part) => longDigits.test(part.trim()));
  });
}

/** Reads records as rows of named cells. */
export interface RowReader {
  readonly columns: readonly string[];
  /** The rows of the same records, read again. */
  rows(records: AsyncIterable<TextRecord>): AsyncGenerator<Row>;
}

/**
 * Reads the headings, the first record with a filled cell, and returns the reader of the rows below; undefined if there
 * are none.
 * @param delimiter what separates the cells of a text.
 * @throws UsageError if the headings are cells of a row.
 */
export async function rowReader(
  records: AsyncIterable<TextRecord>,
  path: string,
  delimiter: string | undefined,
): Promise<RowReader | undefined> {
  for await (const { cells, line } of records) {
    const headings = cells.map((cell) => withoutBom(textOf(cell)));
    if (headings.every((heading) => blank.test(heading)) || isTypeLine(headings)) continue;
    const id = headings.find((heading) => /^'?\d{9,}$/.test(withoutHidden(heading)));
    if (id !== undefined) {
      throw new UsageError(
        `${path}, line ${line}: the first row must name the columns, and it holds ${id}: add a row of headings, such as subscriber_id`,
      );
    }
    return createReader(headings, line, path, delimiter);
  }
  return undefined;
}

/** PowerShell writes the type of its objects above the headings. */
const isTypeLine = ([first = '', ...rest]: readonly string[]): boolean =>
  /^#TYPE \S+$/.test(first) && rest.every((cell) => cell === '');

/** Joined files have byte-order marks within. */
const withoutBom = (text: string): string => text.replace(/^\uFEFF+/, '');

function createReader(
  headings: readonly string[],
  headingLine: number,
  path: string,
  delimiter: string | undefined,
): RowReader {
  const columns = headings.filter((heading) => heading !== '');
  const names = new Set(columns);

  function problemOf(record: TextRecord, cells: readonly string[]): string | undefined {
    const excess = cells.slice(headings.length).findIndex((cell) => !blank.test(cell));
    if (excess !== -1) {
      const count = headings.length + excess + 1;
      return `the row has ${count} cells, and line ${headingLine} names ${headings.length} columns: quote a cell that contains ${delimiterText(delimiter)}`;
    }
    // Only a record with quotes can have a line break in a cell.
    if (record.cells.some((cell) => holdsRow(cell, delimiter))) {
      return 'a cell contains what looks like another row: is a quote missing that ends the cell?';
    }
    return undefined;
  }

  /** Whether a row repeats the headings, as joined files do. */
  function isHeadings(cells: readonly string[], line: number): boolean {
    if (!names.has(cells[0] ?? '') && !names.has(withoutBom(cells[0] ?? ''))) return false;
    const [first = '', ...rest] = cells;
    const all = [withoutBom(first), ...rest];
    const filled = all.filter((cell) => cell !== '');
    if (!filled.every((cell) => names.has(cell))) return false;
    if (headings.every((heading, index) => heading === (all[index] ?? ''))) return true;
    if (filled.length < 2) return false;
    throw new UsageError(
      `${path}, line ${line}: the headings come again in another order, so the columns below are others: give each table on its own`,
    );
  }

  return {
    columns,
    async *rows(records) {
      let begun = false;
      for await (const record of records) {
        const { line, row } = record;
        const cells = record.cells.map(textOf);
        if (cells.every((cell) => blank.test(cell))) continue;
        if (!begun) {
          if (isTypeLine(cells)) continue;
          begun = true;
          continue;
        }
        if (isHeadings(cells, line)) continue;
        const problem = problemOf(record, cells);
        const named: Record<string, string> = Object.fromEntries(
          headings.map((heading, index) => [heading, cells[index] ?? '']),
        );
        yield { line, row, cells: named, ...(problem !== undefined && { problem }) };
      }
    },
  };
}

const delimiterText = (delimiter = ','): string =>
  delimiter === '\t' ? 'a tab' : delimiter === ',' ? 'a comma' : `"${delimiter}"`;
