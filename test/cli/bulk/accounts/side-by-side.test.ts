import type * as Fs from 'node:fs';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, test, vi } from 'vitest';
import type { HostParts } from '../../../../src/account/host.js';
import type { BulkOptions } from '../../../../src/cli/bulk/options.js';
import { type ExitCode, exitCodes } from '../../../../src/cli/shell/exit-codes.js';
import type { Shell } from '../../../../src/cli/shell/shell.js';
import { createHttpClient } from '../../../../src/upstream/client/http-client.js';
import { hello, runBulk } from '../../../support/bulk.js';
import { deferred } from '../../../support/deferred.js';
import { drivenClock } from '../../../support/driven.js';
import { useFolder } from '../../../support/folder.js';
import { type Pages, startPages } from '../../../support/pages.js';

// A driven clock waits for requests, and would run on while a disk is slow.
vi.mock('node:fs', async (importOriginal) => {
  const fs = await importOriginal<typeof Fs>();
  return {
    ...fs,
    createReadStream: (path: string) => Readable.from([fs.readFileSync(path)]),
    fdatasync(file: number, done: (error: null) => void) {
      fs.fdatasyncSync(file);
      done(null);
    },
  };
});

const write = useFolder();
const byRow: BulkOptions = { ...hello, accountColumn: true };
const sizes = { Acme: 100, Bistro: 60, Cinema: 20 };
const accounts = Object.keys(sizes).map((account, index) => ({ account, id: 111 * (index + 1) }));
const total = Object.values(sizes).reduce((sum, size) => sum + size);

/** The rows of each account, one account after the other. */
const rows = Object.entries(sizes).flatMap(([account, size], page) =>
  Array.from({ length: size }, (_, index) => `8${page}00000${1000 + index},Name,${account}\n`),
);

async function prepare(text = rows.join('')) {
  const path = write('contacts.csv', `id,name,account\n${text}`);
  return { path, pages: await startPages(path, accounts) };
}

/** The parts of a host whose clock moves by itself. */
function drivenHost() {
  const clock = drivenClock();
  const http = clock.watched(createHttpClient({ http: undefined, https: undefined, none: undefined }));
  return { clock, http, now: clock.wallClock.now };
}

/** Runs the command on a clock that moves by itself, and returns when each message arrived, by account. */
async function runTimed({ path, pages }: { path: string; pages: Pages }) {
  const host = drivenHost();
  const arrivals: { readonly account: string; readonly at: number }[] = [];
  pages.script = ({ path: where }, account) => {
    if (where.endsWith('sendContent')) arrivals.push({ account, at: host.clock.now() });
    return undefined;
  };
  const result = await runBulk(pages.environment, path, byRow, {}, host);
  const timesOf = (account: string): number[] =>
    arrivals.filter((each) => each.account === account).map(({ at }) => at);
  return {
    ...result,
    timesOf,
    seconds: (Math.max(...arrivals.map(({ at }) => at)) - Math.min(...arrivals.map(({ at }) => at))) / 1_000,
  };
}

/** The most times within any second. */
const mostInASecond = (times: readonly number[]): number =>
  Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + 1_000).length));

/** Runs the command with signals; `forceEnd` is the second one. */
function start(pages: Pages, path: string, hostParts: Partial<HostParts> = {}) {
  const ending = new AbortController();
  let leave = (): ExitCode => exitCodes.done;
  const replaced: Partial<Shell> = {
    ending: ending.signal,
    onForcedEnd(handler) {
      leave = handler;
    },
  };
  return {
    running: runBulk(pages.environment, path, byRow, replaced, hostParts),
    end: () => ending.abort(),
    forceEnd: () => leave(),
  };
}

const ids = (pages: Pages): string[] => pages.sent().map(({ id }) => id);
const locksIn = (path: string): string[] => readdirSync(dirname(path)).filter((name) => name.endsWith('.lock'));

