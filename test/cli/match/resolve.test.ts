import { existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openTable } from '../../../src/cli/bulk/table/csv-table.js';
import type { Row } from '../../../src/cli/bulk/table/rows.js';
import { exitCodes } from '../../../src/cli/shell/exit-codes.js';
import { giveEmail, givePhone } from '../../support/known-people.js';
import { answerWith, useMatching } from '../../support/matching.js';
import { followers, john, maria } from '../../support/people.js';
import { directlyTo } from '../../support/program.js';
import { reached } from '../../support/sandboxed.js';
import { runHere } from '../../support/shell.js';
import { text, workbook } from '../bulk/corpus/workbooks.js';

const { sandbox, write, run, searches } = useMatching();

const resolve = (path: string, ...args: readonly string[]) =>
  runHere(['resolve', path, ...(args.length === 0 ? ['--match-email'] : args)], directlyTo(sandbox));
const outOf = (path: string): string => path.replace(/\.\w+$/, '.with-ids.csv');
const textOf = (path: string): string => readFileSync(path, 'utf8');
const filesBeside = (path: string): string[] => readdirSync(dirname(path)).toSorted();

async function rowsOf(path: string): Promise<Row['cells'][]> {
  const rows: Row['cells'][] = [];
  for await (const { cells } of (await openTable(path)).rows()) rows.push(cells);
  return rows;
}

