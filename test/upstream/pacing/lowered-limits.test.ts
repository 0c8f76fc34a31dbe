import { describe, expect, test } from 'vitest';
import { createLocalPacer } from '../../../src/upstream/pacing/local-pacer.js';
import { type Limit, type Pacer, TooLate } from '../../../src/upstream/pacing/pacer.js';
import { account, load, never, perSecond, refuse } from '../../support/pace.js';
import { finish, type ManualClock, manualClock, settle } from '../../support/timing.js';

/** How many requests may be sent at this moment, each answered at once. */
async function grantedNow(pacer: Pacer, clock: ManualClock): Promise<number> {
  for (let count = 0; ; count += 1) {
    const wish = { arrived: clock.now(), latest: clock.now() };
    const turn = await pacer.turn(load(account), wish, never).catch(() => undefined);
    if (turn === undefined) return count;
    turn.sent();
    turn.over(true);
  }
}

describe('a limit after a refusal', () => {
  test('a refusal lowers no hourly limit: it says nothing of the hour', async () => {
    const clock = manualClock();
    const pacer = createLocalPacer(clock);
    const hourly: Limit = { key: 'flow 1', of: 'account', calls: 100, windowMs: 3_600_000 };
    for (let index = 0; index < 60; index += 1) {
      const turn = await pacer.turn(load(hourly), { arrived: 0, latest: 0 }, never);
      turn.sent();
      turn.over(true);
    }
    await refuse(pacer, clock, 1_000, [hourly]);
    clock.advance(1_000);
    for (let index = 61; index < 100; index += 1) {
      const turn = await pacer.turn(load(hourly), { arrived: clock.now(), latest: clock.now() }, never);
      turn.sent();
      turn.over(true);
    }
    await expect(pacer.turn(load(hourly), { arrived: 0, latest: clock.now() }, never)).rejects.toThrow(TooLate);
  });

  test('a lowered limit grows back: what it delays now is not refused for later', async () => {
    const clock = manualClock();
    const pacer = createLocalPacer(clock);
    const outcomes = Array.from({ length: 300 }, async (_, index) => {
      const turn = await pacer.turn(load(account), { arrived: clock.now(), latest: 41_850 }, never);
      turn.sent();
      if (index === 9) turn.refused({ by: 'account', pauseMs: 1_000, fromRetryAfter: false });
      turn.over(true);
    });
    await settle();
    clock.advance(1_000);
    outcomes.push(pacer.turn(load(account), { arrived: 0, latest: 41_850 }, never).then((turn) => turn.sent()));
    await finish(clock, Promise.all(outcomes));
    expect(clock.now()).toBeLessThan(41_850);
  });

  test('a second excess halves the limit again, refusals of one and the same do not', async () => {
    const clock = manualClock();
    const pacer = createLocalPacer(clock);
    await refuse(pacer, clock, 10);
    clock.advance(1_990);
    await refuse(pacer, clock, 10);
    clock.advance(1_990);
    expect(await grantedNow(pacer, clock)).toBe(6);
    clock.advance(1_100);
    await refuse(pacer, clock, 10);
    clock.advance(2_000);
    expect(await grantedNow(pacer, clock)).toBe(3);
  });

  test('a refusal pauses the account, halves its limit and gives it back call by call', async () => {
    const clock = manualClock();
    const pacer = createLocalPacer(clock);
    const turns = [];
    for (let index = 0; index < 10; index += 1) {
      const turn = await pacer.turn(load(account), { arrived: 0, latest: 0 }, never);
      turn.sent();
      turns.push(turn);
    }
    for (const [index, turn] of turns.entries()) {
      if (index < 2) turn.refused({ by: 'account', pauseMs: 2_000 - 1_000 * index, fromRetryAfter: false });
      turn.over(true);
    }
    clock.advance(1_900);
    expect(await grantedNow(pacer, clock)).toBe(0);
    await expect(
      pacer.turn(load(perSecond('other', 10)), { arrived: clock.now(), latest: clock.now() }, never),
    ).rejects.toThrow(TooLate);
    clock.advance(100);
    expect(await grantedNow(pacer, clock)).toBe(5);
    clock.advance(5_000);
    expect(await grantedNow(pacer, clock)).toBe(7);
    clock.advance(30_000);
    expect(await grantedNow(pacer, clock)).toBe(10);
  });
});
