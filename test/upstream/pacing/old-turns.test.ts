import { expect, test } from 'vitest';
import { openDeadline } from '../../../src/upstream/deadline.js';
import type { Departure } from '../../../src/upstream/departure.js';
import { withRetries } from '../../../src/upstream/retry.js';
import { contexts } from '../../support/attempts.js';
import { account, load, never } from '../../support/pace.js';
import { countingUpstream, openProcesses, type Process } from '../../support/paced-processes.js';
import { finish, type ManualClock, settle } from '../../support/timing.js';

async function pass(clock: ManualClock, milliseconds: number): Promise<void> {
  for (let passed = 0; passed < milliseconds; passed += 1) {
    clock.advance(1);
    await settle();
  }
}

/** Two processes whose requests are counted, and a function that makes one that must not be repeated. */
function opened() {
  const { clock, processes } = openProcesses(2);
  const [one, other] = processes;
  if (one === undefined || other === undefined) throw new Error('no process');
  const upstream = countingUpstream(clock);
  const events: string[] = [];
  function send({ pacer }: Process, before: () => Promise<void> = async () => undefined): Promise<void> {
    const { deadline, close } = openDeadline(clock, 60_000, never);
    const departure: Departure = {
      before,
      leave: () => void events.push('leave'),
      stay: () => void events.push('stay'),
    };
    const attempt = (_: AbortSignal, onSent: () => void): Promise<void> =>
      upstream.request({ sent: onSent, refused: () => undefined, over: () => undefined }, load(account));
    const parts = { pacer, clock, random: () => 0 };
    return withRetries(attempt, load(account), deadline, contexts.send, parts, departure).finally(close);
  }
  return { clock, one, other, upstream, events, send };
}

const many = <Value>(count: number, make: () => Value): Value[] => Array.from({ length: count }, make);

test('turns whose answer was 9 seconds on its way are asked for anew: others have taken their place', async () => {
  const { clock, one, other, upstream, events, send } = opened();
  one.answerMs = 9_000;
  const late = many(10, () => send(one));
  await pass(clock, 50);
  one.answerMs = 1;
  const others = many(100, () => send(other));
  await finish(clock, Promise.all([...late, ...others]));
  expect(upstream.count(account)).toBe(110);
  expect(upstream.busiest(account)).toBe(10);
  // A departure that was noted is taken back before another attempt.
  expect(events.filter((event) => event === 'leave')).toHaveLength(110);
  expect(events.filter((event) => event === 'stay')).toHaveLength(10);
});

test('turns that are used 17 seconds later are asked for anew, although their process lives', async () => {
  const { clock, one, other, upstream, send } = opened();
  let isFirst = true;
  const slow = many(10, () =>
    send(one, () => (isFirst ? new Promise((go) => void clock.after(17_000, go)) : Promise.resolve())),
  );
  await pass(clock, 100);
  isFirst = false;
  const others = many(40, () => send(other));
  await finish(clock, Promise.all([...slow, ...others]));
  expect(upstream.count(account)).toBe(50);
  expect(upstream.busiest(account)).toBe(10);
});

test('a turn is used after 10 seconds if its process gives signs of life', async () => {
  const { clock, one, events, send } = opened();
  await finish(
    clock,
    send(one, () => new Promise((go) => void clock.after(10_000, go))),
  );
  expect(events).toEqual(['leave']);
  expect(clock.now()).toBeLessThan(10_200);
});
