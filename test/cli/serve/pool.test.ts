import { describe, expect, onTestFinished, test } from 'vitest';
import { openHost } from '../../../src/account/host.js';
import { createPool } from '../../../src/cli/commands/serve/pool.js';
import { everything } from '../../../src/config/accounts/grant.js';
import { identityOf } from '../../../src/config/accounts/settings.js';
import { createRequestState } from '../../../src/mcp/interaction/request-state.js';
import { createHttpClient } from '../../../src/upstream/client/http-client.js';
import { type Clock, realClock } from '../../../src/upstream/clock.js';
import { collectedLog } from '../../support/caller.js';
import { configOf } from '../../support/config.js';
import { deferred } from '../../support/deferred.js';
import { pinnedId, through } from '../../support/program.js';
import { startUpstream } from '../../support/upstream.js';

/** A pool of two accounts, each for an hour, and how many are open. */
async function pooled() {
  const upstream = await startUpstream({ body: { status: 'success', data: { id: 1, name: 'Coffee' } } });
  const config = configOf({ ...through(upstream.url), MATON_CONNECTION_ID: pinnedId });
  let passed = 0;
  /** The timers that end after this test by the real clock. */
  const timers = new Map<() => void, number>();
  const now = (): number => realClock.now() + passed;
  const clock: Clock = {
    now,
    after(ms, callBack) {
      if (ms < 600_000) return realClock.after(ms, callBack);
      timers.set(callBack, now() + ms);
      return () => void timers.delete(callBack);
    },
  };
  const log = collectedLog(config, []);
  let open = 0;
  const host = openHost(config.host, {
    http: createHttpClient({}),
    clock,
    log: {
      ...log,
      redactWith() {
        open += 1;
        return () => {
          open -= 1;
        };
      },
    },
  });
  onTestFinished(async () => {
    await host.close();
    await upstream.close();
  });
  const pool = createPool(host, createRequestState(), [], { accounts: 2, idleMs: 3_600_000, backends: 2 });
  const backendOf = (name: string) => {
    const access = { mode: 'maton', key: `key-of-${name}` } as const;
    const settings = { ...config.account, access, identity: identityOf(access) };
    return pool.backend(settings, undefined, { id: name, grant: everything, access });
  };
  const read = async (name: string) => {
    const backend = backendOf(name);
    return backend.call(backend.tool('manychat_get_page'), {}, { signal: new AbortController().signal });
  };
  const pass = (ms: number): void => {
    passed += ms;
    for (const [callBack, at] of timers) if (at <= now() && timers.delete(callBack)) callBack();
  };
  return { upstream, host, timers, pass, backendOf, read, open: () => open };
}

describe('accounts for the keys of callers', () => {
  test('are opened once for a key', async () => {
    const { read, open } = await pooled();
    for (const name of ['a', 'a', 'b']) expect(await read(name)).toMatchObject({ ok: true });
    expect(open()).toBe(2);
  });

  test('are closed when there are too many, and opened again when they are needed', async () => {
    const { read, open, backendOf } = await pooled();
    const early = backendOf('a');
    for (const name of ['b', 'c', 'd']) await read(name);
    expect(open()).toBe(2);
    const tool = early.tool('manychat_get_page');
    expect(await early.call(tool, {}, { signal: new AbortController().signal })).toMatchObject({ ok: true });
  });

  test('are closed when they were not used for long, without a further request', async () => {
    const { read, open, pass } = await pooled();
    await read('a');
    pass(1_800_000);
    await read('b');
    pass(1_800_001);
    expect(open()).toBe(1);
    pass(1_800_001);
    expect(open()).toBe(0);
    await read('b');
    pass(3_600_001);
    expect(open()).toBe(0);
  });

  test('leave no timer when the host is closed', async () => {
    const { read, host, timers } = await pooled();
    await read('a');
    expect(timers.size).toBe(1);
    await host.close();
    expect(timers.size).toBe(0);
  });

  test('stay open while a call is in flight', async () => {
    const { upstream, read, open } = await pooled();
    const answer = deferred();
    upstream.reply = async ({ headers }, response) => {
      if (headers.authorization === 'Bearer key-of-a') await answer.promise;
      response.end(JSON.stringify({ status: 'success', data: { id: 1 } }));
    };
    const slow = read('a');
    await upstream.received(1);
    for (const name of ['b', 'c', 'd']) expect(await read(name)).toMatchObject({ ok: true });
    expect(open()).toBe(3);
    answer.resolve();
    expect(await slow).toMatchObject({ ok: true });
    expect(open()).toBe(2);
  });
});
