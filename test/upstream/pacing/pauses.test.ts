import { setMaxListeners } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createLocalPacer } from '../../../src/upstream/pacing/local-pacer.js';
import type { Refusal, RefusedBy } from '../../../src/upstream/pacing/pacer.js';
import { type Limit, type Load, type Pacer, TooLate, type Turn } from '../../../src/upstream/pacing/pacer.js';
import { createCaller } from '../../support/caller.js';
import { drivenClock } from '../../support/driven.js';
import { tom } from '../../support/people.js';
import { through } from '../../support/program.js';
import { sandboxed } from '../../support/sandboxed.js';
import { type ManualClock, manualClock, settle } from '../../support/timing.js';
import { startUpstream } from '../../support/upstream.js';

const never = new AbortController().signal;
setMaxListeners(0, never);
const hour = 3_600_000;
const [one, two]: [Load, Load] = [
  { limits: [], account: 'account', connection: 'one' },
  { limits: [], account: 'account', connection: 'two' },
];
const other: Load = { limits: [], account: 'other account', connection: 'three' };

/** A pacer on a clock that stands still. */
function opened() {
  const clock = manualClock();
  const pacer = createLocalPacer(clock);
  const turnNow = (load: Load): Promise<Turn | undefined> =>
    pacer.turn(load, { arrived: clock.now(), latest: clock.now() }, never).catch(() => undefined);
  const begin = async (load: Load): Promise<Turn> => {
    const turn = await turnNow(load);
    if (turn === undefined) throw new Error('has no turn');
    turn.sent();
    return turn;
  };
  /** Makes a request that is refused. */
  const refuse = async (load: Load, by: RefusedBy, own: Partial<Refusal> = {}): Promise<void> => {
    const turn = await begin(load);
    turn.refused({ by, pauseMs: 1_000, fromRetryAfter: false, ...own });
    turn.over(true);
  };
  /** Makes a request that succeeds, if it has a turn now. */
  const goes = async (load: Load): Promise<boolean> => {
    const turn = await turnNow(load);
    turn?.sent();
    turn?.over(true);
    return turn !== undefined;
  };
  return { clock, pacer, begin, refuse, goes };
}

describe('a refusal pauses', () => {
  test.each<[RefusedBy, boolean, boolean]>([
    ['connection', true, true],
    ['account', false, true],
    ['unclear', true, true],
  ])(
    'by %s: its own connection, and the others of the account only where it is the account',
    async (by, twoGoes, otherGoes) => {
      const { refuse, goes } = opened();
      await refuse(one, by);
      expect([await goes(one), await goes(two), await goes(other)]).toEqual([false, twoGoes, otherGoes]);
    },
  );

  test('the account when two connections are refused and nobody knows by whom', async () => {
    const { clock, refuse, goes } = opened();
    const third: Load = { ...two, connection: 'third' };
    await refuse(one, 'unclear');
    await refuse(two, 'unclear');
    expect(await goes(third)).toBe(false);
    clock.advance(1_000);
    expect([await goes(third), await goes(one), await goes(two)]).toEqual([true, true, true]);
    await refuse(one, 'unclear');
    clock.advance(1_000);
    await refuse(two, 'unclear');
    expect([await goes(third), await goes(two)]).toEqual([true, false]);
  });

  test('the account for what belongs to no connection', async () => {
    const { refuse, goes } = opened();
    await refuse({ limits: [], account: 'account' }, 'unclear');
    expect([await goes(one), await goes(other)]).toEqual([false, true]);
  });
});

