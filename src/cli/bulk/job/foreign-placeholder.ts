import { columnNamed } from '../table/column-name.js';

/** How other systems mark the place of a value. Each pattern looks ahead, so that matches may overlap. */
const forms: readonly RegExp[] = [
  /(?=(\$?\{\$?\s*([^{}|]+?)\s*(?:\|[^{}]*)?\}))/g,
  /(?=(%\s*([^%\n]+?)\s*%))/g,
  /(?=(\[\[?\s*([^[\]|]+?)\s*(?:\|[^[\]]*)?\]\]?))/g,
  /(?=(<<?\s*([^<>]+?)\s*>>?))/g,
  /(?=(«\s*([^«»]+?)\s*»))/g,
  /(?=(\*\|\s*([^|]+?)\s*\|\*))/g,
];

/** The column that a name means, also behind a prefix as in `contact.first_name`; undefined if there is none. */
function columnMeant(name: string, columns: readonly string[]): string | undefined {
  for (const each of [name, name.split('.').at(-1) ?? name]) {
    try {
      const column = columnNamed(each, columns);
      if (column !== undefined) return column;
    } catch {
      // Several columns are meant, and one of them is as good a reason to refuse the text.
      return each;
    }
  }
  return undefined;
}

/**
 * A placeholder in the form of another system that names a column, so that it looks as if it were filled in: `{name}`,
 * `%name%`, `[name]`, and `{{{name}}}`. Undefined if there is none.
 * @param rest the text without our own placeholders.
 */
export function foreignPlaceholder(
  text: string,
  rest: string,
  columns: readonly string[],
): { readonly written: string; readonly column: string } | undefined {
  const [tripled, inner = ''] = /\{\{\{\s*([^{}|]+?)\s*(?:\|[^{}]*)?\}\}\}/.exec(text) ?? [];
  if (tripled !== undefined) return { written: tripled, column: columnMeant(inner, columns) ?? inner };
  for (const form of forms) {
    for (const [, written = '', name = ''] of rest.matchAll(form)) {
      const column = columnMeant(name, columns);
      if (column !== undefined) return { written, column };
    }
  }
  return undefined;
}
