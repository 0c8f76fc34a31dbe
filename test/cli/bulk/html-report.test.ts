import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { noCounts } from '../../../src/cli/bulk/progress/counts.js';
import { type AccountReport, jobPage } from '../../../src/cli/bulk/progress/html-report/job-page.js';
import { noOutcomes, runsIn } from '../../../src/cli/bulk/progress/html-report/runs.js';
import type { Shell } from '../../../src/cli/shell/shell.js';
import { csv, hello, runBulk } from '../../support/bulk.js';
import { useFolder } from '../../support/folder.js';
import { activeTags, textOf } from '../../support/inert.js';
import { startPages } from '../../support/pages.js';
import { directlyTo } from '../../support/program.js';
import { useSandbox } from '../../support/sandboxed.js';

const sandbox = useSandbox({ followers: 40, limits: false });
const write = useFolder();
const nine = Date.UTC(2026, 10, 26, 9);

/** Runs the command at a time that stands still. */
const run = (path: string, options = hello, at = nine, replaced: Partial<Shell> = {}) =>
  runBulk(directlyTo(sandbox), path, options, replaced, { now: () => at });
const pageOf = (path: string): string => readFileSync(`${path}.report.html`, 'utf8');

describe('the report of a job', () => {
  test('is beside the list of failures, for its owner only, and is named in the counts', async () => {
    const path = write('contacts.csv', `${csv(2)}42,Nobody\n,No id\n24958501110460017,Tom\n`);
    const { code, report, noted } = await run(path);
    expect([code, report]).toEqual([1, `${path}.report.html`]);
    expect(noted).not.toContain('report.html');
    if (process.platform !== 'win32') expect(statSync(report).mode & 0o777).toBe(0o600);
    const page = pageOf(path);
    expect(activeTags(page)).toEqual([]);
    const text = textOf(page);
    expect(text).toContain('contacts.csv Send the text (channel auto) to 5 contacts Page: Sunrise Coffee');
    expect(text).toContain(
      'Contacts This run Job so far done 2 2 failed 2 3 unknown 0 0 not reached 0 all 4 5 What failed or is unknown',
    );
    expect(text).toContain("1 failed: window_closed Content can't be sent");
    expect(text).toMatch(/1 failed: not_found [^.]*Subscriber does not exist\. line 4 Correct the id, or /);
    expect(text).toMatch(/1 failed: invalid_input id is empty line 5 Correct this row in your own table/);
    expect(text).toContain('Over time 4 contacts within 1 second, at 2026-11-26 09:00:00 UTC.');
    // Rows are named by their lines: no names, ids or chats.
    expect(page).not.toMatch(/Tom|Name 0|80000000000\d|24958501110460017|\/chat\//);
  });

  test('is named on stderr without --json, and there is none for a dry run or a no', async () => {
    const path = write('contacts.csv', csv(2));
    await runBulk({ ...directlyTo(sandbox), MANYCHAT_MCP_DRY_RUN: '1' }, path);
    const ask = async (): Promise<string> => 'n';
    expect((await run(path, hello, nine, { ask })).noted).toContain('Nothing was done.');
    expect(readdirSync(dirname(path))).toEqual(['contacts.csv']);
    const { noted } = await run(path, { ...hello, json: undefined });
    expect(noted.split('\n').at(-1)).toBe(`Report for a browser: ${path}.report.html`);
    expect(textOf(pageOf(path))).toContain('all 2 2 Nothing is left to do.');
  });

  test('tells the job from its runs, also if it was interrupted or had nothing to do', async () => {
    const path = write('contacts.csv', csv(40));
    const end = new AbortController();
    sandbox.injectFault({ match: { path: 'sendContent' }, after: 10, delay_ms: 50 });
    const running = run(path, hello, nine, { ending: end.signal });
    await sandbox.waitForRequests(11, 'sendContent');
    end.abort();
    const { done } = (await running).counts;
    const first = textOf(pageOf(path));
    expect(first).toContain(`done ${done} ${done} failed 0 0 unknown 0 0 not reached ${40 - done} all ${done} 40`);
    expect(first).toContain('Stopped. You ended it. The same command continues with the contacts not reached.');
    expect(first).not.toContain('Runs');

    await run(path, hello, nine + 3_600_000);
    const second = textOf(pageOf(path));
    expect(second).toContain(`done ${40 - done} 40 failed 0 0 unknown 0 0 not reached 0 all ${40 - done} 40`);
    expect(second).toContain(
      `Runs Begun (UTC) Took done failed unknown 2026-11-26 09:00:00 1 second ${done} 0 0 2026-11-26 10:00:00 (this run) 1 second ${40 - done} 0 0`,
    );

    await run(path, hello, nine + 7_200_000);
    const third = textOf(pageOf(path));
    expect(third).toContain('Run of 2026-11-26 11:00:00 UTC, 1 second. No contact had its turn.');
    expect(third).toContain('done 0 40 failed 0 0 unknown 0 0 not reached 0 all 0 40 Nothing is left to do.');
    expect(third).not.toContain('(this run)');
  });

  test('of several accounts has all of them together and each by itself', async () => {
    const rows = ['800000000001,A,Acme', '800000000002,B,Bistro', 'x,C,Bistro'].join('\n');
    const path = write('contacts.csv', `id,name,account\n${rows}\n`);
    const pages = await startPages(path, [
      { account: 'Acme', id: 111 },
      { account: 'Bistro', id: 222 },
    ]);
    const { report } = await runBulk(
      pages.environment,
      path,
      { ...hello, accountColumn: true },
      {},
      { now: () => nine },
    );
    expect(report).toBe(`${path}.report.html`);
    const text = textOf(pageOf(path));
    expect(text).toContain('2 accounts Run of 2026-11-26 09:00:00 UTC');
    expect(text).toContain('done 2 2 failed 0 1 unknown 0 0 not reached 0 all 2 3');
    expect(text).toContain('Account done failed unknown not reached all Acme 1 0 0 0 1 Bistro 1 1 0 0 2');
    expect(text).toContain('Over time 2 contacts within 1 second');
    expect(text).toContain('Acme Page: Page of Acme Contacts This run Job so far done 1 1 failed 0 0');
    expect(text).toContain('Bistro Page: Page of Bistro Contacts This run Job so far done 1 1 failed 0 1');
    expect(existsSync(`${path}.Bistro.report.html`)).toBe(false);
  });

  test('replaces an older report only; if it cannot be written, the outcome is the same', async () => {
    const path = write('contacts.csv', csv(1));
    const report = `${path}.report.html`;
    const precious = write('precious.html', '<!doctype html>\n<p>mine</p>');
    const cases: readonly (readonly [prepare: () => void, why: string])[] = [
      [() => symlinkSync(precious, report), 'is a link: name the file itself'],
      [() => writeFileSync(report, readFileSync(precious)), 'it is not a report of bulk'],
      [() => mkdirSync(report), 'is not a regular file'],
    ];
    for (const [prepare, why] of cases) {
      prepare();
      const { code, out, noted } = await run(path);
      expect(code, why).toBe(0);
      expect(JSON.parse(out)).toEqual({ total: 1, done: 1, failed: 0, unknown: 0, not_reached: 0, repeated: 0 });
      const about = noted.split('\n').filter((line) => line.includes('report.html'));
      expect(about).toEqual([expect.stringContaining(`${report} cannot be written: `)]);
      expect(about[0]).toContain(why);
      expect(readFileSync(precious, 'utf8')).toBe('<!doctype html>\n<p>mine</p>');
      rmSync(report, { recursive: true });
    }
    await run(path);
    chmodSync(report, 0o644);
    expect((await run(path, hello, nine + 1_000)).report).toBe(report);
    expect(pageOf(path)).toContain('2026-11-26 09:00:01');
  });
});

describe('the page of a report', () => {
  const account = (more: Partial<AccountReport> = {}): AccountReport => ({
    name: undefined,
    page: 'Sunrise Coffee',
    stopped: undefined,
    counts: noCounts(),
    thisRun: noOutcomes(),
    nothingToSet: 0,
    failures: [],
    runs: [],
    ...more,
  });
  const pageWith = (accounts: readonly AccountReport[], more: { table?: string; action?: string } = {}): string =>
    jobPage({
      table: 'contacts.csv',
      action: 'Add the tag "VIP" to 3 contacts',
      startedAt: nine,
      endedAt: nine + 90_000,
      accounts,
      advice: [],
      ...more,
    });
  const failed = (line: number, message: string, kind = 'rejected') => ({
    id: `80000000000${line}`,
    state: 'failed' as const,
    line,
    kind,
    message,
    what_to_do: 'Look.',
  });

  test('has markup, handlers, addresses and marks of direction in names and reasons as inert text', () => {
    const hostile =
      '</title></style><script>alert(1)</script><img src=x onerror="alert(1)">javascript:alert(1)\u202E\u2066\u200Bfin &lt; \'';
    const shown = hostile.replaceAll(/[\u202E\u2066\u200B]/g, '');
    const one = account({ name: hostile, page: hostile, stopped: hostile, failures: [failed(2, hostile, hostile)] });
    const page = pageWith([one, account({ name: 'b' })], { table: hostile, action: hostile });
    expect(activeTags(page)).toEqual([]);
    expect(page).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200b]/);
    const text = textOf(page);
    // The table, the action, the account in the list and its section, its page, its stop, its kind and its message, twice each.
    expect(text.split(shown)).toHaveLength(11);
  });

  test('counts by reason, the most frequent first, with the first lines of each message', () => {
    const failures = [
      ...Array.from({ length: 12 }, (_, index) => failed(20 + index, 'Blocked')),
      ...Array.from({ length: 7 }, (_, index) =>
        failed(2 + index, `the email "${index}" belongs to no contact`, 'not_found'),
      ),
      { ...failed(50, 'No answer', 'network'), row: 48, state: 'unknown' as const },
      // An earlier job may have reached it: its line is not known.
      {
        id: '7',
        state: 'unknown' as const,
        kind: 'cancelled',
        message: 'left out',
        what_to_do: 'Use --retry-unknown.',
      },
    ];
    const page = pageWith([account({ failures })]);
    const text = textOf(page);
    const places = [
      '12 failed: rejected Blocked lines 20, 21, 22, 23, 24, 25, 26, 27 and 4 more Look.',
      '7 failed: not_found the email "0" belongs to no contact line 2 the email "1"',
      'the email "4" belongs to no contact line 6 other messages 2 Look.',
      '1 unknown: cancelled left out 1 contact Use --retry-unknown .',
      '1 unknown: network No answer line 50 (row 48) Look.',
    ].map((part) => text.indexOf(part));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  test('draws the outcomes of each run by the times of its journal', () => {
    const lines = [
      { bulk: 1, page: '1', action: { action: 'add_tag', tag_name: 'VIP' } },
      { run: { host: 'a', boot: 'b' } },
      { id: '1', state: 'intent' },
      { id: '1', state: 'done', line: 2 },
      { run: { host: 'a', boot: 'b', at: nine - 86_400_000 } },
      { match: 'email:a@example.com', id: '2' },
      { id: '9', state: 'done' },
      { id: '2', state: 'left' },
      { id: '2', state: 'failed', line: 3, kind: 'rejected', message: 'no', at: nine - 86_400_000 + 2_000 },
      { id: '3', state: 'not_sent', line: 4, at: nine - 86_400_000 + 2_000 },
      { run: { host: 'a', boot: 'b', at: nine } },
      { id: '2', state: 'done', line: 3, at: nine + 4_000 },
      { id: '3', state: 'unknown', line: 4, at: nine + 90_000 },
    ];
    const path = write('contacts.csv.journal', lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    const runs = runsIn(path);
    expect(runs.map(({ startedAt, lastAt, counts }) => [startedAt, lastAt, Object.values(counts)])).toEqual([
      [undefined, undefined, [1, 0, 0]],
      [nine - 86_400_000, nine - 86_398_000, [0, 1, 0]],
      [nine, nine + 90_000, [1, 0, 1]],
    ]);
    const page = pageWith([account({ runs })]);
    expect(page.match(/<rect class="\w+" x="\d+" y/g)).toEqual([
      '<rect class="good" x="1" y',
      '<rect class="doubt" x="181" y',
    ]);
    const text = textOf(page);
    expect(text).toContain('Run of 2026-11-25 09:00:00 UTC 1 contact within 1 second, at 2026-11-25 09:00:02 UTC.');
    expect(text).toContain('Run of 2026-11-26 09:00:00 UTC, this one done 1 failed 0 unknown 1 2 contacts from');
    expect(text).toContain(
      'earlier version, no times 1 0 0 2026-11-25 09:00:00 2 seconds 0 1 0 2026-11-26 09:00:00 (this run) 90 seconds 1 0 1',
    );
    expect(runsIn(`${path}.none`)).toEqual([]);
  });

  test.each(['1e300', '-8.65e15', '1e999'])('counts outcomes whose time, %s, is none', (time) => {
    const lines = [
      '{"bulk":1,"page":"1","action":{"action":"add_tag","tag_name":"VIP"}}',
      `{"run":{"host":"a","boot":"b","at":${time}}}`,
      `{"id":"1","state":"done","line":2,"at":${time}}`,
      `{"id":"2","state":"failed","line":3,"at":${nine}}`,
    ];
    const runs = runsIn(write('contacts.csv.journal', lines.map((line) => `${line}\n`).join('')));
    expect(runs).toMatchObject([{ startedAt: undefined, lastAt: nine, counts: { done: 1, failed: 1 } }]);
    expect(textOf(pageWith([account({ runs })]))).toContain('1 contact within 1 second, at 2026-11-26 09:00:00 UTC.');
  });
});
