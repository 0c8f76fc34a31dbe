import { describe, expect, test } from 'vitest';
import type { Delivery } from '../../src/account/send-guard/delivery.js';
import type { Claim, SendGuard, SendKey } from '../../src/account/send-guard/send-guard.js';
import type { Failure } from '../../tools/contract/failure.js';
import { settle } from './timing.js';

const hello: SendKey = { send: 'hello' };
const order: SendKey = { send: 'order', flowOf: 'maria' };
const never = new AbortController().signal;
const lostAnswer: Failure = {
  kind: 'network',
  message: 'lost',
  hint: '',
  retryable: false,
  performed: 'unknown',
  source: 'network',
};

/** A call with a delivery that a test can change. */
export const callAt = (arrivedAt: number, own: Partial<Delivery> = {}, oneOfMany = false, endedAt?: number) => {
  const delivery: { -readonly [Key in keyof Delivery]: Delivery[Key] } = {
    arrivedAt,
    answeredAt: undefined,
    cancelled: false,
    ...own,
  };
  return { delivery, oneOfMany, endedAt };
};

/** A call that was answered as soon as it arrived. */
const prompt = (at: number) => callAt(at, { answeredAt: at }, false, at);

/**
 * What every send guard must do.
 *
 * @param create makes a guard with the clock `now`
 */
