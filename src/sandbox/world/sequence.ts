/** Numbers what happens, from 1. */
export interface Sequence {
  next(): number;
  reset(): void;
}

export function createSequence(): Sequence {
  let last = 0;
  return {
    next() {
      last += 1;
      return last;
    },
    reset() {
      last = 0;
    },
  };
}
