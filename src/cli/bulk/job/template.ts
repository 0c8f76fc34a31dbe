import { isObject } from '../../../../tools/contract/json.js';
import { UsageError } from '../../../config/usage-error.js';

const placeholder = /\{\{\s*([^{}|]+?)\s*(?:\|([^{}]*))?\}\}/g;

/** Calls back for every text in a value, however deep, and gives the value with what it returns in their place. */
function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((each) => mapTexts(each, change));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, mapTexts(each, change)]));
}

/** A `{{column}}` whose cell is empty, and which names nothing to stand in its place. */
export class EmptyCell extends Error {
  override readonly name = 'EmptyCell';
}

/** Refuses a template that names a column which is not there, or that holds half a placeholder. */
export function checkTemplate(template: unknown, columns: readonly string[]): void {
  mapTexts(template, (text) => {
    for (const [whole, column = ''] of text.matchAll(placeholder)) {
      if (!columns.includes(column)) {
        throw new UsageError(`${whole}: there is no column "${column}"; there are ${columns.join(', ')}`);
      }
    }
    const half = /\{\{.{0,30}|.{0,30}\}\}/.exec(text.replace(placeholder, ''))?.[0];
    if (half !== undefined) {
      throw new UsageError(`"${half}" is no whole placeholder: write {{column}} or {{column|instead}}`);
    }
    return text;
  });
}

/**
 * A template with each `{{column}}` replaced by the row's cell, and by what stands behind a bar, as in
 * `{{first_name|there}}`, where the cell is empty.
 * @throws EmptyCell where nothing stands there.
 */
export const filled = (template: unknown, cells: Readonly<Record<string, string>>): unknown =>
  mapTexts(template, (text) =>
    text.replace(placeholder, (whole: string, column: string, fallback: string | undefined) => {
      const cell = cells[column] ?? '';
      if (cell !== '') return cell;
      if (fallback === undefined) {
        throw new EmptyCell(`${whole}: the column is empty in this row; {{${column}|…}} names what to say instead`);
      }
      return fallback;
    }),
  );
