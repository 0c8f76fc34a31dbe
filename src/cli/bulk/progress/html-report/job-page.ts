import {
  counted,
  grouped,
  type Kind,
  overTime,
  shareBar,
  swatch,
  timeText,
} from '../../../../text/html-report/charts.js';
import { type Html, html } from '../../../../text/html-report/markup.js';
import { reportPage } from '../../../../text/html-report/page.js';
import { roundedDuration } from '../../../shell/duration.js';
import type { FailedRow } from '../../table/failed-rows.js';
import { type Counts, sumOf } from '../counts.js';
import { nothingToSetText } from '../progress-text.js';
import { type Reason, reasonsOf } from './reasons.js';
import { joinedRuns, noOutcomes, type Outcomes, type RecordedRun } from './runs.js';

/** What became of a job on one account. */
export interface AccountReport {
  /** Undefined if the whole table is for one account. */
  readonly name: string | undefined;
  readonly page: string;
  /** Why this run stopped there before its end; undefined if it did not. */
  readonly stopped: string | undefined;
  /** Of the job so far. */
  readonly counts: Counts;
  /** What this run did. */
  readonly thisRun: Outcomes;
  readonly nothingToSet: number;
  readonly failures: readonly FailedRow[];
  /** By the journal, in their order. */
  readonly runs: readonly RecordedRun[];
}

/** What became of a job. */
export interface JobReport {
  /** The name of the table's file; undefined for a pipe. */
  readonly table: string | undefined;
  /** What was done, in a sentence without a full stop. */
  readonly action: string;
  /** Of this run, in milliseconds since 1970. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly accounts: readonly AccountReport[];
  /** What is left to do, in sentences. */
  readonly advice: readonly string[];
}

const kinds = [
  { name: 'done', tone: 'good' },
  { name: 'failed', tone: 'bad' },
  { name: 'unknown', tone: 'doubt' },
] as const satisfies readonly Kind[];

/** How many runs have columns of their own, and how many a row. */
const [maxCharts, maxRuns] = [4, 20];

const turns = ({ done, failed, unknown }: Outcomes): number => done + failed + unknown;

function outcomeSection(counts: Counts, thisRun: Outcomes, nothingToSet: number): Html {
  const rest: Kind = { name: 'not reached', tone: 'rest' };
  const rows = kinds.map(
    ({ name, tone }) =>
      html`<tr><th scope="row">${swatch(tone)} ${name}</th><td>${grouped(thisRun[name])}</td><td>${grouped(counts[name])}</td></tr>`,
  );
  const notes = [
    ...(counts.repeated === 0 ? [] : [`${counted(counts.repeated, 'row')} with a repeated id left out.`]),
    ...(nothingToSet === 0 ? [] : [`${nothingToSetText(nothingToSet)}, and count as done.`]),
  ];
  return html`${shareBar([...kinds.map(({ name, tone }) => ({ tone, count: counts[name] })), { tone: rest.tone, count: counts.not_reached }])}
<table><thead><tr><th scope="col">Contacts</th><th scope="col">This run</th><th scope="col">Job so far</th></tr></thead>
<tbody>${rows}
<tr><th scope="row">${swatch(rest.tone)} ${rest.name}</th><td></td><td>${grouped(counts.not_reached)}</td></tr>
<tr class="total"><th scope="row">all</th><td>${grouped(turns(thisRun))}</td><td>${grouped(counts.total)}</td></tr></tbody></table>
${notes.map((note) => html`<p class="quiet">${note}</p>`)}`;
}

function reasonItem({ state, kind, whatToDo, count, messages, others }: Reason): Html {
  const items = messages.map(({ text, count: same, places }) => {
    const more = same - places.length;
    const where =
      places.length === 0
        ? counted(same, 'contact')
        : `${same === 1 ? 'line' : 'lines'} ${places.join(', ')}${more === 0 ? '' : ` and ${grouped(more)} more`}`;
    return html`<li>${text} <span class="quiet">${where}</span></li>`;
  });
  const rest = others === 0 ? undefined : html`<li>other messages <span class="quiet">${grouped(others)}</span></li>`;
  return html`<li><h3>${swatch(state === 'unknown' ? 'doubt' : 'bad')} ${grouped(count)} ${state}: <code>${kind}</code></h3>
<ul>${items}${rest}</ul>
<p>${withFlags(whatToDo)}</p></li>`;
}

function reasonsSection(failures: readonly FailedRow[]): Html | undefined {
  if (failures.length === 0) return undefined;
  return html`<ul class="reasons">${reasonsOf(failures).map(reasonItem)}</ul>`;
}

/** A table that scrolls by itself if it is wider than the screen. */
const wide = (label: 'runs' | 'accounts', table: Html): Html =>
  html`<div class="wide" role="group" aria-label="${label}" tabindex="0">${table}</div>`;

function runRow({ startedAt, lastAt, counts }: RecordedRun, now: JobReport['startedAt']): Html {
  const took =
    startedAt === undefined || lastAt === undefined ? '' : roundedDuration(Math.max(0, lastAt - startedAt) / 1_000);
  const begun = startedAt === undefined ? 'earlier version, no times' : timeText(startedAt);
  const cells = kinds.map(({ name }) => html`<td>${grouped(counts[name])}</td>`);
  return html`<tr><th scope="row">${begun}${startedAt === now ? ' (this run)' : ''}</th><td>${took}</td>${cells}</tr>`;
}

