import { isObject } from '../../../../tools/contract/json.js';
import { UsageError } from '../../../config/usage-error.js';

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

/** @throws UsageError if the template names a column that does not exist, or contains part of a placeholder. */
export function checkTemplate(template: unknown, columns: readonly string[]): void {
  mapStrings(template, (text) => {
    for (const [match, column = ''] of text.matchAll(placeholder)) {
      if (!columns.includes(column)) {
        throw new UsageError(`${match}: there is no column "${column}"; the columns are ${columns.join(', ')}`);
      }
    }
    const fragment = /\{\{.{0,30}|.{0,30}\}\}/.exec(text.replace(placeholder, ''))?.[0];
    if (fragment !== undefined) {
      throw new UsageError(`"${fragment}" is not a complete placeholder: write {{column}} or {{column|fallback}}`);
    }
    return text;
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
