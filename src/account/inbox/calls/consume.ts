import { StoreAway } from '../../../store/shared-store.js';
import { type Clock, sleep } from '../../../upstream/clock.js';
import type { AccountInbox, AnswerContent, HeardMessage, InboxReader } from '../inbox.js';

/** What became of an answer. `again`: nothing was sent, and it can be tried later. */
export type AnswerResult = 'done' | 'again';

/** How messages are worked through without an agent that waits for them. */
export interface Consumer {
  readonly reader: InboxReader;
  /** Messages that are worked on at once, each of another contact. */
  readonly concurrency: number;
  /**
   * Works on a message, in less than 110 seconds: after two minutes it is handed out again. Returns its answer, or undefined for
   * none. If it rejects, the message comes again when the two minutes are over.
   */
  handle(message: HeardMessage, signal: AbortSignal): Promise<AnswerContent | undefined>;
  answer(message: HeardMessage, content: AnswerContent, signal: AbortSignal): Promise<AnswerResult>;
  /** Called when a message was not worked through. `final`: it does not come again. */
  onFailure(message: HeardMessage, error: unknown, final: boolean): void;
  /** Called when messages cannot be reached (true), and when they can be reached again (false). */
  onAway(isAway: boolean): void;
}

/** After so many failures a message is left to people. */
const maxAttempts = 3;
const waitMs = 30_000;
const retryMs = 1_000;
/** Messages whose failures are counted. */
const maxCounted = 10_000;

const never = new AbortController().signal;

/** Works through the messages of an account until the signal aborts. What was not finished then is given back. */
export async function consume(
  inbox: AccountInbox,
  consumer: Consumer,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const { reader, concurrency } = consumer;
  const running = new Map<string, Promise<void>>();
  const failures = new Map<string, number>();
  let isAway = false;

  function away(next: boolean): void {
    if (isAway !== next) consumer.onAway(next);
    isAway = next;
  }

  /** Does something with the store, as soon as that can be reached, and at least once. Undefined: the signal has aborted. */
  async function reaching<Value>(work: () => Promise<Value>): Promise<Value | undefined> {
    for (;;) {
      try {
        const value = await work();
        away(false);
        return value;
      } catch (error) {
        if (!(error instanceof StoreAway)) throw error;
        away(true);
        if (signal.aborted) return undefined;
        await sleep(clock, retryMs, signal);
      }
    }
  }

  const finish = (id: string) => reaching(() => inbox.take({ reader, limit: 0, done: [id], waitMs: 0 }, never));

  /** Counts a failure; true if it was the last one that is allowed. */
  function isFinal(id: string): boolean {
    const count = (failures.get(id) ?? 0) + 1;
    failures.delete(id);
    failures.set(id, count);
    const [oldest] = failures.keys();
    if (failures.size > maxCounted && oldest !== undefined) failures.delete(oldest);
    return count >= maxAttempts;
  }

  async function workOn(message: HeardMessage): Promise<void> {
    const { id, state } = message;
    // Another reader is answering it. If that comes to nothing, it is handed out again.
    if (state === 'inline' || state === 'writing' || state === 'late') return;
    if (state === 'unknown') consumer.onFailure(message, new Error('it is not known whether its answer arrived'), true);
    if (state !== 'open' && state !== 'held') return void (await finish(id));
    try {
      const content = await consumer.handle(message, signal);
      const result = content === undefined ? 'done' : await consumer.answer(message, content, signal);
      if (result === 'again') throw new Error('the answer could not be sent');
      failures.delete(id);
    } catch (error) {
      if (signal.aborted) return void (await inbox.giveBack(reader, [id]).catch(() => undefined));
      const final = isFinal(id);
      consumer.onFailure(message, error, final);
      if (!final) return;
    }
    await finish(id);
  }

  while (!signal.aborted) {
    if (running.size >= concurrency) {
      await Promise.race(running.values());
      continue;
    }
    const limit = concurrency - running.size;
    const taken = await reaching(() => inbox.take({ reader, limit, done: [], waitMs, onePerContact: true }, signal));
    for (const message of taken ?? []) {
      // It took longer than it may, and still goes on.
      if (running.has(message.id)) continue;
      running.set(
        message.id,
        workOn(message).finally(() => void running.delete(message.id)),
      );
    }
  }
  await Promise.allSettled(running.values());
}
