import { expect, test } from 'vitest';
import { bucketDocument, jobKey } from '../../../src/account/jobs/job-documents.js';
import type { JobRun } from '../../../src/account/jobs/jobs.js';
import { createSharedJobs } from '../../../src/account/jobs/shared-jobs.js';
import { createMemoryStore } from '../../../src/store/memory-store.js';
import { type Document, type SharedStore, StoreAway } from '../../../src/store/shared-store.js';
import type { ContactOutcome } from '../../../tools/contract/workflow.js';
import { jobsContract } from '../../support/jobs-contract.js';
import { testProcess } from '../../support/processes.js';
import { createRandom } from '../../support/random.js';
import { finish, manualClock, settle } from '../../support/timing.js';

jobsContract('a store', (clock) => {
  const jobs = createSharedJobs(createMemoryStore(clock.now), clock);
  return [jobs, jobs];
});

jobsContract('a store, seen by two processes', (clock) => {
  const store = createMemoryStore(clock.now);
  return [createSharedJobs(store, clock), createSharedJobs(store, clock)];
});

const leaseMs = 10_000;
const done: ContactOutcome = { state: 'done' };
const contacts = Array.from({ length: 1_000 }, (_, index) => String(800_000_000_001 + index));
const job = {
  input: { subscriber_ids: contacts, text: 'Closed on Friday' },
  connection: 'c-1',
  fingerprint: 'closing',
};

/** Two processes on one store. */
function twoProcesses() {
  const clock = manualClock();
  const store = createMemoryStore(clock.now);
  const start = () => {
    const process = testProcess(store, clock);
    return { process, jobs: createSharedJobs(process.store, process.clock) };
  };
  return { clock, store, one: start(), other: start() };
}

function runIn(found: object): JobRun {
  if (!isRun(found)) throw new Error(JSON.stringify(found));
  return found.run;
}
const isRun = (found: object): found is { run: JobRun } => 'run' in found;

test('the outcome of one of 1,000 contacts is recorded by writing a small part of the job', async () => {
  const clock = manualClock();
  const store = createMemoryStore(clock.now);
  let written = 0;
  const counted: SharedStore = {
    ...store,
    transact: (documents, change, signal) =>
      store.transact(
        documents,
        (transaction) =>
          change({
            ...transaction,
            write(document, content, keepMs) {
              written += JSON.stringify(content).length;
              transaction.write(document, content, keepMs);
            },
          }),
        signal,
      ),
  };
  const jobs = createSharedJobs(counted, clock);
  const run = runIn(await jobs.start('me', job, leaseMs));
  for (const contact of contacts.slice(0, -1)) {
    await run.begin(contact);
    await run.record(contact, done);
  }
  written = 0;
  await run.begin('800000001000');
  await run.record('800000001000', done);
  expect(written).toBeLessThan(12_000);
  await run.close(true);
  const again = runIn(await jobs.open('me', run.handle, leaseMs));
  expect([...again.outcomes.keys()]).toEqual(contacts);
});

test('of several processes that start the same job at once one works on it, in 50 of 50 runs', async () => {
  for (let seed = 1; seed <= 50; seed += 1) {
    const clock = manualClock();
    const random = createRandom(seed);
    const store = createMemoryStore(clock.now);
    const starts = [1, 2, 3].map(() => {
      const process = testProcess(store, clock, random, 20);
      return createSharedJobs(process.store, process.clock).start('me', job, leaseMs);
    });
    const states = (await finish(clock, Promise.all(starts))).map(({ state }) => state);
    expect(states.sort(), `seed ${seed}`).toEqual(['busy', 'busy', 'new']);
  }
});

test('a process that ends leaves its job to another when its lease is over', async () => {
  const { clock, one, other } = twoProcesses();
  const run = runIn(await one.jobs.start('me', job, leaseMs));
  await run.begin('1');
  await run.record('1', done);
  await run.begin('2');
  one.process.kill();
  expect((await other.jobs.open('me', run.handle, leaseMs)).state).toBe('busy');
  clock.advance(leaseMs);
  const next = await other.jobs.start('me', job, leaseMs);
  expect(next.state).toBe('repeated');
  expect([runIn(next).handle, ...runIn(next).outcomes]).toEqual([run.handle, ['1', done], ['2', 'begun']]);
});

test('outcomes are recorded when the store is back, even of a job that was closed since', async () => {
  const { clock, one, other } = twoProcesses();
  const run = runIn(await one.jobs.start('me', job, 100_000));
  await run.begin('1');
  await run.begin('2');
  one.process.isAway = true;
  await expect(run.begin('3')).rejects.toBeInstanceOf(StoreAway);
  await finish(clock, run.record('1', done));
  await finish(clock, run.close(false));
  clock.after(5_000, () => {
    one.process.isAway = false;
  });
  for (let second = 0; second < 10; second += 1) {
    clock.advance(1_000);
    await settle();
  }
  const next = runIn(await other.jobs.open('me', run.handle, leaseMs));
  expect([...next.outcomes]).toEqual([
    ['1', done],
    ['2', 'begun'],
  ]);
});

test('a job whose outcomes this version cannot read is lost, and its contacts do not have their turn again', async () => {
  const { store, one } = twoProcesses();
  const run = runIn(await one.jobs.start('me', { ...job, input: { text: 'Hi' } }, leaseMs));
  const raw: Document<unknown> = { key: bucketDocument(jobKey('me', run.handle), 0).key, parse: (content) => content };
  await store.transact([raw], (transaction) => transaction.write(raw, { '1': 'of the future' }, leaseMs));
  expect(await run.begin('2')).toBe(false);
  await run.close(false);
  expect((await one.jobs.open('me', run.handle, leaseMs)).state).toBe('lost');
});