describe('a job over three accounts', () => {
  test('takes as long as the largest, each account at its own limit', async () => {
    const alone = await runTimed(await prepare(rows.slice(0, sizes.Acme).join('')));
    const together = await prepare();
    rmSync(`${together.path}.acme.journal`);
    const { counts, timesOf, seconds } = await runTimed(together);
    expect(counts).toMatchObject({ total, done: total });
    expect(new Set(ids(together.pages)).size).toBe(total);
    // ManyChat takes 25 messages a second.
    expect(alone.seconds).toBeGreaterThan(sizes.Acme / 25 - 1);
    expect(seconds).toBeLessThan(alone.seconds * 1.05);
    for (const [account, size] of Object.entries(sizes)) {
      expect(timesOf(account)).toHaveLength(size);
      expect(mostInASecond(timesOf(account))).toBeLessThanOrEqual(25);
    }
    const all = Object.keys(sizes).flatMap(timesOf);
    expect(mostInASecond(all)).toBeGreaterThan(50);
  });

  test('is interrupted and resumed again and again, and sends to no contact twice', async () => {
    const { path, pages } = await prepare();
    const unknown = new Set<string>();
    for (const [round, stopAfter] of [7, 31, 64].entries()) {
      const before = ids(pages).length;
      let arrived = 0;
      const running = start(pages, path, drivenHost());
      pages.script = ({ path: where, rawBody }, account) => {
        if (!where.endsWith('sendContent')) return undefined;
        arrived += 1;
        if (arrived === stopAfter) running.end();
        if (account !== 'Acme' || unknown.size >= round) return undefined;
        unknown.add(String(JSON.parse(rawBody).subscriber_id));
        return 'lost';
      };
      const { code, counts } = await running.running;
      expect(code).toBe(unknown.size > 0 ? 3 : 4);
      expect(counts.not_reached).toBeGreaterThan(0);
      expect(counts.done).toBe(ids(pages).length);
      expect(counts.done - before).toBeLessThan(total / 2);
      expect(locksIn(path)).toEqual([]);
    }
    pages.script = () => undefined;
    const { counts } = await start(pages, path, drivenHost()).running;
    expect(unknown.size).toBe(2);
    expect(counts).toMatchObject({ total, done: total - unknown.size, unknown: unknown.size, not_reached: 0 });
    expect(new Set([...ids(pages), ...unknown]).size).toBe(total);
    expect(ids(pages)).toHaveLength(total - unknown.size);
  });

  test('ends at once at a second signal, and only what is in flight becomes unknown', async () => {
    const { path, pages } = await prepare();
    const held = deferred();
    pages.script = async ({ path: where }) => {
      if (where.endsWith('sendContent')) await held.promise;
      return undefined;
    };
    const { running, end, forceEnd } = start(pages, path);
    await pages.upstream.received(30, 'sendContent');
    expect(locksIn(path).length).toBe(4);
    end();
    expect(forceEnd()).toBe(3);
    expect(locksIn(path)).toEqual([]);
    // The real process would be gone by now.
    held.resolve();
    await running;
    const sent = ids(pages);
    pages.script = () => undefined;
    const again = await start(pages, path).running;
    expect(again).toMatchObject({ code: 3, counts: { unknown: sent.length, done: total - sent.length } });
    expect(new Set(ids(pages)).size).toBe(total);
    expect(ids(pages)).toHaveLength(total);
  });

  test('is refused while another process has one of its journals, and none is left locked', async () => {
    const { path, pages } = await prepare();
    write('contacts.csv.bistro.journal.lock', `${process.pid} test token=x\n`);
    await expect(start(pages, path).running).rejects.toThrow(/is using this journal/);
    expect(locksIn(path)).toEqual(['contacts.csv.bistro.journal.lock']);
    expect(pages.sent()).toEqual([]);
    expect(existsSync(`${path}.acme.journal`)).toBe(false);
  });
});
