import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { createClient, ErrorReply } from '@redis/client';
import { markMs, stepScript, tokenLength } from './redis-script.js';
import { type Document, runChange, type SharedStore, StoreAway, type Transaction } from './shared-store.js';

/** How a store in Redis is opened. */
export interface RedisStoreOptions {
  /** `redis://` or `rediss://`, with user and password if needed. No error shows it. */
  readonly url: string;
  /** Stands before every key, so that several installations can share one database. */
  readonly prefix?: string | undefined;
  /** Called when Redis cannot be reached any more (true), and when it is reached again (false). */
  readonly onAway?: ((isAway: boolean) => void) | undefined;
  /** Replaces the clock of the server: milliseconds since 1970. */
  readonly time?: (() => number) | undefined;
}

/** How long one answer may take before it counts as lost, in milliseconds. */
const answerMs = 1_000;
/** How long a read waits for Redis, in milliseconds. Nothing depends on it yet, so its caller may try again. */
const readPatienceMs = 1_000;
/** How long it is tried to learn whether a commit was made, in milliseconds: shorter than its mark is kept. */
const commitPatienceMs = markMs - 5_000;
/** A server that runs for less than this may have been away, in seconds. */
const freshSeconds = 5;
const longestBackoffMs = 500;

const scriptHash = createHash('sha1').update(stepScript).digest('hex');

/** What Redis answered to a step. */
interface Answer {
  readonly committed: boolean;
  readonly now: number;
  readonly values: readonly (string | undefined)[];
}

function answerIn(reply: unknown): Answer {
  if (!Array.isArray(reply)) throw new StoreAway('Redis gave an answer that is not understood');
  const [committed, moment, ...values] = reply.map((each: unknown) => (each === null ? undefined : String(each)));
  return { committed: committed === '1', now: Number(moment), values };
}

/** The parts of a stored value. */
function partsOf(value: string): { token: string; until: number; json: string } {
  const lineEnd = value.indexOf('\n');
  const until = Number(value.slice(tokenLength, lineEnd));
  return { token: value.slice(0, tokenLength), until, json: value.slice(lineEnd + 1) };
}

/** Why Redis did not do something. Errors of the connection can hold addresses, replies of the server say what is wrong. */
const reasonOf = (error: unknown): string =>
  error instanceof ErrorReply ? `Redis refused: ${error.message}` : 'Redis cannot be reached';

/**
 * Opens a store in Redis or Valkey. One primary, not a cluster: a transaction can have documents of several hash slots.
 * Connects in the background, and again whenever the connection is lost.
 */
