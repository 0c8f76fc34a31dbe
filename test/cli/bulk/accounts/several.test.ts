import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { BulkOptions } from '../../../../src/cli/bulk/options.js';
import type { Shell } from '../../../../src/cli/shell/shell.js';
import { hello, runBulk } from '../../../support/bulk.js';
import { useFolder } from '../../../support/folder.js';
import { type Pages, startPages } from '../../../support/pages.js';
import { runHere } from '../../../support/shell.js';

const write = useFolder();
const byRow: BulkOptions = { ...hello, accountColumn: true };
const agency = [
  { account: 'Acme Inc.', id: 111 },
  { account: 'Bistro', id: 222 },
  { account: 'Cinema', id: 333 },
];

/** A table of these rows, each an id, a name and an account, and the pages of its accounts. */
async function prepare(rows: readonly string[], accounts = agency) {
  const path = write('contacts.csv', `id,name,account\n${rows.map((row) => `${row}\n`).join('')}`);
  return { path, pages: await startPages(path, accounts) };
}

const run = (pages: Pages, path: string, options = byRow, replaced: Partial<Shell> = {}) =>
  runBulk(pages.environment, path, options, replaced);
const countsOf = (nonZero: object) => ({
  total: 0,
  done: 0,
  failed: 0,
  unknown: 0,
  not_reached: 0,
  repeated: 0,
  ...nonZero,
});
const rowsOf = (...accounts: readonly string[]): string[] =>
  accounts.map((account, index) => `80000000000${index + 1},Name ${index + 1},${account}`);

