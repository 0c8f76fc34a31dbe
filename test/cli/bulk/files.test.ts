import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { replaceOwn } from '../../../src/cli/bulk/journal/own-file.js';
import type { BulkOptions } from '../../../src/cli/bulk/options.js';
import { openTable } from '../../../src/cli/bulk/table/csv-table.js';
import { writeFailedRows } from '../../../src/cli/bulk/table/failed-rows.js';
import { csv, hello, runBulk } from '../../support/bulk.js';
import { useFolder } from '../../support/folder.js';
import { directlyTo } from '../../support/program.js';
import { reached, useSandbox } from '../../support/sandboxed.js';

const sandbox = useSandbox({ followers: 10, limits: false });
const write = useFolder();
const run = (path: string, options: BulkOptions = hello, settings: Record<string, string> = {}) =>
  runBulk({ ...directlyTo(sandbox), ...settings }, path, options);

const posix = process.platform !== 'win32';
const modeOf = (path: string): number => statSync(path).mode & 0o777;

describe('a file that bulk writes', () => {
  test('is not written through a link', async () => {
    const path = write('contacts.csv', `${csv(2)}42,Nobody\n`);
    const precious = write('precious.txt', 'precious');
    for (const name of ['journal', 'journal.lock']) {
      symlinkSync(precious, `${path}.${name}`);
      await expect(run(path)).rejects.toThrow(/is a link: name the file itself/);
      execFileSync('rm', [`${path}.${name}`]);
      symlinkSync(`${dirname(path)}/nothing-yet`, `${path}.${name}`);
      await expect(run(path)).rejects.toThrow(/is a link/);
      execFileSync('rm', [`${path}.${name}`]);
    }
    expect(reached(sandbox)).toEqual([]);
    // Earlier versions wrote to this predictable name.
    symlinkSync(precious, `${path}.failed.csv.new`);
    expect((await run(path)).counts).toMatchObject({ done: 2, failed: 1 });
    expect(readFileSync(`${path}.failed.csv`, 'utf8')).toContain('"42"');
    execFileSync('rm', [`${path}.failed.csv`]);
    symlinkSync(precious, `${path}.failed.csv`);
    expect((await run(path)).noted).toContain('failed.csv cannot be written: it is a link');
    expect(readFileSync(precious, 'utf8')).toBe('precious');
    expect(existsSync(`${dirname(path)}/nothing-yet`)).toBe(false);
  });

  test('is not replaced if it has a second name, is a folder or belongs to another user', async () => {
    const path = write('contacts.csv', csv(2));
    await run(path);
    linkSync(`${path}.journal`, `${path}.second`);
    await expect(run(path)).rejects.toThrow(/contacts\.csv\.journal has a second name/);
    const other = write('other.csv', csv(2));
    mkdirSync(`${other}.failed.csv`);
    expect((await run(other)).code).toBe(0);
    expect((await run(other)).noted).toContain('failed.csv cannot be written: it is not a regular file');
    const mine = statSync(other).uid;
    expect(() => replaceOwn(other, 'x', mine + 1)).toThrow('it belongs to another user');
    expect(() => replaceOwn(other, undefined, mine + 1)).toThrow('it belongs to another user');
    expect(readFileSync(other, 'utf8')).toBe(csv(2));
  });

  test.runIf(posix)('is readable by its owner only, even if it existed before', async () => {
    const path = write('contacts.csv', `${csv(2)}42,Nobody\n`);
    writeFileSync(`${path}.journal`, '');
    chmodSync(`${path}.journal`, 0o666);
    writeFileSync(`${path}.failed.csv`, '');
    chmodSync(`${path}.failed.csv`, 0o666);
    await run(path);
    expect([modeOf(`${path}.journal`), modeOf(`${path}.failed.csv`)]).toEqual([0o600, 0o600]);
    expect(readdirSync(dirname(path)).toSorted()).toEqual([
      'contacts.csv',
      'contacts.csv.failed.csv',
      'contacts.csv.journal',
      'contacts.csv.report.html',
    ]);
  });

  test.runIf(posix)('is refused if it is a pipe, which would block the command', async () => {
    const path = write('contacts.csv', csv(2));
    for (const name of ['journal', 'journal.lock']) {
      execFileSync('mkfifo', [`${path}.${name}`]);
      await expect(run(path)).rejects.toThrow(/is not a regular file/);
      execFileSync('rm', [`${path}.${name}`]);
    }
  });

  test('is placed beside the file that a link leads to', async () => {
    const path = write('contacts.csv', `${csv(1)}42,Nobody\n`);
    mkdirSync(`${dirname(path)}/links`);
    const link = `${dirname(path)}/links/contacts.csv`;
    symlinkSync(path, link);
    await run(link);
    expect(readdirSync(dirname(link))).toEqual(['contacts.csv']);
    expect(lstatSync(`${path}.failed.csv`).isFile()).toBe(true);
  });
});

