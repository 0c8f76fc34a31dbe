import { stringify } from 'csv-stringify/sync';
import { UsageError } from '../../../config/usage-error.js';
import { looseForm } from '../../bulk/table/column-name.js';
import type { Table } from '../../bulk/table/csv-table.js';
import { asText } from '../../bulk/table/failed-rows.js';
import type { Contacts, NoContact } from '../contacts.js';

/** The columns that are added. `bulk` takes the ids from the first one. */
const added = ['manychat_id', 'manychat_match'] as const;

/** What became of the rows. */
interface RowCounts {
  rows: number;
  found: number;
  not_found: number;
  several: number;
  unusable: number;
}

/** A row without a contact. */
interface RowWithoutContact {
  readonly line: number;
  readonly problem: string;
}

/** A table with the ids of its contacts. */
export interface TableWithIds {
  readonly text: string;
  readonly counts: RowCounts;
  readonly without: readonly RowWithoutContact[];
  /** The most digits of an id. */
  readonly longestId: number;
}

/** @throws UsageError if a table has the columns already. */
export function checkHeadings(columns: readonly string[]): void {
  const taken = columns.find((column) => added.some((each) => looseForm(each) === looseForm(column)));
  if (taken === undefined) return;
  throw new UsageError(`the table has a column "${taken}" already: give the table without it, or rename it`);
}

const countOf = { none: 'not_found', several: 'several', refused: 'unusable', unusable: 'unusable' } as const;

function matchCell({ found, problem, ids = [] }: NoContact): string {
  if (found === 'none') return 'not found';
  return found === 'several' ? `several: ${ids.join(', ')}` : problem;
}

/** What is written into the added cells of each row, by its line. */
async function cellsByLine(table: Table, column: string, contacts: Contacts) {
  const counts: RowCounts = { rows: 0, found: 0, not_found: 0, several: 0, unusable: 0 };
  const cells = new Map<number, readonly [string, string]>();
  const without: RowWithoutContact[] = [];
  let longestId = 0;
  for await (const { line, cells: named, problem } of table.rows()) {
    const contact: ReturnType<Contacts['contactOf']> =
      problem === undefined ? contacts.contactOf(named[column] ?? '') : { found: 'unusable', problem };
    counts.rows += 1;
    if ('id' in contact) {
      counts.found += 1;
      longestId = Math.max(longestId, contact.id.length);
      cells.set(line, [contact.id, 'found']);
      continue;
    }
    counts[countOf[contact.found]] += 1;
    without.push({ line, problem: contact.problem });
    cells.set(line, ['', asText(matchCell(contact))]);
  }
  return { counts, cells, without, longestId };
}

const isBlank = (cells: readonly string[]): boolean => cells.every((cell) => cell.trim() === '');

async function widthOf(table: Table): Promise<number> {
  let width = 0;
  for await (const { cells } of table.records()) width = Math.max(width, cells.length);
  return width;
}

/**
 * The table as CSV in UTF-8 with a byte-order mark, with the same delimiter, and with the id of each row's contact in a new
 * column. Everything else is as it was.
 */
export async function tableWithIds(table: Table, column: string, contacts: Contacts): Promise<TableWithIds> {
  const { cells: addedCells, ...found } = await cellsByLine(table, column, contacts);
  const { delimiter = ',', declared, headingLine } = table;
  const width = await widthOf(table);
  const rows: string[][] = [];
  for await (const { line, cells } of table.records()) {
    const isRow = line >= headingLine && !isBlank(cells);
    // A row that is none repeats the headings.
    const more = isRow ? (addedCells.get(line) ?? added) : [];
    const padding = isRow ? Array.from({ length: width - cells.length }, () => '') : [];
    rows.push([...cells, ...padding, ...more]);
  }
  const declaration = declared ? `sep=${delimiter}\n` : '';
  return { ...found, text: `\uFEFF${declaration}${stringify(rows, { delimiter, quoted_match: /[\r\n]/ })}` };
}
