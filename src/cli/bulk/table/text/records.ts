import { UsageError } from '../../../../config/usage-error.js';

/** The cells of a row and where it begins. */
export interface TextRecord {
  /** Line of the file, from 1. */
  readonly line: number;
  /** Number of the row, from 1: what a spreadsheet shows. A cell with line breaks makes them differ. */
  readonly row: number;
  readonly cells: readonly string[];
  /** What ends it: a CR alone, or an LF or CRLF. Undefined at the end of the text, and in a workbook. */
  readonly ending?: LineEnding | undefined;
}

type LineEnding = 'cr' | 'lf';

/** No row of a spreadsheet is longer. A quote that is never closed makes one. */
const maxRecordLength = 2 ** 20;

/** The next position of a mark, which is looked for only when the last one has been passed. */
function createFinder(text: string, mark: string): (from: number) => number {
  let found = -1;
  return (from) => {
    if (found < from) {
      found = text.indexOf(mark, from);
      if (found === -1) found = Number.POSITIVE_INFINITY;
    }
    return found;
  };
}

const breakCount = (text: string): number => text.match(/\n/g)?.length ?? 0;

/** Splits the decoded text of a table into records. */
class Splitter {
  private text = '';
  /** The text with its CRs that are line breaks by themselves, which are line feeds in `text`. */
  private source = '';
  private position = 0;
  private line = 1;
  private row = 1;
  /** Whether the last piece of the text has arrived. */
  private final = false;
  private nextBreak = createFinder('', '\n');
  private nextQuote = createFinder('', '"');

  constructor(
    private readonly path: string,
    private readonly delimiter: string,
  ) {}

  /** Adds a piece of the text. If it ends with a CR, no more of the text follows. */
  add(piece: string): void {
    const added = piece.includes('\r') ? piece.replaceAll('\r\n', '\n') : piece;
    this.source = this.source.slice(this.position) + added;
    this.text = this.text.slice(this.position) + added.replaceAll('\r', '\n');
    this.position = 0;
    this.nextBreak = createFinder(this.text, '\n');
    this.nextQuote = createFinder(this.text, '"');
  }

  end(): void {
    this.final = true;
  }

  /** The next record; undefined if more of the text is needed, or if there is none. */
  next(): TextRecord | undefined {
    const { text, position: start, line, row } = this;
    if (start >= text.length) return undefined;
    const lineEnd = this.nextBreak(start);
    if (lineEnd === Number.POSITIVE_INFINITY && !this.final) return this.incomplete();
    const end = Math.min(lineEnd, text.length);
    // Most lines have no quotes.
    if (this.nextQuote(start) > end) {
      this.position = end + 1;
      this.line += 1;
      this.row += 1;
      return { line, row, cells: text.slice(start, end).split(this.delimiter), ...this.endingAt(end) };
    }
    const cells = this.quotedRecord();
    return cells === undefined ? this.incomplete() : { line, row, cells, ...this.endingAt(this.position - 1) };
  }

  /** What ends the record there. `\r\r\n` is one line ending that was converted twice. */
  private endingAt(end: number): Pick<TextRecord, 'ending'> {
    if (end >= this.source.length) return {};
    return { ending: this.source[end] === '\r' && this.source[end + 1] !== '\n' ? 'cr' : 'lf' };
  }

  private incomplete(): undefined {
    if (this.text.length - this.position > maxRecordLength) {
      throw this.problem(
        this.line,
        'this row has more than a million characters: is a quote missing that ends a cell?',
      );
    }
    return undefined;
  }

  private problem(line: number, what: string): UsageError {
    return new UsageError(`${this.path}, line ${line}: ${what}`);
  }

  /** The cells of a record that has quotes; undefined if it does not end within the text so far. */
  private quotedRecord(): string[] | undefined {
    const { text, delimiter } = this;
    const cells: string[] = [];
    let position = this.position;
    let line = this.line;
    for (;;) {
      const cell = this.cellAt(position, line);
      if (cell === undefined) return undefined;
      cells.push(cell.value);
      line += breakCount(text.slice(position, cell.end));
      position = cell.end + 1;
      if (text[cell.end] === delimiter) continue;
      this.position = position;
      this.line = line + 1;
      this.row += 1;
      return cells;
    }
  }

  private cellAt(start: number, line: number): { value: string; end: number } | undefined {
    const { text, final } = this;
    const open = this.delimiter === '\t' ? start : this.afterSpaces(start);
    if (text[open] !== '"') return this.plainCell(start);
    for (let from = open + 1; ; ) {
      const quote = text.indexOf('"', from);
      if (quote === -1) {
        if (final) throw this.problem(line, 'a cell begins with a quote, and no quote ends it');
        return undefined;
      }
      if (quote + 1 >= text.length && !final) return undefined;
      if (text[quote + 1] === '"') {
        from = quote + 2;
        continue;
      }
      const end = this.afterSpaces(quote + 1);
      if (end >= text.length && !final) return undefined;
      const value = text.slice(open + 1, quote);
      if (this.endsCell(end)) return { value: value.replaceAll('""', '"'), end };
      // In `"Johnny" Doe`, the quotes are characters. Where they enclose a delimiter or a break, rows and cells are uncertain.
      if (!/[\n\\]/.test(value) && !value.includes(this.delimiter)) {
        const plain = this.plainCell(start);
        if (plain === undefined || (plain.value.split('"').length - 1) % 2 === 0) return plain;
      }
      throw this.problem(
        line,
        'the quotes in a cell do not pair up, so it is uncertain where the cell ends: write a quote within a quoted cell twice',
      );
    }
  }

  /** A cell in which quotes are characters. */
  private plainCell(start: number): { value: string; end: number } | undefined {
    let end = start;
    while (!this.endsCell(end)) end += 1;
    if (end >= this.text.length && !this.final) return undefined;
    return { value: this.text.slice(start, end), end };
  }

  private afterSpaces(start: number): number {
    let position = start;
    while (this.text[position] === ' ' && this.delimiter !== ' ') position += 1;
    return position;
  }

  private endsCell(position: number): boolean {
    const character = this.text[position];
    return character === undefined || character === '\n' || character === this.delimiter;
  }
}

/**
 * Splits text into records. A line ends with LF, CRLF or CR. A cell that begins with a quote ends with one, and may
 * contain delimiters, line breaks and doubled quotes; elsewhere a quote is a character.
 * @param path names the table in errors.
 * @throws UsageError where quotes leave it uncertain what belongs to a cell.
 */
export async function* recordsOf(
  pieces: AsyncIterable<string>,
  path: string,
  delimiter: string,
): AsyncGenerator<TextRecord> {
  const splitter = new Splitter(path, delimiter);
  /** CRs at the end of a piece: an LF may follow. */
  let held = '';
  for await (const piece of pieces) {
    const text = held + piece;
    held = /\r*$/.exec(text)?.[0] ?? '';
    splitter.add(text.slice(0, text.length - held.length));
    for (let record = splitter.next(); record !== undefined; record = splitter.next()) yield record;
  }
  splitter.add(held);
  splitter.end();
  for (let record = splitter.next(); record !== undefined; record = splitter.next()) yield record;
}
