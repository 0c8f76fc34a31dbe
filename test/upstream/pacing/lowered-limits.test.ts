import { describe, expect, test } from 'vitest';
import { createLocalPacer } from '../../../src/upstream/pacing/local-pacer.js';
import { TooLate } from '../../../src/upstream/pacing/pacer.js';
import {
  account,
  canSend,
  countSendable,
  load,
  perHour,
  perSecond,
  sendNow,
  sendRefused,
  turnNow,
  turnSoon,
} from '../../support/pace.js';
import { finish, manualClock, settle } from '../../support/timing.js';

function opened() {
  const clock = manualClock();
  const pacer = createLocalPacer(clock);
  return { clock, pacer, refuse: (pauseMs: number) => sendRefused(pacer, load(account), 'account', { pauseMs }) };
}

describe('a limit after a 429', () => {
  test('an hourly limit is not lowered: the 429 says nothing about the hour', async () => {
    const { clock, pacer } = opened();
    const hourly = load({ ...perHour('flow 1', 100), scope: 'account' });
    for (let count = 0; count < 60; count += 1) await sendNow(pacer, hourly);
    await sendRefused(pacer, hourly, 'account');
    clock.advance(1_000);
    // 61 of the 100 calls are used.
    expect(await countSendable(pacer, hourly)).toBe(39);
    await expect(turnNow(pacer, hourly)).rejects.toThrow(TooLate);
  });

  test('the halved limit does not refuse calls that the recovered limit will serve in time', async () => {
    const { clock, pacer } = opened();
    // 301 calls at 10 a second take 30 s; the recovery from 5 to 10 a second adds less than 12 s.
    const waitAtMostMs = 41_850;
    const calls = Array.from({ length: 300 }, async (_, index) => {
      const turn = await turnSoon(pacer, load(account), waitAtMostMs);
      turn.sent();
      if (index === 9) turn.refused({ by: 'account', pauseMs: 1_000, fromRetryAfter: false });
      turn.over(true);
    });
    await settle();
    clock.advance(1_000);
    calls.push(turnSoon(pacer, load(account), waitAtMostMs - 1_000).then((turn) => void turn.sent()));
    await finish(clock, Promise.all(calls));
    expect(clock.now()).toBeLessThan(waitAtMostMs);
  });

  test('429s within two windows halve the limit once', async () => {
    const { clock, refuse, pacer } = opened();
    await refuse(10);
    clock.advance(1_990);
    await refuse(10);
    clock.advance(1_990);
    // Half of 10, and one more after the first 3 seconds.
    expect(await countSendable(pacer, load(account))).toBe(6);
  });

  test('a 429 after two windows halves the limit again', async () => {
    const { clock, refuse, pacer } = opened();
    await refuse(10);
    clock.advance(5_080);
    await refuse(10);
    clock.advance(2_000);
    // Half of the 6 to which the limit had recovered.
    expect(await countSendable(pacer, load(account))).toBe(3);
  });

  test('the pause holds back every call of the account, then half of the limit is free', async () => {
    const { clock, pacer } = opened();
    const turns = [];
    for (let count = 0; count < 10; count += 1) turns.push(await turnNow(pacer, load(account)));
    for (const turn of turns) turn.sent();
    for (const [index, turn] of turns.entries()) {
      if (index < 2) turn.refused({ by: 'account', pauseMs: 2_000 - 1_000 * index, fromRetryAfter: false });
      turn.over(true);
    }
    clock.advance(1_900);
    expect(await canSend(pacer, load(account))).toBe(false);
    expect(await canSend(pacer, load(perSecond('other', 10)))).toBe(false);
    clock.advance(100);
    expect(await countSendable(pacer, load(account))).toBe(5);
  });

  test('the limit grows back by one call every 3 seconds', async () => {
    const { clock, refuse, pacer } = opened();
    await refuse(1_000);
    clock.advance(2_000);
    expect(await countSendable(pacer, load(account))).toBe(5);
    clock.advance(5_000);
    expect(await countSendable(pacer, load(account))).toBe(7);
    clock.advance(30_000);
    expect(await countSendable(pacer, load(account))).toBe(10);
  });
});
