import { describe, expect, onTestFinished, test } from 'vitest';
import { createLocalPacer } from '../../../src/upstream/pacing/local-pacer.js';
import { type Load, type Refusal, type RefusedBy, TooLate, type Turn } from '../../../src/upstream/pacing/pacer.js';
import { createCaller } from '../../support/caller.js';
import { drivenClock } from '../../support/driven.js';
import { account, canSend, sendRefused, turnNow, turnSoon } from '../../support/pace.js';
import { tom } from '../../support/people.js';
import { through } from '../../support/program.js';
import { sandboxed } from '../../support/sandboxed.js';
import { manualClock, settle } from '../../support/timing.js';
import { startUpstream } from '../../support/upstream.js';

const hour = 3_600_000;
const [one, two]: [Load, Load] = [
  { limits: [], account: 'account', connection: 'one' },
  { limits: [], account: 'account', connection: 'two' },
];
const otherAccount: Load = { limits: [], account: 'other account', connection: 'three' };

/** A pacer on a clock that stands still. */
function opened() {
  const clock = manualClock();
  const pacer = createLocalPacer(clock);
  const begin = async (load: Load): Promise<Turn> => {
    const turn = await turnNow(pacer, load);
    turn.sent();
    return turn;
  };
  return {
    clock,
    pacer,
    begin,
    refuse: (load: Load, by: RefusedBy, own: Partial<Refusal> = {}) => sendRefused(pacer, load, by, own),
    goes: (load: Load) => canSend(pacer, load),
  };
}

describe('a 429 pauses', () => {
  test.each<[RefusedBy, boolean, boolean]>([
    ['connection', true, true],
    ['account', false, true],
    ['unclear', true, true],
  ])(
    'by %s: its own connection, and the other connections of the account only where the account is the source',
    async (by, twoGoes, otherGoes) => {
      const { refuse, goes } = opened();
      await refuse(one, by);
      expect([await goes(one), await goes(two), await goes(otherAccount)]).toEqual([false, twoGoes, otherGoes]);
    },
  );

  test('the account when two connections get one from an unclear source', async () => {
    const { clock, refuse, goes } = opened();
    const third: Load = { ...two, connection: 'third' };
    await refuse(one, 'unclear');
    await refuse(two, 'unclear');
    expect(await goes(third)).toBe(false);
    clock.advance(1_000);
    expect([await goes(third), await goes(one), await goes(two)]).toEqual([true, true, true]);
  });

  test('one connection when the unclear 429 of the other is over', async () => {
    const { clock, refuse, goes } = opened();
    const third: Load = { ...two, connection: 'third' };
    await refuse(one, 'unclear');
    clock.advance(1_000);
    await refuse(two, 'unclear');
    expect([await goes(third), await goes(two)]).toEqual([true, false]);
  });

  test('the account for a request without a connection', async () => {
    const { refuse, goes } = opened();
    await refuse({ limits: [], account: 'account' }, 'unclear');
    expect([await goes(one), await goes(otherAccount)]).toEqual([false, true]);
  });
});

