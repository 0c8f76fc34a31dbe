import type { FieldRef } from '../../../../tools/contract/field-values.js';
import { isObject } from '../../../../tools/contract/json.js';
import { actionFieldValues } from '../../../../tools/message/actions.js';
import { listedFieldValues } from '../../../../tools/values/field-values.js';
import { createFieldTypes } from '../../../account/lookups/field-types.js';
import type { LookupSide } from '../../match/look-up.js';
import type { Job } from '../job/job.js';
import { createNumberColumn, type NumberColumn } from '../job/number-style.js';
import type { Table } from '../table/csv-table.js';
import { type ReadFailure, readList } from './account-checks.js';

const fieldKind = 'custom field';

/** A field that is set to the cell of a column. */
interface FieldColumn {
  readonly field: FieldRef;
  readonly column: string;
}

const soleColumn = /^\s*\{\{\s*([^{}|]+?)\s*(?:\|[^{}]*)?\}\}\s*$/;

/** The fields that an action sets to the cells of columns. */
function fieldColumnsOf({ fields, data }: Job['action']): FieldColumn[] {
  const found: FieldColumn[] = [];
  const see = (_: string, field: FieldRef, value: unknown): unknown => {
    const [, column] = (typeof value === 'string' ? soleColumn.exec(value) : undefined) ?? [];
    if (column !== undefined) found.push({ field, column });
    return value;
  };
  const listed = Object.entries(isObject(fields) ? fields : {});
  listedFieldValues(fieldKind).map(
    { fields: listed.map(([field_name, field_value]) => ({ field_name, field_value })) },
    see,
  );
  if (isObject(data)) actionFieldValues.map({ data }, see);
  return found;
}

/**
 * The fields whose columns have cells that could be two numbers: 1.000 is a thousand in some countries, and one in others.
 * Reads the table if the job sets fields.
 */
export async function uncertainNumbers({ action }: Job, table: Table): Promise<readonly FieldColumn[]> {
  const all = fieldColumnsOf(action);
  if (all.length === 0) return [];
  const columns = new Map<string, NumberColumn>(
    all.map(({ column }) => [column, createNumberColumn(table.delimiter === undefined)]),
  );
  for await (const { cells } of table.rows()) for (const [name, column] of columns) column.add(cells[name] ?? '');
  return all.filter(({ column }) => columns.get(column)?.isUncertain() === true);
}

/** The job, which refuses the cells that could be two numbers where the account's fields are numbers. */
export async function withCertainNumbers(
  job: Job,
  uncertain: readonly FieldColumn[],
  side: LookupSide,
): Promise<{ readonly job: Job } | ReadFailure> {
  if (uncertain.length === 0) return { job };
  const read = await readList(fieldKind, side);
  if ('failure' in read) return read;
  const typeOf = await createFieldTypes(() => 0).of(fieldKind, '', async () => read.items);
  const numbers = uncertain.filter(({ field }) => typeOf(field) === 'number').map(({ column }) => column);
  return { job: job.withUncertainNumbers(new Set(numbers)) };
}
