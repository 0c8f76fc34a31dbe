import { describe, expect, test } from 'vitest';
import { createSharedSendGuard } from '../../../src/account/send-guard/shared-send-guard.js';
import { createMemoryStore } from '../../../src/store/memory-store.js';
import { type SharedStore, StoreAway } from '../../../src/store/shared-store.js';
import { deadlineMs, hello, lostAnswer, never, pass, twoProcesses } from '../../support/guard-processes.js';
import { testProcess } from '../../support/processes.js';
import { createRandom } from '../../support/random.js';
import { callAt } from '../../support/send-guard-contract.js';
import { finish, manualClock, settle } from '../../support/timing.js';

describe('20 identical sends in each of 3 processes', () => {
  type Ending = 'done' | 'unknown';

  /** What the sends come to where a process takes its time for everything; `killAt` ends the first process. */
  async function sent(seed: number, ending: Ending, killAt?: number) {
    const random = createRandom(seed);
    const clock = manualClock();
    const store = createMemoryStore(clock.now);
    let delivered = 0;
    const later = () => new Promise<void>((resolve) => clock.after(Math.floor(random() * 200), resolve));
    const processes = [1, 2, 3].map(() => testProcess(store, clock, random, 20));
    const sends = processes.map((process) => {
      const guard = createSharedSendGuard(process.store, process.clock);
      return Array.from({ length: 20 }, async () => {
        // Which of them arrives first in one process does not say which claims first.
        const call = callAt(Math.floor(random() * 5) - 10);
        await later();
        const found = await guard.claim(hello, call, new AbortController().signal);
        if (found.state === 'claimed') {
          const { departure, done, unknown } = found.claim;
          await later();
          await departure.before();
          departure.leave();
          delivered += 1;
          await later();
          if (ending === 'done') await done({ status: 'success' });
          else await unknown(lostAnswer);
        }
        call.end(clock.now());
        call.answer(clock.now());
        return found.state;
      });
    });
    const [, ...others] = sends;
    if (killAt !== undefined) clock.after(killAt, () => processes[0]?.kill());
    const states = await finish(clock, Promise.all(killAt === undefined ? sends.flat() : others.flat()));
    const count = (state: string): number => states.filter((each) => each === state).length;
    return { delivered, claimed: count('claimed'), done: count('done'), unknown: count('unknown') };
  }

  const seeds = Array.from({ length: 100 }, (_, seed) => seed + 1);

  test('deliver one message, in 100 of 100 runs', async () => {
    for (const seed of seeds)
      expect(await sent(seed, 'done'), `seed ${seed}`).toEqual({ delivered: 1, claimed: 1, done: 59, unknown: 0 });
  });

  test('deliver one message if its answer is lost, and report to all others that it is not known', async () => {
    for (const seed of seeds.slice(0, 20))
      expect(await sent(seed, 'unknown'), `seed ${seed}`).toEqual({ delivered: 1, claimed: 1, done: 0, unknown: 59 });
  });

  test('deliver at most one message if a process is killed at any moment, and every other call has its answer', async () => {
    const outcomes = new Set<string>();
    for (const seed of seeds) {
      const { delivered, claimed, done, unknown } = await sent(seed, 'done', seed * 5);
      expect(claimed + done + unknown, `seed ${seed}`).toBe(40);
      expect(delivered, `seed ${seed}`).toBeLessThanOrEqual(1);
      // Either somebody knows that it was sent, or nobody may send it.
      if (delivered === 0) expect(unknown, `seed ${seed}`).toBe(40);
      outcomes.add(unknown > 0 ? 'unknown' : claimed > 0 ? 'sent by another' : 'sent by the first');
    }
    expect([...outcomes].sort()).toEqual(['sent by another', 'sent by the first', 'unknown']);
  });
});

describe('a process that ends', () => {
  test('before its request leaves lets another process send', async () => {
    const { one, other, claimed, found } = twoProcesses();
    await claimed(one.guard);
    one.process.kill();
    expect(await found(other.guard)).toBe('claimed');
  });

  test('after a refused attempt lets another process send', async () => {
    const { one, other, left, found } = twoProcesses();
    (await left(one.guard)).departure.stay();
    await settle();
    one.process.kill();
    expect(await found(other.guard)).toBe('claimed');
  });

  test('while its request is in flight leaves a send that nobody repeats as long as the record lives', async () => {
    const { clock, one, other, left, found } = twoProcesses();
    await left(one.guard);
    one.process.kill();
    expect(await found(other.guard)).toBe('unknown');
    await pass(clock, 899_000 - clock.now());
    expect(await found(other.guard)).toBe('unknown');
    await pass(clock, 900_000 - clock.now());
    expect(await found(other.guard)).toBe('claimed');
  });

  test('after its send, but before its answer, leaves a send that counts as unanswered', async () => {
    const { clock, one, other, left, found } = twoProcesses();
    await (await left(one.guard)).done(undefined);
    one.process.kill();
    await pass(clock, 899_000);
    expect(await found(other.guard)).toBe('done');
    await pass(clock, 1_000);
    expect(await found(other.guard)).toBe('claimed');
  });

  test('is noticed within six seconds', async () => {
    const { clock, one, other, claimed, found } = twoProcesses();
    await claimed(one.guard);
    await pass(clock, 20_000);
    one.process.kill();
    const killedAt = clock.now();
    expect(await found(other.guard)).toBe('claimed');
    expect(clock.now() - killedAt).toBeLessThanOrEqual(6_000);
  });
});

