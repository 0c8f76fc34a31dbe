import { randomBytes } from 'node:crypto';
import { closeSync, lstatSync, openSync, readSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import {
  counted,
  grouped,
  type Kind,
  overTime,
  shareBar,
  swatch,
  timeText,
} from '../../src/text/html-report/charts.js';
import { type Html, html } from '../../src/text/html-report/markup.js';
import { isReportOf, reportPage } from '../../src/text/html-report/page.js';
import { createTimeline } from '../../src/text/html-report/timeline.js';
import type { Task } from '../tasks/task.js';
import type { TimedRun } from './run-task.js';
import { type ModelSettings, withoutKey } from './settings.js';
import { byTrait, columns, type Series, sumsOf } from './table.js';

const kinds = [
  { name: 'done', tone: 'good' },
  { name: 'not done', tone: 'bad' },
] as const satisfies readonly Kind[];

/** Longer reasons are in the JSON. */
const maxReason = 300;

const cut = (text: string): string => (text.length <= maxReason ? text : `${text.slice(0, maxReason).toWellFormed()}…`);

const row = (name: string | Html, cells: readonly (string | Html)[]): Html =>
  html`<tr><th scope="row">${name}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`;

const table = (label: 'traits' | 'tasks', headings: readonly string[], rows: readonly Html[]): Html =>
  html`<div class="wide" role="group" aria-label="${label}" tabindex="0"><table><thead><tr>${headings.map((heading) => html`<th scope="col">${heading}</th>`)}</tr></thead>
<tbody>${rows}</tbody></table></div>`;

const sumCells = (runs: readonly TimedRun[]): string[] => Object.values(sumsOf(runs)).map(grouped);

const seconds = ({ begunAt, endedAt }: TimedRun): string => ((endedAt - begunAt) / 1_000).toFixed(1);

function taskRow(run: TimedRun): Html {
  const { calls, tokens, errors } = sumsOf([run]);
  const kind = kinds[run.done ? 0 : 1];
  const result = html`${swatch(kind.tone)} ${kind.name}`;
  return row(run.task, [result, grouped(calls), grouped(tokens), grouped(errors), seconds(run)]);
}

/** Why a task was not done, in the words of all tasks. */
const reasonsOf = ({ problems, wrongPeople, twice }: TimedRun): string[] => [
  ...problems,
  ...(wrongPeople.length > 0 ? ['The wrong person was messaged or changed.'] : []),
  ...(twice.length > 0 ? ['A contact got the same message or flow more than once.'] : []),
];

/** The tasks that were not done, by the reason, the most frequent first. */
function reasonItems(runs: readonly TimedRun[], clean: (text: string) => string): Html[] {
  const tasksOf = new Map<string, string[]>();
  for (const run of runs.filter(({ done }) => !done)) {
    for (const reason of new Set(reasonsOf(run).map((text) => cut(clean(text))))) {
      tasksOf.set(reason, [...(tasksOf.get(reason) ?? []), run.task]);
    }
  }
  return [...tasksOf]
    .toSorted(([, a], [, b]) => b.length - a.length)
    .map(
      ([reason, names]) =>
        html`<li><h3>${swatch('bad')} ${counted(names.length, 'task')}</h3>
<p>${reason}</p>
<p class="quiet">${names.join(', ')}</p></li>`,
    );
}

function seriesSection(
  { name, command, runs }: Series<TimedRun>,
  tasks: readonly Task[],
  clean: (text: string) => string,
): Html {
  const done = runs.filter((run) => run.done).length;
  const timeline = createTimeline(kinds.length);
  for (const run of runs) timeline.add(run.endedAt, run.done ? 0 : 1);
  const traits = [...byTrait(runs, tasks)].map(([trait, group]) => row(trait, sumCells(group)));
  const reasons = reasonItems(runs, clean);
  return html`<section class="account"><h2>${clean(name)}</h2>
${command === undefined ? undefined : html`<p class="quiet">${clean(command)}</p>`}
<p>${grouped(done)} of ${counted(runs.length, 'task')} done.</p>
${shareBar([
  { tone: kinds[0].tone, count: done },
  { tone: kinds[1].tone, count: runs.length - done },
])}
${table(
  'traits',
  ['Trait', ...columns.map(([title]) => title)],
  [
    ...traits,
    html`<tr class="total"><th scope="row">total</th>${sumCells(runs).map((cell) => html`<td>${cell}</td>`)}</tr>`,
  ],
)}
${reasons.length === 0 ? undefined : html`<h3>Not done, by reason</h3><ul class="reasons">${reasons}</ul>`}
<h3>Over time</h3>
${overTime(timeline, kinds, 'task')}
<h3>Tasks</h3>
${table('tasks', ['Task', 'result', 'calls', 'tokens', 'errors', 'seconds'], runs.map(taskRow))}
</section>
`;
}

/** A report of all runs for people, as an HTML document. */
export function htmlReport(
  series: readonly Series<TimedRun>[],
  tasks: readonly Task[],
  settings: ModelSettings | undefined,
): string {
  const clean = (text: string): string => withoutKey(text, settings?.apiKey);
  const begunAt = Math.min(...series.flatMap(({ runs }) => runs.map((run) => run.begunAt)));
  const agent =
    settings === undefined ? 'The solutions, without a model' : clean(`${settings.model} (${settings.provider})`);
  const body = html`<header><h1>Evals</h1>
<p>${agent}</p>
<p class="quiet">${counted(tasks.length, 'task')}, begun ${Number.isFinite(begunAt) ? timeText(begunAt) : 'never'} UTC.</p>
</header>
<main>
${series.map((each) => seriesSection(each, tasks, clean))}
</main>`;
  const page = reportPage('evals', 'Evals', body);
  // A key that was spelled with hidden characters is one only after they are removed.
  return settings?.apiKey === undefined ? page : withoutKey(page, String(html`${settings.apiKey}`));
}

/** The path of the report beside the JSON; undefined if that is no file, such as /dev/stdout. */
export function htmlPathBeside(json: string): string | undefined {
  return statSync(json, { throwIfNoEntry: false })?.isFile() === true
    ? `${json.replace(/\.json$/, '')}.html`
    : undefined;
}

const openingBytes = 512;

/** @throws Error unless the path is free, or has an older report of the evals. */
function checkReplaceable(path: string): void {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return;
  if (!stats.isFile()) throw new Error('it is not a regular file');
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(openingBytes);
    const opening = bytes.toString('utf8', 0, readSync(file, bytes, 0, openingBytes, 0));
    if (!isReportOf('evals', opening)) throw new Error('it is not a report of the evals');
  } finally {
    closeSync(file);
  }
}

/**
 * Writes a report, which only its owner may read, in place of an older one.
 * @throws Error if the path is taken by anything else, or cannot be written.
 */
export function writeHtml(path: string, text: string): void {
  checkReplaceable(path);
  const temporary = `${path}.${randomBytes(8).toString('hex')}.new`;
  try {
    writeFileSync(temporary, text, { flag: 'wx', mode: 0o600 });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