describe('a table that names the account of each row', () => {
  test('is sent through each account, once, with a journal for each', async () => {
    const { path, pages } = await prepare([...rowsOf('acme-inc.', ' BISTRO ', 'Acme Inc.'), 'x,Bo,Bistro']);
    const first = await run(pages, path);
    expect(pages.sent().toSorted((a, b) => a.id.localeCompare(b.id))).toEqual([
      { account: 'Acme Inc.', id: '800000000001', text: 'Hi Name 1' },
      { account: 'Bistro', id: '800000000002', text: 'Hi Name 2' },
      { account: 'Acme Inc.', id: '800000000003', text: 'Hi Name 3' },
    ]);
    expect(first).toMatchObject({
      code: 1,
      counts: {
        ...countsOf({ total: 4, done: 3, failed: 1 }),
        accounts: {
          'Acme Inc.': countsOf({ total: 2, done: 2 }),
          Bistro: countsOf({ total: 2, done: 1, failed: 1 }),
        },
      },
    });
    expect(first.noted).toContain('Bistro: "Page of Bistro": 1 of 2 contacts to do, with ids from column "id".');
    expect(readdirSync(dirname(path)).toSorted()).toEqual([
      'accounts.json',
      'contacts.csv',
      'contacts.csv.acme-inc..journal',
      'contacts.csv.bistro.journal',
      'contacts.csv.failed.csv',
      'contacts.csv.report.html',
    ]);
    expect(readFileSync(`${path}.failed.csv`, 'utf8')).toMatch(
      /^"line","id","state","kind","message","what_to_do","chat","row","account"\n"5","x","failed",.*,"Bistro"\n$/,
    );
    const again = await run(pages, path, { ...byRow, json: undefined });
    expect(again.out.split('\n')).toEqual([
      'Acme Inc.: Of 2: 2 done, 0 failed, 0 unknown, 0 not reached.',
      'Bistro: Of 2: 1 done, 1 failed, 0 unknown, 0 not reached.',
      'Of 4: 3 done, 1 failed, 0 unknown, 0 not reached.',
    ]);
    expect(pages.sent()).toHaveLength(3);
  });

  test('reads the keys of the accounts in the table only', async () => {
    const { path, pages } = await prepare(rowsOf('Bistro'));
    const { KEY_0: _, ...environment } = pages.environment;
    expect((await runBulk(environment, path, byRow)).counts).toMatchObject({ done: 1 });
  });

  test('is not done at all if a row names no account, and says which', async () => {
    const { path, pages } = await prepare(rowsOf('Acme Inc.', 'Bistr', '', 'Bistr', 'Dentist'));
    await expect(run(pages, path)).rejects.toThrow(
      [
        `these rows name no account of ${dirname(path)}/accounts.json, so nothing was done:`,
        '  lines 3, 5: There is no account "Bistr"; the closest is "Bistro"',
        '  line 4: "account" is empty',
        '  line 6: There is no account "Dentist"; there are "Acme Inc.", "Bistro", "Cinema"',
      ].join('\n'),
    );
    expect(pages.upstream.arrived).toEqual([]);
  });

  test('is not done at all if a row is broken so that its account is not known', async () => {
    const { path, pages } = await prepare(['800000000001,Baker, Ana,Bistro', ...rowsOf('Bistro')]);
    await expect(run(pages, path)).rejects.toThrow(
      'line 2: the row has 4 cells, and line 1 names 3 columns: quote a cell that contains a comma',
    );
    expect(pages.upstream.arrived).toEqual([]);
  });

  test('is not done at all if an account cannot be reached', async () => {
    const { path, pages } = await prepare(rowsOf('Acme Inc.', 'Bistro', 'Cinema'));
    const { code, noted } = await runBulk({ ...pages.environment, KEY_1: '1:wrong' }, path, byRow);
    expect(code).toBe(1);
    expect(noted).toMatch(/^Bistro: manychat_auth: Wrong token/);
    expect(noted).not.toContain('Cinema');
    expect(pages.sent()).toEqual([]);
    expect(readdirSync(dirname(path))).toEqual(['accounts.json', 'contacts.csv']);
  });

  test('is not done at all if two accounts are the same page', async () => {
    const twins = [agency[0], { account: 'Bistro', id: 111 }].flatMap((each) => each ?? []);
    const { path, pages } = await prepare(rowsOf('Acme Inc.', 'Bistro'), twins);
    await expect(run(pages, path)).rejects.toThrow(
      'the accounts "Acme Inc.", "Bistro" are the same page, "Page of Acme Inc." (111), so nothing was done',
    );
    expect(pages.sent()).toEqual([]);
  });

  test('is not done at all if a contact is there for two accounts', async () => {
    const { path, pages } = await prepare([...rowsOf('Acme Inc.'), '800000000001,Name,Bistro']);
    await expect(run(pages, path)).rejects.toThrow(
      'line 3 has contact 800000000001 for account "Bistro", and line 2 for "Acme Inc."',
    );
    expect(pages.sent()).toEqual([]);
  });

  test('is not done at all if only all rows together show that the ids were rounded', async () => {
    const exact = Array.from({ length: 8 }, (_, index) => String(24958501110451906n + 4n * BigInt(index) - 2n));
    expect(exact.every((id) => BigInt(Number(id)) === BigInt(id))).toBe(true);
    const rows = exact.map((id, index) => `${id},Name,${index % 2 === 0 ? 'Acme Inc.' : 'Bistro'}`);
    const { path, pages } = await prepare(rows);
    await expect(run(pages, path)).rejects.toThrow('look as if a spreadsheet had rounded them: all 8 ids');
    writeFileSync(path, `id,name,account\n${rows.slice(0, 7).join('\n')}\n`);
    expect((await run(pages, path)).counts).toMatchObject({ done: 7 });
  });

  test('goes on with the other accounts if one of them stops, and a second run does the rest', async () => {
    const accounts = ['Acme Inc.', 'Bistro', 'Bistro', 'Cinema', 'Acme Inc.'];
    const { path, pages } = await prepare(rowsOf(...accounts));
    pages.script = ({ path: where }, account, response) => {
      if (account !== 'Bistro' || !where.endsWith('sendContent')) return undefined;
      response.statusCode = 401;
      return { status: 'error', message: 'Wrong token' };
    };
    const { code, counts, noted } = await run(pages, path);
    expect([code, counts.accounts]).toEqual([
      4,
      {
        'Acme Inc.': countsOf({ total: 2, done: 2 }),
        Bistro: countsOf({ total: 2, not_reached: 2 }),
        Cinema: countsOf({ total: 1, done: 1 }),
      },
    ]);
    expect(noted).toMatch(/^Bistro: Stopped\. manychat_auth: Wrong token/m);
    pages.script = () => undefined;
    expect(await run(pages, path)).toMatchObject({ code: 0, counts: { done: 5 } });
    expect(
      pages
        .sent()
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual(rowsOf(...accounts).map((row) => row.split(',')[0]));
  });

  test('asks once about all of it', async () => {
    const { path, pages } = await prepare(rowsOf('Bistro', 'Acme Inc.', 'Bistro'));
    const asked: string[] = [];
    const ask = async (question: unknown): Promise<string> => {
      asked.push(String(question));
      return 'n';
    };
    const { code, noted } = await run(pages, path, byRow, { ask });
    expect(asked).toEqual(['Send the text (channel auto) to 3 contacts of 2 accounts, about 1 second? [y/N] ']);
    expect(noted.split('\n')).toEqual([
      'Acme Inc.: "Page of Acme Inc." (page 111), ids from column "id". 1 contact.',
      'line 3: "Contact 800000000002" (800000000002)',
      '    Hi Name 2',
      'Bistro: "Page of Bistro" (page 222), ids from column "id". 2 contacts.',
      'line 2: "Contact 800000000001" (800000000001)',
      '    Hi Name 1',
      'line 4: "Contact 800000000003" (800000000003)',
      '    Hi Name 3',
      'Nothing was done.',
    ]);
    expect([code, pages.sent()]).toEqual([4, []]);
    expect(readdirSync(dirname(path))).toEqual(['accounts.json', 'contacts.csv']);
  });

  test('sets the fields of all other columns', async () => {
    const { path, pages } = await prepare(rowsOf('Bistro'));
    const { counts } = await run(pages, path, { accountColumn: 'Account', setFields: true });
    expect(counts).toMatchObject({ done: 1 });
    const [request] = pages.upstream.arrived.filter((each) => each.path.endsWith('setCustomFields'));
    expect(request?.rawBody).toContain('"field_name":"name"');
    expect(request?.rawBody).not.toContain('"field_name":"account"');
  });

  test('is not guessed: one account is chosen, or the column', async () => {
    const { path, pages } = await prepare(rowsOf('Bistro'));
    await expect(run(pages, path, hello)).rejects.toThrow(
      /has 3 accounts: name one with --account\. There are "Acme Inc\.", "Bistro", "Cinema"; or pass --account-column if the column "account" names the account of each row$/,
    );
    const one = { ...pages.environment, MANYCHAT_MCP_ACCOUNT: 'bistro' };
    expect((await runBulk(one, path)).counts).toEqual(countsOf({ total: 1, done: 1 }));
    expect(existsSync(`${path}.journal`)).toBe(true);
  });

  test('is refused on one account if its column names another, by bulk and by resolve', async () => {
    const table = 'Email,name,account\nana@example.com,A,bistro\nbenny@example.com,B,Cinema\n';
    const path = write('contacts.csv', table);
    const pages = await startPages(path, agency);
    const one = { ...pages.environment, MANYCHAT_MCP_ACCOUNT: 'Bistro' };
    const why = 'line 3 is for account "Cinema", as its column "account" says, and the chosen one is "Bistro"';
    await expect(runBulk(one, path, { ...hello, matchEmail: true })).rejects.toThrow(
      `${why}, so nothing was done: pass --account-column without --account, give each account a table of its own`,
    );
    await expect(runHere(['resolve', path, '--match-email'], one)).rejects.toThrow(`${why}, so nothing was done: give`);
    expect(pages.upstream.arrived).toEqual([]);
    await expect(runBulk(one, path, { ...byRow, matchEmail: true })).rejects.toThrow(
      /^these rows name no account that --account or MANYCHAT_MCP_ACCOUNT chooses from .*:\n {2}line 3: "Cinema" is not chosen; only "Bistro"$/,
    );
    const companies = write('companies.csv', table.replace('Cinema', 'Lagoon Ltd'));
    expect((await runBulk(one, companies, { ...hello, matchEmail: true })).counts).toMatchObject({ total: 2 });
  });

  test.each<[string, string, BulkOptions['accountColumn'], string]>([
    ['id,name\n1,A\n', 'none', true, 'the table lacks a column "account"; it has id, name.'],
    ['id,name\n1,A\n', 'none', 'client', '--account-column: the table lacks a column "client"; it has id, name'],
    ['id,account,ManyChat account\n1,A,B\n', 'two', true, 'the accounts could be in "account" or "ManyChat account"'],
    [
      'id,Client name,City\n1,bistro,Bistro\n2,ACME INC.,\n3,Bistro,Rome\n',
      'another',
      true,
      "--account-column. Names of accounts are in: --account-column 'Client name'",
    ],
    ['id,name\n1,A\n', 'that of ids', 'id', 'the column "id" cannot name both contacts and accounts'],
  ])('%j is refused for its column: %s', async (text, _, accountColumn, words) => {
    const path = write('contacts.csv', text);
    const pages = await startPages(path, agency);
    await expect(run(pages, path, { sendText: 'Hi', accountColumn })).rejects.toThrow(words);
    expect(pages.upstream.arrived).toEqual([]);
  });

  test('needs an accounts file', async () => {
    const { path, pages } = await prepare(rowsOf('Bistro'));
    const { MANYCHAT_MCP_ACCOUNTS: _, ...environment } = pages.environment;
    await expect(runBulk({ ...environment, MATON_API_KEY: 'key' }, path, byRow)).rejects.toThrow(
      '--account-column needs accounts with names: there is no accounts file',
    );
  });
});
