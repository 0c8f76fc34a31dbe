import { UsageError } from '../../../config/usage-error.js';
import { columnNamed } from '../table/column-name.js';

/** Headings of a column that names accounts, unless another is requested. */
const usualNames = ['account', 'ManyChat account'] as const;

/** The columns that name accounts by their headings. */
export const accountColumnsIn = (columns: readonly string[]): string[] =>
  usualNames.flatMap((name) => columnNamed(name, columns) ?? []);

/** A table lacks the column that is to name the accounts. */
export class NoAccountColumn extends UsageError {
  override readonly name = 'NoAccountColumn';
}

/**
 * The column that names the account of each row: the requested one, or for `true` the one that is called so.
 * @throws UsageError if there is none, or if it is uncertain which it is.
 */
export function accountColumnOf(requested: string | true, columns: readonly string[]): string {
  if (requested !== true) {
    const column = columnNamed(requested, columns);
    if (column !== undefined) return column;
    throw new NoAccountColumn(
      `--account-column: the table lacks a column "${requested}"; it has ${columns.join(', ')}`,
    );
  }
  const [column, ...others] = accountColumnsIn(columns);
  if (column === undefined) {
    throw new NoAccountColumn(
      `the table lacks a column "account"; it has ${columns.join(', ')}. Name the column of accounts with --account-column`,
    );
  }
  if (others.length === 0) return column;
  throw new UsageError(
    `the accounts could be in "${column}" or "${others.join('" or "')}": name the column with --account-column`,
  );
}
