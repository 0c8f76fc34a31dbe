import { describe, expect, it } from 'vitest';
import { runTask } from '../runner/run-task.js';
import { solver } from '../runner/solve.js';
import { tableOf } from '../runner/table.js';
import { references } from '../solutions/reference.js';
import { call, type Solution } from '../solutions/solution.js';
import { builtServer, taskNamed } from './support/attempts.js';

const task = taskNamed('maria-by-email');
const { 'maria-by-email': reference } = references;
if (reference === undefined) throw new Error('there is no reference');

describe('a run', () => {
  it('is not done if the agent throws, and keeps the calls before', async () => {
    const run = await runTask(task, builtServer(), async (_, server) => {
      await server.call('manychat_add_tag_to_subscriber_by_name', {
        subscriber_id: '24958501110458812',
        tag_name: 'VIP',
      });
      throw new Error('out of ideas');
    });
    expect(run).toMatchObject({ task: task.name, done: false, answer: '', wrongPeople: [], twice: [] });
    expect(run.problems[0]).toBe('the agent stopped: out of ideas');
    expect(run.calls).toMatchObject([{ tool: 'manychat_add_tag_to_subscriber_by_name', isError: false }]);
  });

  it('is not done if the agent throws after all was done', async () => {
    const run = await runTask(task, builtServer(), async (...given) => {
      await solver(reference)(...given);
      throw new Error('out of ideas');
    });
    expect(run.done).toBe(false);
  });

  it('counts an unknown tool and malformed arguments as calls that failed', async () => {
    const run = await runTask(task, builtServer(), async (_, server) => {
      await server.call('manychat_fly', {});
      server.refuse('manychat_list_tags', ['no', 'object'], 'not an object');
      return '';
    });
    expect(run.calls).toMatchObject([
      { tool: 'manychat_fly', isError: true },
      { tool: 'manychat_list_tags', args: {}, text: 'not an object', isError: true },
    ]);
  });

  it('ends with the error if the server does not start', async () => {
    const broken = { name: 'broken', command: `"${process.execPath}" -e "process.exit(3)"` };
    await expect(runTask(task, broken, async () => '')).rejects.toThrow();
  });
});

describe('a solution by endpoints only', () => {
  const byWorkflow: Solution = function* () {
    yield call('list_tags', {});
    yield call('find_subscribers', { queries: ['Maria Garcia'] });
    return '';
  };

  it('stops at a workflow', async () => {
    const run = await runTask(task, builtServer(), solver(byWorkflow, { endpointsOnly: true }));
    expect(run.problems[0]).toBe('the agent stopped: manychat_find_subscribers is not one endpoint');
    expect(run.calls.map(({ tool }) => tool)).toEqual(['manychat_list_tags']);
  });

  it('may use a workflow without the restriction', async () => {
    const { calls, problems } = await runTask(task, builtServer(), solver(byWorkflow));
    expect(calls).toHaveLength(2);
    expect(problems.join()).not.toContain('the agent stopped');
  });
});

describe('two servers', () => {
  it('are compared by the same task', async () => {
    const [full, readOnly] = [builtServer(), builtServer('--read-only')];
    const series = [];
    for (const server of [full, readOnly]) {
      series.push({ ...server, runs: [await runTask(task, server, solver(reference))] });
    }
    const [first, second] = series.flatMap(({ runs }) => runs);
    expect(first).toMatchObject({ done: true, problems: [] });
    expect(second?.done).toBe(false);
    expect(second?.problems[0]).toBe(
      'the agent stopped: the server has no tool manychat_add_tag_to_subscriber_by_name',
    );
    const totals = tableOf(series, [task])
      .match(/^ {2}total .*$/gm)
      ?.map((line) => line.trim().split(/\s+/).slice(1, 4));
    expect(totals).toEqual([
      ['1', '1', '2'],
      ['1', '0', '1'],
    ]);
  });
});
