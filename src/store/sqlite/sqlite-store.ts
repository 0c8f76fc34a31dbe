/// <reference path="./node-sqlite.d.ts" />
import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import type { OnSeen, Seen } from '../fallback-store.js';
import {
  type Changed,
  type Document,
  runChange,
  type SharedStore,
  StoreAway,
  type Transaction,
} from '../shared-store.js';
import { awayBecause, inEngine, isBusy } from './sqlite-errors.js';
import { createFile, identityOf, makePrivate } from './sqlite-file.js';

/** How a store in a SQLite file is opened. */
export interface SqliteStoreOptions {
  readonly path: string;
  /** The module node:sqlite. */
  readonly load: () => Promise<{ readonly DatabaseSync: new (path: string) => DatabaseSync }>;
  /** How long a transaction waits for its lock, in milliseconds. Others keep it for less than one. */
  readonly patienceMs?: number | undefined;
  /** How long opening waits for a lock, in milliseconds; as `patienceMs` by default. */
  readonly openPatienceMs?: number | undefined;
  /** The wall clock of the machine, in milliseconds since 1970. */
  readonly wallClock?: (() => number) | undefined;
  /** The time of the store goes on from here, if it is not later. */
  readonly notBefore?: number | undefined;
  readonly onSeen?: OnSeen | undefined;
}

/** "mcst": marks a SQLite file as a state of this program. */
const applicationId = 0x6d637374;
/** Changes with the meaning of the tables. Another version does not use the file. */
const schemaVersion = 1;

/** The default for `patienceMs`. */
const usualPatienceMs = 5_000;
/** The longest wait before the lock is tried again, in milliseconds. */
const longestRetryMs = 8;
/** How often it is looked for changes of other processes while somebody watches, in milliseconds. */
const pollMs = 20;
/** Expired documents are dropped with the first write after this time, in milliseconds. */
const sweepEveryMs = 60_000;

const schema = `
  create table document (key text primary key, json text not null, until integer not null, change integer not null);
  create index expiry on document (until);
  create table clock (latest integer not null, ahead integer not null, change integer not null);
  insert into clock values (0, 0, 0);
  pragma application_id = ${applicationId};
  pragma user_version = ${schemaVersion};
`;

/** Runs synchronous work, and again while another connection holds the lock. The event loop is free in between. */
async function whenFree<Result>(work: () => Result, patienceMs: number, signal?: AbortSignal): Promise<Result> {
  const latest = performance.now() + patienceMs;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error)) throw error;
      if (performance.now() >= latest) throw awayBecause(error);
    }
    await pause(Math.random() * Math.min(attempt, longestRetryMs), undefined, { signal }).catch(() => undefined);
    signal?.throwIfAborted();
  }
}

const numberIn = (database: DatabaseSync, pragma: string): number =>
  Number(Object.values(database.prepare(`pragma ${pragma}`).get() ?? {})[0]);

/** Whether the file is a new one. @throws StoreAway if it is not ours. */
function isNew(database: DatabaseSync): boolean {
  const id = numberIn(database, 'application_id');
  const tables = database.prepare('select name from sqlite_schema limit 1').all();
  if (id === 0 && tables.length === 0) return true;
  if (id !== applicationId) throw new StoreAway('it is a file of another program');
  if (numberIn(database, 'user_version') !== schemaVersion) {
    throw new StoreAway('another version of this program uses it');
  }
  return false;
}

/** Ends a transaction after an error. */
function rollBack(database: DatabaseSync): void {
  try {
    database.exec('rollback');
  } catch {
    // SQLite has rolled back by itself.
  }
}

/** Prepares a new file, and checks one that exists. */
function prepareFile(database: DatabaseSync): void {
  // Waiting here would block the event loop.
  database.exec('pragma busy_timeout = 0; pragma synchronous = normal');
  // Looked at before anything is written, since it can be a file of another program.
  const wasNew = isNew(database);
  const { journal_mode: mode } = database.prepare('pragma journal_mode = wal').get() ?? {};
  if (mode !== 'wal') throw new StoreAway('its folder does not allow shared memory');
  if (!wasNew) return;
  database.exec('begin immediate');
  try {
    if (isNew(database)) database.exec(schema);
    database.exec('commit');
  } catch (error) {
    rollBack(database);
    throw error;
  }
}

/** Opens the file, unless it is not ours. */
function openDatabase(path: string, Database: new (path: string) => DatabaseSync) {
  const database = new Database(path);
  try {
    prepareFile(database);
    makePrivate(path);
    const sql = {
      time: database.prepare('select latest, ahead, change from clock'),
      setTime: database.prepare('update clock set latest = ?, ahead = ?, change = ?'),
      read: database.prepare('select json, until, change from document where key = ?'),
      write: database.prepare('insert or replace into document values (?, ?, ?, ?)'),
      remove: database.prepare('delete from document where key = ?'),
      sweep: database.prepare('delete from document where until <= ?'),
      version: database.prepare('pragma data_version'),
    };
    return { database, sql, identity: identityOf(path) };
  } catch (error) {
    database.close();
    throw error;
  }
}

/** A number that the file must hold. */
function finite(value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new StoreAway('it is damaged');
  return value;
}

