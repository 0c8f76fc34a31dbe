import { describe, expect, test } from 'vitest';
import { loadOf } from '../../../src/upstream/pacing/limits.js';
import type { Load } from '../../../src/upstream/pacing/pacer.js';
import { account, load, never, perHour, sendRefused, turnNow } from '../../support/pace.js';
import { countingUpstream, openProcesses, type Process } from '../../support/paced-processes.js';
import { finish, type ManualClock, settle } from '../../support/timing.js';

/** The least share of the limit that is used. */
const leastUse = 0.92;

/** The shortest time in which so many calls can start without passing so many a second. */
const shortest = (count: number, calls: number): number => Math.floor((count - 1) / calls) * 1_000;

type Upstream = ReturnType<typeof countingUpstream>;

/** A request of a process; those with a greater number arrived later. */
async function call({ pacer }: Process, number: number, wanted: Load, upstream: Upstream): Promise<number> {
  const turn = await pacer.turn(wanted, { arrivedMsAgo: 1_000 - number, waitAtMostMs: 1e9 }, never);
  await upstream.request(turn, wanted);
  return number;
}

/** So many requests of each process at once, numbered by turns. Returns them, and the numbers in the order of service. */
function callAll(processes: readonly Process[], each: number, wanted: Load, upstream: Upstream) {
  const order: number[] = [];
  const calls = Array.from({ length: each }, (_, round) =>
    processes.map(async (process, index) => {
      order.push(await call(process, round * processes.length + index, wanted, upstream));
    }),
  );
  return { order, calls: calls.flat() };
}

async function pass(clock: ManualClock, milliseconds: number): Promise<void> {
  for (let passed = 0; passed < milliseconds; passed += 1) {
    clock.advance(1);
    await settle();
  }
}

describe('three processes with 100 calls each', () => {
  async function run() {
    const opened = openProcesses(3);
    const upstream = countingUpstream(opened.clock);
    const { order, calls } = callAll(opened.processes, 100, load(account), upstream);
    await finish(opened.clock, Promise.all(calls));
    return { ...opened, upstream, order };
  }

  test('pass the limit of the account in no window, and use at least 92 % of it', async () => {
    const { upstream } = await run();
    expect(upstream.count(account)).toBe(300);
    expect(upstream.busiest(account)).toBe(10);
    expect(upstream.last()).toBeLessThan(shortest(300, 10) / leastUse);
  });

  test('are served in the order of arrival', async () => {
    const { order } = await run();
    // The first calls are served before those of the others are known. What has room at once goes within one window.
    const displaced = order.slice(30).map((number, index) => Math.abs(number - index - 30));
    expect(Math.max(...displaced)).toBeLessThan(10);
  });

  test('make at most 4.5 transactions a call', async () => {
    const { transactions } = await run();
    expect(transactions() / 300).toBeLessThan(4.5);
  });
});

test('a call for which there is room takes two transactions', async () => {
  const { clock, processes, transactions } = openProcesses(1);
  const upstream = countingUpstream(clock);
  for (const process of Array.from({ length: 10 }, () => processes).flat()) {
    await finish(clock, call(process, 0, load(account), upstream));
    await pass(clock, 500);
  }
  expect(transactions()).toBe(20);
});

test('fifty accounts are each served at their own limit', async () => {
  const { clock, processes } = openProcesses(3);
  const upstream = countingUpstream(clock);
  const limitOf = (index: number) => ({ ...account, key: `maton ${index}` });
  const all = Array.from({ length: 50 }, (_, index) => {
    const wanted: Load = { account: `account ${index}`, connection: `connection ${index}`, limits: [limitOf(index)] };
    return callAll(processes, 14, wanted, upstream).calls;
  });
  await finish(clock, Promise.all(all.flat()));
  for (let index = 0; index < 50; index += 1) expect(upstream.busiest(limitOf(index))).toBe(10);
  expect(upstream.last()).toBeLessThan(shortest(42, 10) / leastUse);
});

describe('a process that is killed', () => {
  test('at the head of the queue holds up the others for at most 3.5 s, and no window passes the limit', async () => {
    const { clock, processes } = openProcesses(3);
    const [head, ...others] = processes;
    if (head === undefined) throw new Error('no process');
    const upstream = countingUpstream(clock);
    for (let number = 0; number < 40; number += 1) void call(head, number, load(account), upstream);
    await pass(clock, 100);
    const { calls } = callAll(others, 20, load(account), upstream);
    await pass(clock, 500);
    head.kill();
    const killedAt = clock.now();
    const before = upstream.count(account);
    await finish(clock, Promise.race(calls));
    expect(clock.now() - killedAt).toBeLessThan(3_500 + 1_000);
    await finish(clock, Promise.all(calls));
    expect(upstream.count(account) - before).toBe(40);
    expect(upstream.busiest(account)).toBe(10);
    expect(clock.now() - killedAt).toBeLessThan(3_500 + 1_000 + shortest(40, 10) / leastUse);
  });

  test('with turns that it had not used gives them to the others after its time', async () => {
    const { clock, processes } = openProcesses(2);
    const [killed, other] = processes;
    if (killed === undefined || other === undefined) throw new Error('no process');
    const upstream = countingUpstream(clock);
    const options = { arrivedMsAgo: 0, waitAtMostMs: 1e9 };
    const turns = Array.from({ length: 10 }, () => killed.pacer.turn(load(account), options, never));
    await finish(clock, Promise.all(turns));
    killed.kill();
    await finish(clock, call(other, 0, load(account), upstream));
    // Three seconds until it is gone, and one window in which its requests may have left.
    expect(clock.now()).toBeLessThan(5_500);
  });

  test('as the probe of a pause is replaced', async () => {
    const { clock, processes } = openProcesses(2);
    const [killed, other] = processes;
    if (killed === undefined || other === undefined) throw new Error('no process');
    const options = { arrivedMsAgo: 0, waitAtMostMs: 1e9 };
    const refused = await finish(clock, killed.pacer.turn(load(account), options, never));
    await refused.sent();
    const reports = [refused.refused({ by: 'account', pauseMs: 1_000, fromRetryAfter: false }), refused.over(true)];
    await finish(clock, Promise.all(reports));
    const probe = await finish(clock, killed.pacer.turn(load(account), options, never));
    await probe.sent();
    killed.kill();
    const before = clock.now();
    const next = await finish(clock, other.pacer.turn(load(account), options, never));
    await finish(clock, Promise.resolve(next.over(true)));
    expect(clock.now() - before).toBeLessThan(4_500);
  });
});

