import { createServer } from 'node:http';
import { describe, expect, test } from 'vitest';
import { htmlReport } from '../../evals/runner/html-report.js';
import { type AccountReport, jobPage } from '../../src/cli/bulk/progress/html-report/job-page.js';
import { createTimeline } from '../../src/text/html-report/timeline.js';
import { onFreePort } from '../support/on-free-port.js';
import { openPage, type PageOptions } from './support/browser.js';
import { seriousFindings } from './support/findings.js';
import { comparePicture } from './support/pictures.js';

const nine = Date.UTC(2026, 10, 26, 9);
const hostile = '<b>bold</b> <img src=x onerror=alert(1)> \u202eevil';

/** What became of 40 contacts of a page in two runs. */
function accountReport(name: string, page: string): AccountReport {
  const timeline = createTimeline(3);
  for (let index = 0; index < 36; index += 1) timeline.add(nine + index * index * 40, index % 9 === 0 ? 1 : 0);
  const failure = {
    id: '800000000001',
    state: 'failed',
    kind: 'window_closed',
    what_to_do: 'Use a template.',
  } as const;
  const counts = { done: 32, failed: 4, unknown: 0 };
  return {
    name,
    page,
    stopped: 'The account was disconnected',
    counts: { ...counts, total: 40, not_reached: 4, repeated: 0 },
    thisRun: counts,
    nothingToSet: 2,
    failures: [
      { ...failure, line: 3, message: "Content can't be sent to subscriber without message tag." },
      { ...failure, line: 9, message: hostile },
    ],
    runs: [
      { startedAt: nine - 3_600_000, lastAt: nine - 3_590_000, counts: { done: 1, failed: 0, unknown: 0 }, timeline },
      { startedAt: nine, lastAt: nine + 60_000, counts, timeline },
    ],
  };
}

/** The report of a run of `bulk` for two accounts. */
const bulkReport = (): string =>
  jobPage({
    table: 'contacts.csv',
    action: 'Send the text (channel auto) to 80 contacts',
    startedAt: nine,
    endedAt: nine + 60_000,
    accounts: [accountReport('Acme', 'Sunrise Coffee'), accountReport('Bistro', hostile)],
    advice: ['The same command continues with the contacts not reached'],
  });

/** The report of evals with a task that was done and one that was not. */
function evalsReport(): string {
  const run = (task: string, problems: string[]) => ({
    task,
    done: problems.length === 0,
    wrongPeople: [],
    twice: [],
    problems,
    calls: [{ tool: 'find', args: {}, text: '', tokens: 1_200, isError: false }],
    answer: '',
    begunAt: nine,
    endedAt: nine + 1_500,
  });
  const runs = [run('tag-by-name', []), run('a-name-that-is-long-enough-to-be-cut', ['<b>no</b> answer'])];
  return htmlReport([{ name: 'one', command: 'node server.js --sandbox', runs }], [], undefined);
}

/** Opens a report as it is, without the headers of a server. */
async function openReport(html: string, options: PageOptions) {
  const server = createServer(({ url }, response) => {
    if (url !== '/') response.writeHead(204).end();
    else response.setHeader('content-type', 'text/html').end(html);
  });
  return openPage((await onFreePort(server)).url, options);
}

describe.each([
  ['bulk', bulkReport],
  ['evals', evalsReport],
] as const)('the report of %s', (name, report) => {
  test.each([
    ['light', 320],
    ['light', 900],
    ['dark', 320],
    ['dark', 900],
  ] as const)('has no serious finding, and fits (%s, %i pixels)', async (scheme, width) => {
    const page = await openReport(report(), { scheme, width });
    for (const summary of await page.locator('summary').all()) await summary.click();
    expect(await seriousFindings(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    expect(await page.locator('script, img, b, link').count()).toBe(0);
  });

  test('looks as recorded', async () => {
    const page = await openReport(report(), { width: 760, height: 1000 });
    await comparePicture(page.locator('body'), `report-${name}`);
  });
});
