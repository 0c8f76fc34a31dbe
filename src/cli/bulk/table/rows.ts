import { UsageError } from '../../../config/usage-error.js';
import { withoutHidden } from '../../../text/safe-text.js';
import { looseForm } from './column-name.js';
import { findBroken, type Piece } from './text/broken-lines.js';
import type { TextRecord } from './text/records.js';
import { holdsSwallowedRow, isId, type RowKey } from './text/swallowed-row.js';

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

/** Reads records as rows of named cells. */
export interface RowReader {
  readonly columns: readonly string[];
  readonly headingLine: number;
  /** The rows of the records, which are read again. */
  rows(): AsyncGenerator<Row>;
}

/**
 * Reads the headings, the first record with a filled cell, and returns the reader of the rows below; undefined if there
 * are none.
 * @param read reads the records from the beginning.
 * @param delimiter what separates the cells of a text.
 * @param keyIn the one of these columns that says whose a row is, if that is certain.
 * @throws UsageError if the headings are cells of a row, or contain a row.
 */
export async function rowReader(
  read: () => AsyncIterable<TextRecord>,
  path: string,
  delimiter: string | undefined,
  keyIn: (columns: readonly string[]) => RowKey | undefined,
): Promise<RowReader | undefined> {
  for await (const { cells, line, ending } of read()) {
    const headings = cells.map((cell) => withoutBom(textOf(cell)));
    if (headings.every((heading) => blank.test(heading)) || isTypeLine(headings)) continue;
    const key = keyIn(headings.filter((heading) => heading !== ''));
    const isData = (heading: string): boolean =>
      /^'?\d{9,}$/.test(withoutHidden(heading)) || key?.isKey?.(heading) === true;
    const id = headings.find(isData);
    if (id !== undefined) {
      throw new UsageError(
        `${path}, line ${line}: the first row must name the columns, and it holds ${id}: add a row of headings, such as subscriber_id`,
      );
    }
    const keyIndex = key === undefined ? -1 : headings.indexOf(key.column);
    const isKey = key?.isKey;
    if (delimiter !== undefined && holdsSwallowedRow(headings, delimiter, keyIndex, isKey)) {
      throw new UsageError(`${path}, line ${line}: a heading contains what looks like a row: ${missingQuote}`);
    }
    const spaced = cells.some(beginsWithSpace);
    return createReader({ headings, line, ending, keyIndex, isKey, spaced }, read, path, delimiter);
  }
  return undefined;
}

const missingQuote = 'is a quote missing that ends the cell?';

/** PowerShell writes the type of its objects above the headings. */
const isTypeLine = ([first = '', ...rest]: readonly string[]): boolean =>
  /^#TYPE \S+$/.test(first) && rest.every((cell) => cell === '');

/** Joined files have byte-order marks within. */
const withoutBom = (text: string): string => text.replace(/^\uFEFF+/, '');

/** The line of the headings. */
interface HeadingLine extends Pick<TextRecord, 'line' | 'ending'> {
  readonly headings: readonly string[];
  /** Position of the column that says whose a row is; -1 if it is not known. */
  readonly keyIndex: number;
  readonly isKey: RowKey['isKey'];
  /** Whether there are spaces behind the delimiters. */
  readonly spaced: boolean;
}

/** Whether a cell looks like the second half of one that has a delimiter: `Smith, John`. */
const beginsWithSpace = (cell: string, index: number): boolean => index > 0 && /^ +\S/.test(cell);

/** Rows with the same number of cells, and those among them with a cell that begins with a space. */
interface WidthCount {
  readonly rows: number;
  readonly spaced: number;
}

/** What only a whole text shows. */
interface Overview {
  readonly widths: ReadonlyMap<number, WidthCount>;
  readonly rows: number;
  /** Whether a line ends with LF or CRLF. */
  readonly lineFeeds: boolean;
}

async function overviewOf(records: AsyncIterable<TextRecord>, headingLine: number): Promise<Overview> {
  const widths = new Map<number, WidthCount>();
  let rows = 0;
  let lineFeeds = false;
  for await (const { line, cells, ending } of records) {
    lineFeeds ||= ending === 'lf';
    if (line <= headingLine || cells.every((cell) => blank.test(textOf(cell)))) continue;
    rows += 1;
    const count = widths.get(cells.length) ?? { rows: 0, spaced: 0 };
    const spaced = count.spaced + (cells.some(beginsWithSpace) ? 1 : 0);
    widths.set(cells.length, { rows: count.rows + 1, spaced });
  }
  return { widths, rows, lineFeeds };
}