describe.runIf(posix)('a table from a pipe', () => {
  const pipe = (name: string): string => {
    const path = write(name, '');
    execFileSync('rm', [path]);
    execFileSync('mkfifo', [path]);
    return path;
  };

  test('is read once, and needs --journal', async () => {
    const path = pipe('pipe');
    const journal = `${dirname(path)}/journal`;
    for (const [options, words] of [
      [hello, /pipe is a pipe: name a file for the journal with --journal/],
      [{ ...hello, journal }, undefined],
    ] as const) {
      const running = run(path, options);
      writeFileSync(path, `${csv(2)}42,Nobody\n`);
      if (words !== undefined) await expect(running).rejects.toThrow(words);
      else expect((await running).counts).toMatchObject({ total: 3, done: 2, failed: 1 });
    }
    expect(readFileSync(`${journal}.failed.csv`, 'utf8')).toContain('"42"');
    expect(existsSync(`${path}.failed.csv`)).toBe(false);
    const dry = run(path, { ...hello, json: undefined }, { MANYCHAT_MCP_DRY_RUN: '1' });
    writeFileSync(path, csv(2));
    expect((await dry).out).toContain('Of 2 contacts: 2 to do, about 1 second.\nNothing was done.');
  });

  test('without a writer is given up at a signal', async () => {
    const end = new AbortController();
    const running = runBulk(directlyTo(sandbox), pipe('pipe'), hello, { ending: end.signal });
    end.abort();
    expect(await running).toMatchObject({ code: 4, noted: 'Stopped before anything was begun.' });
  });

  test('is no folder, device or socket', async () => {
    const folder = dirname(write('x', ''));
    await expect(openTable(folder)).rejects.toThrow(`${folder} is a folder, not a table: name a CSV file or a pipe`);
    await expect(openTable('/dev/null')).rejects.toThrow('/dev/null is a device, not a table');
    const server = createServer().listen(`${folder}/socket`);
    await new Promise((resolve) => server.once('listening', resolve));
    await expect(openTable(`${folder}/socket`)).rejects.toThrow(/is a socket, not a table/);
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('a cell of failed.csv is never a formula', () => {
  /** The cells as seen by a spreadsheet that expects another delimiter and reads quotes literally. */
  const cellsBy = (mark: string, text: string): string[] =>
    text.split(/\r?\n|\r/).flatMap((line) => line.split(mark).map((cell) => cell.replace(/^[\s"]+/, '')));

  const starts = ['=1+1', '+1', '-1', '@SUM(A1)', '\uFF1D1', '\uFF0B1', '\uFF0D1', '\uFF201', '\t=1', '\r=1'];
  const places = ['', 'Hi;', 'Hi\t', 'Hi|', 'Hi; ', 'Hi;"', 'Hi\n', 'Hi\r\n', 'Hi; \' "', 'a;b;'];
  test.each(places)('with %j before it', (before) => {
    for (const start of starts) {
      const path = write('failed.csv', '');
      const message = `${before}${start}`;
      writeFailedRows(path, [{ id: start, state: 'failed', line: 2, kind: 'rejected', message }], undefined);
      const text = readFileSync(path, 'utf8');
      for (const mark of [',', ';', '\t', '|']) {
        // A spreadsheet that expects commas recognises the quotes.
        const cells = mark === ',' ? text.split('","') : cellsBy(mark, text);
        for (const cell of cells)
          expect(cell, JSON.stringify([mark, text])).not.toMatch(/^[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]/);
      }
    }
  });

  test('and other text stays unchanged', () => {
    const path = write('failed.csv', '');
    const message = 'A "quoted" word; then a-b, 1+1=2 and x@example.com | end';
    writeFailedRows(path, [{ id: '1', state: 'failed', line: 2, message }], undefined);
    expect(readFileSync(path, 'utf8').split('\n')[1]).toBe(
      `"2","1","failed","","${message.replaceAll('"', '""')}","","",""`,
    );
  });
});
