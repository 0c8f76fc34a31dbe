import { createMemoryStore } from '../../src/store/memory-store.js';
import { type SharedStore, StoreAway } from '../../src/store/shared-store.js';
import type { Limit, Load, Turn } from '../../src/upstream/pacing/pacer.js';
import { createSharedPacer } from '../../src/upstream/pacing/shared-pacer.js';
import { type ManualClock, manualClock } from './timing.js';

/** A process on a shared store. */
export interface Process {
  readonly pacer: ReturnType<typeof createSharedPacer>;
  /** From now on nothing that this process does reaches the store, and nothing comes back. */
  kill(): void;
  /** How long the answers to its transactions are on their way, in milliseconds, after they were written. */
  answerMs: number;
}

const pass = (clock: ManualClock, milliseconds: number): Promise<void> =>
  new Promise((resolve) => void clock.after(milliseconds, resolve));

/** How long the store is away from a process, one way. */
const hopMs = 1;

/** Processes that share a store in memory, all on one clock. */
export function openProcesses(count: number, clock: ManualClock = manualClock()) {
  let transactions = 0;
  let away = false;
  let backSince: number | undefined;
  let loseAnswer = (): boolean => false;
  const written = new Map<string, number[]>();
  const shared = createMemoryStore(() => Math.floor(1e12 + clock.now()));
  const processes = Array.from({ length: count }, (_, index): Process => {
    let killed = false;
    const store: SharedStore = {
      async transact(documents, change, signal) {
        await pass(clock, hopMs);
        if (killed) return new Promise(() => undefined);
        if (away) throw new StoreAway('away');
        transactions += 1;
        const result = await shared.transact(
          documents,
          (transaction) =>
            change({
              ...transaction,
              backSince,
              write(document, content, keepMs) {
                written.set(document.key, [...(written.get(document.key) ?? []), JSON.stringify(content).length]);
                transaction.write(document, content, keepMs);
              },
            }),
          signal,
        );
        await pass(clock, process.answerMs);
        if (loseAnswer()) throw new StoreAway('the answer was lost');
        return killed ? new Promise(() => undefined) : result;
      },
      watch: (document, changed) => shared.watch(document, () => killed || changed()),
      close: async () => undefined,
    };
    const process: Process = {
      pacer: createSharedPacer({ store, clock, process: `process${index}` }),
      answerMs: hopMs,
      kill() {
        killed = true;
      },
    };
    return process;
  });
  return {
    clock,
    processes,
    transactions: () => transactions,
    /** How many characters a document had each time that it was written. */
    sizes: (key: string): readonly number[] => written.get(key) ?? [],
    /** Whether the store can be reached. Once it can again, processes know since when. */
    setAway(value: boolean) {
      if (away && !value) backSince = Math.floor(1e12 + clock.now());
      away = value;
    },
    /** Decides whether the answer to a transaction is lost that was written. */
    loseAnswers(isLost: () => boolean) {
      loseAnswer = isLost;
    },
  };
}

/** An upstream that counts arrivals by limit. Latencies differ from request to request, the same in each run. */
export function countingUpstream(clock: ManualClock) {
  const arrivals = new Map<string, number[]>();
  let random = 1;
  const latency = (): number => {
    random = (random * 48_271) % 2_147_483_647;
    return 5 + (random % 40);
  };
  return {
    async request(turn: Turn, { limits }: Load): Promise<void> {
      void turn.sent();
      await pass(clock, latency());
      for (const { key } of limits) arrivals.set(key, [...(arrivals.get(key) ?? []), clock.now()]);
      await pass(clock, latency());
      void turn.over(true);
    },
    /** The maximum number of arrivals in any half-open window of a limit. */
    busiest({ key, windowMs }: Limit): number {
      const times = arrivals.get(key) ?? [];
      return Math.max(0, ...times.map((from) => times.filter((time) => time >= from && time < from + windowMs).length));
    },
    count: ({ key }: Limit): number => (arrivals.get(key) ?? []).length,
    last: (): number => Math.max(...[...arrivals.values()].flat()),
  };
}
