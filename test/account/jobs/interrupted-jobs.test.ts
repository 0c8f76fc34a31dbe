import { describe, expect, test } from 'vitest';
import {
  bucketDocument,
  headDocument,
  inputDocument,
  jobKey,
  sameDocument,
} from '../../../src/account/jobs/job-documents.js';
import type { JobRun, Jobs } from '../../../src/account/jobs/jobs.js';
import { createSharedJobs } from '../../../src/account/jobs/shared-jobs.js';
import { createMemoryStore } from '../../../src/store/memory-store.js';
import { type Document, type SharedStore, StoreAway } from '../../../src/store/shared-store.js';
import type { ContactOutcome } from '../../../tools/contract/workflow.js';
import { pass } from '../../support/guard-processes.js';
import { testProcess } from '../../support/processes.js';
import { finish, manualClock } from '../../support/timing.js';

const leaseMs = 100_000;
const done: ContactOutcome = { state: 'done' };
const job = { input: { text: 'Hi' }, connection: 'c-1', fingerprint: 'hi', flowsOn: 'account' };

function runIn(found: object): JobRun {
  if (!isRun(found)) throw new Error(JSON.stringify(found));
  return found.run;
}
const isRun = (found: object): found is { run: JobRun } => 'run' in found;

/** A job of which one contact is done, and its process. */
async function begun() {
  const clock = manualClock();
  const store = createMemoryStore(clock.now);
  const process = testProcess(store, clock);
  const jobs = createSharedJobs(process.store, clock);
  const run = runIn(await jobs.start('me', job, leaseMs));
  await run.begin('1');
  await run.record('1', done);
  return { clock, store, process, jobs, run };
}

describe('an outcome that is taken back while the store is away', () => {
  test.each(['begun', 'done'] as const)('does not erase that the contact is %s by then', async (state) => {
    const { clock, process, jobs, run } = await begun();
    await run.begin('2');
    process.isAway = true;
    await finish(clock, run.record('2', undefined));
    process.isAway = false;
    expect(await run.begin('2')).toBe(true);
    if (state === 'done') await run.record('2', done);
    await pass(clock, 5_000);
    await run.close(false);
    const next = runIn(await jobs.open('me', run.handle, leaseMs));
    expect(next.outcomes.get('2')).toEqual(state === 'done' ? done : 'begun');
    // A later call takes it back.
    await next.record('2', undefined);
    await next.close(false);
    expect(runIn(await jobs.open('me', run.handle, leaseMs)).outcomes.has('2')).toBe(false);
  });

  test('is taken back although the outcome is written later', async () => {
    const { clock, process, jobs, run } = await begun();
    await run.begin('2');
    process.isAway = true;
    const records = [run.record('2', done), run.record('2', undefined)];
    await finish(clock, Promise.all(records));
    process.isAway = false;
    await pass(clock, 5_000);
    await run.close(false);
    expect([...runIn(await jobs.open('me', run.handle, leaseMs)).outcomes.keys()]).toEqual(['1']);
  });
});

describe('a job of which another version has written', () => {
  test.each([
    ['the head', (key: string) => headDocument(key)],
    ['the arguments', (key: string) => inputDocument(key)],
    ['outcomes', (key: string) => bucketDocument(key, 0)],
    ['the list of jobs with the same arguments', () => sameDocument('me', 'hi')],
  ])('%s is not begun again', async (_, documentOf) => {
    const { store, jobs, run } = await begun();
    await run.close(false);
    const raw: Document<unknown> = { key: documentOf(jobKey('me', run.handle)).key, parse: (content) => content };
    const written = await store.transact([raw], (transaction) => {
      const content = transaction.read(raw);
      transaction.write(raw, 'of the future', leaseMs);
      return content;
    });
    expect(await jobs.start('me', job, leaseMs)).toEqual({ state: 'unreadable' });
    // It has not locked the job either.
    await store.transact([raw], (transaction) => transaction.write(raw, written, leaseMs));
    expect(runIn(await jobs.start('me', job, leaseMs)).outcomes.get('1')).toEqual(done);
  });
});

describe('a call that could not begin because the store went away', () => {
  /** Fails at the transaction with this number, before it is written or when its answer is on its way. */
  function failing(store: SharedStore, number: number, isWritten: boolean): SharedStore {
    let count = 0;
    return {
      ...store,
      async transact(documents, change, signal) {
        count += 1;
        if (count !== number) return store.transact(documents, change, signal);
        if (isWritten) await store.transact(documents, change, signal);
        throw new StoreAway('away');
      },
    };
  }
  const calls: readonly (readonly [string, (jobs: Jobs, handle: string) => Promise<object>])[] = [
    ['is repeated', (jobs) => jobs.start('me', job, leaseMs)],
    ['is resumed', (jobs, handle) => jobs.open('me', handle, leaseMs)],
  ];
  const cases = calls.flatMap(([name, call]) =>
    [1, 2, 3].flatMap((number) => [false, true].map((isWritten) => [name, call, number, isWritten] as const)),
  );

  test.each(cases)('can begin at once when it %s (%#)', async (_, call, number, isWritten) => {
    const { clock, store, run } = await begun();
    await run.close(false);
    const jobs = createSharedJobs(failing(store, number, isWritten), clock);
    const first = await finish(clock, call(jobs, run.handle)).catch(() => undefined);
    if (first !== undefined) await finish(clock, runIn(first).close(false));
    await pass(clock, 1_500);
    const second = runIn(await finish(clock, call(jobs, run.handle)));
    expect([second.handle, second.outcomes.get('1')]).toEqual([run.handle, done]);
  });

  test.each([1, 2])('can begin a job that is new (transaction %i)', async (number) => {
    const clock = manualClock();
    const jobs = createSharedJobs(failing(createMemoryStore(clock.now), number, true), clock);
    const first = await finish(clock, jobs.start('me', job, leaseMs)).catch(() => undefined);
    if (first !== undefined) await finish(clock, runIn(first).close(false));
    await pass(clock, 1_500);
    expect((await finish(clock, jobs.start('me', job, leaseMs))).state).toBe(first === undefined ? 'new' : 'repeated');
  });
});