describe('a pause', () => {
  test('lasts a minute at most, whatever Retry-After says', async () => {
    const { clock, refuse, goes } = opened();
    await refuse(one, 'connection', { pauseMs: hour, fromRetryAfter: true });
    clock.advance(59_999);
    expect(await goes(one)).toBe(false);
    clock.advance(1);
    expect(await goes(one)).toBe(true);
    expect(await goes(one)).toBe(true);
  });

  test('reports the full Retry-After, although the next probe comes earlier', async () => {
    const { pacer, refuse } = opened();
    await refuse(one, 'connection', { pauseMs: hour, fromRetryAfter: true });
    await expect(turnSoon(pacer, one, 45_000)).rejects.toMatchObject({ waitMs: 60_000, retryAfterMs: hour });
  });

  test('reports a Retry-After of a day at most', async () => {
    const { pacer, refuse } = opened();
    await refuse(one, 'connection', { pauseMs: 1e15, fromRetryAfter: true });
    await expect(turnNow(pacer, one)).rejects.toMatchObject({ retryAfterMs: 24 * hour });
  });

  test('ends with one probe, after which the waiting calls are served in order', async () => {
    const { clock, pacer, begin, refuse } = opened();
    await refuse(one, 'connection');
    clock.advance(1_000);
    const probe = await begin(one);
    const granted: number[] = [];
    const waiting = [1, 2, 3].map((number) =>
      turnSoon(pacer, one, 49_000).then((turn) => {
        granted.push(number);
        turn.over(false);
      }),
    );
    await settle();
    expect(granted).toEqual([]);
    probe.over(true);
    await Promise.all(waiting);
    expect(granted).toEqual([1, 2, 3]);
  });

  test('refuses a call whose time runs out while it waits for the probe', async () => {
    const { clock, pacer, begin, refuse } = opened();
    await refuse(one, 'connection');
    clock.advance(1_000);
    await begin(one);
    const waiting = turnSoon(pacer, one, 4_000);
    clock.advance(4_000);
    await expect(waiting).rejects.toThrow(TooLate);
  });

  test('is probed again by the next request when the probe got no response', async () => {
    const { clock, begin, refuse, goes } = opened();
    await refuse(one, 'connection');
    clock.advance(1_000);
    const probe = await begin(one);
    expect(await goes(one)).toBe(false);
    probe.over(false);
    const second = await begin(one);
    expect(await goes(one)).toBe(false);
    second.over(true);
    expect(await goes(one)).toBe(true);
  });

  /** Probes a blocked connection each second; returns how many seconds each of the pauses lasted. */
  async function pausesOfBlocked(count: number) {
    const used = opened();
    const { clock, refuse } = used;
    const probe = () =>
      refuse(one, 'connection', { pauseMs: hour, fromRetryAfter: true }).then(
        () => true,
        () => false,
      );
    await probe();
    const pauses: number[] = [];
    while (pauses.length < count) {
      const from = clock.now();
      while (!(await probe())) clock.advance(1_000);
      pauses.push((clock.now() - from) / 1_000);
    }
    return { ...used, pauses };
  }

  test('doubles with each refused probe, up to a quarter of an hour', async () => {
    const { pauses } = await pausesOfBlocked(7);
    expect(pauses).toEqual([60, 120, 240, 480, 900, 900, 900]);
  });

  test('ends when a probe succeeds, and the next pause is short again', async () => {
    const { clock, refuse, goes } = await pausesOfBlocked(5);
    clock.advance(900_000);
    expect([await goes(one), await goes(one)]).toEqual([true, true]);
    await refuse(one, 'connection');
    clock.advance(1_000);
    expect(await goes(one)).toBe(true);
  });

  test('that began while its probe was in flight is not ended by the probe', async () => {
    const { clock, begin, refuse, goes } = opened();
    const slow = await begin(one);
    await refuse(one, 'connection');
    clock.advance(1_000);
    const probe = await begin(one);
    slow.refused({ by: 'connection', pauseMs: 60_000, fromRetryAfter: true });
    slow.over(true);
    probe.over(true);
    expect(await goes(one)).toBe(false);
    clock.advance(60_000);
    expect(await goes(one)).toBe(true);
  });

  test('is not doubled by 429s of requests that were in flight together', async () => {
    const { clock, begin, goes } = opened();
    const turns = [await begin(one), await begin(one), await begin(one)];
    for (const turn of turns) {
      turn.refused({ by: 'connection', pauseMs: 2_000, fromRetryAfter: true });
      turn.over(true);
    }
    clock.advance(2_000);
    expect(await goes(one)).toBe(true);
  });

  test('of one connection does not let its waiting calls delay those of another', async () => {
    const { clock, pacer, refuse } = opened();
    await refuse(one, 'connection', { pauseMs: 20_000, fromRetryAfter: true });
    // 430 calls at 10 a second would fill 43 seconds.
    const waiting = Array.from({ length: 430 }, () => turnSoon(pacer, { ...one, limits: [account] }));
    for (const turn of waiting) turn.catch(() => undefined);
    const granted = turnSoon(pacer, { ...two, limits: [account] }, 1);
    clock.advance(1);
    await expect(granted).resolves.toBeDefined();
  });
});

