import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, onTestFinished, test } from 'vitest';
import { pathOf } from '../../scripts/root.js';
import { type SharedStore, StoreAway } from '../../src/store/shared-store.js';
import { openSqliteStore, type SqliteStoreOptions } from '../../src/store/sqlite/sqlite-store.js';
import { counter, visits } from '../support/counter.js';
import { inboxContract } from '../support/inbox/inbox-contract.js';
import { storeContract } from '../support/store-contract.js';
import { temporaryFolder } from './support/temporary.js';

const keepMs = 60_000;

async function open(path: string, options: Partial<SqliteStoreOptions> = {}): Promise<SharedStore> {
  const store = await openSqliteStore({ path, load: () => import('node:sqlite'), ...options });
  onTestFinished(() => store.close());
  return store;
}

const newPath = (): string => join(temporaryFolder(), 'state.db');

const increase = (store: SharedStore, document = visits): Promise<number> =>
  store.transact([document], (transaction) => {
    const next = (transaction.read(document) ?? 0) + 1;
    transaction.write(document, next, keepMs);
    return next;
  });

storeContract('one SQLite file, by two connections', async () => {
  const path = newPath();
  let time = Date.parse('2026-09-20T12:00:00Z');
  const wallClock = (): number => time;
  return {
    one: await open(path, { wallClock }),
    other: await open(path, { wallClock }),
    pass: (milliseconds) => (time += milliseconds),
  };
});

