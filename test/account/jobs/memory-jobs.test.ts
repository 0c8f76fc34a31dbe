import { describe, expect, test } from 'vitest';
import { createMemoryJobs } from '../../../src/account/jobs/memory-jobs.js';
import { jobsContract } from '../../support/jobs-contract.js';

jobsContract('memory', ({ now }) => {
  const jobs = createMemoryJobs(now);
  return [jobs, jobs];
});

describe('the bound on jobs in memory', () => {
  const maxJobs = 200;
  const leaseMs = 1_000;

  async function begun(jobs = createMemoryJobs(() => 0), input: object = { text: 'Hi' }, owner = 'me') {
    const found = await jobs.start(owner, { input: { ...input }, connection: undefined }, leaseMs);
    if (!('run' in found)) throw new Error('is busy');
    return found.run;
  }
  const stateOf = async (jobs: ReturnType<typeof createMemoryJobs>, handle: string) =>
    (await jobs.open('me', handle, leaseMs)).state;

  test('drops the jobs whose end was delivered first, then the oldest', async () => {
    const jobs = createMemoryJobs(() => 0);
    const [open, over] = [await begun(jobs), await begun(jobs)];
    await open.close(false);
    await over.close(true);
    await over.delivered();
    for (let count = 2; count <= maxJobs; count += 1) await (await begun(jobs)).close(false);
    expect(await stateOf(jobs, over.handle)).toBe('lost');
    await (await begun(jobs)).close(false);
    expect(await stateOf(jobs, open.handle)).toBe('lost');
  });

  test('keeps what is used, and every job that a call is working on', async () => {
    const jobs = createMemoryJobs(() => 0);
    const runs = [];
    for (let count = 0; count < maxJobs + 5; count += 1) runs.push(await begun(jobs));
    const [first] = runs;
    expect(await first?.begin('1')).toBe(true);
    await first?.close(false);
    expect(await stateOf(jobs, first?.handle ?? '')).toBe('lost');
    expect(await runs[1]?.begin('1')).toBe(true);
  });

  test.each([
    ['jobs', 'Hi', maxJobs + 5],
    ['characters', 'x'.repeat(20_000_000), 6],
  ])(
    'drops those of the owner with the most %s, so that none pushes out the jobs of others',
    async (_, text, count) => {
      const jobs = createMemoryJobs(() => 0);
      const mine = await begun(jobs);
      await mine.close(true);
      await mine.delivered();
      for (let at = 0; at < count; at += 1) await (await begun(jobs, { text }, 'mallory')).close(false);
      expect(await stateOf(jobs, mine.handle)).toBe('resumed');
    },
  );

  test('counts the characters of the arguments', async () => {
    const jobs = createMemoryJobs(() => 0);
    const large = { text: 'x'.repeat(20_000_000) };
    const handles: string[] = [];
    for (let count = 0; count < 4; count += 1) {
      const run = await begun(jobs, large);
      handles.push(run.handle);
      await run.close(false);
    }
    expect(await Promise.all(handles.map((handle) => stateOf(jobs, handle)))).toEqual([
      'lost',
      'resumed',
      'resumed',
      'resumed',
    ]);
  });
});
