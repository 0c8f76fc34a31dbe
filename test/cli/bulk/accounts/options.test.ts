import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { journalOfAccount } from '../../../../src/cli/bulk/accounts/journal-names.js';
import type { BulkOptions } from '../../../../src/cli/bulk/options.js';
import { hello, runBulk } from '../../../support/bulk.js';
import { useFolder } from '../../../support/folder.js';
import { contactOf, type Pages, startPages } from '../../../support/pages.js';

const write = useFolder();
const byRow: BulkOptions = { ...hello, accountColumn: true };
const accounts = [
  { account: 'Acme', id: 111 },
  { account: 'Bistro', id: 222 },
];
const table = 'id,name,account\n800000000001,Ana,Acme\n800000000002,Ben,Bistro\n800000000003,Cem,Bistro\n';

async function prepare(text = table) {
  const path = write('contacts.csv', text);
  return { path, pages: await startPages(path, accounts) };
}
const run = (pages: Pages, path: string, options = byRow, settings: Record<string, string> = {}) =>
  runBulk({ ...pages.environment, ...settings }, path, options);
const journalsIn = (path: string): string[] =>
  readdirSync(dirname(path))
    .filter((name) => name.endsWith('.journal'))
    .toSorted();

describe('with several accounts', () => {
  test('--journal names the journals of all', async () => {
    const { path, pages } = await prepare();
    const journal = `${dirname(path)}/may.journal`;
    expect((await run(pages, path, { ...byRow, journal })).counts).toMatchObject({ done: 3 });
    expect(journalsIn(path)).toEqual(['may.acme.journal', 'may.bistro.journal']);
  });

  test('--skip-done-of leaves out whom the earlier job reached on each', async () => {
    const { path, pages } = await prepare();
    pages.script = ({ path: where }, account) =>
      where.endsWith('sendContent') && account === 'Bistro'
        ? { status: 'error', message: 'Window', code: 3011 }
        : undefined;
    await run(pages, path);
    pages.script = () => undefined;
    const corrected = {
      sendText: 'Hello {{name}}',
      accountColumn: true,
      skipDoneOf: `${path}.journal`,
      journal: `${path}.2.journal`,
    } as const;
    const { counts, noted } = await run(pages, path, corrected);
    expect(counts).toMatchObject({ total: 3, done: 3 });
    expect(noted).toContain(`Acme: Left out because of ${path}.acme.journal: 1 done, 0 unknown.`);
    expect(
      pages
        .sent()
        .map(({ text }) => text)
        .toSorted(),
    ).toEqual(['Hello Ben', 'Hello Cem', 'Hi Ana']);
  });

  test('--skip-done-of is refused if an account had another name, or none of the journals is there', async () => {
    const { path, pages } = await prepare();
    await run(pages, path);
    const corrected = { sendText: 'Hello', accountColumn: true, journal: `${path}.2.journal` } as const;
    renameSync(`${path}.acme.journal`, `${path}.old-name.journal`);
    await expect(run(pages, path, { ...corrected, skipDoneOf: `${path}.journal` })).rejects.toThrow(
      `${path}.old-name.journal is of the page of account "Acme", and its name is not: if it is of the earlier job, rename it to ${path}.acme.journal`,
    );
    await expect(run(pages, path, { ...corrected, skipDoneOf: `${path}x.journal` })).rejects.toThrow(
      `--skip-done-of: there is no ${path}x.acme.journal`,
    );
    expect(pages.sent()).toHaveLength(3);
  });

  test('a changed text is refused with the names that stand for all journals', async () => {
    const { path, pages } = await prepare();
    await run(pages, path);
    const advice = `To leave out whom that job reached: --skip-done-of ${path}.journal --journal ${path}.2.journal`;
    const changed: BulkOptions = { ...byRow, sendText: 'Hello' };
    await expect(run(pages, path, changed)).rejects.toThrow(advice);
    await expect(run(pages, path, changed, { MANYCHAT_MCP_DRY_RUN: '1' })).rejects.toThrow(advice);
  });

  test('--retry-failed and --retry-unknown try them again on each', async () => {
    const { path, pages } = await prepare();
    pages.script = ({ path: where }, account) => {
      if (!where.endsWith('sendContent')) return undefined;
      return account === 'Acme' ? { status: 'error', message: 'Window', code: 3011 } : 'lost';
    };
    expect((await run(pages, path)).counts).toMatchObject({ failed: 1, unknown: 2 });
    pages.script = () => undefined;
    expect((await run(pages, path)).counts).toMatchObject({ failed: 1, unknown: 2 });
    expect((await run(pages, path, { ...byRow, retryFailed: true })).counts).toMatchObject({ done: 1, unknown: 2 });
    expect((await run(pages, path, { ...byRow, retryUnknown: true })).counts).toMatchObject({ done: 3 });
    expect(pages.sent()).toHaveLength(3);
  });

  test('--dry-run shows each account and the sum, and does nothing', async () => {
    const { path, pages } = await prepare(`${table}x,Dan,Acme\n`);
    const dry = { MANYCHAT_MCP_DRY_RUN: '1' };
    const { code, out, noted } = await run(pages, path, { ...byRow, json: undefined }, dry);
    expect(code).toBe(1);
    expect(out.split('\n')).toEqual([
      'Acme: line 2: "Contact 800000000001" (800000000001)',
      '    Hi Ana',
      'Acme: Of 2 contacts: 1 to do, about 1 second; 1 would fail.',
      'Bistro: line 3: "Contact 800000000002" (800000000002)',
      '    Hi Ben',
      'Bistro: line 4: "Contact 800000000003" (800000000003)',
      '    Hi Cem',
      'Bistro: Of 2 contacts: 2 to do, about 1 second.',
      'Of 4 contacts: 3 to do, about 1 second; 1 would fail.',
      'Nothing was done.',
    ]);
    expect(noted).toContain('Acme: Dry run for "Page of Acme" (page 111), ids from column "id".');
    const offline = await run(pages, path, { ...byRow, offline: true }, dry);
    expect(offline.counts).toMatchObject({ total: 4, not_reached: 3, failed: 1, accounts: { Acme: { total: 2 } } });
    expect(pages.sent()).toEqual([]);
    expect(journalsIn(path)).toEqual([]);
  });

  test('--dry-run says which account cannot be read, and checks the others', async () => {
    const { path, pages } = await prepare();
    const wrong = { MANYCHAT_MCP_DRY_RUN: '1', KEY_1: '1:wrong' };
    const { code, counts, noted } = await run(pages, path, byRow, wrong);
    expect([code, counts.not_reached]).toEqual([1, 3]);
    expect(noted).toContain('manychat_auth: Wrong token');
    expect(noted).toContain('Acme: Dry run for "Page of Acme"');
  });

  test('--match-email looks up the contacts on the page of each', async () => {
    const rows = ['ana@example.com,Ana,Acme', 'ana@example.com,Ana,Bistro', 'Ana@Example.com,Ana,Bistro'];
    const { path, pages } = await prepare(`email,name,account\n${rows.join('\n')}\n`);
    const options: BulkOptions = { ...byRow, matchEmail: true };
    expect((await run(pages, path, options)).counts).toMatchObject({ total: 2, done: 2, repeated: 1 });
    await run(pages, path, options);
    expect(
      pages
        .sent()
        .map(({ account, id }) => [account, id])
        .toSorted(),
    ).toEqual([
      ['Acme', contactOf(111, 'ana@example.com')],
      ['Bistro', contactOf(222, 'ana@example.com')],
    ]);
  });

  test('a table without rows does nothing', async () => {
    const { path, pages } = await prepare('id,name,account\n');
    expect(await run(pages, path)).toMatchObject({ code: 0, counts: { total: 0 } });
    expect(pages.upstream.arrived).toEqual([]);
  });

  test('the list of failures is refused as a table', async () => {
    const { path, pages } = await prepare(`${table}x,Dan,Acme\n`);
    await run(pages, path);
    await expect(run(pages, `${path}.failed.csv`)).rejects.toThrow('this is the list of failures of an earlier run');
    writeFileSync(path, table);
    await run(pages, path);
    expect(readdirSync(dirname(path))).not.toContain('contacts.csv.failed.csv');
    expect(readFileSync(`${path}.acme.journal`, 'utf8')).toContain('"page":"111"');
  });
});

test.each([
  ['a.csv.journal', 'Sunrise  Coffee', 'a.csv.sunrise-coffee.journal'],
  ['a.csv.journal', 'sunrise_coffee', 'a.csv.sunrise-coffee.journal'],
  ['log', 'Café & Co.', 'log.café & co..journal'.replaceAll(' ', '-')],
  ['a.csv.journal', '2', 'a.csv.account-2.journal'],
])('in %s, the journal of %s is %s', (path, account, journal) => {
  expect(journalOfAccount(path, account)).toBe(journal);
  expect(Buffer.byteLength(journalOfAccount('a', '名'.repeat(60)))).toBeLessThan(60);
});