export function openRedisStore({ url, prefix = 'manychat-mcp:', onAway, time }: RedisStoreOptions): SharedStore {
  const client = createClient({
    url,
    disableOfflineQueue: true,
    socket: { connectTimeout: answerMs, reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, longestBackoffMs) },
  });
  const subscriber = client.duplicate();
  const watchers = new Map<string, Set<() => void>>();
  let wasReached = false;
  let isAway = false;
  let isClosed = false;
  /** By the clock of the server. */
  let backSince: number | undefined;
  /** Whether the next answer tells since when Redis is back. */
  let isBack = false;
  let lastError: unknown;

  function away(next: boolean): void {
    if (isAway === next) return;
    isAway = next;
    onAway?.(next);
  }

  // Without a listener, an error of the connection would end the process.
  client.on('error', (error: unknown) => {
    lastError = error;
    away(true);
  });
  client.on('ready', () => {
    isBack ||= wasReached;
    wasReached = true;
    away(false);
  });
  subscriber.on('error', () => undefined);
  subscriber.on('ready', () => {
    // Notices may have been lost.
    for (const all of watchers.values()) for (const changed of all) changed();
  });
  // A first connection that fails is tried again by the client, until the store is closed.
  const connecting = client.connect().then(
    async () => {
      const info = await client.sendCommand(['INFO', 'server']).catch(() => '');
      isBack ||= Number(/uptime_in_seconds:(\d+)/.exec(String(info))?.[1] ?? 0) < freshSeconds;
    },
    () => undefined,
  );

  /** Runs the script once. */
  async function run(keys: readonly string[], args: readonly string[]): Promise<Answer> {
    const rest = [String(keys.length), ...keys, ...args];
    const reply = client.sendCommand(['EVALSHA', scriptHash, ...rest]).catch((error: unknown) => {
      if (!(error instanceof ErrorReply) || !error.message.startsWith('NOSCRIPT')) throw error;
      return client.sendCommand(['EVAL', stepScript, ...rest]);
    });
    const timer = new AbortController();
    const late = pause(answerMs, undefined, { signal: timer.signal, ref: false }).then(() => {
      throw new StoreAway('Redis does not answer');
    });
    try {
      return answerIn(await Promise.race([reply, late]));
    } finally {
      timer.abort();
      late.catch(() => undefined);
      reply.catch(() => undefined);
    }
  }

  /** Runs the script until there is an answer. Repeating it is safe: a commit is made once by its token. */
  async function step(
    keys: readonly string[],
    args: () => readonly string[],
    patienceMs: number,
    signal: AbortSignal | undefined,
  ): Promise<Answer> {
    const giveUpAt = performance.now() + patienceMs;
    for (let attempt = 0; ; attempt += 1) {
      signal?.throwIfAborted();
      if (isClosed) throw new StoreAway('The store is closed');
      try {
        return await run(keys, args());
      } catch (error) {
        if (performance.now() >= giveUpAt)
          throw error instanceof StoreAway ? error : new StoreAway(reasonOf(isAway ? lastError : error));
        await pause(Math.min(20 * 2 ** attempt, longestBackoffMs), undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** Notes when Redis answered for the first time after it was away. */
  async function noteBack(now: number): Promise<void> {
    await connecting;
    if (!isBack) return;
    isBack = false;
    backSince = now;
  }

  const override = (): string => (time === undefined ? '' : String(time()));

  async function transact<Result>(
    documents: readonly Document<unknown>[],
    change: (transaction: Transaction) => Result,
    signal: AbortSignal | undefined,
  ): Promise<Result> {
    const names = documents.map(({ key }) => prefix + key);
    const keysFor = (token: string): string[] => [`${prefix}clock`, `${prefix}commit:${token}`, ...names];
    const noTokens = names.map(() => '');
    let seen = await step(keysFor(''), () => [override(), '', ...noTokens], readPatienceMs, signal);
    for (;;) {
      const { now, values } = seen;
      await noteBack(now);
      const found = values.map((value) => (value === undefined ? undefined : partsOf(value)));
      const stored = new Map<string, string>();
      for (const [index, { key }] of documents.entries()) {
        const each = found[index];
        if (each !== undefined && each.until > now) stored.set(key, each.json);
      }
      const { result, writes } = runChange(documents, stored, now, change, backSince);
      if (writes.size === 0) return result;
      const token = randomBytes(16).toString('base64url');
      const writeArguments = documents.flatMap(({ key }, index) => {
        if (!writes.has(key)) return [];
        const { json = '', keepMs = 0 } = writes.get(key) ?? {};
        return [String(index), String(Math.ceil(keepMs)), json];
      });
      const tokens = found.map((each) => each?.token ?? '');
      const args = (): string[] => [override(), token, ...tokens, ...writeArguments];
      seen = await step(keysFor(token), args, commitPatienceMs, undefined);
      if (seen.committed) return result;
    }
  }

  async function subscribe(channel: string, all: ReadonlySet<() => void>): Promise<void> {
    if (!subscriber.isOpen) await subscriber.connect();
    await subscriber.subscribe(channel, () => {
      for (const changed of all) changed();
    });
  }

  return {
    transact,
    watch({ key }, changed) {
      const channel = prefix + key;
      const own = (): void => changed();
      const all = watchers.get(channel) ?? new Set();
      watchers.set(channel, all.add(own));
      // A notice can be lost, and so can a subscription that fails: whoever waits looks again in time.
      if (all.size === 1) subscribe(channel, all).catch(() => undefined);
      return () => {
        all.delete(own);
        if (all.size > 0 || watchers.get(channel) !== all) return;
        watchers.delete(channel);
        if (subscriber.isReady) subscriber.unsubscribe(channel).catch(() => undefined);
      };
    },
    async close() {
      isClosed = true;
      watchers.clear();
      for (const each of [client, subscriber]) if (each.isOpen) each.destroy();
    },
  };
}