function createReader(
  { headings, line: headingLine, ending: headingEnding, keyIndex, isKey, spaced }: HeadingLine,
  read: () => AsyncIterable<TextRecord>,
  path: string,
  delimiter: string | undefined,
): RowReader {
  const columns = headings.filter((heading) => heading !== '');
  const names = new Set(columns);
  const namedWidth = headings.findLastIndex((heading) => !blank.test(heading)) + 1;
  const isOwner = isKey ?? isId;
  let overview: Promise<Overview> | undefined;
  /** Reads the text once more. Most tables do not need it. */
  const wholeText = (): Promise<Overview> => {
    overview ??= overviewOf(read(), headingLine);
    return overview;
  };

  /**
   * Whether a row with empty cells beyond the headings is in a table each of whose rows ends with a delimiter. Otherwise a
   * delimiter within a cell may have shifted the others: `1,Smith, John,`.
   */
  async function endsWithDelimiter(cells: readonly string[]): Promise<boolean> {
    const { widths, rows } = await wholeText();
    const count = widths.get(cells.length) ?? { rows: 0, spaced: 0 };
    if (count.rows < 2 || count.rows <= rows / 2) return false;
    // A line of one cell is no row: a note, or a footer.
    if ([...widths.keys()].some((width) => width > 1 && width <= headings.length)) return false;
    return spaced || delimiter === '\t' || (count.spaced <= count.rows / 2 && !cells.some(beginsWithSpace));
  }

  /** Whether a CR within a text with other line endings may have split a row. */
  const isSplit = async (...endings: readonly TextRecord['ending'][]): Promise<boolean> =>
    endings.includes('cr') && (await wholeText()).lineFeeds;

  async function widthProblem({ cells }: TextRecord): Promise<string | undefined> {
    // A workbook has no delimiter that can shift cells: what stands beside its columns is a note.
    const allowed = delimiter === undefined ? headings.length : namedWidth;
    const excess = cells.slice(allowed).findIndex((cell) => !blank.test(textOf(cell)));
    const wider = delimiter !== undefined && cells.length > headings.length;
    if (excess === -1 && (!wider || (await endsWithDelimiter(cells)))) return undefined;
    const count = excess === -1 ? cells.length : allowed + excess + 1;
    return `the row has ${count} cells, and line ${headingLine} names ${allowed} columns: quote a cell that contains ${delimiterText(delimiter)}`;
  }

  async function problemOf(record: TextRecord, previousEnding: TextRecord['ending']): Promise<string | undefined> {
    const problem = await widthProblem(record);
    if (problem !== undefined) return problem;
    // Only a record with quotes can have a line break in a cell.
    if (delimiter !== undefined && holdsSwallowedRow(record.cells, delimiter, keyIndex, isKey)) {
      return `a cell contains what looks like another row: ${missingQuote}`;
    }
    if (await isSplit(record.ending, previousEnding)) {
      return 'a carriage return, which ends no other line, may have split the row: quote a cell that contains a line break';
    }
    return undefined;
  }

  /** Whether a row repeats the headings, as joined files do. */
  function isHeadings(cells: readonly string[], line: number): boolean {
    const [first = '', ...rest] = cells;
    const all = [withoutBom(first), ...rest];
    const keyHeading = headings[keyIndex];
    if (keyHeading !== undefined && looseForm(all[keyIndex] ?? '') === looseForm(keyHeading)) {
      const width = Math.max(headings.length, all.length);
      const same = Array.from({ length: width }, (_, index) => index).every(
        (index) => looseForm(headings[index] ?? '') === looseForm(all[index] ?? ''),
      );
      if (same) return true;
    } else {
      if (!names.has(first) && !names.has(withoutBom(first))) return false;
      const filled = all.filter((cell) => cell !== '');
      if (!filled.every((cell) => names.has(cell))) return false;
      if (headings.every((heading, index) => heading === (all[index] ?? ''))) return true;
      if (filled.length < 2) return false;
    }
    throw new UsageError(
      `${path}, line ${line}: the headings come again in another order or with other names, so the columns below are others: give each table on its own`,
    );
  }

  async function* pieces(): AsyncGenerator<Piece<Row>> {
    let begun = false;
    let previousEnding: TextRecord['ending'];
    for await (const record of read()) {
      const { line, row } = record;
      const endingBefore = previousEnding;
      previousEnding = record.ending;
      const cells = record.cells.map(textOf);
      if (cells.every((cell) => blank.test(cell))) continue;
      if (!begun) {
        begun = !isTypeLine(cells);
        continue;
      }
      if (isHeadings(cells, line)) continue;
      const problem = await problemOf(record, endingBefore);
      const named: Record<string, string> = Object.fromEntries(
        headings.map((heading, index) => [heading, cells[index] ?? '']),
      );
      yield {
        row: { line, row, cells: named, ...(problem !== undefined && { problem }) },
        width: cells.length,
        beginsWithId: isOwner(cells[0] ?? ''),
        hasId: isOwner(cells[keyIndex] ?? ''),
      };
    }
  }

  return {
    columns,
    headingLine,
    async *rows() {
      if (await isSplit(headingEnding)) {
        throw new UsageError(
          `${path}, line ${headingLine}: the headings end with a carriage return, and other lines do not: save the table with one kind of line ending`,
        );
      }
      // A cell of a workbook cannot break a row.
      const least = delimiter === undefined ? 0 : namedWidth;
      for await (const { row, broken } of findBroken(pieces(), { least, most: headings.length })) {
        if (!broken || row.problem !== undefined) yield row;
        else yield { ...row, problem: brokenLine };
      }
    },
  };
}

const brokenLine =
  'the row and the one next to it look like one row that a line break has split: quote a cell that contains a line break';

const delimiterText = (delimiter = ','): string =>
  delimiter === '\t' ? 'a tab' : delimiter === ',' ? 'a comma' : `"${delimiter}"`;
