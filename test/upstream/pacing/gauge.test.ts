import { describe, expect, test } from 'vitest';
import { createDelays, createGauge } from '../../../src/upstream/pacing/gauge.js';
import { perHour, perSecond } from '../../support/pace.js';

describe('room in a limit', () => {
  test('is there at once while calls are left', () => {
    const gauge = createGauge(perSecond('key', 2));
    gauge.take(0);
    expect(gauge.roomAt(10)).toBe(10);
  });

  test('comes with the first slot to become free', () => {
    const gauge = createGauge(perSecond('key', 2));
    gauge.answered(gauge.take(0), 0, 0);
    gauge.answered(gauge.take(100), 100, 0);
    expect(gauge.roomAt(200)).toBe(1_050);
  });

  test('comes a window from now where all turns are unsent', () => {
    const gauge = createGauge(perSecond('key', 1));
    gauge.unsent = 1;
    expect(gauge.roomAt(500)).toBe(1_500);
  });

  test('is found by the order in which slots become free, not in which they were taken', () => {
    const gauge = createGauge(perSecond('key', 2));
    const late = gauge.take(0);
    gauge.answered(gauge.take(10), 10, 0);
    gauge.answered(late, 0, 200);
    expect(gauge.roomAt(300)).toBe(1_060);
  });

  test('is there in the moment in which a slot becomes free', () => {
    const gauge = createGauge(perSecond('key', 1));
    gauge.answered(gauge.take(0), 0, 0);
    expect([gauge.roomAt(1_049), gauge.roomAt(1_050)]).toEqual([1_050, 1_050]);
  });
});

describe('a slot', () => {
  test.each([
    ['for 250 ms more while there is no response', undefined, 1_250],
    ['for 5 % more after a prompt response', 20, 1_050],
    ['for the delay of its response', 120, 1_120],
    ['for 250 ms more at most', 5_000, 1_250],
  ])('is held %s', (_, delayMs, freeAt) => {
    const gauge = createGauge(perSecond('key', 1));
    const slot = gauge.take(0);
    if (delayMs !== undefined) expect(gauge.answered(slot, 0, delayMs)).toBe(freeAt);
    expect(gauge.roomAt(10)).toBe(freeAt);
  });
});

describe('the earliest turn behind other calls', () => {
  /** Two calls a second, both used: free at 1050 and 1150. */
  function used() {
    const gauge = createGauge(perSecond('key', 2));
    gauge.answered(gauge.take(0), 0, 0);
    gauge.answered(gauge.take(100), 100, 0);
    return gauge;
  }

  test.each([
    ['no call', 0, 1_050],
    ['one call', 1, 1_150],
    ['two calls, a window later', 2, 2_050],
    ['five calls, two windows later', 5, 3_150],
  ])('behind %s', (_, ahead, moment) => {
    expect(used().earliestAt(ahead, 200)).toBe(moment);
  });

  test('is now while calls are left', () => {
    expect(createGauge(perSecond('key', 3)).earliestAt(2, 70)).toBe(70);
  });

  test('counts the turns that are unsent', () => {
    const gauge = used();
    gauge.unsent = 1;
    expect(gauge.earliestAt(0, 200)).toBe(1_150);
  });

  test('ignores a lowered limit, which grows back meanwhile', () => {
    const gauge = createGauge(perSecond('key', 2));
    gauge.lower(0);
    expect(gauge.earliestAt(1, 0)).toBe(0);
  });
});

describe('a lowered limit', () => {
  /** The calls for which the limit has room at a moment. */
  function roomAt(gauge: ReturnType<typeof createGauge>, now: number): number {
    gauge.unsent = 0;
    while (gauge.roomAt(now) === now) gauge.unsent += 1;
    const calls = gauge.unsent;
    gauge.unsent = 0;
    return calls;
  }

  test('is half of the limit, rounded down', () => {
    const gauge = createGauge(perSecond('key', 25));
    gauge.lower(0);
    expect(roomAt(gauge, 0)).toBe(12);
  });

  test('is one call at least', () => {
    const gauge = createGauge(perSecond('key', 1));
    gauge.lower(0);
    expect(roomAt(gauge, 0)).toBe(1);
  });

  test.each([
    [2_999, 5],
    [3_000, 6],
    [14_999, 9],
    [15_000, 10],
    [60_000, 10],
  ])('has grown back after %i ms to %i calls', (now, calls) => {
    const gauge = createGauge(perSecond('key', 10));
    gauge.lower(0);
    expect(roomAt(gauge, now)).toBe(calls);
  });

  test.each([
    [1_999, 5],
    [2_000, 2],
  ])('by a 429 %i ms after the first has room for %i calls', (second, calls) => {
    const gauge = createGauge(perSecond('key', 10));
    gauge.lower(0);
    gauge.lower(second);
    expect(roomAt(gauge, second)).toBe(calls);
  });

  test('exists only for windows of a second', () => {
    const gauge = createGauge(perHour('key', 10));
    gauge.lower(0);
    expect(roomAt(gauge, 0)).toBe(10);
  });
});

describe('a gauge is idle', () => {
  test('before its first use', () => {
    expect(createGauge(perSecond('key', 1)).idle(0)).toBe(true);
  });

  test('not while a turn is unsent', () => {
    const gauge = createGauge(perSecond('key', 1));
    gauge.unsent = 1;
    expect(gauge.idle(0)).toBe(false);
  });

  test('not while a slot is taken', () => {
    const gauge = createGauge(perSecond('key', 1));
    gauge.answered(gauge.take(0), 0, 0);
    expect([gauge.idle(1_049), gauge.idle(1_050)]).toEqual([false, true]);
  });

  test('not while its limit is lowered', () => {
    const gauge = createGauge(perSecond('key', 2));
    gauge.lower(0);
    expect([gauge.idle(2_999), gauge.idle(3_000)]).toEqual([false, true]);
  });
});

describe('the delay of a response', () => {
  test('is what it took longer than the fastest', () => {
    const delayOf = createDelays();
    delayOf(0, 20);
    expect([delayOf(1_000, 1_120), delayOf(2_000, 2_015)]).toEqual([100, 0].map((delay) => expect.closeTo(delay, 0)));
  });

  // A burst at the start of a process waits for one connection, and the next burst does not.
  test('is all that it took if the request left before there was any response', () => {
    const delayOf = createDelays();
    expect([delayOf(0, 180), delayOf(5, 190), delayOf(179, 240)]).toEqual([180, 185, 61]);
    expect(delayOf(1_000, 1_020)).toBe(0);
  });
});