describe('resolve writes a table back', () => {
  test('with the id of each contact, everything else as it was', async () => {
    const text = [
      'Name;E-mail;Note',
      'Maria;MARIA.GARCIA@example.com;"two\nlines; and ""quotes"""',
      '',
      '=1+1;nobody@example.com;=HYPERLINK("x")',
      ' John ;john@example.com',
      '@x;;-1',
      'Zoë;a@x.com b@x.com;="0042"',
      '',
    ].join('\n');
    const path = write('people.csv', text);
    const { code, out, err } = await resolve(path);
    expect(textOf(outOf(path))).toBe(
      [
        '\uFEFFName;E-mail;Note;manychat_id;manychat_match',
        `Maria;MARIA.GARCIA@example.com;"two\nlines; and ""quotes""";${maria};found`,
        '',
        '=1+1;nobody@example.com;"=HYPERLINK(""x"")";;not found',
        ` John ;john@example.com;;${john};found`,
        '@x;;-1;;E-mail is empty',
        'Zoë;a@x.com b@x.com;"=""0042""";;"E-mail: ""a@x.com b@x.com"" must be one email address, like maria@example.com, and nothing else"',
        '',
      ].join('\n'),
    );
    expect(textOf(path)).toBe(text);
    expect(code).toBe(exitCodes.failed);
    expect(out).toBe(`Of 5 rows: 2 found, 1 not found, 2 that cannot be used.\n${outOf(path)}`);
    expect(err).toContain('"Sunrise Coffee": emails from column "E-mail".');
    expect(err).toContain('line 5: the email "nobody@example.com" belongs to no contact');
    expect(err).toContain('Import manychat_id as text: a spreadsheet rounds');
    expect(filesBeside(path)).toEqual(['people.csv', 'people.with-ids.csv']);
    expect(sandbox.requests().every(({ method }) => method === 'GET')).toBe(true);
  });

  test('that bulk reads by its ids', async () => {
    const path = write('people.csv', 'ID,Email,name\n10432,john@example.com,A\n10433,nobody@example.com,B\n');
    await resolve(path);
    const { counts, noted } = await run(outOf(path), { sendText: 'Hi {{name}}' });
    expect(counts).toMatchObject({ done: 1, failed: 1 });
    expect(noted).toContain('ids from column "manychat_id"');
    expect(reached(sandbox)).toEqual([john]);
  });

  test('from UTF-16 with tabs, and from a text that declares its delimiter', async () => {
    const utf16 = write('utf16.txt', Buffer.from('\uFEFFEmail\tname\r\njohn@example.com\tZoë\r\n', 'utf16le'));
    expect((await resolve(utf16)).code).toBe(exitCodes.done);
    expect(textOf(outOf(utf16))).toBe(
      `\uFEFFEmail\tname\tmanychat_id\tmanychat_match\njohn@example.com\tZoë\t${john}\tfound\n`,
    );
    const declared = write('declared.csv', 'sep=;\nEmail;a,b\njohn@example.com;1,2\n');
    await resolve(declared);
    expect(textOf(outOf(declared))).toBe(
      `\uFEFFsep=;\nEmail;a,b;manychat_id;manychat_match\njohn@example.com;1,2;${john};found\n`,
    );
    expect(await rowsOf(outOf(declared))).toEqual([
      { Email: 'john@example.com', 'a,b': '1,2', manychat_id: john, manychat_match: 'found' },
    ]);
  });

  test('from a workbook, whose numbers have lost their +', async () => {
    const [one = ''] = followers(1);
    await givePhone(sandbox, one, '+34611222333');
    const rows = {
      1: [text('Phone'), text('name')],
      2: ['<c><v>34611222333</v></c>', text('A, B')],
      4: [text('+34 1'), text('C')],
    };
    const path = write('people.xlsx', workbook({ People: rows }));
    await resolve(path, '--match-phone');
    expect(textOf(outOf(path)).split('\n')).toEqual([
      '\uFEFFPhone,name,manychat_id,manychat_match',
      `34611222333,"A, B",${one},found`,
      ',',
      expect.stringMatching(/^\+34 1,C,,"Phone: ""\+34 1"" must be a number/),
      '',
    ]);
  });

  test('from rows of other widths, and headings that come again', async () => {
    const path = write('people.csv', 'name,Email\nA,john@example.com\nname,Email\nB,maria.garcia@example.com,x\nC\n');
    await resolve(path);
    expect(textOf(outOf(path)).split('\n').slice(0, 5)).toEqual([
      '\uFEFFname,Email,,manychat_id,manychat_match',
      `A,john@example.com,,${john},found`,
      'name,Email,,manychat_id,manychat_match',
      expect.stringMatching(/^B,maria\.garcia@example\.com,x,,"the row has 3 cells, and line 1 names 2 columns/),
      'C,,,,Email is empty',
    ]);
    const { counts } = await run(outOf(path), { sendText: 'Hi' });
    expect(counts).toMatchObject({ done: 1, failed: 2 });
  });

  test('with the ids of several contacts, as JSON', async () => {
    const [one, two] = followers(2);
    sandbox.injectFault({
      match: { path: 'findBySystemField' },
      ...answerWith({ id: one, name: '=A', email: 'x@x.com' }, { id: two, name: 'B', email: 'x@x.com' }),
    });
    const path = write('people.csv', 'Email\nx@x.com\n');
    const { out, code } = await resolve(path, '--match-email', 'Email', '--json');
    expect(JSON.parse(out)).toEqual({ rows: 1, found: 0, not_found: 0, several: 1, unusable: 0, file: outOf(path) });
    expect(textOf(outOf(path))).toBe(`\uFEFFEmail,manychat_id,manychat_match\nx@x.com,,"several: ${one}, ${two}"\n`);
    expect(code).toBe(exitCodes.failed);
  });

  test('by phones and by a field, also where everything is read-only', async () => {
    const path = write('people.csv', 'Phone,wa_number\n+1 555 010 2030,972501234567\n');
    const byPhone = await runHere(['resolve', path, '--match-phone', 'Phone', '--read-only'], directlyTo(sandbox));
    expect(byPhone.code).toBe(exitCodes.done);
    expect(textOf(outOf(path))).toContain(',1523908746,found\n');
    const out = `${path}.2.csv`;
    expect((await resolve(path, '--match-field', 'wa_number', '--out', out)).code).toBe(exitCodes.done);
    expect(textOf(out)).toContain(',1523908742,found\n');
  });
});

describe('resolve refuses', () => {
  const table = 'Email,name\njohn@example.com,A\n';

  test('to write over a file, over the table, or through a link', async () => {
    const path = write('people.csv', table);
    const out = write('people.with-ids.csv', 'precious');
    await expect(resolve(path)).rejects.toThrow(
      'exists already: name another file with --out, or replace it with --force',
    );
    expect(textOf(out)).toBe('precious');
    expect(sandbox.requests()).toEqual([]);
    expect((await resolve(path, '--match-email', 'Email', '--force')).code).toBe(exitCodes.done);
    expect(textOf(out)).toContain(john);
    await expect(resolve(path, '--match-email', 'Email', '--out', path, '--force')).rejects.toThrow(
      'names the table itself',
    );
    const link = `${path}.link`;
    symlinkSync(basename(path), link);
    await expect(resolve(path, '--match-email', 'Email', '--out', link, '--force')).rejects.toThrow(
      'names the table itself',
    );
    const other = `${path}.other`;
    symlinkSync(basename(out), other);
    await expect(resolve(path, '--match-email', 'Email', '--out', other, '--force')).rejects.toThrow('it is a link');
    expect(textOf(path)).toBe(table);
  });

  test.each([
    ['name,Email,ManyChat ID,manychat id\nA,a@x.com,1,2\n', ['--match-email'], 'has a column "ManyChat ID" already'],
    [table, ['--json'], 'say by what: --match-email, --match-phone or --match-field'],
    [table, ['--match-email', '--match-phone', 'name'], 'give only one of'],
    [table, ['--match-field', 'birthday=name'], 'is of type date'],
  ])('%j with %j', async (text, args, words) => {
    const path = write('people.csv', text);
    await expect(resolve(path, ...args)).rejects.toThrow(words);
    expect(filesBeside(path)).toEqual(['people.csv']);
  });
});

describe('resolve goes on', () => {
  test('where it stopped, and looks up again whom it did not find', async () => {
    const ids = followers(30);
    for (const [index, id] of ids.entries()) await giveEmail(sandbox, id, `f${index}@example.com`);
    const path = write('people.csv', `Email\n${ids.map((_, index) => `f${index}@example.com\n`).join('')}`);
    const body = { status: 'error', message: 'Wrong token' };
    sandbox.injectFault({ match: { path: 'findBySystemField' }, after: 8, times: 99, status: 401, body });
    const first = await resolve(path);
    expect([first.code, first.out]).toEqual([exitCodes.failed, '']);
    expect(first.err).toContain('manychat_auth');
    expect(existsSync(outOf(path))).toBe(false);
    const kept = textOf(`${outOf(path)}.lookups`).match(/"match":/g)?.length ?? 0;
    expect(kept).toBeGreaterThanOrEqual(9);
    sandbox.clearFaults();
    const before = searches();
    expect((await resolve(path)).code).toBe(exitCodes.done);
    expect(searches() - before).toBe(30 - (kept - 1));
    expect(filesBeside(path)).toEqual(['people.csv', 'people.with-ids.csv']);
  });

  test('after Ctrl-C', async () => {
    const path = write(
      'people.csv',
      `Email\n${Array.from({ length: 60 }, (_, index) => `n${index}@x.com\n`).join('')}`,
    );
    const ending = new AbortController();
    const wait = sandbox.waitForRequests(10).then(() => ending.abort());
    const { code, err } = await runHere(['resolve', path, '--match-email'], directlyTo(sandbox), {
      ending: ending.signal,
    });
    await wait;
    expect(code).toBe(exitCodes.again);
    expect(err).toMatch(/Stopped, and nothing was written\. The same command looks up the others\.$/);
    expect(existsSync(outOf(path))).toBe(false);
  });
});
