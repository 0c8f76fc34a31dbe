import { type Clock, timeout } from '../../../upstream/clock.js';
import { linkSignals } from '../../../upstream/linked-signal.js';
import type { Inbox, Take } from '../inbox.js';

/** Those who wait for messages of one account in this process. Only the first of them waits at the store. */
interface Line {
  /** Resolves with the function that ends the turn, or with undefined if the signal aborts before. */
  turn(signal: AbortSignal): Promise<(() => void) | undefined>;
  /** Nobody waits. */
  isEmpty(): boolean;
}

function createLine(): Line {
  const waiting: (() => void)[] = [];
  let busy = false;
  function end(): void {
    const next = waiting.shift();
    if (next === undefined) busy = false;
    else next();
  }
  return {
    isEmpty: () => !busy,
    turn: (signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve(undefined);
        if (!busy) {
          busy = true;
          return resolve(end);
        }
        const start = (): void => {
          signal.removeEventListener('abort', leave);
          resolve(end);
        };
        const leave = (): void => {
          waiting.splice(waiting.indexOf(start), 1);
          resolve(undefined);
        };
        waiting.push(start);
        signal.addEventListener('abort', leave, { once: true });
      }),
  };
}

/** The watches of one account in this process, which are one watch of the store. */
interface SharedWatch {
  readonly watching: Set<() => void>;
  readonly end: () => void;
}

/**
 * The inbox of a process: however many clients wait for messages of an account, one of them waits at the store, and one watch
 * of the store serves all. It ends when what it has begun to write is written.
 */
export function createHostInbox(inbox: Inbox, clock: Clock): Inbox {
  const lines = new Map<string, Line>();
  const watches = new Map<string, SharedWatch>();
  const writing = new Set<Promise<unknown>>();

  function tracked<Written>(work: Promise<Written>): Promise<Written> {
    writing.add(work);
    const forget = (): void => void writing.delete(work);
    work.then(forget, forget);
    return work;
  }

  function watch(scope: string, changed: () => void): () => void {
    const own = (): void => changed();
    const shared = watches.get(scope) ?? begin(scope);
    shared.watching.add(own);
    return () => {
      if (!shared.watching.delete(own) || shared.watching.size > 0) return;
      watches.delete(scope);
      shared.end();
    };
  }

  function begin(scope: string): SharedWatch {
    const watching = new Set<() => void>();
    const end = inbox.of(scope).watch(() => {
      for (const each of [...watching]) each();
    });
    const shared = { watching, end };
    watches.set(scope, shared);
    return shared;
  }

  /** Waits for messages after there were none. */
  async function takeInTurn(scope: string, take: Take, signal: AbortSignal) {
    const until = clock.now() + take.waitMs;
    const line = lines.get(scope) ?? createLine();
    lines.set(scope, line);
    const { signal: over, cancel } = timeout(clock, take.waitMs);
    const { signal: stop, unlink } = linkSignals(signal, over);
    const end = await line.turn(stop);
    cancel();
    unlink();
    if (end === undefined) return [];
    try {
      return await inbox.of(scope).take({ ...take, done: [], waitMs: Math.max(0, until - clock.now()) }, signal);
    } finally {
      end();
      if (line.isEmpty()) lines.delete(scope);
    }
  }

  return {
    of(scope) {
      const account = inbox.of(scope);
      return {
        ...account,
        async take(take, signal) {
          const messages = await account.take({ ...take, waitMs: 0 }, signal);
          if (messages.length > 0 || take.waitMs <= 0 || signal.aborted) return messages;
          return takeInTurn(scope, take, signal);
        },
        giveBack: (reader, messages) => tracked(account.giveBack(reader, messages)),
        noteSent: (contact, sent) => tracked(account.noteSent(contact, sent)),
        watch: (changed) => watch(scope, changed),
      };
    },
    async close() {
      await Promise.allSettled(writing);
      await inbox.close();
    },
  };
}
