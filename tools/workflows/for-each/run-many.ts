import type { Failure } from '../../contract/failure.js';
import { createStopRule } from './stop-rules.js';

/** A job that does the same for many items. */
export interface ManyItems<Item, Outcome> {
  /** Read one by one, as places become free. */
  readonly items: Iterable<Item> | AsyncIterable<Item>;
  /** How many items are in flight at most. */
  readonly maxInFlight: number;
  /** Performs one item. Expected failures are outcomes; a rejection is a defect and breaks off the job. */
  perform(item: Item): Promise<Outcome>;
  /** The failure in an outcome; undefined for a success. */
  failureOf(outcome: Outcome): Failure | undefined;
  /** Records an outcome. It is called right after the decision to stop; the item is in flight until it resolves. */
  record(item: Item, outcome: Outcome): void | Promise<void>;
  /** Whether this failure stops the job without being repeated. */
  stopsAlone(failure: Failure): boolean;
  /** Whether another item may start now; the job ends at the first `false`. Always, if absent. */
  mayStart?(): boolean;
  /** No further item starts after it fires, and later failures do not stop the job: they may be its consequence. */
  readonly signal?: AbortSignal;
  /** Called when a failure stops the job, while other items are still in flight. */
  onStop?(): void;
}

/**
 * Performs many items, several at a time, until all are done, `signal` fires or a failure stops the job. Once nothing is in
 * flight any more it resolves with the outcome that stopped the job, if any.
 * @throws the first error of reading the items, or of a `perform` or `record` that rejects.
 */
export async function runMany<Item, Outcome>({
  items,
  maxInFlight,
  perform,
  failureOf,
  record,
  stopsAlone,
  mayStart = () => true,
  signal,
  onStop = () => undefined,
}: ManyItems<Item, Outcome>): Promise<Outcome | undefined> {
  const inFlight = new Set<Promise<void>>();
  const shouldStop = createStopRule(stopsAlone);
  let stoppedBy: { readonly outcome: Outcome } | undefined;
  let broken: { readonly error: unknown } | undefined;
  const isOver = (): boolean => stoppedBy !== undefined || broken !== undefined || signal?.aborted === true;

  async function runOne(item: Item): Promise<void> {
    try {
      const outcome = await perform(item);
      if (shouldStop(failureOf(outcome)) && !isOver()) {
        stoppedBy = { outcome };
        onStop();
      }
      await record(item, outcome);
    } catch (error) {
      broken ??= { error };
    }
  }

  try {
    for await (const item of items) {
      if (isOver() || !mayStart()) break;
      const task = runOne(item).finally(() => inFlight.delete(task));
      inFlight.add(task);
      if (inFlight.size >= maxInFlight) await Promise.race(inFlight);
    }
  } catch (error) {
    broken ??= { error };
  }
  await Promise.all(inFlight);
  if (broken !== undefined) throw broken.error;
  return stoppedBy?.outcome;
}
