import { CsvError, type Options, type Parser, parse } from 'csv-parse';
import { UsageError } from '../../../config/usage-error.js';
import { errorMessage } from '../../../text/error-text.js';
import { openSource, type Source } from './source.js';

/** A row of a table and the line of the file where it begins. */
export interface Row {
  readonly line: number;
  readonly cells: Readonly<Record<string, string>>;
}

/** A CSV file whose first line names the columns. */
export interface Table {
  readonly columns: readonly string[];
  /** Whether it came through a pipe, which has no folder for a journal. */
  readonly piped: boolean;
  /** Reads the rows as they are consumed. Throws a UsageError if the file is not CSV. */
  rows(): AsyncGenerator<Row>;
}

const delimiters = [',', ';', '\t'];

const notText = (path: string): UsageError =>
  new UsageError(`${path} is not UTF-8 text; save it as "CSV UTF-8" in your spreadsheet`);

/** Decodes a file. Throws a UsageError if it cannot be read, or is not UTF-8 text. */
async function* decodedText({ path, bytes }: Source): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const decode = (chunk?: Buffer): string => {
    try {
      const text = chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
      if (!text.includes('\0')) return text;
    } catch {
      // Reported below.
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

/** Feeds a source to a parser, which may end after the first record. */
async function feed(source: Source, parser: Parser): Promise<void> {
  const drained = (): Promise<void> =>
    new Promise((resolve) => {
      const proceed = (): void => {
        parser.off('drain', proceed).off('close', proceed);
        resolve();
      };
      parser.on('drain', proceed).on('close', proceed);
    });
  try {
    for await (const text of decodedText(source)) {
      if (parser.writableEnded || parser.destroyed) return;
      if (!parser.write(text)) await drained();
    }
    parser.end();
  } catch (error) {
    parser.destroy(error instanceof Error ? error : new Error(String(error)));
  }
}

/** The records of a source; `options` are those of csv-parse. */
function recordsOf(source: Source, options: Options): AsyncIterable<{ record: string[]; info: { lines: number } }> {
  const parser = parse(options);
  // An error destroys the parser, so whoever iterates over it receives it.
  void feed(source, parser);
  return parser;
}

async function firstText(source: Source): Promise<string> {
  for await (const text of decodedText(source)) return text;
  return '';
}

/** The delimiter that occurs most often between the headings. */
function delimiterOf(head: string): string {
  const [line = ''] = head.replace(/"(?:[^"]|"")*"/g, '').split(/\r?\n/, 1);
  const counts = delimiters.map((mark) => line.split(mark).length);
  return delimiters[counts.indexOf(Math.max(...counts))] ?? ',';
}

/** Words an error of csv-parse as a UsageError; passes on any other error. */
function tableError(path: string, error: unknown): unknown {
  if (!(error instanceof CsvError)) return error;
  const line = 'lines' in error ? `, line ${String(error.lines)}` : '';
  return new UsageError(`${path}${line}: ${error.message.replace(/\.?$/, '')}`);
}

/**
 * Opens a CSV file: UTF-8 with or without a byte-order mark, any line endings, quoted fields, commas, semicolons or tabs.
 * @throws UsageError if it cannot be read or has no headings; the reason of `ending` if that fires before a pipe ends.
 */
export async function openTable(path: string, ending = new AbortController().signal): Promise<Table> {
  const source = await openSource(path, ending);
  const head = await firstText(source);
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
  const duplicate = headings.find((name, index) => name !== '' && headings.indexOf(name) !== index);
  if (duplicate !== undefined) throw new UsageError(`${path} has two columns named "${duplicate}"`);
  return {
    columns: headings.filter((name) => name !== ''),
    piped: source.piped,
    async *rows() {
      try {
        for await (const { record, info } of recordsOf(source, { ...options, from: 2 })) {
          const cells = headings.map((name, index): [string, string] => [name, (record[index] ?? '').trim()]);
          // csv-parse reports the last line of a record; cells with line breaks begin earlier.
          const breaks = cells.reduce((sum, [, cell]) => sum + (cell.match(/\n/g)?.length ?? 0), 0);
          yield { line: info.lines - breaks, cells: Object.fromEntries(cells) };
        }
      } catch (error) {
        throw tableError(path, error);
      }
    },
  };
}
