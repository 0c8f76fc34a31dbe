import { UsageError } from '../../../../config/usage-error.js';
import { recordsOf, type TextRecord } from './records.js';

/** Delimiters of spreadsheets and databases; the latter are looked for where the headings have none of the former. */
const spreadsheetDelimiters = [',', ';', '\t'];
const candidates = [spreadsheetDelimiters, ['|', '^', '~', ':', '\x1f', '\x01', '\xa6']];

/** Rows by which delimiters are compared. */
const sampleSize = 50;

/** The first line of some files names their delimiter. */
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

/** How well a delimiter fits: the share of rows with as many cells as there are headings, and that number. */
interface Fit {
  readonly delimiter: string;
  readonly share: number;
  readonly width: number;
}

async function fitOf(head: string, delimiter: string): Promise<Fit> {
  const [headings, ...rows] = await sampleOf(head, delimiter);
  const width = headings?.cells.length ?? 0;
  const fitting = rows.filter(({ cells }) => cells.length === width).length;
  return { delimiter, width, share: rows.length === 0 ? 1 : fitting / rows.length };
}

const shown = (delimiter: string): string => (delimiter === '\t' ? 'tabs' : `"${delimiter}"`);

/** What separates the cells of a table, and whether its first line says so. */
export interface Delimiter {
  readonly delimiter: string;
  readonly declared: boolean;
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
    return { delimiter: best.delimiter, declared: false };
  }
  return { delimiter: ',', declared: false };
}
