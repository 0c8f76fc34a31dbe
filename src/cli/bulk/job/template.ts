import { isObject } from '../../../../tools/contract/json.js';
import { callbackData } from '../../../../tools/message/channel-rules.js';
import { UsageError } from '../../../config/usage-error.js';
import { columnNamed } from '../table/column-name.js';
import { foreignPlaceholder } from './foreign-placeholder.js';

/** A backslash before a placeholder leaves it to ManyChat. */
const placeholder = /\\?\{\{\s*([^{}|]+?)\s*(?:\|([^{}]*))?\}\}/g;

const isEscaped = (match: string): boolean => match.startsWith('\\');

/** A fallback as other systems write it: `{{name|default:"there"}}`. */
const foreignFallback = /^\s*(?:default|fallback)\s*[:=(]\s*["']?([^"')]*)/i;

/** Replaces every string in a value, at any depth, by what `change` returns for it; `path` has the keys above it. */
function mapStrings(
  value: unknown,
  change: (text: string, path: readonly string[]) => string,
  path: readonly string[] = [],
): unknown {
  if (typeof value === 'string') return change(value, path);
  if (Array.isArray(value)) return value.map((each) => mapStrings(each, change, path));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, mapStrings(each, change, [...path, key])]),
  );
}

/** The cell of a `{{column}}` without a fallback is empty. */
export class EmptyCell extends Error {
  override readonly name = 'EmptyCell';
}

const filledByManyChat = (path: readonly string[]): boolean => path.some((key) => callbackData.has(key));

/**
 * The template with the names of columns as the table has them.
 * @throws UsageError if it names a column that does not exist, contains part of a placeholder, or one of another system
 * that names a column.
 */
export function checkedTemplate(template: unknown, columns: readonly string[]): unknown {
  return mapStrings(template, (text, path) => {
    const named = text.replace(placeholder, (match: string, name: string, fallback: string | undefined) => {
      if (isEscaped(match)) return match;
      const column = columnNamed(name, columns);
      if (column === undefined) {
        const literal = filledByManyChat(path)
          ? `; to leave it to ManyChat, write \\\\${match} in the JSON file`
          : '. A placeholder is a column of the table, not a field of ManyChat';
        throw new UsageError(`${match}: there is no column "${name}"; the columns are ${columns.join(', ')}${literal}`);
      }
      const [, words] = foreignFallback.exec(fallback ?? '') ?? [];
      if (words !== undefined)
        throw new UsageError(`${match}: write the fallback alone: {{${column}|${words.trim()}}}`);
      return column === name ? match : match.replace(name, () => column);
    });
    const rest = text.replace(placeholder, '\n');
    const fragment = /\{\{.{0,30}|.{0,30}\}\}/.exec(rest)?.[0];
    if (fragment !== undefined) {
      throw new UsageError(`"${fragment}" is not a complete placeholder: write {{column}} or {{column|fallback}}`);
    }
    const foreign = foreignPlaceholder(text, rest, columns);
    if (foreign !== undefined) {
      const { written, column } = foreign;
      throw new UsageError(
        `${written} is not filled in: write {{${column}}} for the column "${column}". If the contacts are to read ${written} itself, rename the column`,
      );
    }
    return named;
  });
}

const asWritten = (text: string): string => text;

const lineBreak = /\\\\n|(?:\\r)?\\n/g;

/** Reads `\n` as a line break, as it is typed at a shell that has no other way; `\\n` is a backslash and an n. */
const withLineBreaks = (text: string): string =>
  text.replace(lineBreak, (match) => (match.startsWith('\\\\') ? '\\n' : '\n'));

/** Whether `\n` in the text of an action is read as a line break. */
export const hasTypedLineBreaks = ({ text }: Readonly<Record<string, unknown>>): boolean =>
  typeof text === 'string' && withLineBreaks(text).includes('\n') && withLineBreaks(text) !== text;

/** Whether a text of an action is the message typed at the shell. */
const isMessage = (path: readonly string[]): boolean => path.length === 1 && path[0] === 'text';

function fillText(text: string, cells: Readonly<Record<string, string>>, literal: typeof asWritten): string {
  let filled = '';
  let from = 0;
  for (const { 0: match, 1: column = '', 2: fallback, index } of text.matchAll(placeholder)) {
    filled += literal(text.slice(from, index));
    from = index + match.length;
    const cell = cells[column] ?? '';
    if (isEscaped(match)) filled += match.slice(1);
    else if (cell !== '') filled += cell;
    else if (fallback !== undefined) filled += literal(fallback);
    else throw new EmptyCell(`${match}: the column is empty in this row; add a fallback, as in {{${column}|…}}`);
  }
  return filled + literal(text.slice(from));
}

/**
 * Replaces each `{{column}}` by the row's cell. For an empty cell the text behind a bar is used, as in
 * `{{first_name|there}}`. In the `text` of an action, `\n` becomes a line break.
 * @throws EmptyCell if a cell is empty and its placeholder has no fallback.
 */
export const fillTemplate = (template: unknown, cells: Readonly<Record<string, string>>): unknown =>
  mapStrings(template, (text, path) => fillText(text, cells, isMessage(path) ? withLineBreaks : asWritten));
