import { describe, expect, onTestFinished, test } from 'vitest';
import { loadOf } from '../../src/upstream/pacing/limits.js';
import { type Limit, type Load, type Pacer, TooLate, type Turn } from '../../src/upstream/pacing/pacer.js';
import {
  account,
  canSend,
  countSendable,
  load,
  never,
  perHour,
  perSecond,
  sendNow,
  sendRefused,
  turnNow,
  turnSoon,
} from './pace.js';

/** A pacer and its clock: manual for a local pacer, real for one with a store. */
export interface PacerAtHand {
  readonly pacer: Pacer;
  /** Milliseconds from any fixed point. */
  now(): number;
  /** Lets this much time pass, in milliseconds. */
  pass(milliseconds: number): Promise<void>;
  /** Lets time pass until the work is done. */
  until<Value>(work: Promise<Value>): Promise<Value>;
}

/** Two connections of one account. */
const [one, two]: [Load, Load] = [
  { limits: [], account: 'account', connection: 'one' },
  { limits: [], account: 'account', connection: 'two' },
];
const otherAccount: Load = { limits: [], account: 'other account', connection: 'three' };

/** The maximum number of times within one half-open second. */
const busiestSecond = (moments: readonly number[]): number =>
  Math.max(...moments.map((from) => moments.filter((each) => each >= from && each < from + 1_000).length));

/**
 * What every pacer must do. Only `pass` and `until` take time: about 20 seconds in all where the time is real.
 * @param slackMs how much later than necessary a turn may come.
 */
