import { createFallbackStore, type FallbackParts } from '../../src/store/fallback-store.js';
import { createMemoryStore } from '../../src/store/memory-store.js';
import { type Document, type SharedStore, StoreAway } from '../../src/store/shared-store.js';
import { forwardClock } from './forward-clock.js';

/** When the time of the engine begins. */
export const start = Date.parse('2026-09-20T12:00:00Z');

/** An engine that several processes use, and that can be broken. */
export function breakable(now: () => number) {
  const memory = createMemoryStore(now);
  const untils = new Map<string, number>();
  const engine = {
    /** Why it cannot be used. */
    broken: undefined as string | undefined,
    /** Why its documents can be read, but not written. */
    full: undefined as string | undefined,
    opened: 0,
    /** What is done by others right after the next transaction that only reads. */
    afterRead: undefined as (() => Promise<unknown>) | undefined,
    /** Opens it as one process does. */
    async open(onSeen: Parameters<FallbackParts['open']>[0]): Promise<SharedStore> {
      engine.opened += 1;
      if (engine.broken !== undefined) throw new StoreAway(engine.broken);
      let isClosed = false;
      return {
        ...memory,
        async transact(documents, change, signal) {
          if (isClosed) throw new StoreAway('The store is closed');
          if (engine.broken !== undefined) throw new StoreAway(engine.broken);
          let writes = false;
          const result = await memory.transact(
            documents,
            (transaction) =>
              change({
                ...transaction,
                write(document, content, keptMs) {
                  if (engine.full !== undefined) throw new StoreAway(engine.full);
                  writes = true;
                  untils.set(document.key, transaction.now + keptMs);
                  transaction.write(document, content, keptMs);
                },
              }),
            signal,
          );
          for (const { key } of documents) {
            const raw: Document<unknown> = { key, parse: (written) => written };
            const content = await memory.transact([raw], (transaction) => transaction.read(raw));
            const until = untils.get(key) ?? 0;
            onSeen(key, content === undefined ? undefined : { json: JSON.stringify(content), until }, now());
          }
          const { afterRead } = engine;
          if (!writes && afterRead !== undefined) {
            engine.afterRead = undefined;
            await afterRead();
          }
          return result;
        },
        async close() {
          isClosed = true;
        },
      };
    },
  };
  return engine;
}

/** Two processes on one engine, what each was told of it, and their clock. */
export function twoProcesses() {
  let time = start;
  const wallClock = (): number => time;
  const engine = breakable(forwardClock(wallClock));
  const notes: (string | undefined)[] = [];
  const fallback = (): SharedStore =>
    createFallbackStore({ open: engine.open, onAway: (reason) => notes.push(reason), wallClock });
  const pass = (milliseconds: number): void => {
    time += milliseconds;
  };
  return { engine, notes, one: fallback(), other: fallback(), pass, wallClock };
}
