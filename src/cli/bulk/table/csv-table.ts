import { UsageError } from '../../../config/usage-error.js';
import { delimiterOf } from './delimiter.js';
import { decodedText, encodingOf } from './encoding.js';
import { recordsOf, type TextRecord } from './records.js';
import { type Row, rowReader } from './rows.js';
import { openSource } from './source.js';

/** A table whose first row names the columns. */
export interface Table {
  /** The headings that are not empty; a heading may occur twice. */
  readonly columns: readonly string[];
  /** Whether it came through a pipe, which has no folder for a journal. */
  readonly piped: boolean;
  /** Reads the rows with a filled cell as they are consumed. Throws a UsageError if the file cannot be read as a table. */
  rows(): AsyncGenerator<Row>;
}

/** How a table is read. */
export interface TableOptions {
  /** The encoding of a file without a byte-order mark; UTF-8 by default. */
  readonly encoding?: string | undefined;
}

/** Characters by which the delimiter is found. */
const headLength = 64 * 1024;

async function headOf(text: AsyncIterable<string>): Promise<string> {
  let head = '';
  for await (const piece of text) {
    head += piece;
    if (head.length >= headLength) break;
  }
  return head;
}

/**
 * Opens a table: text in UTF-8, in UTF-16 with a byte-order mark, or as `encoding` says, with the delimiters, quotes and
 * line endings of spreadsheets.
 * @throws UsageError if it cannot be read or has no headings; the reason of `ending` if that fires before a pipe ends.
 */
export async function openTable(
  path: string,
  ending = new AbortController().signal,
  { encoding: requested }: TableOptions = {},
): Promise<Table> {
  const source = await openSource(path, ending);
  const encoding = await encodingOf(source, requested);
  const text = (): AsyncGenerator<string> => decodedText(source, encoding, requested);
  const { delimiter, declared } = await delimiterOf(await headOf(text()), path);
  async function* records(): AsyncGenerator<TextRecord> {
    for await (const record of recordsOf(text(), path, delimiter)) {
      // A spreadsheet does not show the line that declares the delimiter.
      if (!declared) yield record;
      else if (record.row > 1) yield { ...record, row: record.row - 1 };
    }
  }
  const reader = await rowReader(records(), path, delimiter);
  if (reader === undefined) throw new UsageError(`${path} is empty; its first line names the columns`);
  return {
    columns: reader.columns,
    piped: source.piped,
    rows: () => reader.rows(records()),
  };
}
