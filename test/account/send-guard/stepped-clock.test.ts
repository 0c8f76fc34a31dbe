import { expect, test } from 'vitest';
import { createSharedSendGuard } from '../../../src/account/send-guard/shared-send-guard.js';
import { createMemoryStore } from '../../../src/store/memory-store.js';
import { deadlineMs, hello, never, pass } from '../../support/guard-processes.js';
import { testProcess } from '../../support/processes.js';
import { createRandom } from '../../support/random.js';
import { callAt } from '../../support/send-guard-contract.js';
import { manualClock } from '../../support/timing.js';

const minuteMs = 60_000;

/** Two processes on one store, whose clock is set while they run. */
function opened() {
  const clock = manualClock();
  let ahead = 0;
  let latest = 0;
  // Like the clock of every store, it stands still where it would go back.
  const store = createMemoryStore(() => {
    latest = Math.max(latest, clock.now() + ahead);
    return latest;
  });
  const start = () => {
    const process = testProcess(store, clock);
    return { process, guard: createSharedSendGuard(process.store, process.clock) };
  };
  const [sender, other] = [start(), start()];
  /** Sends, but is not answered. */
  async function sent(call = callAt(clock.now())) {
    const found = await sender.guard.claim(hello, call, never);
    if (found.state !== 'claimed') throw new Error(`was ${found.state}`);
    await found.claim.departure.before();
    found.claim.departure.leave();
    return { call, done: () => found.claim.done(undefined) };
  }
  /** The other process learns how far the clock of the store is ahead. */
  const look = () => other.guard.claim({ send: `look ${clock.now()}` }, callAt(clock.now()), never);
  async function found(call = callAt(clock.now())): Promise<string> {
    const expiry = new AbortController();
    clock.after(deadlineMs, () => expiry.abort(new Error('time is up')));
    const claim = await other.guard.claim(hello, call, expiry.signal);
    return claim.state;
  }
  const step = (milliseconds: number): void => {
    ahead += milliseconds;
  };
  return { clock, sender, other, sent, look, found, step };
}

test('a call that arrived before the answer is no new send if the clock was set ahead before it claims', async () => {
  const { clock, sent, look, found, step } = opened();
  await look();
  const { call, done } = await sent();
  await done();
  await pass(clock, 1_000);
  const arrived = callAt(clock.now());
  await pass(clock, 1_000);
  call.answer(clock.now());
  await pass(clock, 1_000);
  step(10_000);
  expect(await found(arrived)).toBe('done');
  // One that arrives after the answer is.
  expect(await found()).toBe('claimed');
});

test('a call that arrived before the answer is no new send if the clock was set back before the answer was recorded', async () => {
  const { clock, sender, sent, look, found, step } = opened();
  step(20_000);
  const { call, done } = await sent();
  await done();
  await look();
  await pass(clock, 1_000);
  const arrived = callAt(clock.now());
  await pass(clock, 500);
  await look();
  call.answer(clock.now());
  sender.process.isAway = true;
  await pass(clock, 500);
  step(-20_000);
  await pass(clock, 4_000);
  sender.process.isAway = false;
  await pass(clock, 1_000);
  step(20_000);
  expect(await found(arrived)).toBe('done');
});

test('no call that arrived before the answer is a new send, and every one after it is, in 100 runs with steps ahead', async () => {
  for (let seed = 1; seed <= 100; seed += 1) {
    const random = createRandom(seed);
    const { clock, sent, look, found, step } = opened();
    await look();
    const { call, done } = await sent();
    await done();
    const time = () => Math.floor(random() * 2_000);
    const moments = { arrive: time(), answer: time(), step: 2 * time() };
    let arrived = callAt(0);
    const events: (readonly [at: number, event: () => unknown])[] = [
      [moments.arrive, () => (arrived = callAt(clock.now()))],
      [moments.answer, () => call.answer(clock.now())],
      [moments.step, () => step(Math.floor(random() * 30_000))],
      ...[500, 1_000, 1_500, 4_000].map((at) => [at, look] as const),
    ];
    for (const [at, event] of events.toSorted(([one], [next]) => one - next)) {
      await pass(clock, at - clock.now());
      await event();
    }
    await pass(clock, 10);
    if (moments.arrive < moments.answer) expect(await found(arrived), `seed ${seed}`).toBe('done');
    expect(await found(), `seed ${seed}`).toBe('claimed');
  }
});

test('a clock that is set ahead makes no send forgotten before its time', async () => {
  const { clock, sent, look, found, step } = opened();
  await look();
  const { call, done } = await sent();
  await done();
  call.answer(4_000);
  call.end(4_000);
  await pass(clock, 10_000);
  await look();
  step(10 * minuteMs);
  expect(await found()).toBe('done');
  await pass(clock, 4 * minuteMs);
  expect(await found()).toBe('done');
  await pass(clock, 2 * minuteMs);
  expect(await found()).toBe('claimed');
});

test('a clock that is set ahead makes no send in flight seem to be over', async () => {
  const { clock, sender, sent, look, found, step } = opened();
  await look();
  const { done } = await sent();
  sender.process.isAway = true;
  step(15.5 * minuteMs);
  await pass(clock, 100);
  const waiting = found();
  await pass(clock, 10_000);
  expect(await waiting).toBe('unknown');
  sender.process.isAway = false;
  await done();
});
