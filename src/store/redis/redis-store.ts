import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { ErrorReply } from '@redis/client';
import { type Document, runChange, type SharedStore, StoreAway, type Transaction } from '../shared-store.js';
import { answerMs, openRedisConnection, type RedisClient, type RedisConnection } from './redis-connection.js';
import { markMs, stepScript, tokenLength } from './redis-script.js';

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

/** How long a read waits for Redis, in milliseconds. Nothing depends on it yet, so its caller may try again. */
const readPatienceMs = answerMs;
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
function awayBecause(error: unknown): StoreAway {
  if (error instanceof StoreAway) return error;
  return new StoreAway(error instanceof ErrorReply ? `Redis refused: ${error.message}` : 'Redis cannot be reached');
}

/**
 * Opens a store in Redis or Valkey. One primary, not a cluster: a transaction can have documents of several hash slots.
 * Connects in the background, and again whenever the connection is lost or goes silent.
 */
export function openRedisStore({ url, prefix = 'manychat-mcp:', onAway, time }: RedisStoreOptions): SharedStore {
  const watchers = new Map<string, Set<() => void>>();
  let wasReached = false;
  let isAway = false;
  let isClosed = false;
  /** The time of the store, as far as this process knows. */
  let latest = 0;
  /** By the clock of the store. */
  let backSince: number | undefined;
  /** Whether the next answer tells since when Redis is back. */
  let isBack = false;
  let lastError: unknown;
  /** Whether Redis has just started is found out with the first connection. */
  let lookingAtStart: Promise<void> | undefined;
  let subscriber: RedisConnection | undefined;

  function away(next: boolean): void {
    if (isAway === next) return;
    isAway = next;
    onAway?.(next);
  }

  const connection = openRedisConnection(url, {
    onReady() {
      if (wasReached) isBack = true;
      else lookingAtStart = lookAtStart();
      wasReached = true;
      away(false);
    },
    onLost(error) {
      lastError = error;
      away(true);
      // What made one connection silent may have made the other so.
      subscriber?.check();
    },
  });

  /** A server that has just started may have lost writes. So may one that does not say when it started. */
  async function lookAtStart(): Promise<void> {
    const info = await connection.send(['INFO', 'server']).catch(() => '');
    isBack ||= Number(/uptime_in_seconds:(\d+)/.exec(String(info))?.[1] ?? 0) < freshSeconds;
  }

  /** Runs the script once. */
  async function run(keys: readonly string[], args: readonly string[]): Promise<Answer> {
    const rest = [String(keys.length), ...keys, ...args];
    try {
      return answerIn(await connection.send(['EVALSHA', scriptHash, ...rest]));
    } catch (error) {
      if (!(error instanceof ErrorReply) || !error.message.startsWith('NOSCRIPT')) throw error;
      return answerIn(await connection.send(['EVAL', stepScript, ...rest]));
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
        const answer = await run(keys, args());
        latest = Math.max(latest, answer.now);
        return answer;
      } catch (error) {
        if (performance.now() >= giveUpAt) throw awayBecause(isAway ? lastError : error);
        await pause(Math.min(20 * 2 ** attempt, longestBackoffMs), undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** Notes when Redis answered for the first time after it was away. */
  async function noteBack(now: number): Promise<void> {
    await lookingAtStart;
    if (!isBack) return;
    isBack = false;
    backSince = now;
  }

  const clock = (): string[] => [time === undefined ? '' : String(time()), String(latest)];

  async function transact<Result>(
    documents: readonly Document<unknown>[],
    change: (transaction: Transaction) => Result,
    signal: AbortSignal | undefined,
  ): Promise<Result> {
    const names = documents.map(({ key }) => prefix + key);
    const keysFor = (token: string): string[] => [`${prefix}clock`, `${prefix}commit:${token}`, ...names];
    const noTokens = names.map(() => '');
    let seen = await step(keysFor(''), () => [...clock(), '', ...noTokens], readPatienceMs, signal);
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
      const args = (): string[] => [...clock(), token, ...tokens, ...writeArguments];
      seen = await step(keysFor(token), args, commitPatienceMs, undefined);
      if (seen.committed) return result;
    }
  }

  const onNotice = (_: string, channel: string): void => {
    for (const changed of watchers.get(channel) ?? []) changed();
  };

  /** Subscribes to everything that is watched. Notices may have been lost before, so all that watch are told. */
  async function subscribeAll(client: RedisClient): Promise<void> {
    await client.subscribe([...watchers.keys()], onNotice);
    for (const channel of watchers.keys()) onNotice('', channel);
  }

  function subscribe(channel: string): void {
    subscriber ??= openRedisConnection(url, {
      onReady: (client) => void subscribeAll(client).catch(() => undefined),
    });
    // Without a connection, or with one that is lost before, it is subscribed to with the next.
    subscriber
      .client()
      ?.subscribe(channel, onNotice)
      .catch(() => undefined);
  }

  return {
    transact,
    watch({ key }, changed) {
      const channel = prefix + key;
      const own = (): void => changed();
      const all = watchers.get(channel) ?? new Set();
      watchers.set(channel, all.add(own));
      if (all.size === 1) subscribe(channel);
      return () => {
        all.delete(own);
        if (all.size > 0 || watchers.get(channel) !== all) return;
        watchers.delete(channel);
        subscriber
          ?.client()
          ?.unsubscribe(channel)
          .catch(() => undefined);
      };
    },
    async close() {
      isClosed = true;
      watchers.clear();
      connection.close();
      subscriber?.close();
    },
  };
}
