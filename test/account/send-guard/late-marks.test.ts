import { expect, test } from 'vitest';
import { createSharedJobs } from '../../../src/account/jobs/shared-jobs.js';
import { createSharedSendGuard } from '../../../src/account/send-guard/shared-send-guard.js';
import { createMemoryStore } from '../../../src/store/memory-store.js';
import { never, pass } from '../../support/guard-processes.js';
import { testProcess } from '../../support/processes.js';
import { callAt } from '../../support/send-guard-contract.js';
import { finish, manualClock } from '../../support/timing.js';

/*
 * While the store is away, a call that sets fields does not wait for longer than a second until that is noted. A flow that
 * is started in between shows the new values, and noting them later does not make it a new one.
 */

const order = { send: 'order', flowOf: 'maria' };
const flows = { input: { flow_ns: 'content1' }, connection: 'c-1', fingerprint: 'flow', flowsOn: 'account' };
const leaseMs = 10_000;

/** A process that sets fields, and another that starts flows. */
function opened() {
  const clock = manualClock();
  const store = createMemoryStore(clock.now);
  const start = () => {
    const process = testProcess(store, clock);
    const guard = createSharedSendGuard(process.store, process.clock);
    return { process, guard, jobs: createSharedJobs(process.store, process.clock) };
  };
  const [setter, starter] = [start(), start()];
  /** Sets fields while the store is away for longer than that waits. */
  async function setWhileAway() {
    setter.process.isAway = true;
    await finish(clock, setter.guard.fieldsSet('maria'));
    await finish(clock, setter.jobs.fieldsSet('account', 'maria'));
  }
  async function back() {
    setter.process.isAway = false;
    await pass(clock, 5_000);
  }
  return { clock, setter, starter, setWhileAway, back };
}

/** Starts a flow whose call is never answered, and returns how a repeated call finds it. */
function flowOnce({ clock, starter: { guard } }: ReturnType<typeof opened>) {
  return {
    async start() {
      const found = await guard.claim(order, callAt(clock.now()), never);
      if (found.state !== 'claimed') throw new Error(found.state);
      await found.claim.departure.before();
      found.claim.departure.leave();
      await found.claim.done(undefined);
    },
    repeated: async () => (await guard.claim(order, callAt(clock.now()), never)).state,
  };
}

test('a flow is not started again because a mark of fields that were set before it came late', async () => {
  const team = opened();
  const flow = flowOnce(team);
  await team.setWhileAway();
  await flow.start();
  await team.back();
  expect(await flow.repeated()).toBe('done');
  await team.setter.guard.fieldsSet('maria');
  expect(await flow.repeated()).toBe('claimed');
});

test('a flow is started again after fields that were set after it, although their mark came late', async () => {
  const team = opened();
  const flow = flowOnce(team);
  await flow.start();
  await pass(team.clock, 1_000);
  await team.setWhileAway();
  expect(await flow.repeated()).toBe('done');
  await team.back();
  expect(await flow.repeated()).toBe('claimed');
});

test('a late mark does not replace the mark of fields that were set since', async () => {
  const team = opened();
  const flow = flowOnce(team);
  await team.setWhileAway();
  await flow.start();
  await pass(team.clock, 1_000);
  await team.starter.guard.fieldsSet('maria');
  await team.back();
  expect(await flow.repeated()).toBe('claimed');
});

test('a job does not start a flow again because a mark of fields that were set before came late', async () => {
  const team = opened();
  const { clock, starter, setter } = team;
  async function worked(): Promise<readonly string[]> {
    const found = await starter.jobs.start('me', flows, leaseMs);
    if (!('run' in found)) throw new Error(found.state);
    const outcomes = [...found.run.outcomes.keys()];
    await found.run.begin('maria');
    await found.run.record('maria', { state: 'done' });
    await found.run.close(true);
    return outcomes;
  }
  await team.setWhileAway();
  expect(await worked()).toEqual([]);
  await team.back();
  expect(await worked()).toEqual(['maria']);
  await pass(clock, 10);
  await setter.jobs.fieldsSet('account', 'maria');
  expect(await worked()).toEqual([]);
});
