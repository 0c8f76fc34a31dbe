import { UsageError } from '../../config/usage-error.js';
import { isEmailColumn, isPhoneColumn } from '../bulk/job/id-column.js';
import { columnNamed } from '../bulk/table/column-name.js';

/** Flags that say by what the contacts of a table are known; `true` for the only column that says so. */
export interface MatchOptions {
  readonly matchEmail?: string | true | undefined;
  readonly matchPhone?: string | true | undefined;
  /** `field=column`, or the name of both. */
  readonly matchField?: string | undefined;
}

/** What the contacts of a table are known by, as the heading of a journal has it. */
export type Match =
  | { readonly by: 'email' | 'phone'; readonly column: string }
  | { readonly by: 'field'; readonly field: string; readonly column: string };

const plurals = { email: 'emails', phone: 'phones' } as const;

/** Where the contacts of a table come from, as it is named before anything happens. */
export const sourceText = (match: Match): string =>
  `${match.by === 'field' ? `values of field "${match.field}"` : plurals[match.by]} from column "${match.column}"`;

/** What is looked for, in words. `value` is quoted. */
export const soughtText = (match: Match, value: string): string =>
  match.by === 'field' ? `the value ${value} of field "${match.field}"` : `the ${match.by} ${value}`;

const flags = { email: '--match-email', phone: '--match-phone' } as const;

const listed = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ');

function requestedColumn(requested: string, columns: readonly string[], flag: string): string {
  const column = columnNamed(requested, columns);
  if (column === undefined)
    throw new UsageError(`${flag}: the table lacks a column "${requested}"; it has ${columns.join(', ')}`);
  return column;
}

function onlyColumn(by: 'email' | 'phone', columns: readonly string[]): string {
  const candidates = columns.filter(by === 'email' ? isEmailColumn : isPhoneColumn);
  const [column, ...others] = candidates;
  const what = by === 'email' ? 'emails' : 'phone numbers';
  if (column === undefined) {
    throw new UsageError(
      `${flags[by]}: no column says that it holds ${what}: name it, as in ${flags[by]} "${columns[0]}"; the columns are ${columns.join(', ')}`,
    );
  }
  if (others.length > 0)
    throw new UsageError(`${flags[by]}: the ${what} could be in ${listed(candidates)}: name the column`);
  return requestedColumn(column, columns, flags[by]);
}

function fieldMatch(text: string, columns: readonly string[]): Match {
  const at = text.indexOf('=');
  const field = (at === -1 ? text : text.slice(0, at)).trim();
  const requested = at === -1 ? field : text.slice(at + 1).trim();
  if (field === '' || requested === '') {
    throw new UsageError('--match-field names a custom field and a column, as in --match-field "customer_no=Customer"');
  }
  return { by: 'field', field, column: requestedColumn(requested, columns, '--match-field') };
}

/**
 * What the contacts of a table are known by; undefined if by their ids.
 * @throws UsageError if the flags or the columns leave that uncertain.
 */
export function matchOf(
  options: MatchOptions & { readonly idColumn?: string | undefined },
  columns: readonly string[],
): Match | undefined {
  const { matchEmail, matchPhone, matchField, idColumn } = options;
  const given = [matchEmail, matchPhone, matchField].filter((each) => each !== undefined);
  if (given.length === 0) return undefined;
  if (given.length > 1) throw new UsageError('give only one of --match-email, --match-phone and --match-field');
  if (idColumn !== undefined)
    throw new UsageError('--id-column names contacts by their ids: leave it out, or --match-…');
  if (matchField !== undefined) return fieldMatch(matchField, columns);
  const by = matchEmail === undefined ? 'phone' : 'email';
  const requested = matchEmail ?? matchPhone;
  const column =
    typeof requested === 'string' ? requestedColumn(requested, columns, flags[by]) : onlyColumn(by, columns);
  return { by, column };
}