describe('processes on one SQLite file', () => {
  /** Starts a process that increases the counter. */
  function startChild(
    path: string,
    times: number,
  ): { child: ChildProcess; results: number[]; ended: Promise<unknown> } {
    const child = spawn(process.execPath, [pathOf('dist/test/support/store-child.js'), path, String(times)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const results: number[] = [];
    const lines = createInterface({ input: child.stdout });
    lines.on('line', (line) => results.push(Number(line)));
    const ended = Promise.all([once(lines, 'close'), once(child, 'exit')]);
    onTestFinished(() => void child.kill('SIGKILL'));
    return { child, results, ended };
  }

  test('lose no change, and create the file together', async () => {
    const path = newPath();
    const children = [1, 2, 3].map(() => startChild(path, 300));
    await Promise.all(children.map(({ ended }) => ended));
    const all = children.flatMap(({ results }) => results).toSorted((a, b) => a - b);
    expect(all).toEqual(Array.from({ length: 900 }, (_, index) => index + 1));
  });

  test('go on when one of them is killed', async () => {
    const path = newPath();
    const [killed, other] = [startChild(path, 1_000_000), startChild(path, 300)];
    await once(killed.child.stdout ?? process.stdin, 'data');
    killed.child.kill('SIGKILL');
    await Promise.all([killed.ended, other.ended]);
    expect(other.results).toHaveLength(300);
    const both = [...killed.results, ...other.results];
    expect(new Set(both).size).toBe(both.length);
    // The last change of the killed one may have been made without being printed.
    expect((await increase(await open(path))) - Math.max(...both)).toBeOneOf([1, 2]);
  });

  test('are told of what another writes', async () => {
    const path = newPath();
    const store = await open(path);
    const notice = new Promise<void>((resolve) => store.watch(visits, resolve));
    const other = new Promise<void>((_, reject) =>
      store.watch(counter('other'), () => reject(new Error('not written'))),
    );
    const child = startChild(path, 1);
    await Promise.race([notice, other]);
    await child.ended;
    expect(await increase(store)).toBe(2);
  });
});

describe('the SQLite file', () => {
  test('and its folder are for its owner alone', async () => {
    const folder = join(temporaryFolder(), 'state', 'manychat-mcp');
    const path = join(folder, 'state.db');
    await increase(await open(path));
    const modes = ['', '-wal', '-shm'].map((end) => statSync(path + end).mode & 0o777);
    expect([statSync(folder).mode & 0o777, ...modes]).toEqual([0o700, 0o600, 0o600, 0o600]);
  });

  test('loses permissions of others that it was given', async () => {
    const path = newPath();
    writeFileSync(path, '', { mode: 0o644 });
    await increase(await open(path));
    for (const end of ['', '-wal', '-shm']) chmodSync(path + end, 0o644);
    await increase(await open(path));
    for (const end of ['', '-wal', '-shm']) expect(statSync(path + end).mode & 0o777).toBe(0o600);
  });

  test('drops expired documents', async () => {
    const path = newPath();
    let time = 1_000_000;
    const store = await open(path, { wallClock: () => time });
    for (let index = 0; index < 50; index += 1) await increase(store, counter(`old ${index}`));
    time += keepMs + 1;
    await increase(store);
    const database = new DatabaseSync(path);
    onTestFinished(() => database.close());
    expect(database.prepare('select key from document').all()).toEqual([{ key: 'visits' }]);
  });

  test('goes on in time when the clock of the machine was set back for long', async () => {
    const path = newPath();
    let time = Date.parse('2031-01-01');
    const wallClock = (): number => time;
    const [one, other] = [await open(path, { wallClock }), await open(path, { wallClock })];
    await increase(one);
    time = Date.parse('2026-09-20');
    expect(await increase(other)).toBe(2);
    time += keepMs - 1;
    expect(await increase(one)).toBe(3);
    time += keepMs;
    expect(await increase(other)).toBe(1);
  });

  test('shows what each document of a transaction has become', async () => {
    const seen: [string, string | undefined][] = [];
    const store = await open(newPath(), { onSeen: (key, document) => seen.push([key, document?.json]) });
    const gone = counter('gone');
    await increase(store, gone);
    await store.transact([visits, gone, counter('none')], (transaction) => {
      transaction.write(visits, 7, keepMs);
      transaction.remove(gone);
    });
    await store.transact([visits], () => undefined);
    expect(seen).toEqual([
      ['gone', '1'],
      ['visits', '7'],
      ['gone', undefined],
      ['none', undefined],
      ['visits', '7'],
    ]);
  });

  test('is waited for while another program writes it, and the event loop goes on', async () => {
    const path = newPath();
    const store = await open(path);
    const locking = new DatabaseSync(path);
    onTestFinished(() => locking.close());
    locking.exec('begin immediate');
    const waiting = increase(store);
    let turns = 0;
    while (turns < 10) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      turns += 1;
    }
    locking.exec('commit');
    expect(await waiting).toBe(1);
    locking.exec('begin immediate');
    const stopped = new AbortController();
    const given = store.transact([visits], () => 0, stopped.signal);
    stopped.abort(new Error('stop'));
    await expect(given).rejects.toThrow('stop');
  });
});

describe('a SQLite file that cannot be used', () => {
  const away = async (path: string, options: Partial<SqliteStoreOptions> = {}): Promise<string> => {
    const error = await open(path, options).then(
      (store) => increase(store).then(String, (reason: unknown) => reason),
      (reason: unknown) => reason,
    );
    return error instanceof StoreAway ? error.message : `no: ${String(error)}`;
  };

  test('is locked for too long', async () => {
    const path = newPath();
    const store = await open(path, { patienceMs: 30 });
    const locking = new DatabaseSync(path);
    onTestFinished(() => locking.close());
    locking.exec('begin exclusive');
    await expect(increase(store)).rejects.toThrow('another program keeps it locked');
  });

  test('has a folder in its place', async () => {
    const path = newPath();
    mkdirSync(path);
    expect(await away(path)).toBe('a folder is in its place');
  });

  test('cannot have its folder, because a file is in the way', async () => {
    const file = newPath();
    writeFileSync(file, '');
    expect(await away(join(file, 'state.db'))).toMatch(/^it cannot be opened \((EEXIST|ENOTDIR)\)$/);
  });

  test('is no SQLite file, and stays as it is', async () => {
    const path = newPath();
    writeFileSync(path, 'my notes, which are longer than the header of a database: '.repeat(20), { mode: 0o644 });
    expect(await away(path)).toBe('it is no SQLite file');
    expect(statSync(path).size).toBe(1_160);
    expect(statSync(path).mode & 0o777).toBe(0o644);
  });

  test('is of another program, and stays as it is', async () => {
    const path = newPath();
    writeFileSync(path, '', { mode: 0o644 });
    const theirs = new DatabaseSync(path);
    theirs.exec('create table mail (text)');
    onTestFinished(() => theirs.close());
    expect(await away(path)).toBe('it is a file of another program');
    expect(theirs.prepare('pragma journal_mode').get()).toEqual({ journal_mode: 'delete' });
    expect(statSync(path).mode & 0o777).toBe(0o644);
  });

  test('is of another version', async () => {
    const path = newPath();
    const store = await open(path);
    await store.close();
    const newer = new DatabaseSync(path);
    newer.exec('pragma user_version = 2');
    newer.close();
    expect(await away(path)).toBe('another version of this program uses it');
  });

  test('is damaged', async () => {
    const path = newPath();
    const store = await open(path);
    for (let index = 0; index < 200; index += 1) await increase(store, counter(`document ${index}`.padEnd(500)));
    await store.close();
    truncateSync(path, 8_192);
    expect(await away(path)).toBe('it is damaged');
  });

  test.each([
    ['lost its clock', 'delete from clock'],
    ['has a clock that is no number', "update clock set latest = 'noon'"],
    ['has a clock without end', 'update clock set latest = 9e999'],
    ['has a clock beyond all numbers', 'update clock set latest = 9223372036854775807'],
    ['lost a table while it is open', 'drop table document'],
    ['has another table while it is open', 'drop table clock; create table clock (latest text)'],
    ['has a document that never expires', "update document set until = 'never'"],
  ])('%s: opened before or after, it is away', async (_, damage) => {
    const path = newPath();
    const store = await open(path);
    await increase(store);
    const other = new DatabaseSync(path);
    other.exec(damage);
    other.close();
    await expect(increase(store)).rejects.toBeInstanceOf(StoreAway);
    expect(await away(path)).not.toMatch(/^no: /);
  });

  test('is deleted while it is open', async () => {
    const path = newPath();
    const store = await open(path);
    await increase(store);
    for (const end of ['', '-wal', '-shm']) rmSync(path + end);
    await expect(increase(store)).rejects.toThrow('it was deleted');
  });

  /** Opens connections with a pragma that stands for a disk that is full or read-only. */
  const under =
    (pragma: string): SqliteStoreOptions['load'] =>
    async () => ({
      DatabaseSync: class extends DatabaseSync {
        constructor(file: string) {
          super(file);
          this.exec(`pragma ${pragma}`);
        }
      },
    });

  test.each([
    ['has no more room', 'max_page_count = 8', 'the disk is full'],
    ['may only be read', 'query_only = 1', 'it can only be read'],
  ])('%s, and a transaction that fails for this writes nothing', async (_, pragma, reason) => {
    const path = newPath();
    const store = await open(path);
    const text = { key: 'text', parse: (written: unknown) => (typeof written === 'string' ? written : undefined) };
    const write = (to: SharedStore, content: string): Promise<void> =>
      to.transact([text], (transaction) => transaction.write(text, content, keepMs));
    await write(store, 'short');
    await expect(write(await open(path, { load: under(pragma) }), 'x'.repeat(200_000))).rejects.toThrow(reason);
    expect(await store.transact([text], (transaction) => transaction.read(text))).toBe('short');
  });
});

inboxContract('one SQLite file, by two connections', async (wallClock) => {
  const path = newPath();
  return [await open(path, { wallClock }), await open(path, { wallClock })];
});
