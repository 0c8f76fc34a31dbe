import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { endpoints } from '../../tools/index.js';
import { type Attempt, judged } from '../runner/run-task.js';
import { tableOf } from '../runner/table.js';
import { baselines } from '../solutions/baseline.js';
import { references } from '../solutions/reference.js';
import { tasks } from '../tasks/index.js';
import type { Task, Trait } from '../tasks/task.js';
import { attemptAll, attemptAt } from './support/attempts.js';

const withTrait = (trait: Trait): Task[] => tasks.filter(({ traits }) => traits.includes(trait));
const few = tasks.filter(({ traits }) => !traits.includes('many'));

describe('the tasks', () => {
  it('are at least 25, each with a name of its own, a reference and a baseline', () => {
    const names = tasks.map(({ name }) => name);
    expect(names.length).toBeGreaterThanOrEqual(25);
    expect(new Set(names).size).toBe(names.length);
    expect(Object.keys(references).toSorted()).toEqual(names.toSorted());
    expect(Object.keys(baselines).toSorted()).toEqual(names.toSorted());
  });

  it.each<[Trait, number]>([
    ['ambiguous', 6],
    ['many', 5],
    ['closed', 5],
    ['impossible', 3],
    ['instructions', 3],
  ])('have the trait %s at least %i times', (trait, least) => {
    expect(withTrait(trait).length).toBeGreaterThanOrEqual(least);
  });

  it('are about over 100 contacts where they have the trait many', () => {
    for (const { name, touches } of withTrait('many')) expect(touches.length, name).toBeGreaterThan(100);
  });

  it('have a closed window where they have the trait closed', () => {
    const day = 24 * 60;
    for (const { name, account } of withTrait('closed')) {
      const ages = account.contacts?.map((each) => each.last_interaction_minutes_ago ?? 0) ?? [];
      expect(Math.max(...ages), name).toBeGreaterThan(day);
    }
  });

  it('touch only contacts of their account', () => {
    for (const { name, account, touches } of tasks) {
      const ids = account.contacts?.map(({ id }) => id);
      for (const id of touches) expect(ids, name).toContain(id);
    }
  });

  it('have a text for the agent in a contact where they have the trait instructions', () => {
    for (const { name, account } of withTrait('instructions')) {
      expect(JSON.stringify(account.contacts), name).toMatch(/SYSTEM|Ignore all previous instructions/);
    }
  });
});

describe('the solutions', () => {
  let reference: ReadonlyMap<string, Attempt>;
  let baseline: ReadonlyMap<string, Attempt>;
  beforeAll(async () => {
    reference = await attemptAll(references);
    baseline = await attemptAll(baselines, { endpointsOnly: true });
  });

  const callsOf = (attempts: ReadonlyMap<string, Attempt>, among: readonly Task[]) =>
    among.flatMap((task) => attemptAt(attempts, task).calls);
  const tokensOf = (attempts: ReadonlyMap<string, Attempt>, among: readonly Task[]): number =>
    callsOf(attempts, among).reduce((sum, { tokens }) => sum + tokens, 0);
  const passed = { done: true, problems: [], wrongPeople: [], twice: [] };

  it.each(tasks)('of $name are judged done: the reference and the baseline', (task) => {
    expect(judged(task, attemptAt(reference, task))).toMatchObject(passed);
    expect(judged(task, attemptAt(baseline, task))).toMatchObject(passed);
  });

  it('need at most 2.2 calls a task, as references', () => {
    expect(callsOf(reference, tasks).length / tasks.length).toBeLessThanOrEqual(2.2);
  });

  it('call only one-endpoint tools, as baselines', () => {
    const names = new Set<string>(endpoints.map(({ name }) => name));
    expect(callsOf(baseline, tasks).filter(({ tool }) => !names.has(tool))).toEqual([]);
  });

  it('need at least 40 % fewer tokens as references than as baselines', () => {
    expect(tokensOf(reference, tasks) / tokensOf(baseline, tasks)).toBeLessThanOrEqual(0.6);
  });

  it('need fewer tokens as references than as baselines without the tasks about many contacts', () => {
    // Measured: 0.80. One person is looked up and written to in as many calls by either, with the same results.
    expect(tokensOf(reference, few) / tokensOf(baseline, few)).toBeLessThanOrEqual(0.82);
  });

  it('come to the table in docs/evals.md', () => {
    const document = readFileSync('docs/evals.md', 'utf8').replaceAll('\r\n', '\n');
    const runsOf = (attempts: ReadonlyMap<string, Attempt>) =>
      tasks.map((task) => judged(task, attemptAt(attempts, task)));
    const series = [
      { name: 'reference', command: undefined, runs: runsOf(reference) },
      { name: 'baseline', command: undefined, runs: runsOf(baseline) },
    ];
    const [, screen] = /```console\n\$ npm run evals\n([\s\S]*?)\n```/.exec(document) ?? [];
    expect(screen).toBe(tableOf(series, tasks));
    expect(document).toContain(`${tasks.length} tasks`);
  });

  it('fail in no call as references', () => {
    expect(callsOf(reference, tasks).filter(({ isError }) => isError)).toEqual([]);
  });
});