test('a send in flight for longer than a call can take is not repeated', async () => {
  const { clock, one, other, left, found } = twoProcesses();
  await left(one.guard);
  await pass(clock, 600_000);
  const waiting = found(other.guard);
  expect(await waiting).toBe('unknown');
});

test('a process that was taken for dead does not send', async () => {
  const { clock, one, other, claimed, left } = twoProcesses();
  const claim = await claimed(one.guard);
  one.process.isAway = true;
  await pass(clock, 6_000);
  const second = await left(other.guard);
  one.process.isAway = false;
  await expect(claim.departure.before()).rejects.toBeInstanceOf(StoreAway);
  await claim.release();
  await second.done(undefined);
  await expect(claim.departure.before()).rejects.toBeInstanceOf(StoreAway);
});

test('a lost notice costs a waiting call at most a second', async () => {
  const { clock, store, one, left } = twoProcesses();
  const deaf: SharedStore = { ...store, watch: () => () => undefined };
  const guard = createSharedSendGuard(deaf, clock);
  const claim = await left(one.guard);
  const waiting = guard.claim(hello, callAt(clock.now()), never);
  await pass(clock, 10_250);
  await claim.done(undefined);
  const doneAt = clock.now();
  expect((await finish(clock, waiting)).state).toBe('done');
  expect(clock.now() - doneAt).toBeLessThanOrEqual(1_000);
});

describe('while the store is away', () => {
  test('a call waits, and claims when the store is back', async () => {
    const { clock, one, other, found } = twoProcesses();
    one.process.isAway = true;
    clock.after(3_000, () => {
      one.process.isAway = false;
    });
    expect(await found(one.guard)).toBe('claimed');
    expect(clock.now()).toBeLessThanOrEqual(3_500);
    expect(await found(other.guard)).toBe('claimed');
  });

  test('a call whose time is up fails with that', async () => {
    const { clock, one, found } = twoProcesses();
    one.process.isAway = true;
    await expect(found(one.guard)).rejects.toBeInstanceOf(StoreAway);
    expect(clock.now()).toBe(deadlineMs);
  });

  test('a call that is cancelled ends at once, and leaves no claim', async () => {
    const { clock, other, one } = twoProcesses();
    one.process.isAway = true;
    const cancel = new AbortController();
    const waiting = one.guard.claim(hello, callAt(0), cancel.signal);
    await pass(clock, 1_000);
    cancel.abort(new Error('enough'));
    await expect(finish(clock, waiting)).rejects.toThrow();
    one.process.isAway = false;
    expect((await other.guard.claim(hello, callAt(0), never)).state).toBe('claimed');
  });

  test('no request leaves', async () => {
    const { one, claimed } = twoProcesses();
    const claim = await claimed(one.guard);
    one.process.isAway = true;
    await expect(claim.departure.before()).rejects.toBeInstanceOf(StoreAway);
    one.process.isAway = false;
    await claim.departure.before();
  });

  test('a completed send holds up its call for a second at most, and is recorded when the store is back', async () => {
    const { clock, one, other, left, found } = twoProcesses();
    const call = callAt(clock.now());
    const claim = await left(one.guard, call);
    one.process.isAway = true;
    await finish(clock, claim.done(undefined));
    expect(clock.now()).toBeLessThanOrEqual(1_000);
    clock.after(20_000, () => {
      one.process.isAway = false;
    });
    await pass(clock, 25_000);
    expect(await found(other.guard)).toBe('done');
  });

  test('for all processes, a waiting call has its answer when the sender has reported it', async () => {
    const { clock, one, other, left, found } = twoProcesses();
    const claim = await left(one.guard);
    const waiting = found(other.guard);
    for (const { process } of [one, other]) process.isAway = true;
    clock.after(500, () => void claim.done(undefined));
    clock.after(20_000, () => {
      for (const { process } of [one, other]) process.isAway = false;
    });
    expect(await waiting).toBe('done');
  });
});
