import { describe, expect, test } from 'vitest';
import { type JobRun, type Jobs, keptMs, type NewJob, repeatedMs } from '../../src/account/jobs/jobs.js';
import type { Clock } from '../../src/upstream/clock.js';
import type { ContactOutcome } from '../../tools/contract/workflow.js';
import { manualClock } from './timing.js';

const done: ContactOutcome = { state: 'done' };
const failed: ContactOutcome = {
  state: 'failed',
  failure: { kind: 'window_closed', message: 'Closed', hint: 'Wait.' },
};
const leaseMs = 10_000;

const hello: NewJob = { input: { subscriber_ids: ['1', '2', 3] }, connection: 'c-1', fingerprint: 'hello' };
const flow: NewJob = { ...hello, fingerprint: 'flow', flowsOn: 'account' };

/**
 * What every keeper of jobs must do.
 *
 * @param create makes one with a clock, as two processes see it, which may be one
 */
export function jobsContract(name: string, create: (clock: Clock) => readonly [one: Jobs, other: Jobs]): void {
  describe(`the jobs in ${name}`, () => {
    const opened = () => {
      const clock = manualClock();
      const [one, jobs] = create(clock);
      async function begun(job = hello, owner = 'me'): Promise<JobRun> {
        const found = await one.start(owner, job, leaseMs);
        if (!('run' in found)) throw new Error('is busy');
        return found.run;
      }
      async function resumed(handle: string, owner = 'me'): Promise<JobRun> {
        const found = await jobs.open(owner, handle, leaseMs);
        if (!('run' in found)) throw new Error(`is ${found.state}`);
        return found.run;
      }
      const stateOf = async (handle: string, owner = 'me') => (await jobs.open(owner, handle, leaseMs)).state;
      const startedAs = async (job = hello, owner = 'me') => (await jobs.start(owner, job, leaseMs)).state;
      const pass = (milliseconds: number): void => {
        clock.advance(milliseconds);
      };
      return { jobs, begun, resumed, stateOf, startedAs, pass };
    };

    test('return the arguments, the connection and each outcome to the call that resumes', async () => {
      const { begun, resumed } = opened();
      const first = await begun();
      expect([await first.begin('1'), await first.begin('2'), await first.begin('3')]).toEqual([true, true, true]);
      expect([await first.record('1', done), await first.record('2', failed)]).toEqual([true, true]);
      await first.close(false);
      const next = await resumed(first.handle);
      expect(next).toMatchObject({ input: hello.input, connection: 'c-1', handle: first.handle });
      // No outcome was recorded for the third, which may have been reached.
      expect([...next.outcomes]).toEqual([
        ['1', done],
        ['2', failed],
        ['3', 'begun'],
      ]);
      await next.record('3', undefined);
      await next.close(false);
      expect((await resumed(first.handle)).outcomes.has('3')).toBe(false);
    });

    test('give each job a handle of 128 random bits', async () => {
      const { begun } = opened();
      const handles = new Set<string>();
      for (let count = 0; count < 50; count += 1) {
        const run = await begun({ ...hello, fingerprint: undefined });
        expect(run.handle).toMatch(/^[\w-]{22,}$/);
        handles.add(run.handle);
      }
      expect(handles.size).toBe(50);
    });

    test('know a handle only for its owner, open or not', async () => {
      const { jobs, begun, stateOf } = opened();
      const run = await begun();
      expect([await stateOf(run.handle, 'other'), await stateOf('x'.repeat(22)), await stateOf('')]).toEqual(
        Array(3).fill('lost'),
      );
      expect(await jobs.inputOf('other', run.handle)).toBeUndefined();
      await run.close(false);
      expect(await stateOf(run.handle, 'other')).toBe('lost');
      expect(await stateOf(run.handle)).toBe('resumed');
    });

    test('let one call at a time work on a job, and say how long the other may take', async () => {
      const { jobs, begun, resumed, stateOf, startedAs, pass } = opened();
      const run = await begun();
      pass(4_000);
      expect(await jobs.open('me', run.handle, leaseMs)).toEqual({ state: 'busy', leftMs: 6_000 });
      expect(await startedAs()).toBe('busy');
      await run.close(false);
      const [one, two] = await Promise.all([stateOf(run.handle), stateOf(run.handle)]);
      expect([one, two].sort()).toEqual(['busy', 'resumed']);
      pass(leaseMs);
      await resumed(run.handle);
    });

    test('refuse what a call writes after its lease, or after another has taken over', async () => {
      const { begun, resumed, pass } = opened();
      const first = await begun();
      await first.begin('1');
      pass(leaseMs);
      expect([await first.begin('2'), await first.record('1', done)]).toEqual([false, false]);
      const second = await resumed(first.handle);
      expect([...second.outcomes]).toEqual([['1', 'begun']]);
      expect([await first.begin('2'), await first.record('1', undefined)]).toEqual([false, false]);
      await first.close(true);
      await first.delivered();
      expect(await second.begin('2')).toBe(true);
      await second.close(false);
      const third = await resumed(first.handle);
      expect([...third.outcomes.keys()]).toEqual(['1', '2']);
    });

    test('continue a job for the same arguments until it is complete and its last result was delivered', async () => {
      const { begun, startedAs } = opened();
      const first = await begun();
      await first.begin('1');
      await first.record('1', done);
      await first.close(false);
      await first.delivered();
      const repeat = await begun();
      expect([repeat.handle, [...repeat.outcomes]]).toEqual([first.handle, [['1', done]]]);
      await repeat.close(true);
      // The result of an earlier call counts for nothing.
      await first.delivered();
      expect(await startedAs()).toBe('repeated');
    });

    test('start another job for the same arguments once the last result was delivered', async () => {
      const { begun, startedAs, stateOf } = opened();
      const first = await begun();
      await first.close(true);
      await first.delivered();
      expect(await startedAs()).toBe('new');
      expect(await stateOf(first.handle)).toBe('resumed');
    });

    test('start another job for other arguments, another owner, without a fingerprint, and after an hour', async () => {
      const { begun, startedAs, stateOf, pass } = opened();
      const first = await begun();
      await first.close(false);
      expect(await startedAs({ ...hello, fingerprint: 'bye' })).toBe('new');
      expect(await startedAs(hello, 'other')).toBe('new');
      expect(await startedAs({ ...hello, fingerprint: undefined })).toBe('new');
      pass(repeatedMs - 1);
      const repeat = await begun();
      expect(repeat.handle).toBe(first.handle);
      await repeat.close(false);
      pass(repeatedMs);
      expect(await startedAs()).toBe('new');
      expect(await stateOf(first.handle)).toBe('resumed');
    });

    test('lose a job a while after its last use', async () => {
      const { begun, resumed, stateOf, pass } = opened();
      const { handle, ...run } = await begun();
      await run.close(false);
      pass(keptMs - 1);
      await (await resumed(handle)).close(false);
      pass(keptMs - 1);
      await (await resumed(handle)).close(false);
      pass(keptMs);
      expect(await stateOf(handle)).toBe('lost');
    });

    test('repeat a flow for a contact whose fields were set since, if the call is repeated, not if it is resumed', async () => {
      const { jobs, begun, resumed } = opened();
      const first = await begun(flow);
      for (const contact of ['1', '2', '3']) await first.begin(contact);
      await jobs.fieldsSet('account', '3');
      await first.record('1', done);
      await first.record('2', failed);
      await first.record('3', done);
      for (const contact of ['1', '2', '4']) await jobs.fieldsSet('account', contact);
      await jobs.fieldsSet('another account', '3');
      await first.close(true);
      const again = await resumed(first.handle);
      expect([...again.outcomes.keys()]).toEqual(['1', '2', '3']);
      await again.close(true);
      const repeat = await begun(flow);
      expect([...repeat.outcomes.keys()]).toEqual(['2', '3']);
    });

    test('show what a job holds without working on it', async () => {
      const { jobs, begun } = opened();
      const run = await begun();
      await run.begin('1');
      expect(await jobs.inputOf('me', run.handle)).toEqual({
        input: hello.input,
        connection: 'c-1',
        outcomes: new Map([['1', 'begun']]),
      });
      expect(await run.record('1', done)).toBe(true);
    });
  });
}
