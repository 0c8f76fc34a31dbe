import { describe, expect, test } from 'vitest';
import { createLocalPacer } from '../../../src/upstream/pacing/local-pacer.js';
import { type Limit, type Load, type Pacer, TooLate } from '../../../src/upstream/pacing/pacer.js';
import { countingSide } from '../../support/counting-side.js';
import {
  account,
  load,
  never,
  perHour,
  perSecond,
  sendNow,
  sendRefused,
  turnNow,
  turnSoon,
} from '../../support/pace.js';
import { pacerContract } from '../../support/pacer-contract.js';
import { finish, type ManualClock, manualClock, settle } from '../../support/timing.js';

pacerContract('the local pacer', () => {
  const clock = manualClock();
  return {
    pacer: createLocalPacer(clock),
    now: clock.now,
    async pass(milliseconds) {
      await settle();
      clock.advance(milliseconds);
      await settle();
    },
    until: (work) => finish(clock, work),
  };
});

async function callAll(pacer: Pacer, clock: ManualClock, calls: readonly (readonly Limit[])[]) {
  const side = countingSide(clock);
  const all = calls.map(async (limits) => side.request(await turnSoon(pacer, load(...limits)), limits));
  await finish(clock, Promise.all(all));
  return side;
}

/** The shortest time in which so many calls can start without passing so many a second. */
const ideal = (count: number, calls: number): number => Math.floor((count - 1) / calls) * 1_000;

describe('throughput of the local pacer', () => {
  test('through Maton: 300 mixed calls at once use at least 93 % of 10 a second, and pass it in no window', async () => {
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
    expect(side.busiest(account.key)).toBeLessThanOrEqual(10);
    expect(side.last()).toBeLessThan(ideal(300, 10) / 0.93);
  });

  test.each([10, 20, 25, 50, 100])('directly: at least 93 % of %i a second, passed in no window', async (most) => {
    const clock = manualClock();
    const limit = perSecond('endpoint', most);
    const count = most * 12;
    const side = await callAll(createLocalPacer(clock), clock, Array(count).fill([limit]));
    expect(side.busiest('endpoint')).toBeLessThanOrEqual(most);
    expect(side.last()).toBeLessThan(ideal(count, most) / 0.93);
  });
});