export function sendGuardContract(name: string, create: (now: () => number) => SendGuard): void {
  describe(`the send guard in ${name}`, () => {
    const opened = () => {
      let now = 0;
      const guard = create(() => now);
      const at = (milliseconds: number): void => {
        now = milliseconds;
      };
      async function claimed(key: SendKey, call = prompt(now)): Promise<Claim> {
        const found = await guard.claim(key, call, never);
        if (found.state !== 'claimed') throw new Error(`was ${found.state}`);
        found.claim.departure.leave();
        return found.claim;
      }
      const state = async (key: SendKey, call = prompt(now)): Promise<string> => {
        const found = await guard.claim(key, call, never);
        if (found.state === 'claimed') await found.claim.release();
        return found.state === 'done' ? `done, ${found.why}` : found.state;
      };
      return { guard, at, claimed, state };
    };

    test('lets the same message be sent again if the first call was answered within 3 seconds', async () => {
      const { at, claimed, state } = opened();
      const call = callAt(0);
      await (await claimed(hello, call)).done(undefined);
      call.delivery.answeredAt = 3_000;
      at(3_001);
      expect(await state(hello)).toBe('claimed');
    });

    test('returns the first outcome if that call was answered late, was cancelled or is still open', async () => {
      const { at, claimed, state } = opened();
      const call = callAt(0);
      await (await claimed(hello, call)).done('data');
      at(10_000);
      expect(await state(hello)).toBe('done, open');
      call.delivery.answeredAt = 3_001;
      expect(await state(hello)).toBe('done, unanswered');
      call.delivery.answeredAt = 2_000;
      expect(await state(hello, prompt(1_999))).toBe('done, open');
      call.delivery.answeredAt = undefined;
      call.delivery.cancelled = true;
      call.endedAt = 0;
      expect(await state(hello)).toBe('done, unanswered');
      at(299_999);
      expect(await state(hello)).toBe('done, unanswered');
      at(300_000);
      expect(await state(hello)).toBe('claimed');
    });

    test('remembers the sends of a long call for five minutes after its end', async () => {
      const { at, claimed, state } = opened();
      const call = callAt(0, {}, true);
      await (await claimed(hello, call)).done(undefined);
      at(588_000);
      expect(await state(hello)).toBe('done, many');
      call.delivery.answeredAt = 588_000;
      at(887_999);
      expect(await state(hello)).toBe('done, many');
      at(888_000);
      expect(await state(hello)).toBe('claimed');
    });

    test('remembers the sends of a cancelled call for five minutes after its work ended', async () => {
      const { at, claimed, state } = opened();
      const call = callAt(0, { cancelled: true }, true);
      await (await claimed(hello, call)).done(undefined);
      at(303_000);
      expect(await state(hello)).toBe('done, many');
      call.endedAt = 310_000;
      at(609_999);
      expect(await state(hello)).toBe('done, many');
      at(610_000);
      expect(await state(hello)).toBe('claimed');
    });

    test('reports how long it will remember', async () => {
      const { guard, at, claimed } = opened();
      await (await claimed(hello, callAt(0, { answeredAt: 200_000 }, true, 200_000))).done(undefined);
      at(290_000);
      expect(await guard.claim(hello, prompt(290_000), never)).toMatchObject({ agoMs: 290_000, leftMs: 210_000 });
    });

    test('lets a call that arrived earlier repeat the send of a later one', async () => {
      const { at, claimed, state } = opened();
      at(1_000);
      await (await claimed(hello, callAt(1_000, { answeredAt: 1_100 }))).done(undefined);
      at(5_000);
      expect(await state(hello, prompt(500))).toBe('claimed');
    });

    test('forgets after fifteen minutes the sends of a call that never ends', async () => {
      const { at, claimed, state } = opened();
      await (await claimed(hello, callAt(0, {}, true))).done(undefined);
      at(899_999);
      expect(await state(hello)).toBe('done, many');
      at(900_000);
      expect(await state(hello)).toBe('claimed');
    });

    test('returns the first outcome of a send to one of many contacts, answered or not', async () => {
      const { claimed, state } = opened();
      await (await claimed(hello, callAt(0, { answeredAt: 1 }, true))).done(undefined);
      expect(await state(hello, prompt(2))).toBe('done, many');
    });

    test('refuses for five minutes a send that may have arrived, and reports how long ago it was', async () => {
      const { guard, at, claimed, state } = opened();
      await (await claimed(hello)).unknown(lostAnswer);
      at(60_000);
      expect(await guard.claim(hello, prompt(60_000), never)).toEqual({
        state: 'unknown',
        failure: lostAnswer,
        agoMs: 60_000,
        leftMs: 240_000,
      });
      at(300_000);
      expect(await state(hello)).toBe('claimed');
    });

    test('does not remember a send that was released or never departed', async () => {
      const { guard, claimed, state } = opened();
      await (await claimed(hello)).release();
      expect(await state(hello)).toBe('claimed');
      const found = await guard.claim(hello, prompt(0), never);
      if (found.state === 'claimed') await found.claim.unknown(lostAnswer);
      expect(await state(hello)).toBe('claimed');
      const refused = await claimed(hello);
      refused.departure.stay();
      await refused.unknown(lostAnswer);
      expect(await state(hello)).toBe('claimed');
    });

    test('keeps the first of several outcomes of one claim', async () => {
      const { claimed, state } = opened();
      const claim = await claimed(hello, callAt(0));
      await claim.unknown(lostAnswer);
      await claim.release();
      await claim.done(undefined);
      expect(await state(hello)).toBe('unknown');
    });

    test('waits for an identical send in flight', async () => {
      const { guard, claimed } = opened();
      const first = await claimed(hello, callAt(0));
      let found: string | undefined;
      const second = guard.claim(hello, callAt(0), never).then(({ state }) => {
        found = state;
      });
      await settle();
      expect(found).toBeUndefined();
      await first.done(undefined);
      await second;
      expect(found).toBe('done');
    });

    test('hands over to one waiting call if the first send was not made', async () => {
      const { guard, claimed } = opened();
      const first = await claimed(hello, callAt(0));
      const waiting = [1, 2].map(() => guard.claim(hello, callAt(0), never));
      await first.release();
      const next = await Promise.race(waiting);
      if (next.state !== 'claimed') throw new Error(next.state);
      await next.claim.done(undefined);
      expect((await Promise.all(waiting)).map(({ state }) => state).sort()).toEqual(['claimed', 'done']);
    });

    test('stops waiting when the waiting call is cancelled', async () => {
      const { guard, claimed, state } = opened();
      const first = await claimed(hello, callAt(0));
      const cancel = new AbortController();
      const waiting = guard.claim(hello, callAt(0), cancel.signal);
      cancel.abort(new Error('enough'));
      await expect(waiting).rejects.toThrow('enough');
      await expect(guard.claim(hello, callAt(0), cancel.signal)).rejects.toThrow('enough');
      await first.release();
      expect(await state(hello)).toBe('claimed');
    });

    test('lets a flow be started again after fields of its contact were set, unless its outcome is unknown', async () => {
      const { guard, claimed, state } = opened();
      await (await claimed(order, callAt(0, {}, true))).done(undefined);
      await (await claimed(hello, callAt(0, {}, true))).done(undefined);
      await guard.fieldsSet('john');
      expect(await state(order)).toBe('done, many');
      await guard.fieldsSet('maria');
      expect(await state(order)).toBe('claimed');
      expect(await state(hello)).toBe('done, many');
      await (await claimed(order)).unknown(lostAnswer);
      await guard.fieldsSet('maria');
      expect(await state(order)).toBe('unknown');
    });
  });
}
