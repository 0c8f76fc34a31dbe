import { isObject } from '../../../../tools/contract/json.js';
import { UsageError } from '../../../config/usage-error.js';
import { columnNamed } from '../table/column-name.js';

const placeholder = /\{\{\s*([^{}|]+?)\s*(?:\|([^{}]*))?\}\}/g;

/** Replaces every string in a value, at any depth, by what `change` returns for it. */
function mapStrings(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((each) => mapStrings(each, change));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, mapStrings(each, change)]));
}

/** The cell of a `{{column}}` without a fallback is empty. */
export class EmptyCell extends Error {
  override readonly name = 'EmptyCell';
}

/**
 * The template with the names of columns as the table has them.
 * @throws UsageError if it names a column that does not exist, or contains part of a placeholder.
 */
export function checkedTemplate(template: unknown, columns: readonly string[]): unknown {
  return mapStrings(template, (text) => {
    const named = text.replace(placeholder, (match: string, name: string) => {
      const column = columnNamed(name, columns);
      if (column !== undefined) return column === name ? match : match.replace(name, () => column);
      throw new UsageError(`${match}: there is no column "${name}"; the columns are ${columns.join(', ')}`);
    });
    const fragment = /\{\{.{0,30}|.{0,30}\}\}/.exec(text.replace(placeholder, ''))?.[0];
    if (fragment !== undefined) {
      throw new UsageError(`"${fragment}" is not a complete placeholder: write {{column}} or {{column|fallback}}`);
    }
    return named;
  });
}

/**
 * Replaces each `{{column}}` by the row's cell. For an empty cell the text behind a bar is used, as in
 * `{{first_name|there}}`.
 * @throws EmptyCell if a cell is empty and its placeholder has no fallback.
 */
export const fillTemplate = (template: unknown, cells: Readonly<Record<string, string>>): unknown =>
  mapStrings(template, (text) =>
    text.replace(placeholder, (match: string, column: string, fallback: string | undefined) => {
      const cell = cells[column] ?? '';
      if (cell !== '') return cell;
      if (fallback !== undefined) return fallback;
      throw new EmptyCell(`${match}: the column is empty in this row; add a fallback, as in {{${column}|…}}`);
    }),
  );
