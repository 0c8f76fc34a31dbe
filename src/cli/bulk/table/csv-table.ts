import { UsageError } from '../../../config/usage-error.js';
import { readCell } from '../../match/cell.js';
import { type MatchOptions, matchOf } from '../../match/match.js';
import { idColumnOf } from '../job/id-column.js';
import { isWorkbook } from './foreign-format.js';
import { type Row, rowReader } from './rows.js';
import { openSource, type Source } from './source.js';
import { delimiterOf } from './text/delimiter.js';
import { decodedText, encodingOf, headOf, unreadable } from './text/encoding.js';
import { recordsOf, type TextRecord } from './text/records.js';
import type { RowKey } from './text/swallowed-row.js';

/** A table whose first row names the columns. */
export interface Table {
  /** The headings that are not empty; a heading may occur twice. */
  readonly columns: readonly string[];
  /** The line of the headings. */
  readonly headingLine: number;
  /** What separates the cells of a text; undefined in a workbook. */
  readonly delimiter: string | undefined;
  /** Whether the first line says what separates the cells. */
  readonly declared: boolean;
  /** Whether it came through a pipe, which has no folder for a journal. */
  readonly piped: boolean;
  /** Reads the rows with a filled cell as they are consumed. Throws a UsageError if the file cannot be read as a table. */
  rows(): AsyncGenerator<Row>;
  /** Reads everything as it is in the file, the headings, blank rows and repeated headings too. */
  records(): AsyncIterable<TextRecord>;
}

/** How a table is read. */
export interface TableOptions {
  /** The encoding of a text without a byte-order mark; UTF-8 by default. */
  readonly encoding?: string | undefined;
  /** The sheet of a workbook; by default the only one with cells. */
  readonly sheet?: string | undefined;
  /** The column of contact ids, by which damaged rows are found; by default it is found by its heading. */
  readonly idColumn?: string | undefined;
}

/** How a table is read, and which of its columns says whose a row is. */
type AllOptions = TableOptions & MatchOptions;

/** Characters by which the delimiter is found. */
const headLength = 64 * 1024;

async function beginningOf(text: AsyncIterable<string>): Promise<string> {
  let beginning = '';
  for await (const piece of text) {
    beginning += piece;
    if (beginning.length >= headLength) break;
  }
  return beginning;
}

/** The records of a file, which can be read several times, and what separates their cells; nothing in a workbook. */
interface Records {
  readonly delimiter: string | undefined;
  readonly declared: boolean;
  read(): AsyncIterable<TextRecord>;
}

/** Opens a workbook. It is kept in memory. */
async function workbookRecords({ path, bytes }: Source, { encoding, sheet }: TableOptions): Promise<Records> {
  if (encoding !== undefined) throw new UsageError(`--encoding is for text, and ${path} is an Excel workbook`);
  const { readSheet } = await import('./workbook/read-sheet.js');
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of bytes()) chunks.push(chunk);
  } catch (error) {
    throw unreadable(path, error);
  }
  const records = await readSheet(Buffer.concat(chunks), path, sheet);
  return {
    delimiter: undefined,
    declared: false,
    async *read() {
      yield* records;
    },
  };
}

async function textRecords(
  source: Source,
  head: Buffer,
  { encoding: requested, sheet }: TableOptions,
): Promise<Records> {
  const { path } = source;
  if (sheet !== undefined) throw new UsageError(`--sheet is for Excel workbooks, and ${path} is text`);
  const encoding = encodingOf(head, path, requested);
  const text = (): AsyncGenerator<string> => decodedText(source, encoding, requested);
  const { delimiter, declared } = await delimiterOf(await beginningOf(text()), path);
  return {
    delimiter,
    declared,
    async *read() {
      let declarationRow = declared ? undefined : 0;
      for await (const record of recordsOf(text(), path, delimiter)) {
        if (declarationRow === undefined) {
          if (record.cells.some((cell) => cell.trim() !== '')) declarationRow = record.row;
          continue;
        }
        // A spreadsheet does not show a first line that declares the delimiter.
        yield declarationRow === 1 ? { ...record, row: record.row - 1 } : record;
      }
    },
  };
}

/** The column that says whose a row is; undefined if it is uncertain, for which the job refuses the table. */
function keyIn(columns: readonly string[], options: AllOptions): RowKey | undefined {
  try {
    const match = matchOf(options, columns);
    if (match === undefined) return { column: idColumnOf(options.idColumn, columns) };
    const { column, by } = match;
    return { column, ...(by !== 'field' && { isKey: (cell) => !('problem' in readCell(match, cell)) }) };
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}

/**
 * Opens a table: text in UTF-8, in UTF-16 with a byte-order mark, or as `encoding` says, with the delimiters, quotes and
 * line endings of spreadsheets; or an Excel workbook.
 * @throws UsageError if it cannot be read or has no headings; the reason of `ending` if that fires before a pipe ends.
 */
export async function openTable(
  path: string,
  ending = new AbortController().signal,
  options: AllOptions = {},
): Promise<Table> {
  const source = await openSource(path, ending);
  const head = await headOf(source);
  const { read, delimiter, declared } = isWorkbook(head)
    ? await workbookRecords(source, options)
    : await textRecords(source, head, options);
  const reader = await rowReader(read, path, delimiter, (columns) => keyIn(columns, options));
  if (reader === undefined) throw new UsageError(`${path} is empty; its first line names the columns`);
  return {
    columns: reader.columns,
    headingLine: reader.headingLine,
    delimiter,
    declared,
    records: read,
    piped: source.piped,
    rows: reader.rows,
  };
}
