import { StoreAway } from '../shared-store.js';

/** Primary result codes of SQLite. */
const busy = 5;
const reasons: ReadonlyMap<number, string> = new Map([
  [3, 'it may not be opened'],
  [busy, 'another program keeps it locked'],
  [6, 'another program keeps it locked'],
  [8, 'it can only be read'],
  [10, 'reading or writing it failed'],
  [11, 'it is damaged'],
  [13, 'the disk is full'],
  [14, 'it cannot be opened'],
  [26, 'it is no SQLite file'],
]);

/** The primary result code of an error of node:sqlite; undefined for other errors. */
function codeOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined;
  // The upper bits say more.
  return error.errcode & 0xff;
}

/** Whether another connection writes at this moment, or recovers the file. */
export const isBusy = (error: unknown): boolean => codeOf(error) === busy;

/** Why the file cannot be used, for any error that the engine throws. */
export function awayBecause(error: unknown): StoreAway {
  if (error instanceof StoreAway) return error;
  const code = codeOf(error);
  if (code !== undefined) return new StoreAway(reasons.get(code) ?? `SQLite reports error ${code}`);
  const name = error instanceof Error && 'code' in error ? error.code : error instanceof Error && error.name;
  return new StoreAway(`SQLite cannot read it (${String(name)})`);
}

/** Runs work of the engine. Throws its errors as StoreAway, except those for which `isBusy` holds. */
export function inEngine<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw isBusy(error) ? error : awayBecause(error);
  }
}
