import { appendFileSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { BulkOptions } from '../../../src/cli/bulk/options.js';
import { csv, hello, runBulk } from '../../support/bulk.js';
import { useFolder } from '../../support/folder.js';
import { followers } from '../../support/people.js';
import { directlyTo } from '../../support/program.js';
import { lost, reached, useSandbox } from '../../support/sandboxed.js';

const sandbox = useSandbox({ followers: 60, limits: false });
const write = useFolder();

const run = (path: string, options = hello, settings: Record<string, string> = {}) =>
  runBulk({ ...directlyTo(sandbox), ...settings }, path, options);

describe('no contact gets a message twice', () => {
  test('when the table is named by a link', async () => {
    const path = write('real.csv', csv(2));
    const link = `${dirname(path)}/link.csv`;
    symlinkSync(path, link);
    await run(path);
    expect(await run(link)).toMatchObject({ code: 0, counts: { done: 2, total: 2 } });
    expect(reached(sandbox)).toHaveLength(2);
  });

  test('after --retry-unknown was stopped by a refused key', async () => {
    const path = write('contacts.csv', csv(3));
    sandbox.injectFault({ ...lost('sendContent', true), times: 3 });
    expect((await run(path)).counts).toMatchObject({ unknown: 3 });
    const body = { status: 'error', message: 'Wrong token' };
    sandbox.injectFault({ match: { path: 'sendContent' }, times: 9, status: 401, body });
    expect((await run(path, { ...hello, retryUnknown: true })).counts).toMatchObject({ unknown: 3, not_reached: 0 });
    sandbox.clearFaults();
    expect((await run(path)).counts).toMatchObject({ done: 0, unknown: 3 });
    expect(reached(sandbox)).toHaveLength(3);
  });

  test('after --retry-unknown stopped early: contacts without a turn stay unknown', async () => {
    const path = write('contacts.csv', csv(1));
    await run(path);
    writeFileSync(path, csv(30));
    const unknown = followers(30).slice(1);
    for (const id of unknown)
      appendFileSync(`${path}.journal`, `${JSON.stringify({ id, state: 'unknown', line: 3 })}\n`);
    const body = { status: 'error', message: 'Wrong token' };
    sandbox.injectFault({ match: { path: 'sendContent' }, times: 99, status: 401, body });
    const { code, counts } = await run(path, { ...hello, retryUnknown: true });
    expect([code, counts]).toEqual([3, expect.objectContaining({ total: 30, done: 1, unknown: 29, not_reached: 0 })]);
    const failedRows = readFileSync(`${path}.failed.csv`, 'utf8');
    for (const id of unknown) expect(failedRows).toContain(`"${id}","unknown",`);
    sandbox.clearFaults();
    expect((await run(path, { ...hello, retryUnknown: true })).counts).toMatchObject({ done: 30, unknown: 0 });
    expect(existsSync(`${path}.failed.csv`)).toBe(false);
    expect(reached(sandbox).sort()).toEqual(followers(30));
  });

  test('after --retry-unknown was refused: the contacts stay unknown', async () => {
    const path = write('contacts.csv', csv(2));
    sandbox.injectFault({ ...lost('sendContent', true), times: 2 });
    expect((await run(path)).counts).toMatchObject({ unknown: 2 });
    const body = { status: 'error', message: 'Window', code: 3011 };
    sandbox.injectFault({ match: { path: 'sendContent' }, times: 2, status: 400, body });
    expect(await run(path, { ...hello, retryUnknown: true })).toMatchObject({ code: 3, counts: { unknown: 2 } });
    expect(readFileSync(`${path}.failed.csv`, 'utf8')).toMatch(
      /,"unknown","window_closed","An earlier attempt may have reached the contact; this one did not: Window/,
    );
    expect((await run(path, { ...hello, retryFailed: true })).counts).toMatchObject({ unknown: 2 });
    expect(reached(sandbox)).toHaveLength(2);
  });

  test('when the table changes during the run, and the counts still add up', async () => {
    const path = write('contacts.csv', csv(60));
    sandbox.injectFault({ match: { path: 'sendContent' }, after: 3, delay_ms: 60 });
    const running = run(path);
    await sandbox.waitForRequests(3, 'sendContent');
    appendFileSync(path, `9,${'x'.repeat(200_000)}\n1,2,3,4\n`);
    const { code, counts } = await running;
    expect([0, 4]).toContain(code);
    expect(counts.done + counts.failed + counts.unknown + counts.not_reached).toBe(counts.total);
    expect(counts.done).toBe(reached(sandbox).length);
  });
});

test('a contact whose first row changes nothing and whose second row does counts once', async () => {
  const [one, two] = followers(2);
  const path = write('contacts.csv', `id,coupon_code\n${one},\n${one},\n${two},\n${two},TEN\n`);
  expect((await run(path, { setFields: true })).counts).toEqual({
    total: 2,
    done: 2,
    failed: 0,
    unknown: 0,
    not_reached: 0,
    repeated: 1,
  });
});

describe('a bad cell', () => {
  test('fails its own row only', async () => {
    const rows = followers(30).map((id, index) => `${id},${index === 2 ? 'not a date' : '1990-05-17'}`);
    const path = write('contacts.csv', `id,birthday\n${rows.join('\n')}\n`);
    expect(await run(path, { setFields: true })).toMatchObject({ code: 1, counts: { done: 29, failed: 1 } });
    expect(readFileSync(`${path}.failed.csv`, 'utf8')).toContain('"4","800000000003","failed","invalid_input",');
  });

  test('in every row stops the job', async () => {
    const path = write(
      'contacts.csv',
      `id,t\n${followers(60)
        .map((id) => `${id},Nothing like it\n`)
        .join('')}`,
    );
    const { code, counts, noted } = await run(path, { addTag: '{{t}}' });
    expect(code).toBe(4);
    expect(counts.failed).toBeLessThan(30);
    expect(noted).toMatch(/Stopped\. not_found: .*There is no tag "Nothing like it"/);
  });
});

describe('contacts that were not reached stay open', () => {
  test('when ManyChat asks to wait an hour', async () => {
    const path = write('contacts.csv', csv(40));
    const first = await run(path);
    expect(first.code).toBe(0);
    const other = write('other.csv', csv(40));
    sandbox.injectFault({
      match: { path: 'sendContent' },
      after: 5,
      times: 99,
      status: 429,
      body: {},
      headers: { 'retry-after': '3600' },
    });
    const limited = await run(other, { sendText: 'Hello' });
    expect(limited).toMatchObject({ code: 4, counts: { done: 5, failed: 0, not_reached: 35 } });
    expect(limited.noted).toMatch(/Stopped\. rate_limited/);
  });
});

test('unusable rows are reported as such, and --retry-failed is not suggested for them', async () => {
  const path = write('contacts.csv', `${csv(1)},Without an id\n`);
  const { counts, noted } = await run(path);
  expect(counts).toMatchObject({ done: 1, failed: 1 });
  expect(noted).toContain(
    '1 row cannot be used: fix it in your own table, not in the list of failures, and run the same command.',
  );
  expect(noted).not.toContain('--retry-failed');
});

test('a job without a usable row leaves no journal', async () => {
  const path = write('contacts.csv', csv(2));
  await expect(run(path, { sendText: 'Hi', channel: 'foo' })).rejects.toThrow(
    /--channel must be one of auto, messenger, instagram, whatsapp, telegram, not "foo"/,
  );
  const { counts, noted } = await run(path, { sendText: 'Hi {{name}}', channel: '{{name}}' });
  expect(counts).toMatchObject({ failed: 2, not_reached: 0 });
  expect(noted).toContain('2 rows cannot be used');
  expect(existsSync(`${path}.journal`)).toBe(false);
  expect((await run(path)).counts).toMatchObject({ done: 2 });
});

test('a page without an id is refused, because the journal needs it', async () => {
  const path = write('contacts.csv', csv(2));
  const body = { status: 'success', data: { name: 'Nameless' } };
  sandbox.injectFault({ match: { path: 'getInfo' }, status: 200, body });
  await expect(run(path)).rejects.toThrow(/did not return the id of the page/);
  expect(reached(sandbox)).toEqual([]);
});

describe('wrong usage is refused before any request', () => {
  test.each([
    [{ sendText: 'Hi {{name}' }, /"\{\{name\}" is not a complete placeholder: write \{\{column\}\} or/],
    [{ sendText: 'Hi {{}}' }, /is not a complete placeholder/],
    [{ setFields: 'a=name,A=id' }, /--set-fields names the field "A" twice/],
    [{ ...hello, journal: '' }, /--journal needs a path/],
    [{ ...hello, journal: '/nowhere/at/all' }, /^--journal: there is no folder \/nowhere\/at$/],
  ] as [BulkOptions, RegExp][])('%j', async (options, words) => {
    await expect(run(write('contacts.csv', csv(2)), options)).rejects.toThrow(words);
    expect(reached(sandbox)).toEqual([]);
  });

  test('a table that is not UTF-8, not a file, or has an unusable column', async () => {
    const latin = write('latin.csv', '');
    writeFileSync(latin, Buffer.from('id,name\n800000000001,Jos\xe9\n', 'latin1'));
    await expect(run(latin)).rejects.toThrow(/latin\.csv is not UTF-8 text; save it as "CSV UTF-8"/);
    writeFileSync(latin, Buffer.from('id,name\n800000000001,Ana\n', 'utf16le'));
    await expect(run(latin)).rejects.toThrow(/is not UTF-8 text/);
    await expect(run(dirname(latin))).rejects.toThrow(/is a folder, not a table/);
    const braces = write('braces.csv', 'id,price {EUR}\n800000000001,5\n');
    await expect(run(braces, { setFields: true })).rejects.toThrow(/the column "price \{EUR\}" cannot be used/);
    expect(reached(sandbox)).toEqual([]);
  });

  test('a journal that is another file, a folder, or of another job', async () => {
    const path = write('contacts.csv', csv(2));
    const token = write('token.txt', 'secret without a line end');
    await expect(run(path, { ...hello, journal: token })).rejects.toThrow(/is not a journal of manychat-mcp bulk/);
    expect(readFileSync(token, 'utf8')).toBe('secret without a line end');
    mkdirSync(`${path}.folder`);
    await expect(run(path, { ...hello, journal: `${path}.folder` })).rejects.toThrow(/cannot be opened: EISDIR/);
    await run(path);
    await expect(run(path, { sendText: 'Other' })).rejects.toThrow(
      /belongs to another job: its action is "Send the text \(channel auto\) to its contacts", "Hi \{\{name\}\}"\. .*without its journal, a job repeats everything for every contact/,
    );
  });

  test('under --read-only', async () => {
    const path = write('contacts.csv', csv(2));
    await expect(run(path, hello, { MANYCHAT_MCP_READ_ONLY: '1' })).rejects.toThrow(/--read-only forbids bulk/);
    expect(existsSync(`${path}.journal`)).toBe(false);
  });
});

test('an action whose tools are excluded is refused', async () => {
  const path = write('contacts.csv', csv(2));
  const settings = { MANYCHAT_MCP_EXCLUDE_TOOLS: 'send_text,send_content' };
  await expect(run(path, hello, settings)).rejects.toThrow(
    /^This call can send a text, which this server does not do: --exclude-tools excludes/,
  );
  expect(reached(sandbox)).toEqual([]);
});

test('reads a table of one column with mixed line endings', async () => {
  const path = write('contacts.csv', `id\r\n${followers(3).join('\n')}\n`);
  expect(await run(path, { addTag: 'VIP' })).toMatchObject({ code: 0, counts: { done: 3, total: 3 } });
});

test('a dry run shows a repeated id once, and prints only counts with --json', async () => {
  const [one, two] = followers(2);
  const path = write('contacts.csv', `id,name\n${one},A\n${one},A again\n${two},B\n`);
  const dry = { MANYCHAT_MCP_DRY_RUN: '1' };
  const { out } = await run(path, { ...hello, json: undefined }, dry);
  expect(out.split('\n')).toEqual([
    `line 2: "Follower 1" (${one})`,
    '    Hi A',
    `line 4: "Follower 2" (${two})`,
    '    Hi B',
    'Of 2 contacts: 2 to do, about 1 second; 1 repeated id left out.',
    'Nothing was done.',
  ]);
  const counts = { total: 2, done: 0, failed: 0, unknown: 0, not_reached: 2, repeated: 1 };
  expect(JSON.parse((await run(path, hello, dry)).out)).toEqual(counts);
});

test('a dry run reads the journal, and refuses one of another job', async () => {
  const path = write('contacts.csv', csv(3));
  await run(path);
  writeFileSync(path, csv(4));
  const dry = { MANYCHAT_MCP_DRY_RUN: '1' };
  expect((await run(path, { ...hello, json: undefined }, dry)).out).toMatch(
    /^line 5: .*\n {4}Hi Name 3\nOf 4 contacts: 1 to do, about 1 second; 3 done already/,
  );
  await expect(run(path, { sendText: 'Other' }, dry)).rejects.toThrow(/belongs to another job/);
});

test('a contact removed from the table is no longer listed as failed', async () => {
  const path = write('contacts.csv', `${csv(1)}42,Nobody\n`);
  expect((await run(path)).counts).toMatchObject({ failed: 1 });
  writeFileSync(path, csv(1));
  expect((await run(path)).counts).toMatchObject({ failed: 0, total: 1 });
  expect(existsSync(`${path}.failed.csv`)).toBe(false);
});
