import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { createSharedJobs } from '../../../src/account/jobs/shared-jobs.js';
import { createSharedSendGuard } from '../../../src/account/send-guard/shared-send-guard.js';
import { createMemoryStore } from '../../../src/store/memory-store.js';
import type { Result } from '../../../tools/contract/json.js';
import { type Caller, createCaller } from '../../support/caller.js';
import { deferred } from '../../support/deferred.js';
import { drivenClock } from '../../support/driven.js';
import { everyTurnAtOnce } from '../../support/pacer.js';
import { followers, maria } from '../../support/people.js';
import { type TestProcess, testProcess } from '../../support/processes.js';
import { pinnedTo } from '../../support/program.js';
import { createRandom } from '../../support/random.js';
import { reached, useSandbox } from '../../support/sandboxed.js';

const clock = drivenClock();
const sandbox = useSandbox({ limits: false, clock: clock.wallClock, followers: 60 });
const forEach = 'manychat_for_each_subscriber';
/** A call takes 45 seconds at most, and waits a minute for responses to what has left. */
const leaseMs = 105_000;

/** Servers in processes of their own, on one store and one account. */
function start(count: number): { readonly caller: Caller; readonly process: TestProcess }[] {
  const store = createMemoryStore(clock.now);
  return Array.from({ length: count }, () => {
    const process = testProcess(store, clock);
    const guard = createSharedSendGuard(process.store, process.clock);
    const jobs = createSharedJobs(process.store, process.clock);
    const caller = createCaller(pinnedTo(sandbox), { clock, guard, jobs, pacer: everyTurnAtOnce });
    open.push(caller);
    return { caller, process };
  });
}
const open: Caller[] = [];
beforeEach(() => void open.splice(0));
// What a killed process waits for never comes.
afterAll(() => void Promise.all(open.map((caller) => caller.close())));

async function resultOf(caller: Caller, tool: string, args: object): Promise<Result> {
  const outcome = await caller.call(tool, args);
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.failure));
  return outcome.result;
}

describe('for_each in a process that is killed half way and repeated in another', () => {
  const subscriber_ids = followers(60);
  const args = { subscriber_ids, action: 'send_text', text: 'Closed on Friday' };

  test.each(Array.from({ length: 5 }, (_, seed) => seed + 1))('reaches nobody twice, seed %i', async (seed) => {
    const random = createRandom(seed);
    const killAfter = 5 + Math.floor(random() * 40);
    const [first, second] = start(2);
    if (first === undefined || second === undefined) throw new Error('two are started');
    const halfWay = deferred();
    void first.caller.call(forEach, args, {
      onProgress: ({ progress }) => progress >= killAfter && halfWay.resolve(),
    });
    await halfWay.promise;
    first.process.kill();
    clock.advance(leaseMs);
    const result = await resultOf(second.caller, forEach, args);
    const unknown = Array.isArray(result.unknown) ? result.unknown : [];
    const all = reached(sandbox);
    expect(new Set(all).size).toBe(all.length);
    // Those whose turn had begun are reported as unknown, whether they were reached or not.
    expect(new Set([...all, ...unknown]).size).toBe(60);
    expect(unknown.length).toBeGreaterThan(0);
    expect(unknown.length).toBeLessThanOrEqual(10);
  });
});

test('a send that a client repeats in another process is answered with the first result', async () => {
  const [first, second] = start(2);
  if (first === undefined || second === undefined) throw new Error('two are started');
  const hello = { subscriber_id: maria, text: 'Hello' };
  const [one, other] = await Promise.all([
    resultOf(first.caller, 'manychat_send_text', hello),
    resultOf(second.caller, 'manychat_send_text', hello),
  ]);
  expect(reached(sandbox)).toEqual([maria]);
  const warnings = [one, other].flatMap((result) => result.warnings ?? []);
  expect(warnings).toEqual([expect.stringContaining('it was not sent again')]);
});

test('a send whose store is away for the whole time of its call fails as retryable, and nothing is sent', async () => {
  const [only] = start(1);
  if (only === undefined) throw new Error('one is started');
  only.process.isAway = true;
  const outcome = await only.caller.call('manychat_send_text', { subscriber_id: maria, text: 'Hello' });
  expect(outcome).toMatchObject({
    ok: false,
    failure: {
      kind: 'rate_limited',
      message: 'The state that this server shares with other processes cannot be reached. Nothing was done',
      retryable: true,
      performed: 'no',
      source: 'client',
    },
  });
  expect(reached(sandbox)).toEqual([]);
  only.process.isAway = false;
  await resultOf(only.caller, 'manychat_send_text', { subscriber_id: maria, text: 'Hello' });
  expect(reached(sandbox)).toEqual([maria]);
});

test('a store that goes away during for_each holds it up, and no contact is lost or reached twice', async () => {
  const [only] = start(1);
  if (only === undefined) throw new Error('one is started');
  const { process, caller } = only;
  const onProgress = ({ progress }: { progress: number }): void => {
    if (progress !== 20) return;
    process.isAway = true;
    clock.after(5_000, () => {
      process.isAway = false;
    });
  };
  const args = { subscriber_ids: followers(60), action: 'send_text', text: 'Closed on Friday' };
  const outcome = await caller.call(forEach, args, { onProgress });
  expect(outcome).toMatchObject({ ok: true, result: { accepted: 60, remaining: 0 } });
  expect(reached(sandbox).toSorted()).toEqual(followers(60).toSorted());
});
