import { idText } from '../damage.js';

/** Longer than a phone number, which has 15 digits at most. */
const certainId = /^\d{16,}$/;

/** Shorter numbers are ids only in a table of short ids: an address may begin with a postal code. */
const usualId = /^\d{9,}$/;
const shortId = /^\d+$/;

/** An id without what stands around it: an apostrophe, quotes, or the `user:` of ManyChat's keys. */
const bareId = (cell: string): string => idText(idText(cell).replace(/^user:/i, ''));

/** Whether a cell holds an id of any length. */
export const isId = (cell: string): boolean => shortId.test(bareId(cell));

/** The column that says whose a row is, and what its cells look like. */
export interface RowKey {
  readonly column: string;
  /** Whether a cell says whose a row is; absent for ids. */
  readonly isKey?: ((cell: string) => boolean) | undefined;
}

/**
 * Whether a cell of several lines has swallowed a row, because a quote is missing: one of its lines has an id, an email or a
 * number where the column of them is.
 * @param index position of that column; -1 if it is not known.
 */
export function holdsSwallowedRow(
  cells: readonly string[],
  delimiter: string,
  index: number,
  isKey?: RowKey['isKey'],
): boolean {
  if (!cells.some((cell) => cell.includes('\n'))) return false;
  const ownId = bareId(cells[index] ?? '');
  const expectedId = usualId.test(ownId) ? usualId : shortId;
  const isExpected = isKey ?? ((cell: string) => expectedId.test(cell));
  return cells.some(
    (cell, column) =>
      cell.includes('\n') &&
      cell.split('\n').some((line, number) => {
        const parts = line.split(delimiter).map(bareId);
        if (parts.length === 1) return false;
        // The first line continues the row of the cell.
        const position = number === 0 ? index - column : index;
        return parts.some((part) => certainId.test(part)) || isExpected(parts[position] ?? '');
      }),
  );
}