test('a refused send is reported at once when a pause holds back the read that would explain it', async () => {
  const clock = drivenClock();
  const { sandbox, environment } = await sandboxed({ limits: false, clock: clock.wallClock });
  const pinned = { ...environment, MATON_CONNECTION_ID: sandbox.connectionId };
  const caller = createCaller(pinned, { clock });
  onTestFinished(() => caller.close());
  sandbox.injectFault({ match: { path: 'sendContent' }, delay_ms: 600 });
  const body = { status: 'error', message: 'Too many requests' };
  sandbox.injectFault({ match: { path: 'getTags' }, status: 429, headers: { 'retry-after': '25' }, body });
  const refused = caller.call('manychat_send_text', { subscriber_id: tom, text: 'Hi', channel: 'messenger' });
  const paused = caller.call('manychat_list_tags');
  expect(await refused).toMatchObject({ failure: { kind: 'window_closed' } });
  expect(clock.now()).toBeLessThan(1_000);
  expect(await paused).toMatchObject({ ok: true });
});

describe('a 429 on one of two connections, whose Retry-After is a date in 9999', () => {
  const body = { status: 'error', message: 'Too many requests' };
  const headers = { 'retry-after': 'Fri, 31 Dec 9999 23:59:59 GMT' };
  const ids = { one: '00000000-0000-4000-8000-000000000001', two: '00000000-0000-4000-8000-000000000002' };

  /** Calls through two connections, after a call through the first got the 429. */
  async function refusedOnce() {
    const clock = manualClock();
    const answers = { refuse: true };
    const upstream = await startUpstream((request, response) => {
      const refused = request.headers['maton-connection'] === ids.one && answers.refuse;
      response.writeHead(refused ? 429 : 200, { 'content-type': 'application/json', ...(refused && headers) });
      response.end(JSON.stringify(refused ? body : { status: 'success', data: { id: '1' } }));
    });
    const parts = { clock, pacer: createLocalPacer(clock), random: () => 0 };
    const caller = createCaller(through(upstream.url), parts);
    onTestFinished(async () => {
      await Promise.all([caller.close(), upstream.close()]);
    });
    const call = (connection: keyof typeof ids) => caller.call('manychat_get_page', { connection_id: ids[connection] });
    const requests = () => upstream.arrived.filter(({ headers }) => headers['maton-connection'] === ids.one).length;
    return { clock, answers, call, requests, refused: await call('one') };
  }

  test('is returned with a wait of a day', async () => {
    const { refused } = await refusedOnce();
    expect(refused).toMatchObject({
      ok: false,
      failure: { kind: 'rate_limited', source: 'manychat', performed: 'no', retry_after_s: 86_400 },
    });
  });

  test('does not delay the other connection', async () => {
    const { clock, call } = await refusedOnce();
    const before = clock.now();
    for (let count = 0; count < 5; count += 1) expect(await call('two')).toMatchObject({ ok: true });
    expect(clock.now() - before).toBe(0);
  });

  test('makes the next call fail without a request, with the time of the probe', async () => {
    const { call, requests } = await refusedOnce();
    expect(await call('one')).toMatchObject({
      failure: {
        source: 'client',
        retry_after_s: 86_400,
        message: expect.stringMatching(/In about 60 seconds one call is let through as a probe/),
      },
    });
    expect(requests()).toBe(1);
  });

  test('is probed after a minute', async () => {
    const { clock, answers, call, requests } = await refusedOnce();
    clock.advance(60_000);
    answers.refuse = false;
    expect(await call('one')).toMatchObject({ ok: true });
    expect(requests()).toBe(2);
  });
});
