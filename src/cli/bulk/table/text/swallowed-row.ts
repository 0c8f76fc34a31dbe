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

/**
 * Whether a cell of several lines has swallowed a row, because a quote is missing: one of its lines has an id where the
 * column of ids is.
 * @param idIndex position of the column of ids; -1 if it is not known.
 */
export function holdsSwallowedRow(cells: readonly string[], delimiter: string, idIndex: number): boolean {
  if (!cells.some((cell) => cell.includes('\n'))) return false;
  const ownId = bareId(cells[idIndex] ?? '');
  const expectedId = usualId.test(ownId) ? usualId : shortId;
  return cells.some(
    (cell, column) =>
      cell.includes('\n') &&
      cell.split('\n').some((line, index) => {
        const parts = line.split(delimiter).map(bareId);
        if (parts.length === 1) return false;
        // The first line continues the row of the cell.
        const position = index === 0 ? idIndex - column : idIndex;
        return parts.some((part) => certainId.test(part)) || expectedId.test(parts[position] ?? '');
      }),
  );
}