export function pacerContract(name: string, open: () => PacerAtHand | Promise<PacerAtHand>, slackMs = 0): void {
  const opened = async (): Promise<PacerAtHand> => {
    const atHand = await open();
    onTestFinished(() => atHand.pacer.close());
    return atHand;
  };

  describe(`limits of ${name}`, () => {
    test('25 calls at once never pass 10 in a second, and come within the time that 93 % of the limit takes', async () => {
      const { pacer, now, until } = await opened();
      const started = now();
      const calls = Array.from({ length: 25 }, async () => {
        const turn = await turnSoon(pacer, load(account));
        const sentAt = now();
        await turn.sent();
        await turn.over(true);
        return sentAt;
      });
      const departures = await until(Promise.all(calls));
      expect(busiestSecond(departures)).toBeLessThanOrEqual(10);
      // Calls 21 to 25 need two full windows before them.
      expect(Math.max(...departures) - started).toBeLessThanOrEqual(2_000 / 0.93 + slackMs);
    });

    test('a call counts against each of its limits', async () => {
      const { pacer } = await opened();
      const [wide, narrow] = [perHour('wide', 3), perHour('narrow', 2)];
      expect(await countSendable(pacer, load(wide, narrow))).toBe(2);
      expect(await countSendable(pacer, load(wide))).toBe(1);
      expect(await countSendable(pacer, load(narrow))).toBe(0);
    });

    test('an hourly limit refuses the 101st call, and no call of another key', async () => {
      const { pacer } = await opened();
      expect(await countSendable(pacer, load(perHour('flow 1', 100)))).toBe(100);
      await expect(turnSoon(pacer, load(perHour('flow 1', 100)), 45_000)).rejects.toThrow(TooLate);
      expect(await canSend(pacer, load(perHour('flow 2', 100)))).toBe(true);
    });

    test('a turn that was never sent gives its slot to the next call', async () => {
      const { pacer, until } = await opened();
      const first = await turnNow(pacer, load(perHour('key', 1)));
      const second = turnSoon(pacer, load(perHour('key', 1)));
      await first.over(false);
      await (await until(second)).over(false);
      expect(await canSend(pacer, load(perHour('key', 1)))).toBe(true);
    });

    test('a request that was sent twice, or ended twice, counts once', async () => {
      const { pacer } = await opened();
      const turn = await turnNow(pacer, load(perHour('key', 2)));
      for (let count = 0; count < 2; count += 1) await turn.sent();
      for (let count = 0; count < 2; count += 1) await turn.over(true);
      expect(await countSendable(pacer, load(perHour('key', 2)))).toBe(1);
    });
  });

  describe(`the queue of ${name}`, () => {
    /** Notes the order in which calls are served. */
    async function openedQueue() {
      const atHand = await opened();
      const order: string[] = [];
      const call = async (label: string, limits: readonly Limit[], arrivedMsAgo = 0): Promise<void> => {
        const turn = await atHand.pacer.turn(load(...limits), { arrivedMsAgo, waitAtMostMs: 1e9 }, never);
        order.push(label);
        await turn.sent();
        await turn.over(true);
      };
      return { ...atHand, order, call };
    }

    test('serves the earliest arrival first', async () => {
      const { until, order, call } = await openedQueue();
      const limits = [perSecond('key', 1)];
      await call('first', limits);
      const calls = [call('new', limits, 1_000), call('newer', limits), call('retried', limits, 2_000)];
      await until(Promise.all(calls));
      expect(order).toEqual(['first', 'retried', 'new', 'newer']);
    });

    test('a call goes before 100 that let it go first', async () => {
      const { now, until, order, call } = await openedQueue();
      for (let count = 0; count < 10; count += 1) await until(call('before', [account]));
      const many = Array.from({ length: 100 }, () => call('one of many', [account], -20_000));
      for (const each of many) each.catch(() => undefined);
      const asked = now();
      await until(call('asked', [account]));
      expect(now() - asked).toBeLessThan(1_200 + slackMs);
      expect(order.filter((label) => label === 'one of many').length).toBeLessThan(10);
    });

    test('a call that lets others go first gets its turn while others never stop coming', async () => {
      const { now, until, order, call } = await openedQueue();
      const started = now();
      let served = false;
      const keepComing = async (): Promise<void> => {
        while (!served) await call('other', [account]);
      };
      const others = Array.from({ length: 20 }, keepComing);
      for (const each of others) each.catch(() => undefined);
      await until(call('yields', [account], -1_000).then(() => (served = true)));
      // A second in which others go first, and two for the 20 that came in it.
      expect(now() - started).toBeLessThan(3_500 + slackMs);
      expect(order.filter((label) => label === 'other').length).toBeGreaterThanOrEqual(20);
    });

    test('a call held back by its own limit holds back no other', async () => {
      const { pacer, until, order, call } = await openedQueue();
      await sendNow(pacer, load(perHour('narrow', 1)));
      const narrow = pacer.turn(load(perHour('narrow', 1)), { arrivedMsAgo: 0, waitAtMostMs: 1e9 }, never);
      narrow.catch(() => undefined);
      await until(call('other', [account]));
      expect(order).toEqual(['other']);
    });

    test('refuses a call at once when no turn can come in time, and says how long it would take', async () => {
      const { pacer, now } = await opened();
      for (let count = 0; count < 2; count += 1) await sendNow(pacer, load(perSecond('key', 2)));
      const before = now();
      const error: unknown = await turnSoon(pacer, load(perSecond('key', 2)), 500).catch((thrown: unknown) => thrown);
      expect(now() - before).toBeLessThanOrEqual(slackMs);
      expect(error).toBeInstanceOf(TooLate);
      // A window of one second with its margin of 5 %.
      expect(error).toHaveProperty('waitMs', expect.closeTo(1_050, slackMs > 0 ? -3 : 0));
    });

    test('a cancelled call leaves the queue with the reason of its signal', async () => {
      const { pacer, until } = await opened();
      const key = load(perHour('key', 1));
      const first = await turnNow(pacer, key);
      const cancel = new AbortController();
      const second = pacer.turn(key, { arrivedMsAgo: 0, waitAtMostMs: 1e9 }, cancel.signal);
      const third = turnSoon(pacer, key);
      cancel.abort(new Error('cancelled'));
      await expect(second).rejects.toThrow('cancelled');
      await first.over(false);
      await (await until(third)).over(false);
    });

    test('a call that is already cancelled gets no turn', async () => {
      const { pacer } = await opened();
      const turn = pacer.turn(
        load(account),
        { arrivedMsAgo: 0, waitAtMostMs: 1e9 },
        AbortSignal.abort(new Error('cancelled')),
      );
      await expect(turn).rejects.toThrow('cancelled');
    });
  });

  describe(`pauses of ${name}`, () => {
    test.each([
      { by: 'connection', pauses: ['own connection'] },
      { by: 'account', pauses: ['own connection', 'other connection'] },
      { by: 'unclear', pauses: ['own connection'] },
    ] as const)('a 429 by $by pauses: $pauses', async ({ by, pauses }) => {
      const { pacer } = await opened();
      await sendRefused(pacer, one, by);
      const paused: string[] = [];
      if (!(await canSend(pacer, one))) paused.push('own connection');
      if (!(await canSend(pacer, two))) paused.push('other connection');
      if (!(await canSend(pacer, otherAccount))) paused.push('other account');
      expect(paused).toEqual(pauses);
    });

    test('a waiting call is refused as soon as a pause lasts beyond its time', async () => {
      const { pacer } = await opened();
      const busy = await turnNow(pacer, load(perSecond('key', 1)));
      const waiting = turnSoon(pacer, load(perSecond('key', 1)), 5_000);
      await busy.sent();
      await busy.refused({ by: 'account', pauseMs: 30_000, fromRetryAfter: true });
      await expect(waiting).rejects.toThrow(TooLate);
    });

    test('TooLate carries the rest of the Retry-After', async () => {
      const { pacer } = await opened();
      await sendRefused(pacer, one, 'connection', { pauseMs: 3_600_000, fromRetryAfter: true });
      const error: unknown = await turnNow(pacer, one).catch((thrown: unknown) => thrown);
      expect(error).toHaveProperty('retryAfterMs', expect.closeTo(3_600_000, slackMs > 0 ? -3 : 0));
    });

    test('a pause ends with one probe, for which the others wait', async () => {
      const { pacer, pass, until } = await opened();
      await sendRefused(pacer, one, 'connection');
      await pass(1_000 + slackMs);
      const probe = await turnNow(pacer, one);
      await probe.sent();
      expect(await canSend(pacer, one)).toBe(false);
      const waiting = [1, 2, 3].map(() => turnSoon(pacer, one));
      await probe.over(true);
      await until(Promise.all(waiting));
    });

    test('a refused probe doubles the pause', async () => {
      const { pacer, pass } = await opened();
      await sendRefused(pacer, one, 'connection');
      await pass(1_000 + slackMs);
      await sendRefused(pacer, one, 'connection');
      await pass(1_500);
      expect(await canSend(pacer, one)).toBe(false);
      await pass(500 + slackMs);
      expect(await canSend(pacer, one)).toBe(true);
    });

    test('a 429 by the account halves its limit per second after the pause', async () => {
      const { pacer, pass } = await opened();
      await sendRefused(pacer, load(account), 'account', { pauseMs: 1_100 });
      await pass(1_100 + slackMs);
      // The probe first; the halved limit leaves room for four more.
      expect(await countSendable(pacer, load(account))).toBe(5);
    });
  });

  describe(`two accounts with equal connection ids on ${name}`, () => {
    const endpoint = { path: '/fb/sending/sendFlow', perSecond: 20, perSubscriberHour: 100 } as const;
    const loadFor = (identity: string): Load =>
      loadOf(endpoint, { subscriber_id: '1' }, { account: identity, connection: 'same', throughMaton: true });

    test('share no limit', async () => {
      const { pacer } = await opened();
      expect(await countSendable(pacer, loadFor('a'))).toBe(10);
      expect(await countSendable(pacer, loadFor('b'))).toBe(10);
    });

    test.each(['connection', 'account', 'unclear'] as const)(
      'share no pause: a 429 by %s of one delays the other by less than 20 ms',
      async (by) => {
        const { pacer, now, until } = await opened();
        await sendRefused(pacer, loadFor('a'), by, { pauseMs: 30_000, fromRetryAfter: true });
        const before = now();
        await until(turnSoon(pacer, loadFor('b')));
        expect(now() - before).toBeLessThan(20 + slackMs);
      },
    );
  });

  describe(`closing ${name}`, () => {
    test('rejects the calls that wait', async () => {
      const { pacer } = await opened();
      await turnNow(pacer, load(perHour('key', 1)));
      const waiting = turnSoon(pacer, load(perHour('key', 1)));
      waiting.catch(() => undefined);
      await pacer.close();
      await expect(waiting).rejects.toThrow('closed');
    });

    test('gives no more turns', async () => {
      const { pacer } = await opened();
      await pacer.close();
      await expect(turnSoon(pacer, load())).rejects.toThrow('closed');
    });

    test('leaves reports of open requests without effect', async () => {
      const { pacer } = await opened();
      const turn: Turn = await turnNow(pacer, load(account));
      await pacer.close();
      await turn.sent();
      await turn.over(true);
    });
  });
}
