import { describe, expect, test } from 'vitest';
import type { Delivery } from '../../src/account/send-guard/delivery.js';
import type { Claim, SendGuard, SendKey } from '../../src/account/send-guard/send-guard.js';
import type { Clock } from '../../src/upstream/clock.js';
import type { Failure } from '../../tools/contract/failure.js';
import { deferred } from './deferred.js';
import { manualClock, settle } from './timing.js';

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

/** A call with a delivery that a test can change. Its functions also tell who waits for such news. */
export const callAt = (arrivedAt: number, own: Partial<Delivery> = {}, oneOfMany = false, endedAt?: number) => {
  const [answered, cancelled, ended] = [deferred(), deferred(), deferred()];
  const delivery: { -readonly [Key in keyof Delivery]: Delivery[Key] } = {
    arrivedAt,
    answeredAt: undefined,
    cancelled: false,
    whenAnswered: answered.promise,
    whenCancelled: cancelled.promise,
    ...own,
  };
  if (delivery.answeredAt !== undefined) answered.resolve();
  if (delivery.cancelled) cancelled.resolve();
  if (endedAt !== undefined) ended.resolve();
  return {
    delivery,
    oneOfMany,
    endedAt,
    whenEnded: ended.promise,
    answer(at: number): void {
      delivery.answeredAt = at;
      answered.resolve();
    },
    cancel(): void {
      delivery.cancelled = true;
      cancelled.resolve();
    },
    end(at: number): void {
      this.endedAt = at;
      ended.resolve();
    },
  };
};

/** A call that was answered as soon as it arrived. */
const prompt = (at: number) => callAt(at, { answeredAt: at }, false, at);

/** The guards of one or two processes. */
export interface Guards {
  readonly guard: SendGuard;
  /** Finds what the first has done. */
  readonly second: SendGuard;
  /** Whether it is certain which of two calls arrived first. */
  readonly inOrder: boolean;
}

/**
 * What every send guard must do.
 *
 * @param create makes guards with a clock
 */
