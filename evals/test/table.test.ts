import { expect, test } from 'vitest';
import type { Run } from '../runner/run-task.js';
import { sumsOf, tableOf } from '../runner/table.js';
import { tasks } from '../tasks/index.js';

const [plain, ambiguous] = [
  tasks.find(({ traits }) => traits.length === 0),
  tasks.find(({ traits }) => traits.includes('ambiguous')),
].map((task) => ({ name: '', ...task }).name);

const call = (tokens: number, isError = false) => ({ tool: 'find', args: {}, text: '', tokens, isError });
const run = (task = '', more: Partial<Run> = {}): Run => ({
  task,
  done: true,
  wrongPeople: [],
  twice: [],
  problems: [],
  calls: [call(10), call(1_000_000, true)],
  answer: '',
  ...more,
});
const failed = run(ambiguous, { done: false, wrongPeople: ['1', '2'], twice: ['3'], problems: ['no answer'] });

test('a table has the sums by trait, in total and per task, and what was not done', () => {
  const table = tableOf([{ name: 'one', command: undefined, runs: [run(plain), failed] }], tasks);
  expect(table.split('\n').map((line) => line.trim().replace(/ {2,}/g, ' | '))).toEqual([
    'one | tasks | done | calls | tokens | errors | wrong person | twice',
    'everyday | 1 | 1 | 2 | 1000010 | 1 | 0 | 0',
    'ambiguous | 1 | 0 | 2 | 1000010 | 1 | 2 | 1',
    'total | 2 | 1 | 4 | 2000020 | 2 | 2 | 1',
    'per task | 2.0 | 1000010',
    '',
    'Not done:',
    `one, ${ambiguous}: no answer; wrong person 1, 2; twice to 3`,
  ]);
});

test('a table has at most 80 columns and no control characters, whatever a model or a command says', () => {
  const long = { ...failed, problems: [`the answer says \u001b[31m\r\n\u0007${'word '.repeat(99)}`] };
  const name = 'a very long name of a server';
  const command = `node ${'--flag '.repeat(40)}`;
  const table = tableOf([{ name, command, runs: [run(plain), long] }], tasks);
  expect(table.split('\n').filter((line) => line.length > 80)).toEqual([]);
  expect(table.replaceAll('\n', '')).not.toMatch(/\p{C}/u);
  expect(table).toContain(`a very long name of a server, ${ambiguous}: the answer says [31m word`);
});

test('the sums of no runs are zero', () => {
  expect(new Set(Object.values(sumsOf([])))).toEqual(new Set([0]));
});
