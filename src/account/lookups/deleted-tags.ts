import { shownForm } from './true-names.js';

/** How long a deletion is remembered, in milliseconds: longer than clients and agents repeat what they have not seen done. */
const rememberedMs = 300_000;

/** Tags that this account may have deleted. That none has such a name can then mean that the work is done. */
export interface DeletedTags {
  /** Notes a deletion; without a name, of a tag whose name is not known. */
  note(connection: string | undefined, name: string | undefined): void;
  /** Whether a tag that is shown under this name may have been deleted. */
  mayInclude(connection: string | undefined, name: string): boolean;
}

const keyOf = (connection = '', name?: string): string =>
  JSON.stringify([connection, ...(name === undefined ? [] : [shownForm('tag', name)])]);

/**
 * Creates the memory of deleted tags.
 * @param now milliseconds, from any fixed point.
 */
export function createDeletedTags(now: () => number): DeletedTags {
  const deleted = new Map<string, number>();
  const isRemembered = (key: string): boolean => now() - (deleted.get(key) ?? Number.NEGATIVE_INFINITY) < rememberedMs;
  return {
    note(connection, name) {
      for (const key of deleted.keys()) if (!isRemembered(key)) deleted.delete(key);
      deleted.set(keyOf(connection, name), now());
    },
    mayInclude: (connection, name) => isRemembered(keyOf(connection)) || isRemembered(keyOf(connection, name)),
  };
}
