import { describe, expect, test } from 'vitest';
import { createHttpClient } from '../../src/upstream/client/http-client.js';
import { createCaller } from './caller.js';
import { deferred } from './deferred.js';
import { drivenClock } from './driven.js';
import { pinnedId, pinnedTo, through } from './program.js';
import { sandboxed, useCaller } from './sandboxed.js';
import { startUpstream } from './upstream.js';

const noProxy = { http: undefined, https: undefined, none: undefined };

describe('a driven clock', () => {
  test('calls timers in order, an hour as fast as a second', async () => {
    const clock = drivenClock();
    const calls: [string, number][] = [];
    const late = deferred();
    const record = (name: string) => () => void calls.push([name, clock.now()]);
    clock.after(3_600_000, late.resolve);
    clock.after(2_000, record('second'));
    clock.after(1_000, () => {
      record('first')();
      clock.after(500, record('between'));
    });
    clock.after(10, record('cancelled'))();
    await late.promise;
    expect(calls).toEqual([
      ['first', 1_000],
      ['between', 1_500],
      ['second', 2_000],
    ]);
    expect(clock.now()).toBe(3_600_000);
  });

  test('stands still during work of the test', async () => {
    const clock = drivenClock();
    const due = deferred();
    clock.after(1, due.resolve);
    const seen = await clock.still(fetch('data:text/plain,x').then(() => clock.now()));
    await due.promise;
    expect([seen, clock.now()]).toEqual([0, 1]);
  });

  test('stands still during an exchange, but not while its response is stalled', async () => {
    const clock = drivenClock();
    const upstream = await startUpstream((request, response) => {
      if (request.path === '/late') clock.after(700, () => response.end('late'));
      if (request.path === '/soon') response.end('soon');
    });
    const http = clock.watched(createHttpClient(noProxy));
    const never = new AbortController();
    const get = (path: string, { signal } = never) =>
      http.exchange({ method: 'GET', url: new URL(path, upstream.url), headers: {} }, signal, () => undefined);
    const missed = deferred();
    const cancel = clock.after(600_000, missed.resolve);
    for (let round = 0; round < 20; round += 1) expect((await get('/soon')).text).toBe('soon');
    expect(clock.now()).toBe(0);
    expect((await get('/late')).text).toBe('late');
    expect(clock.now()).toBe(700);
    const controller = new AbortController();
    clock.after(300, () => controller.abort('enough'));
    await expect(get('/never', controller)).rejects.toBe('enough');
    expect(clock.now()).toBe(1_000);
    expect(upstream.arrived.every(({ headers }) => !('x-request-id' in headers))).toBe(true);
    cancel();
    await http.close();
    await upstream.close();
  });
});

describe('a caller with a driven clock', () => {
  const clock = drivenClock();
  const used = useCaller({ clock });

  test.each([
    [{ delay_ms: 15_000 }, 15_000, true],
    [{ delay_ms: 44_000 }, 44_000, true],
    [{ delay_ms: 44_200 }, 44_100, false],
    [{ hang: true }, 44_100, false],
  ] as const)('gets the response of a sandbox with the fault %j after exactly %d ms', async (fault, took, ok) => {
    used.sandbox.injectFault({ match: { path: 'createTag' }, ...fault });
    const start = clock.now();
    const outcome = await used.caller.call('manychat_create_tag', { name: 'Late' });
    expect([clock.now() - start, outcome.ok]).toEqual([took, ok]);
  });

  test('shares it with a sandbox and respects its limits', async () => {
    const shared = drivenClock();
    const { sandbox } = await sandboxed({ clock: shared.wallClock });
    const caller = createCaller(pinnedTo(sandbox), { clock: shared });
    const outcomes = await Promise.all(Array.from({ length: 100 }, () => caller.call('manychat_list_tags')));
    expect(outcomes.filter(({ ok }) => !ok)).toEqual([]);
    expect(sandbox.requests().filter(({ status }) => status !== 200)).toEqual([]);
    expect(shared.now()).toBeGreaterThan(9_000);
    expect(shared.now()).toBeLessThan(10_000);
    await caller.close();
  });

  test('spends no time on refused connections', async () => {
    const { sandbox } = await sandboxed();
    await sandbox.close();
    const apart = drivenClock();
    const caller = createCaller(
      { ...through(sandbox.url), MATON_CONNECTION_ID: pinnedId },
      { clock: apart, random: () => 1 },
    );
    const outcome = await caller.call('manychat_list_tags');
    expect(outcome).toMatchObject({ ok: false, failure: { kind: 'network', performed: 'no' } });
    // The two waits between three attempts.
    expect(apart.now()).toBe(600 + 1_200);
    await caller.close();
  });
});
