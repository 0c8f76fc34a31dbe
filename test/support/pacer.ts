import type { Pacer } from '../../src/upstream/pacing/pacer.js';

/** A pacer that gives every turn at once, for tests in which the pace does not matter. */
export const everyTurnAtOnce: Pacer = {
  turn: async () => ({ sent: () => undefined, refused: () => undefined, over: () => undefined }),
  close: async () => undefined,
};