/**
 * Opens a store in a SQLite file, for the processes of one user on one machine. The file is created if there is none.
 * @throws StoreAway if it cannot be used, with the reason as a clause about the file.
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<SharedStore> {
  const { path, load, patienceMs = usualPatienceMs, wallClock = Date.now, onSeen = () => undefined } = options;
  const { openPatienceMs = patienceMs, notBefore = 0 } = options;
  const { DatabaseSync } = await load().catch(() => {
    throw new StoreAway('Node.js was started without SQLite');
  });
  createFile(path);
  const opening = () => inEngine(() => openDatabase(path, DatabaseSync));
  const { database, sql, identity } = await whenFree(opening, openPatienceMs);
  let isClosed = false;
  let latestHere = notBefore;
  let sweepAt = 0;

  /** What is watched, by key: the change that was last seen, and who is told of others. */
  const watched = new Map<string, { change: unknown; readonly watchers: Set<() => void> }>();
  let version: unknown;
  let polling: NodeJS.Timeout | undefined;

  /** The last change of a document; undefined if it cannot be read: the next transaction reports why. */
  function changeOf(key: string): unknown {
    try {
      return sql.read.get(key)?.change;
    } catch {
      return undefined;
    }
  }

  function poll(): void {
    try {
      const next = sql.version.get()?.data_version;
      if (next === version) return;
      version = next;
      for (const [key, each] of watched) {
        const change = changeOf(key);
        if (change === each.change) continue;
        each.change = change;
        for (const changed of each.watchers) changed();
      }
    } catch {
      // The next transaction reports what is wrong with the file.
    }
  }

  function runLocked<Result>(
    documents: readonly Document<unknown>[],
    change: (transaction: Transaction) => Result,
  ): Result {
    if (isClosed) throw new StoreAway('The store is closed');
    if (identityOf(path) !== identity) throw new StoreAway('it was deleted');
    inEngine(() => database.exec('begin immediate'));
    try {
      const { seen, stored, ...time } = inEngine(() => readAll(documents));
      const { result, writes } = runChange(documents, stored, time.now, change);
      inEngine(() => writeAll(writes, time, seen));
      latestHere = time.now;
      for (const { key } of documents) onSeen(key, seen.get(key), time.now);
      notify(writes);
      return result;
    } catch (error) {
      rollBack(database);
      throw error;
    }
  }

  /** What a transaction begins with. */
  function readAll(documents: readonly Document<unknown>[]) {
    const time = sql.time.get();
    const [latest, ahead, change] = [time?.latest, time?.ahead, time?.change].map(finite);
    const wall = Math.trunc(wallClock());
    const expected = wall + (ahead ?? 0);
    // If the clock of the machine was set back, the time of the store goes on from where it was.
    const now = Math.max(expected, latest ?? 0, latestHere);
    const seen = new Map<string, Seen>();
    const stored = new Map<string, string>();
    for (const { key } of documents) {
      const found = sql.read.get(key);
      if (found === undefined) continue;
      const until = finite(found.until);
      if (until <= now) continue;
      seen.set(key, { json: String(found.json), until });
      stored.set(key, String(found.json));
    }
    return { now, wall, expected, nextChange: (change ?? 0) + 1, seen, stored };
  }

  /** Writes what a transaction came to, and ends it. */
  function writeAll(
    writes: Changed<unknown>['writes'],
    { now, wall, expected, nextChange }: Omit<ReturnType<typeof readAll>, 'seen' | 'stored'>,
    seen: Map<string, Seen>,
  ): void {
    for (const [key, written] of writes) {
      if (written === undefined) {
        sql.remove.run(key);
        seen.delete(key);
      } else {
        const until = now + Math.ceil(written.keepMs);
        sql.write.run(key, written.json, until, nextChange);
        seen.set(key, { json: written.json, until });
      }
    }
    if (writes.size > 0 && now >= sweepAt) {
      sql.sweep.run(now);
      sweepAt = now + sweepEveryMs;
    }
    if (writes.size > 0 || now !== expected) sql.setTime.run(now, now - wall, nextChange);
    database.exec('commit');
  }

  /** Tells the watchers in this process at once. */
  function notify(writes: ReadonlyMap<string, unknown>): void {
    for (const key of writes.keys()) {
      const each = watched.get(key);
      if (each === undefined) continue;
      each.change = changeOf(key);
      for (const changed of each.watchers) queueMicrotask(changed);
    }
  }

  return {
    async transact(documents, change, signal) {
      signal?.throwIfAborted();
      return whenFree(() => runLocked(documents, change), patienceMs, signal);
    },
    watch({ key }, changed) {
      const own = (): void => changed();
      const entry = watched.get(key) ?? { change: changeOf(key), watchers: new Set<() => void>() };
      watched.set(key, entry);
      entry.watchers.add(own);
      polling ??= setInterval(poll, pollMs).unref();
      return () => {
        entry.watchers.delete(own);
        if (entry.watchers.size > 0 || watched.get(key) !== entry) return;
        watched.delete(key);
        if (watched.size > 0) return;
        clearInterval(polling);
        polling = undefined;
      };
    },
    async close() {
      if (isClosed) return;
      isClosed = true;
      clearInterval(polling);
      watched.clear();
      database.close();
    },
  };
}