describe('a pause', () => {
  test('lasts a minute at most, whatever was asked for, and says what was asked for', async () => {
    const { clock, pacer, refuse, goes } = opened();
    await refuse(one, 'connection', { pauseMs: hour, fromRetryAfter: true });
    await expect(pacer.turn(one, { arrived: 0, latest: 45_000 }, never)).rejects.toMatchObject({
      waitMs: 60_000,
      retryAfterMs: hour,
    });
    clock.advance(59_999);
    expect(await goes(one)).toBe(false);
    clock.advance(1);
    expect(await goes(one)).toBe(true);
    expect(await goes(one)).toBe(true);
  });

  test('says that a day was asked for where it was more', async () => {
    const { pacer, refuse } = opened();
    await refuse(one, 'connection', { pauseMs: 1e15, fromRetryAfter: true });
    await expect(pacer.turn(one, { arrived: 0, latest: 0 }, never)).rejects.toMatchObject({ retryAfterMs: 24 * hour });
  });

  test('ends with one probe, for which the others wait', async () => {
    const { clock, pacer, begin, refuse } = opened();
    await refuse(one, 'connection');
    clock.advance(1_000);
    const probe = await begin(one);
    const granted: number[] = [];
    const waiting = [1, 2, 3].map((number) =>
      pacer.turn(one, { arrived: clock.now(), latest: 50_000 }, never).then((turn) => {
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

  test('refuses who waits for its probe when a turn would be of no use any more', async () => {
    const { clock, pacer, begin, refuse } = opened();
    await refuse(one, 'connection');
    clock.advance(1_000);
    await begin(one);
    const waiting = pacer.turn(one, { arrived: clock.now(), latest: 5_000 }, never);
    clock.advance(4_000);
    await expect(waiting).rejects.toThrow(TooLate);
  });

  test('is probed again by the next request when the probe was not answered', async () => {
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

  test('doubles with each probe that is refused, up to a quarter of an hour, and never lasts for ever', async () => {
    const { clock, refuse, goes } = opened();
    const pauses: number[] = [];
    await refuse(one, 'connection', { pauseMs: hour, fromRetryAfter: true });
    for (let probes = 0; probes < 7; probes += 1) {
      const from = clock.now();
      while (!(await probeNow())) clock.advance(1_000);
      pauses.push((clock.now() - from) / 1_000);
    }
    expect(pauses).toEqual([60, 120, 240, 480, 900, 900, 900]);
    clock.advance(900_000);
    expect([await goes(one), await goes(one)]).toEqual([true, true]);
    await refuse(one, 'connection');
    clock.advance(1_000);
    expect(await goes(one)).toBe(true);

    async function probeNow(): Promise<boolean> {
      return refuse(one, 'connection', { pauseMs: hour, fromRetryAfter: true }).then(
        () => true,
        () => false,
      );
    }
  });

  test('that began while its probe was under way is not ended by the probe', async () => {
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

  test('is not doubled by refusals of requests that were under way together', async () => {
    const { clock, begin, goes } = opened();
    const turns = [await begin(one), await begin(one), await begin(one)];
    for (const turn of turns) {
      turn.refused({ by: 'connection', pauseMs: 2_000, fromRetryAfter: true });
      turn.over(true);
    }
    clock.advance(2_000);
    expect(await goes(one)).toBe(true);
  });
});

test('calls that a pause holds back do not count before those of another connection', async () => {
  const { clock, pacer, refuse } = opened();
  const account: Limit = { key: 'account', of: 'account', calls: 10, windowMs: 1_000 };
  await refuse(one, 'connection', { pauseMs: 20_000, fromRetryAfter: true });
  const waiting = Array.from({ length: 430 }, () =>
    pacer.turn({ ...one, limits: [account] }, { arrived: 0, latest: 1e9 }, never),
  );
  for (const turn of waiting) turn.catch(() => undefined);
  const granted = pacer.turn({ ...two, limits: [account] }, { arrived: 0, latest: 1 }, never);
  clock.advance(1);
  await expect(granted).resolves.toBeDefined();
});

test('a refusal is told at once where a pause holds back what would explain it', async () => {
  const clock = drivenClock();
  const { sandbox, environment } = await sandboxed({ limits: false, clock: clock.wallClock });
  const pinned = { ...environment, MATON_CONNECTION_ID: sandbox.connectionId };
  const caller = createCaller(pinned, { timing: clock });
  onTestFinished(() => caller.close());
  sandbox.injectFault({ match: { path: 'sendContent' }, delay_ms: 600 });
  const body = { status: 'error', message: 'Too many requests' };
  sandbox.injectFault({ match: { path: 'getTags' }, status: 429, headers: { 'retry-after': '25' }, body });
  const refused = caller.call('manychat_send_text', { subscriber_id: tom, text: 'Hi' });
  const paused = caller.call('manychat_list_tags');
  expect(await refused).toMatchObject({ failure: { kind: 'window_closed' } });
  expect(clock.now()).toBeLessThan(1_000);
  expect(await paused).toMatchObject({ ok: true });
});

describe('a 429 whose Retry-After is a date without end, on one of two connections', () => {
  const body = { status: 'error', message: 'Too many requests' };
  const headers = { 'retry-after': 'Fri, 31 Dec 9999 23:59:59 GMT' };

  /** Calls through two connections, of which the first is refused. */
  async function started(clock: ManualClock, pacer: Pacer) {
    const upstream = await startUpstream((request, response) => {
      const refused = request.headers['maton-connection'] === 'one' && answers.refuse;
      response.writeHead(refused ? 429 : 200, { 'content-type': 'application/json', ...(refused && headers) });
      response.end(JSON.stringify(refused ? body : { status: 'success', data: { id: '1' } }));
    });
    const answers = { refuse: true };
    const caller = createCaller(through(upstream.url), { timing: clock, pacer, random: () => 0 });
    const call = (connection_id: string) => caller.call('manychat_get_page', { connection_id });
    const close = () => Promise.all([caller.close(), upstream.close()]);
    return { upstream, answers, call, close };
  }

  test('does not delay the other, and the first is tried again within 65 seconds', async () => {
    const clock = manualClock();
    const { upstream, answers, call, close } = await started(clock, createLocalPacer(clock));
    const refused = await call('one');
    expect(refused).toMatchObject({
      ok: false,
      failure: { kind: 'rate_limited', source: 'manychat', performed: 'no', retry_after_s: 86_400 },
    });
    const before = clock.now();
    for (let count = 0; count < 5; count += 1) expect(await call('two')).toMatchObject({ ok: true });
    expect(clock.now() - before).toBe(0);
    expect(await call('one')).toMatchObject({
      failure: {
        source: 'client',
        retry_after_s: 86_400,
        message: expect.stringMatching(/In about 60 seconds one call is let through as a probe/),
      },
    });
    const requests = () => upstream.arrived.filter((request) => request.headers['maton-connection'] === 'one').length;
    expect(requests()).toBe(1);
    clock.advance(60_000);
    answers.refuse = false;
    expect(await call('one')).toMatchObject({ ok: true });
    expect(requests()).toBe(2);
    await close();
  });
});