describe('a store that is away for 3 seconds', () => {
  test('loses no call, and no window passes the limit', async () => {
    const { clock, processes, setAway } = openProcesses(3);
    const upstream = countingUpstream(clock);
    const { calls } = callAll(processes, 20, load(account), upstream);
    await pass(clock, 1_500);
    setAway(true);
    await pass(clock, 3_000);
    const before = upstream.count(account);
    setAway(false);
    const backAt = clock.now();
    await finish(clock, Promise.all(calls));
    expect(upstream.count(account)).toBe(60);
    expect(upstream.busiest(account)).toBe(10);
    expect(clock.now() - backAt).toBeLessThan(2_500 + shortest(60 - before, 10) / leastUse);
  });

  test('is followed by a window without requests, since it may have forgotten the last ones', async () => {
    const { clock, processes, setAway } = openProcesses(1);
    setAway(true);
    const waiting = processes[0]?.pacer.turn(load(account), { arrivedMsAgo: 0, waitAtMostMs: 1e9 }, never);
    await pass(clock, 1_000);
    setAway(false);
    await finish(clock, Promise.resolve(waiting));
    expect(clock.now()).toBeGreaterThanOrEqual(2_250);
    expect(clock.now()).toBeLessThan(2_300);
  });

  test('refuses a call whose time is up, and says why', async () => {
    const { clock, processes, setAway } = openProcesses(1);
    setAway(true);
    const waiting = processes[0]?.pacer.turn(load(account), { arrivedMsAgo: 0, waitAtMostMs: 2_000 }, never);
    const error: unknown = await finish(
      clock,
      Promise.resolve(waiting).catch((thrown: unknown) => thrown),
    );
    expect(error).toMatchObject({ name: 'TooLate', reason: 'store away' });
    expect(clock.now()).toBeLessThan(2_010);
  });
});

test('a job for many contacts does not make the document of the account grow', async () => {
  const { clock, processes, sizes } = openProcesses(1);
  const upstream = countingUpstream(clock);
  const calls = Array.from({ length: 300 }, (_, index) =>
    processes.map((process) => call(process, index, load(account, perHour(`contact ${index}`, 100)), upstream)),
  );
  await finish(clock, Promise.all(calls.flat()));
  expect(Math.max(...sizes('pace:account'))).toBeLessThan(40_000);
  expect(Math.max(...sizes('pace:contact 7'))).toBeLessThan(400);
});

describe('two accounts that lead to one page', () => {
  const flow = { path: '/fb/sending/sendFlow', perSecond: 20, perSubscriberHour: 100 } as const;
  const throughMaton = (account: string) =>
    loadOf(flow, { subscriber_id: '1' }, { account, connection: `of ${account}`, page: '77', throughMaton: true });
  const direct = loadOf(flow, { subscriber_id: '1' }, { account: 'c', page: '77', throughMaton: false });

  test('share the limits of the page', async () => {
    const { clock, processes } = openProcesses(3);
    const upstream = countingUpstream(clock);
    const loads = [throughMaton('a'), throughMaton('b'), direct];
    const calls = loads.map((wanted, index) => callAll(processes.slice(index, index + 1), 33, wanted, upstream).calls);
    await finish(clock, Promise.all(calls.flat()));
    const [perSecond, perContact] = direct.limits;
    if (perSecond === undefined || perContact === undefined) throw new Error('no limits');
    expect(upstream.count(perSecond)).toBe(99);
    expect(upstream.busiest(perSecond)).toBe(20);
    const late = processes[0]?.pacer.turn(direct, { arrivedMsAgo: 0, waitAtMostMs: 45_000 }, never);
    await (await finish(clock, Promise.resolve(late)))?.sent();
    const refused = processes[1]?.pacer.turn(throughMaton('a'), { arrivedMsAgo: 0, waitAtMostMs: 45_000 }, never);
    await expect(finish(clock, Promise.resolve(refused))).rejects.toMatchObject({ name: 'TooLate' });
  });

  test('pause together after a 429 of the page', async () => {
    const { clock, processes } = openProcesses(2);
    const [one, other] = processes;
    if (one === undefined || other === undefined) throw new Error('no process');
    await finish(clock, sendRefused(one.pacer, throughMaton('a'), 'connection', { pauseMs: 30_000 }));
    await expect(finish(clock, turnNow(other.pacer, throughMaton('b')))).rejects.toMatchObject({
      waitMs: expect.closeTo(30_000, -2),
    });
    await expect(finish(clock, turnNow(other.pacer, direct))).rejects.toMatchObject({ name: 'TooLate' });
  });
});