describe('the queue of the local pacer', () => {
  test('a call with a narrow limit keeps its place among calls without', async () => {
    const clock = manualClock();
    const pacer = createLocalPacer(clock);
    const narrow = perSecond('narrow', 1);
    const order: string[] = [];
    const call = async (name: string, limits: readonly Limit[]) => {
      const turn = await turnSoon(pacer, load(...limits));
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
    // narrow-2 waits a second for its own limit: the rest of this window goes to nine others.
    expect(order.indexOf('later-0')).toBe(11);
    expect(order.indexOf('narrow-2')).toBe(20);
    expect(order.filter((name) => name.startsWith('later')).map((name) => Number(name.slice(6)))).toEqual(
      Array.from({ length: 18 }, (_, index) => index),
    );
  });

  test('of 100 calls with 5 seconds, the last 40 are refused before any time passes and the first 50 are served', async () => {
    const clock = manualClock();
    const pacer = createLocalPacer(clock);
    const outcomes = Array.from({ length: 100 }, () =>
      turnSoon(pacer, load(account), 5_000).then(
        (turn) => void turn.sent(),
        (reason: unknown) => reason,
      ),
    );
    await settle();
    const refused = await Promise.all(outcomes.slice(60));
    expect(clock.now()).toBe(0);
    expect(refused.every((reason) => reason instanceof TooLate && reason.waitMs > 5_000)).toBe(true);
    const served = await finish(clock, Promise.all(outcomes.slice(0, 50)));
    expect(served.every((outcome) => outcome === undefined)).toBe(true);
  });

  describe('says how long a call would wait', () => {
    /** A limit of two a second whose slots become free at 1050 and 1150; it is 100 now. */
    async function opened() {
      const clock = manualClock();
      const pacer = createLocalPacer(clock);
      const key = load(perSecond('two', 2));
      await sendNow(pacer, key);
      clock.advance(100);
      await sendNow(pacer, key);
      const turnAt = (arrived: number, latest: number) =>
        pacer.turn(key, { arrivedMsAgo: clock.now() - arrived, waitAtMostMs: latest - clock.now() }, never);
      return { clock, turnAt };
    }

    test('until the next slot is free', async () => {
      const { turnAt } = await opened();
      await expect(turnAt(100, 900)).rejects.toMatchObject({ name: 'TooLate', waitMs: 950, message: /too late/ });
    });

    test('behind the calls that arrived before it', async () => {
      const { clock, turnAt } = await opened();
      const waiting = [turnAt(50, 1e9), turnAt(50, 1e9), turnAt(50, 1e9)];
      // The fourth call gets the second slot of the next round: 1150 + 1000 - 100.
      await expect(turnAt(50, 1_000)).rejects.toMatchObject({ waitMs: 2_050 });
      await finish(clock, Promise.all(waiting.slice(0, 1)));
      expect(clock.now()).toBe(1_050);
    });

    test('before the calls that arrived after it', async () => {
      const { clock, turnAt } = await opened();
      const waiting = [turnAt(50, 1e9), turnAt(50, 1e9), turnAt(50, 1e9)];
      await expect(turnAt(20, 1_000)).rejects.toMatchObject({ waitMs: 950 });
      const early = turnAt(20, 1_060);
      await finish(clock, early);
      expect(clock.now()).toBe(1_050);
      await finish(clock, waiting[0] ?? early);
      expect(clock.now()).toBe(1_150);
    });
  });

  test('a pause refuses the waiting call that has less time, and serves the other after it', async () => {
    const clock = manualClock();
    const pacer = createLocalPacer(clock);
    const turns = [];
    for (let count = 0; count < 10; count += 1) turns.push(await turnNow(pacer, load(account)));
    for (const turn of turns) turn.sent();
    const hasted = turnSoon(pacer, load(account), 5_000);
    const patient = turnSoon(pacer, load(account), 60_000);
    turns[0]?.refused({ by: 'account', pauseMs: 30_000, fromRetryAfter: true });
    await expect(hasted).rejects.toMatchObject({ waitMs: 30_000, retryAfterMs: 30_000 });
    await finish(clock, patient);
    expect(clock.now()).toBe(30_000);
  });
});

describe('a slot of the local pacer', () => {
  /** Sends a request whose response takes `latency`; returns how long the next request waits for the slot. */
  async function heldFor(pacer: Pacer, clock: ManualClock, wanted: Load, latency: number): Promise<number> {
    const turn = await turnNow(pacer, wanted);
    const sentAt = clock.now();
    turn.sent();
    clock.advance(latency);
    turn.over(true);
    const next = await finish(clock, turnSoon(pacer, wanted));
    next.over(true);
    return Math.round(clock.now() - sentAt);
  }

  async function opened() {
    const clock = manualClock();
    const pacer = createLocalPacer(clock);
    /** The fastest response seen takes 20 ms. */
    const fastest = await heldFor(pacer, clock, load(perSecond('fastest', 1)), 20);
    return { clock, pacer, fastest };
  }

  test('is held for its window and 5 % after the fastest response', async () => {
    expect((await opened()).fastest).toBe(1_050);
  });

  test('is held for as long as its response came later than the fastest', async () => {
    const { clock, pacer } = await opened();
    expect(await heldFor(pacer, clock, load(perSecond('late', 1)), 220)).toBe(1_200);
  });

  test('is held for 250 ms more at most', async () => {
    const { clock, pacer } = await opened();
    expect(await heldFor(pacer, clock, load(perSecond('silent', 1)), 900)).toBe(1_250);
  });

  test('is held by the latency of its own account', async () => {
    const { clock, pacer } = await opened();
    const distant = { ...load(perSecond('distant', 1)), account: 'distant account' };
    // Nothing is known before its first response: the request may have arrived just before that.
    expect(await heldFor(pacer, clock, distant, 220)).toBe(1_220);
    expect(await heldFor(pacer, clock, distant, 220)).toBe(1_050);
  });

  test('of an hourly limit is held for 5 % of the hour more', async () => {
    const { clock, pacer } = await opened();
    expect(await heldFor(pacer, clock, load(perHour('flow', 1)), 20)).toBe(3_600_000 * 1.05);
  });
});

describe('the memory of the local pacer', () => {
  const take = (pacer: Pacer, key: string, owner = 'account') =>
    turnNow(pacer, { ...load(perHour(key, 1)), account: owner });

  test('forgets limits that are no longer in use, and only those', async () => {
    const clock = manualClock();
    const pacer = createLocalPacer(clock);
    for (let index = 0; index < 998; index += 1) await sendNow(pacer, load(perHour(`old ${index}`, 1)));
    await take(pacer, 'under way');
    const lowered: Limit = { ...perSecond('lowered', 10), scope: 'account' };
    await sendRefused(pacer, load(lowered), 'account', { pauseMs: 0 });
    expect(pacer.limitsInUse()).toBe(1_000);
    // The slots of the old limits are held for 63 minutes; the lowered limit has recovered.
    clock.advance(3_599_000);
    await take(pacer, 'one more');
    expect(pacer.limitsInUse()).toBe(1_000);
    clock.advance(3_600_000);
    for (let index = 0; index < 1_000; index += 1) await take(pacer, `new ${index}`);
    // What remains: the 1000 new ones, and two turns that are still under way.
    expect(pacer.limitsInUse()).toBe(1_002);
    await expect(take(pacer, 'under way')).rejects.toThrow(TooLate);
  });

  test('forgets accounts that are idle, and only those', async () => {
    const clock = manualClock();
    const pacer = createLocalPacer(clock);
    await take(pacer, 'under way', 'busy account');
    for (let index = 0; index < 99; index += 1) {
      await sendNow(pacer, { ...load(perHour('old', 1)), account: `old account ${index}` });
    }
    clock.advance(7_200_000);
    expect(pacer.limitsInUse()).toBe(100);
    await take(pacer, 'new', 'new account');
    expect(pacer.limitsInUse()).toBe(2);
    await expect(take(pacer, 'under way', 'busy account')).rejects.toThrow(TooLate);
  });

  test('keeps the pause of an account that has no limit in use', async () => {
    const clock = manualClock();
    const pacer = createLocalPacer(clock);
    const paused: Load = { limits: [], account: 'paused account' };
    await sendRefused(pacer, paused, 'account', { pauseMs: 30_000, fromRetryAfter: true });
    for (let index = 0; index < 100; index += 1) await sendNow(pacer, { limits: [], account: `account ${index}` });
    await expect(turnNow(pacer, paused)).rejects.toThrow(TooLate);
  });
});
