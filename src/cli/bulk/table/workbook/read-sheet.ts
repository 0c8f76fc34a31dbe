import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import readWorkbook from 'read-excel-file/universal';
import { UsageError } from '../../../../config/usage-error.js';
import type { TextRecord } from '../text/records.js';
import { withAddresses } from './addresses.js';
import { dateText, timeStyles, withTimes } from './times.js';

/** The first number with sixteen digits, more than a spreadsheet keeps. */
const tooLong = 1e15;

/**
 * A number of a workbook as text, to the fifteen digits that a spreadsheet keeps. Longer ones get an exponent, as in a
 * table of text, so that they are known to be rounded.
 */
function numberText(stored: string): string {
  const number = Number(stored);
  if (!Number.isFinite(number)) return stored;
  if (Math.abs(number) >= tooLong) return number.toExponential().replace('e', 'E');
  return String(Number(number.toPrecision(15)));
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE';
  return value instanceof Date ? dateText(value) : String(value).replace(/\r\n?/g, '\n');
}

/** The type of a cell with an error, and a formula without its last value, in the XML of a sheet. */
const errorType = /(<(?:\w+:)?c\b[^>]*\st=["'])e(?=["'])/g;
const uncalculated =
  /<(\w+:)?c\b([^>]*)>\s*<(?:\w+:)?f\b[^>]*(?:\/>|>[^<]*<\/(?:\w+:)?f>)\s*(<(?:\w+:)?v\b[^>]*(?:\/>|>\s*<\/(?:\w+:)?v>)\s*)?<\/(?:\w+:)?c>/g;

/** A sheet with its errors as texts. */
const withErrors = (xml: string): string =>
  xml
    .replace(errorType, '$1str')
    .replace(uncalculated, (cell, prefix: string = '', attributes: string, empty?: string) => {
      // A formula whose value is an empty text.
      if (empty !== undefined && /\st=["']str["']/.test(attributes)) return cell;
      const own = attributes.replace(/\st=["'][^"']*["']/, '');
      return `<${prefix}c${own} t="str"><${prefix}v>#CALC!</${prefix}v></${prefix}c>`;
    });

/** A row that a filter hides, and cells merged over several rows, in the XML of a sheet. */
const hiddenRow = /<(?:\w+:)?row\b[^>]*\shidden=["'](?:1|true)["']/;
const merged = /<(?:\w+:)?mergeCell\b[^>]*\sref=["'][A-Z]+(\d+):[A-Z]+(\d+)["']/g;

/** Why it is uncertain which rows of a sheet are meant, or what they hold. */
function doubtIn(xml: string): string | undefined {
  if (hiddenRow.test(xml)) {
    return 'has hidden rows, as a filter leaves them: show them, or copy the rows you mean to a workbook of their own';
  }
  const isTall = [...xml.matchAll(merged)].some(([, first, last]) => first !== last);
  return isTall
    ? 'has cells that are merged over several rows, which only the first row holds: unmerge them'
    : undefined;
}

/** The doubts about sheets, by their names. Their files are numbered in their order. */
function sheetDoubts(bytes: Uint8Array<ArrayBuffer>, sheets: readonly Sheet[]): ReadonlyMap<string, string> {
  const files = unzipSync(bytes, { filter: ({ name }) => /worksheets\/[^/]+\.xml$/.test(name) });
  const number = (name: string) => Number(/(\d+)\.xml$/.exec(name)?.[1] ?? 0);
  const names = Object.keys(files).toSorted((one, other) => number(one) - number(other));
  const doubts = new Map<string, string>();
  for (const [index, { sheet }] of sheets.entries()) {
    const file = names[index];
    const doubt = file === undefined ? undefined : doubtIn(strFromU8(files[file] ?? new Uint8Array()));
    if (doubt !== undefined) doubts.set(sheet, doubt);
  }
  return doubts;
}

/**
 * The workbook with its errors, times and durations as texts, and with the addresses of all cells: the library reads errors
 * as empty cells, and nothing without addresses.
 */
function prepared(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const files = unzipSync(bytes, { filter: ({ name }) => /^\/?xl\/.*\.(?:xml|rels)$/.test(name) });
  const stylesName = Object.keys(files).find((name) => name.endsWith('/styles.xml'));
  const styles = timeStyles(strFromU8((stylesName && files[stylesName]) || new Uint8Array()));
  for (const [name, content] of Object.entries(files)) {
    if (!name.includes('worksheets/') || !name.endsWith('.xml')) continue;
    files[name] = strToU8(withAddresses(withTimes(withErrors(strFromU8(content)), styles)));
  }
  return zipSync(files, { level: 0 });
}

interface Sheet {
  readonly sheet: string;
  readonly data: readonly (readonly unknown[])[];
}

const listed = (sheets: readonly Sheet[]): string => sheets.map(({ sheet }) => `"${sheet}"`).join(', ');

/** The sheet with the table: the requested one, else the only one with cells. */
function chosenSheet(sheets: readonly Sheet[], path: string, requested: string | undefined): Sheet {
  const named = sheets.find(({ sheet }) => sheet === requested);
  if (named !== undefined) return named;
  if (requested !== undefined) throw new UsageError(`${path} has no sheet "${requested}"; it has ${listed(sheets)}`);
  const [only, ...others] = sheets.filter(({ data }) => data.length > 0);
  if (only === undefined) throw new UsageError(`${path} is empty; the first row of a sheet names the columns`);
  if (others.length > 0) {
    throw new UsageError(`${path} has several sheets, ${listed([only, ...others])}: name one with --sheet`);
  }
  return only;
}

/**
 * Reads the rows of a sheet of an Excel workbook (.xlsx). Formulas have their last values.
 * @param path names the workbook in errors.
 * @param requested the name of the sheet.
 * @throws UsageError if it cannot be read, or it is uncertain which sheet is meant.
 */
export async function readSheet(
  bytes: Uint8Array<ArrayBuffer>,
  path: string,
  requested: string | undefined,
): Promise<TextRecord[]> {
  let sheets: readonly Sheet[];
  try {
    sheets = await readWorkbook(new Blob([prepared(bytes)]), { parseNumber: numberText, trim: false });
  } catch {
    throw new UsageError(
      `${path} is an Excel workbook that cannot be read: open it in Excel, and export the sheet as "CSV UTF-8 (Comma delimited)", with the ids as text`,
    );
  }
  const { sheet, data } = chosenSheet(sheets, path, requested);
  const doubt = sheetDoubts(bytes, sheets).get(sheet);
  if (doubt !== undefined) throw new UsageError(`${path}: the sheet "${sheet}" ${doubt}`);
  return data.map((cells, index) => ({ line: index + 1, row: index + 1, cells: cells.map(cellText) }));
}
