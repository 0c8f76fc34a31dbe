import { UsageError } from '../../../../config/usage-error.js';
import { recordsOf, type TextRecord } from './records.js';

/** Delimiters of spreadsheets and databases; the latter are looked for where the headings have none of the former. */
const spreadsheetDelimiters = [',', ';', '\t'];
const candidates = [spreadsheetDelimiters, ['|', '^', '~', ':', '\x1f', '\x01', '\xa6']];

/** Rows by which delimiters are compared. */
const sampleSize = 50;

/** The first line of some files names their delimiter; there may be blank ones above it. */
const declaration = /^\s*"?sep=([^\r\n"])"?[,;\t ]*(?=\r|\n|$)/i;

/** Whether a record can be the headings or a row: PowerShell writes the type of its objects above the headings. */
const isRow = ({ cells }: TextRecord): boolean =>
  cells.some((cell) => cell.trim() !== '') && !/^"?#TYPE /.test(cells[0] ?? '');

/** The first rows as a delimiter splits them; the last one may be cut off, so it is left out. */
async function sampleOf(head: string, delimiter: string): Promise<readonly TextRecord[]> {
  async function* pieces() {
    yield head;
  }
  const sample: TextRecord[] = [];
  try {
    for await (const record of recordsOf(pieces(), '', delimiter)) {
      if (isRow(record)) sample.push(record);
      if (sample.length > sampleSize) break;
    }
  } catch (error) {
    // Quotes that do not pair up: reported when the table is read.
    if (!(error instanceof UsageError)) throw error;
  }
  return sample;
}

/** How well a delimiter fits. */
interface Fit {
  readonly delimiter: string;
  /** Share of the rows that have as many cells as the line of the headings. */
  readonly share: number;
  /** How many cells there are to the last heading that is not empty. */
  readonly width: number;
  /** How many rows it divides. */
  readonly divided: number;
}

const isFilled = (cell: string): boolean => cell.trim() !== '';

async function fitOf(head: string, delimiter: string): Promise<Fit> {
  const [headings, ...rows] = await sampleOf(head, delimiter);
  const cells = headings?.cells ?? [];
  const fitting = rows.filter((row) => row.cells.length === cells.length).length;
  return {
    delimiter,
    width: cells.findLastIndex(isFilled) + 1,
    share: rows.length === 0 ? 1 : fitting / rows.length,
    divided: rows.filter((row) => row.cells.length > 1).length,
  };
}

const shown = (delimiter: string): string => (delimiter === '\t' ? 'tabs' : `"${delimiter}"`);

/** What separates the cells of a table, and whether a line above the headings says so. */
export interface Delimiter {
  readonly delimiter: string;
  readonly declared: boolean;
}

/**
 * @throws UsageError if all lines end with another delimiter, as where a spreadsheet read them as one column and saved
 * empty columns beside it: `1042,Ana;;`.
 */
async function refuseSecondDelimiter(head: string, delimiter: string, path: string): Promise<void> {
  const [headings, ...rows] = await sampleOf(head, delimiter);
  const last = (record: TextRecord | undefined): string => record?.cells.at(-1)?.trim() ?? '';
  const other = spreadsheetDelimiters.find(
    (each) =>
      each !== delimiter &&
      rows.length > 0 &&
      // A text may end with a comma: `Dear Ana,`.
      rows.every((row) => last(row).endsWith(last(headings).endsWith(each) ? each : each.repeat(2))),
  );
  if (other === undefined) return;
  throw new UsageError(
    `${path} has ${shown(delimiter)} between its cells, and each line ends with ${shown(other)}, as where a spreadsheet read the lines as one column: export the table again, with one delimiter`,
  );
}

/**
 * Finds what separates the cells, from the beginning of a text: as a line `sep=;` says, else what gives the rows as many
 * cells as there are headings.
 * @throws UsageError if two delimiters fit equally.
 */
export async function delimiterOf(head: string, path: string): Promise<Delimiter> {
  const declared = declaration.exec(head)?.[1];
  if (declared !== undefined) return { delimiter: declared, declared: true };
  for (const group of candidates) {
    const all = await Promise.all(group.map((each) => fitOf(head, each)));
    // A heading may contain a colon that no row has.
    const fits = all.filter(({ width, share }) => width > 1 && (group === spreadsheetDelimiters || share > 0));
    const [best, second] = fits.toSorted((a, b) => b.share - a.share || b.width - a.width);
    if (best === undefined) continue;
    if (second?.share === best.share && second.width === best.width) {
      throw new UsageError(
        `${path} can be read with ${shown(best.delimiter)} or with ${shown(second.delimiter)} between its cells: write sep=${best.delimiter} or sep=${second.delimiter} into a line of its own above the headings`,
      );
    }
    await refuseSecondDelimiter(head, best.delimiter, path);
    return { delimiter: best.delimiter, declared: false };
  }
  // One column, perhaps with empty ones beside it.
  const alone = await Promise.all(spreadsheetDelimiters.map((each) => fitOf(head, each)));
  const [most] = alone.toSorted((a, b) => b.divided - a.divided);
  return { delimiter: most?.delimiter ?? ',', declared: false };
}