export function sendGuardContract(name: string, create: (clock: Clock) => Guards): void {
  describe(`the send guard in ${name}`, () => {
    const opened = () => {
      const clock = manualClock();
      const { now } = clock;
      const { guard, second, inOrder } = create(clock);
      const at = (milliseconds: number): void => clock.advance(milliseconds - now());
      async function claimed(key: SendKey, call = prompt(now())): Promise<Claim> {
        const found = await guard.claim(key, call, never);
        if (found.state !== 'claimed') throw new Error(`was ${found.state}`);
        await found.claim.departure.before();
        found.claim.departure.leave();
        return found.claim;
      }
      const state = async (key: SendKey, call = prompt(now())): Promise<string> => {
        // Reports take a moment to arrive.
        await settle();
        const found = await second.claim(key, call, never);
        if (found.state === 'claimed') await found.claim.release();
        return found.state === 'done' ? `done, ${found.why}` : found.state;
      };
      return { guard, second, inOrder, at, claimed, state };
    };

    test('lets the same message be sent again if the first call was answered within 3 seconds', async () => {
      const { at, claimed, state } = opened();
      const call = callAt(0);
      await (await claimed(hello, call)).done(undefined);
      call.answer(3_000);
      at(3_001);
      expect(await state(hello)).toBe('claimed');
    });

    test('returns the first outcome if that call was answered late or is still open', async () => {
      const { at, claimed, state } = opened();
      const call = callAt(0);
      await (await claimed(hello, call)).done('data');
      at(10_000);
      expect(await state(hello)).toBe('done, open');
      call.answer(3_001);
      expect(await state(hello)).toBe('done, unanswered');
    });

    test('returns the first outcome if that call was answered in time, but only after the second arrived', async () => {
      const { at, claimed, state } = opened();
      const call = callAt(0);
      await (await claimed(hello, call)).done('data');
      at(10_000);
      call.answer(2_000);
      expect(await state(hello, prompt(1_999))).toBe('done, open');
      expect(await state(hello, prompt(2_000))).toBe('claimed');
    });

    test('returns the first outcome of a cancelled call for five minutes', async () => {
      const { at, claimed, state } = opened();
      const call = callAt(0);
      await (await claimed(hello, call)).done('data');
      call.cancel();
      call.end(0);
      expect(await state(hello)).toBe('done, unanswered');
      at(299_999);
      expect(await state(hello)).toBe('done, unanswered');
      at(300_000);
      expect(await state(hello)).toBe('claimed');
    });

    test('returns the data of the first send', async () => {
      const { second, claimed } = opened();
      await (await claimed(hello, callAt(0))).done({ status: 'success', id: '12345678901234567890' });
      expect(await second.claim(hello, prompt(0), never)).toMatchObject({
        state: 'done',
        data: { status: 'success', id: '12345678901234567890' },
      });
    });

    test('remembers the sends of a long call for five minutes after its end', async () => {
      const { at, claimed, state } = opened();
      const call = callAt(0, {}, true);
      await (await claimed(hello, call)).done(undefined);
      at(588_000);
      expect(await state(hello)).toBe('done, many');
      call.answer(588_000);
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
      call.end(310_000);
      at(609_999);
      expect(await state(hello)).toBe('done, many');
      at(610_000);
      expect(await state(hello)).toBe('claimed');
    });

    test('reports how long it will remember', async () => {
      const { second, at, claimed } = opened();
      await (await claimed(hello, callAt(0, { answeredAt: 200_000 }, true, 200_000))).done(undefined);
      at(290_000);
      expect(await second.claim(hello, prompt(290_000), never)).toMatchObject({ agoMs: 290_000, leftMs: 210_000 });
    });

    test('lets a call that arrived earlier repeat the send of a later one, if that is certain', async () => {
      const { inOrder, at, claimed, state } = opened();
      at(1_000);
      await (await claimed(hello, callAt(1_000, { answeredAt: 1_100 }))).done(undefined);
      at(5_000);
      expect(await state(hello, prompt(500))).toBe(inOrder ? 'claimed' : 'done, open');
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
      const { guard, second, at, claimed, state } = opened();
      await (await claimed(hello)).unknown(lostAnswer);
      at(60_000);
      expect(await second.claim(hello, prompt(60_000), never)).toEqual({
        state: 'unknown',
        isOthers: false,
        // Another process is told the kind alone.
        failure: guard === second ? lostAnswer : expect.objectContaining({ kind: 'network', performed: 'unknown' }),
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
      const { second, claimed } = opened();
      const first = await claimed(hello, callAt(0));
      let found: string | undefined;
      const waiting = second.claim(hello, callAt(0), never).then(({ state }) => {
        found = state;
      });
      await settle();
      expect(found).toBeUndefined();
      await first.done(undefined);
      await waiting;
      expect(found).toBe('done');
    });

    test('returns the outcome that a call has waited for, although the first call was answered since', async () => {
      const { second, at, claimed } = opened();
      at(1_000);
      const call = callAt(1_000);
      const first = await claimed(hello, call);
      const waiting = second.claim(hello, callAt(500), never);
      await settle();
      call.answer(1_000);
      await first.done(undefined);
      expect((await waiting).state).toBe('done');
    });

    test('hands over to one waiting call if the first send was not made', async () => {
      const { second, claimed } = opened();
      const first = await claimed(hello, callAt(0));
      const waiting = [1, 2].map(() => second.claim(hello, callAt(0), never));
      await first.release();
      const next = await Promise.race(waiting);
      if (next.state !== 'claimed') throw new Error(next.state);
      await next.claim.done(undefined);
      expect((await Promise.all(waiting)).map(({ state }) => state).sort()).toEqual(['claimed', 'done']);
    });

    test('stops waiting when the waiting call is cancelled', async () => {
      const { second, claimed, state } = opened();
      const first = await claimed(hello, callAt(0));
      const cancel = new AbortController();
      const waiting = second.claim(hello, callAt(0), cancel.signal);
      await settle();
      cancel.abort(new Error('enough'));
      await expect(waiting).rejects.toThrow('enough');
      await expect(second.claim(hello, callAt(0), cancel.signal)).rejects.toThrow('enough');
      await first.release();
      expect(await state(hello)).toBe('claimed');
    });

    test('lets a flow be started again after fields of its contact were set, unless its outcome is unknown', async () => {
      const { guard, second, claimed, state } = opened();
      await (await claimed(order, callAt(0, {}, true))).done(undefined);
      await (await claimed(hello, callAt(0, {}, true))).done(undefined);
      await second.fieldsSet('john');
      expect(await state(order)).toBe('done, many');
      await second.fieldsSet('maria');
      expect(await state(order)).toBe('claimed');
      expect(await state(hello)).toBe('done, many');
      await (await claimed(order)).unknown(lostAnswer);
      await guard.fieldsSet('maria');
      expect(await state(order)).toBe('unknown');
    });
  });
}
