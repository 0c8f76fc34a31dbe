import { describe, expect, test } from 'vitest';
import { createPacer, type Limit, type Pacer, TooLate } from '../../../src/upstream/pacing/local-pacer.js';
import { account, load, never, perSecond, refuse } from '../../support/pace.js';
import { finish, type ManualTiming, manualTiming, settle } from '../../support/timing.js';

/** How many requests may be sent at this moment, each answered at once. */
async function grantedNow(pacer: Pacer, timing: ManualTiming): Promise<number> {
  for (let count = 0; ; count += 1) {
    const wish = { arrived: timing.now(), latest: timing.now() };
    const turn = await pacer.turn(load(account), wish, never).catch(() => undefined);
    if (turn === undefined) return count;
    turn.sent();
    turn.over(true);
  }
}

describe('a limit after a refusal', () => {
  test('a refusal lowers no hourly limit: it says nothing of the hour', async () => {
    const timing = manualTiming();
    const pacer = createPacer(timing);
    const hourly: Limit = { key: 'flow 1', of: 'account', calls: 100, windowMs: 3_600_000 };
    for (let index = 0; index < 60; index += 1) {
      const turn = await pacer.turn(load(hourly), { arrived: 0, latest: 0 }, never);
      turn.sent();
      turn.over(true);
    }
    await refuse(pacer, timing, 1_000, [hourly]);
    timing.advance(1_000);
    for (let index = 61; index < 100; index += 1) {
      const turn = await pacer.turn(load(hourly), { arrived: timing.now(), latest: timing.now() }, never);
      turn.sent();
      turn.over(true);
    }
    await expect(pacer.turn(load(hourly), { arrived: 0, latest: timing.now() }, never)).rejects.toThrow(TooLate);
  });

  test('a lowered limit grows back: what it delays now is not refused for later', async () => {
    const timing = manualTiming();
    const pacer = createPacer(timing);
    const outcomes = Array.from({ length: 300 }, async (_, index) => {
      const turn = await pacer.turn(load(account), { arrived: timing.now(), latest: 41_850 }, never);
      turn.sent();
      if (index === 9) turn.refused({ by: 'account', pauseMs: 1_000, told: false });
      turn.over(true);
    });
    await settle();
    timing.advance(1_000);
    outcomes.push(pacer.turn(load(account), { arrived: 0, latest: 41_850 }, never).then((turn) => turn.sent()));
    await finish(timing, Promise.all(outcomes));
    expect(timing.now()).toBeLessThan(41_850);
  });

  test('a second excess halves the limit again, refusals of one and the same do not', async () => {
    const timing = manualTiming();
    const pacer = createPacer(timing);
    await refuse(pacer, timing, 10);
    timing.advance(1_990);
    await refuse(pacer, timing, 10);
    timing.advance(1_990);
    expect(await grantedNow(pacer, timing)).toBe(6);
    timing.advance(1_100);
    await refuse(pacer, timing, 10);
    timing.advance(2_000);
    expect(await grantedNow(pacer, timing)).toBe(3);
  });

  test('a refusal pauses the account, halves its limit and gives it back call by call', async () => {
    const timing = manualTiming();
    const pacer = createPacer(timing);
    const turns = [];
    for (let index = 0; index < 10; index += 1) {
      const turn = await pacer.turn(load(account), { arrived: 0, latest: 0 }, never);
      turn.sent();
      turns.push(turn);
    }
    for (const [index, turn] of turns.entries()) {
      if (index < 2) turn.refused({ by: 'account', pauseMs: 2_000 - 1_000 * index, told: false });
      turn.over(true);
    }
    timing.advance(1_900);
    expect(await grantedNow(pacer, timing)).toBe(0);
    await expect(
      pacer.turn(load(perSecond('other', 10)), { arrived: timing.now(), latest: timing.now() }, never),
    ).rejects.toThrow(TooLate);
    timing.advance(100);
    expect(await grantedNow(pacer, timing)).toBe(5);
    timing.advance(5_000);
    expect(await grantedNow(pacer, timing)).toBe(7);
    timing.advance(30_000);
    expect(await grantedNow(pacer, timing)).toBe(10);
  });
});