function runsTable(runs: readonly RecordedRun[], startedAt: number): Html | undefined {
  if (runs.length < 2) return undefined;
  const shown = runs.slice(-maxRuns);
  const left = runs.length - shown.length;
  const columns = ['Begun (UTC)', 'Took', ...kinds.map(({ name }) => name)];
  return html`<h3>Runs</h3>
${wide(
  'runs',
  html`<table><thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
<tbody>${shown.map((run) => runRow(run, startedAt))}</tbody></table>`,
)}
<p class="quiet">${left === 0 ? '' : `${counted(left, 'earlier run')} not shown. `}A contact that was tried again counts in each run.</p>`;
}

function timeSection(runs: readonly RecordedRun[], startedAt: number): Html | undefined {
  const charted = runs.filter(({ lastAt }) => lastAt !== undefined);
  const charts = charted.slice(-maxCharts).map((run) => {
    const heading = `Run of ${timeText(run.startedAt ?? 0)} UTC${run.startedAt === startedAt ? ', this one' : ''}`;
    return html`${charted.length === 1 && run.startedAt === startedAt ? undefined : html`<h3>${heading}</h3>`}
${overTime(run.timeline, kinds, 'contact')}`;
  });
  const table = runsTable(runs, startedAt);
  return charts.length === 0 && table === undefined ? undefined : html`${charts}${table}`;
}

/** A sentence whose flags are not broken at their hyphens. */
const withFlags = (text: string): Html =>
  html`${text.split(/(--[a-z][a-z-]*)/).map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))}`;

const section = (title: string, content: Html | undefined): Html | undefined =>
  content &&
  html`<section><h2>${title}</h2>
${content}
</section>
`;

function accountsTable(accounts: readonly AccountReport[]): Html {
  const columns = ['Account', ...kinds.map(({ name }) => name), 'not reached', 'all'];
  const rows = accounts.map(({ name = '', counts }, index) => {
    const cells = [...kinds.map((kind) => counts[kind.name]), counts.not_reached, counts.total];
    return html`<tr><th scope="row"><a href="#account-${index + 1}">${name}</a></th>${cells.map((cell) => html`<td>${grouped(cell)}</td>`)}</tr>`;
  });
  return wide(
    'accounts',
    html`<table><thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead><tbody>${rows}</tbody></table>`,
  );
}

function accountSection(account: AccountReport, index: number, { startedAt }: JobReport): Html {
  const { name = '', page, stopped, counts, thisRun, nothingToSet, failures, runs } = account;
  const ofThisRun = runs.filter((run) => run.startedAt === startedAt);
  return html`<section class="account" id="account-${index + 1}"><h2>${name}</h2>
<p>Page: ${page}</p>
${stopped === undefined ? undefined : html`<p>${stopped}</p>`}
${outcomeSection(counts, thisRun, nothingToSet)}
${reasonsSection(failures)}
${timeSection(ofThisRun, startedAt)}
</section>
`;
}

function sumOfOutcomes(all: readonly Outcomes[]): Outcomes {
  const sum = noOutcomes();
  for (const each of all) for (const { name } of kinds) sum[name] += each[name];
  return sum;
}

/** The report of a job, as an HTML document. It names rows by their lines, and holds nothing of contacts but the reasons. */
export function jobPage(report: JobReport): string {
  const { table, action, startedAt, endedAt, accounts, advice } = report;
  const counts = sumOf(accounts.map((account) => account.counts));
  const thisRun = sumOfOutcomes(accounts.map((account) => account.thisRun));
  const nothingToSet = accounts.reduce((sum, account) => sum + account.nothingToSet, 0);
  const failures = accounts.flatMap((account) => account.failures);
  const isSeveral = accounts.some(({ name }) => name !== undefined);
  const title = table ?? 'A table from a pipe';
  const pages = isSeveral ? `${counted(accounts.length, 'account')}` : `Page: ${accounts[0]?.page ?? ''}`;
  const idle = turns(thisRun) === 0 ? 'No contact had its turn. ' : '';
  const took = roundedDuration(Math.max(0, endedAt - startedAt) / 1_000);
  const state =
    advice.length === 0
      ? html`<p>Nothing is left to do.</p>`
      : html`<ul>${advice.map((line) => html`<li>${withFlags(line)}</li>`)}</ul>`;
  const body = html`<header><h1>${title}</h1>
<p>${action}</p>
<p>${pages}</p>
<p class="quiet">Run of ${timeText(startedAt)} UTC, ${took}. ${idle}</p>
</header>
<main>
<section><h2>Outcome</h2>
${outcomeSection(counts, thisRun, nothingToSet)}
${state}
</section>
${isSeveral ? section('Accounts', accountsTable(accounts)) : undefined}
${section('Failed or unknown, by reason', reasonsSection(failures))}
${section('Over time', timeSection(joinedRuns(accounts.map(({ runs }) => runs)), startedAt))}
${isSeveral ? accounts.map((account, index) => accountSection(account, index, report)) : undefined}
</main>`;
  return reportPage('bulk', `${title}: what became of it`, body);
}
