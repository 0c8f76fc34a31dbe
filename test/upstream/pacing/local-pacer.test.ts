import { describe, expect, test } from 'vitest';
import { createLocalPacer } from '../../../src/upstream/pacing/local-pacer.js';
import { type Limit, type Pacer, TooLate } from '../../../src/upstream/pacing/pacer.js';
import { countingSide } from '../../support/counting-side.js';
import { account, load, never, perSecond, refuse } from '../../support/pace.js';
import { finish, type ManualClock, manualClock, settle } from '../../support/timing.js';

async function callAll(pacer: Pacer, clock: ManualClock, calls: readonly (readonly Limit[])[]) {
  const side = countingSide(clock);
  const latest = clock.now() + 1_000_000;
  const all = calls.map(async (limits) => {
    const turn = await pacer.turn(load(...limits), { arrived: clock.now(), latest }, never);
    await side.request(turn, limits);
  });
  await finish(clock, Promise.all(all));
  return side;
}

/** The shortest time in which so many calls can start without passing so many a second. */
const ideal = (count: number, calls: number): number => Math.floor((count - 1) / calls) * 1_000;

describe('the pacer', () => {
  test('through Maton: 300 mixed calls at once pass 10 a second in no window and use at least 93 % of it', async () => {
    const clock = manualClock();
    const endpoints = [
      perSecond('a', 10),
      perSecond('b', 100),
      perSecond('c', 25),
      perSecond('d', 20),
      perSecond('e', 10),
    ];
    const calls = Array.from({ length: 300 }, (_, index) => {
      const own = endpoints[index % 6];
      return own === undefined ? [account] : [account, own];
    });
    const side = await callAll(createLocalPacer(clock), clock, calls);
    expect(side.busiest('account')).toBeLessThanOrEqual(10);
    expect(side.last()).toBeLessThan(ideal(300, 10) / 0.93);
  });

  test.each([10, 20, 25, 50, 100])('directly: %i a second', async (most) => {
    const clock = manualClock();
    const limit = perSecond('endpoint', most);
    const count = most * 12;
    const side = await callAll(createLocalPacer(clock), clock, Array(count).fill([limit]));
    expect(side.busiest('endpoint')).toBeLessThanOrEqual(most);
    expect(side.last()).toBeLessThan(ideal(count, most) / 0.93);
  });

  test('first come, first served; a call held up by its own limit holds up nobody else, and is not passed over', async () => {
    const clock = manualClock();
    const pacer = createLocalPacer(clock);
    const narrow = perSecond('narrow', 1);
    const order: string[] = [];
    const call = async (name: string, limits: readonly Limit[]) => {
      const turn = await pacer.turn(load(...limits), { arrived: clock.now(), latest: 1e9 }, never);
      order.push(name);
      turn.sent();
      turn.over(true);
    };
    const calls = [
      ...Array.from({ length: 10 }, (_, index) => call(`first-${index}`, [account])),
      call('narrow-1', [account, narrow]),
      call('narrow-2', [account, narrow]),
      ...Array.from({ length: 18 }, (_, index) => call(`later-${index}`, [account])),
    ];
    await finish(clock, Promise.all(calls));
    expect(order.slice(0, 11)).toEqual([...Array.from({ length: 10 }, (_, index) => `first-${index}`), 'narrow-1']);
    expect(order.indexOf('later-0')).toBe(11);
    expect(order.indexOf('narrow-2')).toBe(20);
    expect(order.filter((name) => name.startsWith('later')).map((name) => Number(name.slice(6)))).toEqual(
      Array.from({ length: 18 }, (_, index) => index),
    );
  });

  test('a call whose turn would come too late is refused before it waits, with the time it would take', async () => {
    const clock = manualClock();
    const pacer = createLocalPacer(clock);
    const latest = 5_000;
    const outcomes = Array.from({ length: 100 }, () =>
      pacer.turn(load(account), { arrived: clock.now(), latest }, never).then(
        (turn) => turn.sent(),
        (reason: unknown) => reason,
      ),
    );
    await settle();
    const early = (await Promise.all(outcomes.slice(60))) as unknown[];
    expect(clock.now()).toBe(0);
    expect(early.every((reason) => reason instanceof TooLate && reason.waitMs > 5_000)).toBe(true);
    const granted = await finish(clock, Promise.all(outcomes.slice(0, 50)));
    expect(granted.every((outcome) => outcome === undefined)).toBe(true);
  });

  test('an hourly limit refuses the 101st and lets others pass', async () => {
    const clock = manualClock();
    const pacer = createLocalPacer(clock);
    const hourly: Limit = { key: 'flow 1', of: 'connection', calls: 100, windowMs: 3_600_000 };
    for (let index = 0; index < 100; index += 1) {
      (await pacer.turn(load(hourly), { arrived: clock.now(), latest: 45_000 }, never)).sent();
    }
    await expect(pacer.turn(load(hourly), { arrived: clock.now(), latest: 45_000 }, never)).rejects.toThrow(TooLate);
    (await pacer.turn(load({ ...hourly, key: 'flow 2' }), { arrived: clock.now(), latest: 45_000 }, never)).sent();
    clock.advance(3_600_000 * 1.06);
    (await pacer.turn(load(hourly), { arrived: clock.now(), latest: clock.now() }, never)).sent();
  });

  test('a cancelled call that waits leaves the queue; one that was never sent leaves its place', async () => {
    const clock = manualClock();
    const pacer = createLocalPacer(clock);
    const limit = perSecond('one', 1);
    const first = await pacer.turn(load(limit), { arrived: clock.now(), latest: 1e9 }, never);
    const cancel = new AbortController();
    const second = pacer.turn(load(limit), { arrived: clock.now(), latest: 1e9 }, cancel.signal);
    const third = pacer.turn(load(limit), { arrived: clock.now(), latest: 1e9 }, never);
    cancel.abort(new Error('cancelled'));
    await expect(second).rejects.toThrow('cancelled');
    await expect(pacer.turn(load(limit), { arrived: clock.now(), latest: 1e9 }, cancel.signal)).rejects.toThrow(
      'cancelled',
    );
    first.over(true);
    (await third).sent();
    expect(clock.now()).toBe(0);
  });

  test('one that comes back keeps its place in the queue', async () => {
    const clock = manualClock();
    const pacer = createLocalPacer(clock);
    const limit = perSecond('one', 1);
    const order: string[] = [];
    const call = async (name: string, arrived: number) => {
      (await pacer.turn(load(limit), { arrived, latest: 1e9 }, never)).sent();
      order.push(name);
    };
    await finish(clock, Promise.all([call('busy', 0), call('new', 5), call('newer', 6), call('back', 1)]));
    expect(order).toEqual(['busy', 'back', 'new', 'newer']);
  });

  test('a place is kept for as long as its answer came later than others do', async () => {
    const clock = manualClock();
    const pacer = createLocalPacer(clock);
    const next = async (key: string): Promise<number> => {
      const started = clock.now();
      const turn = await finish(clock, pacer.turn(load(perSecond(key, 1)), { arrived: started, latest: 1e9 }, never));
      turn.over(true);
      return clock.now();
    };
    const exchange = async (key: string, latency: number) => {
      const turn = await pacer.turn(load(perSecond(key, 1)), { arrived: clock.now(), latest: clock.now() }, never);
      const sentAt = clock.now();
      turn.sent();
      clock.advance(latency);
      turn.over(true);
      return sentAt;
    };
    const prompt = await exchange('prompt', 20);
    expect((await next('prompt')) - prompt).toBe(1_050);
    const late = await exchange('late', 220);
    expect(Math.round((await next('late')) - late)).toBe(1_200);
    const silent = await exchange('silent', 900);
    expect((await next('silent')) - silent).toBe(1_250);
  });

  test('says how long it would take, by who is ahead', async () => {
    const clock = manualClock();
    const pacer = createLocalPacer(clock);
    const limit = perSecond('two', 2);
    const wish = (arrived: number, latest: number) => pacer.turn(load(limit), { arrived, latest }, never);
    for (const advance of [100, 0]) {
      const turn = await wish(0, clock.now());
      turn.sent();
      turn.sent();
      turn.over(true);
      turn.over(true);
      clock.advance(advance);
    }
    // Places are free at 1050 and 1150; it is 100 now.
    await expect(wish(100, 900)).rejects.toMatchObject({ name: 'TooLate', waitMs: 950, message: /too late/ });
    const waiting = [wish(200, 1e9), wish(200, 1e9), wish(200, 1e9)];
    await expect(wish(200, 1_000)).rejects.toMatchObject({ waitMs: 2_050 });
    await expect(wish(150, 1_000)).rejects.toMatchObject({ waitMs: 950 });
    const early = wish(150, 1_060);
    await finish(clock, early);
    expect(clock.now()).toBe(1_050);
    await finish(clock, waiting[0] ?? early);
    expect(clock.now()).toBe(1_150);
  });

  test('who waits is refused as soon as a pause lasts too long', async () => {
    const clock = manualClock();
    const pacer = createLocalPacer(clock);
    const turns = [];
    for (let index = 0; index < 10; index += 1) {
      const turn = await pacer.turn(load(account), { arrived: 0, latest: 0 }, never);
      turn.sent();
      turns.push(turn);
    }
    const waiting = pacer.turn(load(account), { arrived: 0, latest: 5_000 }, never);
    const patient = pacer.turn(load(account), { arrived: 0, latest: 60_000 }, never);
    turns[0]?.refused({ by: 'account', pauseMs: 30_000, fromRetryAfter: true });
    await expect(waiting).rejects.toMatchObject({ waitMs: 30_000, retryAfterMs: 30_000 });
    await finish(clock, patient);
    expect(clock.now()).toBe(30_000);
  });

  test('forgets limits that are no longer in use, and only those', async () => {
    const clock = manualClock();
    const pacer = createLocalPacer(clock);
    const hourly = (key: string): Limit => ({ key, of: 'connection', calls: 1, windowMs: 3_600_000 });
    const take = (key: string) => pacer.turn(load(hourly(key)), { arrived: clock.now(), latest: clock.now() }, never);
    for (let index = 0; index < 998; index += 1) {
      const turn = await take(`old ${index}`);
      turn.sent();
      turn.over(true);
    }
    await take('under way');
    await refuse(pacer, clock, 0, [{ ...perSecond('lowered', 10), of: 'account' }]);
    expect(pacer.limitsInUse()).toBe(1_000);
    clock.advance(3_599_000);
    await take('one more');
    expect(pacer.limitsInUse()).toBe(1_000);
    clock.advance(3_600_000);
    for (let index = 0; index < 1_000; index += 1) await take(`new ${index}`);
    expect(pacer.limitsInUse()).toBe(1_002);
    await expect(take('under way')).rejects.toThrow(TooLate);
  });
});
