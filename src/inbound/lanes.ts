/** Too much of one contact waits already. */
export class Busy extends Error {
  override readonly name = 'Busy';
}

/** Calls of one contact that wait, at most. */
const maxWaiting = 20;

/** Runs the work of each contact one after the other, so that a flood from one delays no other. */
export interface Lanes {
  /**
   * @param over ends the wait for the work before.
   * @throws Busy, or the reason of the signal.
   */
  run<Outcome>(contact: string, work: () => Promise<Outcome>, over: AbortSignal): Promise<Outcome>;
}

/** Creates lanes. One without work takes no memory. */
export function createLanes(): Lanes {
  /** What waits behind the work that is under way, by contact. */
  const lanes = new Map<string, Set<() => void>>();

  function leave(contact: string, waiting: Set<() => void>): void {
    const [next] = waiting;
    if (next === undefined) lanes.delete(contact);
    else {
      waiting.delete(next);
      next();
    }
  }

  function turn(waiting: Set<() => void>, over: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const begin = (): void => {
        over.removeEventListener('abort', giveUp);
        resolve();
      };
      const giveUp = (): void => {
        if (waiting.delete(begin)) reject(over.reason);
      };
      waiting.add(begin);
      over.addEventListener('abort', giveUp, { once: true });
    });
  }

  return {
    async run(contact, work, over) {
      over.throwIfAborted();
      const waiting = lanes.get(contact);
      if (waiting !== undefined) {
        if (waiting.size >= maxWaiting) throw new Busy('too many calls of one contact');
        await turn(waiting, over);
      }
      const mine = waiting ?? new Set<() => void>();
      lanes.set(contact, mine);
      try {
        return await work();
      } finally {
        leave(contact, mine);
      }
    },
  };
}
