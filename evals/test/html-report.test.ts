import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { htmlPathBeside, htmlReport, writeHtml } from '../runner/html-report.js';
import type { TimedRun } from '../runner/run-task.js';
import type { ModelSettings } from '../runner/settings.js';
import { tasks } from '../tasks/index.js';

const folder = mkdtempSync(join(tmpdir(), 'manychat-mcp-evals-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const nine = Date.UTC(2026, 10, 26, 9);
const key = '<sk>&"42';
const settings: ModelSettings = {
  provider: 'anthropic',
  model: 'm',
  baseUrl: 'https://api.anthropic.com/v1',
  apiKey: key,
  maxSteps: 30,
};
const [first = '', second = '', third = ''] = tasks.map(({ name }) => name);

const run = (task: string, endedAt: number, more: Partial<TimedRun> = {}): TimedRun => ({
  task,
  done: true,
  wrongPeople: [],
  twice: [],
  problems: [],
  calls: [{ tool: 'find', args: {}, text: '', tokens: 1_200, isError: false }],
  answer: '',
  begunAt: nine,
  endedAt,
  ...more,
});

const textOf = (page: string): string =>
  page
    .slice(page.indexOf('<body>'))
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');

test('a report has the tasks by trait, by reason, over time and each by itself', () => {
  const runs = [
    run(first, nine + 500),
    run(second, nine + 2_500, { done: false, problems: ['no answer'], wrongPeople: ['1', '2'] }),
    run(third, nine + 4_000, { done: false, problems: ['no answer'] }),
  ];
  const text = textOf(htmlReport([{ name: 'one', command: 'node x', runs }], tasks.slice(0, 3), undefined));
  expect(text).toContain('Evals The solutions, without a model 3 tasks, begun 2026-11-26 09:00:00 UTC.');
  expect(text).toContain('one node x 1 of 3 tasks done. Trait tasks done calls tokens errors wrong person twice');
  expect(text).toContain('total 3 1 3 3,600 0 2 0');
  expect(text).toContain(
    `Not done, by reason 2 tasks no answer ${second}, ${third} 1 task The wrong person was messaged or changed. ${second} Over time`,
  );
  expect(text).toContain('3 tasks from 2026-11-26 09:00:00 to 2026-11-26 09:00:05 UTC, at most 1 in 1 second.');
  expect(text).toContain(`${second} not done 1 1,200 0 2.5 ${third} not done 1 1,200 0 4.0`);
});

test('what a model or a command says is inert and short, and the key is not in it', () => {
  const hostile = `</style><script>alert(1)</script><img src=x onerror=alert(1)>javascript:1\u202e\u2066 ${key} ${key.slice(0, 3)}\u200b${key.slice(3)} ${'word '.repeat(99)}`;
  const runs = [run(first, nine, { done: false, problems: [hostile] })];
  const page = htmlReport([{ name: hostile, command: hostile, runs }], tasks.slice(0, 1), {
    ...settings,
    model: hostile,
  });
  const tags = page.match(/<[^>]*>/g) ?? [];
  expect(tags.filter((tag) => /^<(script|img|link|iframe)|\s(on\w+|src|href|style)=/i.test(tag))).toEqual([]);
  expect(page).not.toMatch(/[\u202e\u2066]/);
  expect(page).not.toContain('&lt;sk&gt;&amp;&quot;42');
  expect(page).toContain('javascript:1 [EVALS_API_KEY] [EVALS_API_KEY] word');
  expect(page).toMatch(/<p>&lt;\/style&gt;[^<]{1,500}…<\/p>/);
});

test('a report is written beside a file only, and replaces nothing but an older one', () => {
  const [json, path] = [join(folder, 'a.json'), join(folder, 'a.html')];
  expect([htmlPathBeside(json), htmlPathBeside('/dev/null')]).toEqual([undefined, undefined]);
  writeFileSync(json, '{}');
  expect(htmlPathBeside(json)).toBe(path);
  const page = htmlReport([], [], undefined);
  const precious = join(folder, 'precious.html');
  writeFileSync(precious, 'mine');
  for (const [prepare, why] of [
    [() => writeFileSync(path, 'mine'), 'it is not a report of the evals'],
    [() => symlinkSync(precious, path), 'it is not a regular file'],
    [() => mkdirSync(path), 'it is not a regular file'],
  ] as const) {
    prepare();
    expect(() => writeHtml(path, page)).toThrow(why);
    rmSync(path, { recursive: true });
  }
  writeHtml(path, page);
  writeHtml(path, `${page} `);
  expect([readFileSync(path, 'utf8'), readFileSync(precious, 'utf8')]).toEqual([`${page} `, 'mine']);
  expect(readdirSync(folder).toSorted()).toEqual(['a.html', 'a.json', 'precious.html']);
});
