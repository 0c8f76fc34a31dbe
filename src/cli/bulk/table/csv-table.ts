import { CsvError, type Options, type Parser, parse } from 'csv-parse';
import { UsageError } from '../../../config/usage-error.js';
import { errorMessage } from '../../../text/error-text.js';
import { openSource, type Source } from './source.js';

/** One row of a table, with the line of the file it begins on. */
export interface Row {
  readonly line: number;
  readonly cells: Readonly<Record<string, string>>;
}

/** A CSV file with a line of headings. */
export interface Table {
  readonly columns: readonly string[];
  /** Whether it came through a pipe, which has no place of its own for a journal. */
  readonly piped: boolean;
  /** Its rows, read as they are asked for; a UsageError where the file is no table. */
  rows(): AsyncGenerator<Row>;
}

const delimiters = [',', ';', '\t'];

const notText = (path: string): UsageError =>
  new UsageError(`${path} is not UTF-8 text; save it as "CSV UTF-8" in your spreadsheet`);

/** The text of a file as it is read; a UsageError where it cannot be, or is no text. */
async function* textOf({ path, bytes }: Source): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const decode = (chunk?: Buffer): string => {
    try {
      const text = chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
      if (!text.includes('\0')) return text;
    } catch {
      // Told below.
    }
    throw notText(path);
  };
  try {
    for await (const chunk of bytes()) yield decode(chunk);
    yield decode();
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${path} cannot be read: ${errorMessage(error)}`);
  }
}

/** Hands the text of a source on, for as long as the parser takes it: it may end with the first record. */
async function feed(source: Source, parser: Parser): Promise<void> {
  const roomAgain = (): Promise<void> =>
    new Promise((resolve) => {
      const go = (): void => {
        parser.off('drain', go).off('close', go);
        resolve();
      };
      parser.on('drain', go).on('close', go);
    });
  try {
    for await (const text of textOf(source)) {
      if (parser.writableEnded || parser.destroyed) return;
      if (!parser.write(text)) await roomAgain();
    }
    parser.end();
  } catch (error) {
    parser.destroy(error instanceof Error ? error : new Error(String(error)));
  }
}

/** The records of a source; `options` as csv-parse has them. */
function recordsOf(source: Source, options: Options): AsyncIterable<{ record: string[]; info: { lines: number } }> {
  const parser = parse(options);
  // What fails there, the parser fails with, which is read below.
  void feed(source, parser);
  return parser;
}

async function headOf(source: Source): Promise<string> {
  for await (const text of textOf(source)) return text;
  return '';
}

/** The mark between the headings: the one that most of them have between them. */
function delimiterOf(head: string): string {
  const [line = ''] = head.replace(/"(?:[^"]|"")*"/g, '').split(/\r?\n/, 1);
  const counts = delimiters.map((mark) => line.split(mark).length);
  return delimiters[counts.indexOf(Math.max(...counts))] ?? ',';
}

/** What is wrong with a file that cannot be read as CSV, in a sentence. */
function tableError(path: string, error: unknown): unknown {
  if (!(error instanceof CsvError)) return error;
  const line = 'lines' in error ? `, line ${String(error.lines)}` : '';
  return new UsageError(`${path}${line}: ${error.message.replace(/\.?$/, '')}`);
}

/**
 * Opens a CSV file: UTF-8 with or without a byte-order mark, any line ends, quoted fields, commas, semicolons or tabs.
 * @throws UsageError where it cannot be read or has no headings; the reason of `ending`, for a pipe that does not end.
 */
export async function openTable(path: string, ending = new AbortController().signal): Promise<Table> {
  const source = await openSource(path, ending);
  const head = await headOf(source);
  const delimiter = delimiterOf(head);
  const options = { delimiter, record_delimiter: ['\r\n', '\n', '\r'], skip_empty_lines: true, info: true };
  const headings: string[] = [];
  try {
    for await (const { record } of recordsOf(source, { ...options, to: 1 })) {
      headings.push(...record.map((name) => name.trim()));
    }
  } catch (error) {
    throw tableError(path, error);
  }
  if (headings.every((name) => name === '')) throw new UsageError(`${path} is empty; its first line names the columns`);
  const twice = headings.find((name, index) => name !== '' && headings.indexOf(name) !== index);
  if (twice !== undefined) throw new UsageError(`${path} has two columns named "${twice}"`);
  return {
    columns: headings.filter((name) => name !== ''),
    piped: source.piped,
    async *rows() {
      try {
        for await (const { record, info } of recordsOf(source, { ...options, from: 2 })) {
          const cells = headings.map((name, index): [string, string] => [name, (record[index] ?? '').trim()]);
          // A field that holds line breaks ends on a later line than it begins.
          const breaks = cells.reduce((sum, [, cell]) => sum + (cell.match(/\n/g)?.length ?? 0), 0);
          yield { line: info.lines - breaks, cells: Object.fromEntries(cells) };
        }
      } catch (error) {
        throw tableError(path, error);
      }
    },
  };
}
