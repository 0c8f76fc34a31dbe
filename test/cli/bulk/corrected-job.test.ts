import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readLine, type State } from '../../../src/cli/bulk/journal/entry.js';
import { nextJournal } from '../../../src/cli/bulk/journal/reading.js';
import type { BulkOptions } from '../../../src/cli/bulk/options.js';
import { csv, hello, runBulk } from '../../support/bulk.js';
import { useFolder } from '../../support/folder.js';
import { followers, tom } from '../../support/people.js';
import { directlyTo } from '../../support/program.js';
import { lost, reached, useSandbox } from '../../support/sandboxed.js';

const sandbox = useSandbox({ followers: 40, limits: false });
const write = useFolder();

const run = (path: string, options = hello, settings: Record<string, string> = {}) =>
  runBulk({ ...directlyTo(sandbox), ...settings }, path, options);

/** Options of a corrected job that leaves out what `path.journal` says. */
const corrected = (path: string, options: BulkOptions = { sendText: 'Hello {{name}}' }): BulkOptions => ({
  ...options,
  journal: `${path}.2.journal`,
  skipDoneOf: `${path}.journal`,
});

const failedRows = (path: string): string => readFileSync(`${path}.failed.csv`, 'utf8');

describe('a corrected job with --skip-done-of', () => {
  test('reaches the contacts that the first one did not, and lists the unknown ones', async () => {
    const path = write('contacts.csv', csv(6));
    sandbox.injectFault({ ...lost('sendContent', true), after: 1 });
    const body = { status: 'error', message: 'Wrong token' };
    sandbox.injectFault({ match: { path: 'sendContent' }, after: 2, times: 99, status: 401, body });
    expect((await run(path)).counts).toMatchObject({ done: 2, unknown: 1, not_reached: 3 });
    sandbox.clearFaults();
    const before = reached(sandbox);
    expect(before).toHaveLength(3);

    const { code, counts, noted } = await run(path, corrected(path));
    expect([code, counts]).toEqual([3, expect.objectContaining({ total: 6, done: 5, unknown: 1, not_reached: 0 })]);
    expect(noted).toContain(`Left out because of ${path}.journal: 2 done, 1 unknown.`);
    expect(reached(sandbox).toSorted()).toEqual(followers(6));
    expect(failedRows(`${path}.2.journal`)).toMatch(
      /^"\d","8000000000\d\d","unknown","cancelled","The earlier job may have reached the contact, so this one leaves it out","Look at the chat: .*","https:.*"$/m,
    );
  });

  test('tries failed contacts again', async () => {
    const path = write('contacts.csv', csv(2));
    const body = { status: 'error', message: 'Window', code: 3011 };
    sandbox.injectFault({ match: { path: 'sendContent' }, status: 400, body });
    expect((await run(path)).counts).toMatchObject({ done: 1, failed: 1 });
    expect(await run(path, corrected(path))).toMatchObject({ code: 0, counts: { done: 2, failed: 0 } });
    expect(reached(sandbox).toSorted()).toEqual(followers(2));
  });

  test('remembers what it left out: run again without the option, and as the earlier job of a third', async () => {
    const path = write('contacts.csv', csv(3));
    await run(path);
    writeFileSync(path, csv(5));
    const options = corrected(path);
    const body = { status: 'error', message: 'Wrong token' };
    sandbox.injectFault({ match: { path: 'sendContent' }, after: 1, times: 99, status: 401, body });
    expect((await run(path, options)).counts).toMatchObject({ done: 4, not_reached: 1 });
    sandbox.clearFaults();
    expect((await run(path, { ...options, skipDoneOf: undefined })).counts).toMatchObject({ done: 5 });
    expect(reached(sandbox).toSorted()).toEqual(followers(5));

    const third = { sendText: 'Third', journal: `${path}.3.journal`, skipDoneOf: `${path}.2.journal` };
    expect((await run(path, third)).counts).toMatchObject({ total: 5, done: 5 });
    expect(reached(sandbox)).toHaveLength(5);
  });

  test('shows in a dry run what is left to do', async () => {
    const path = write('contacts.csv', csv(2));
    await run(path);
    writeFileSync(path, csv(3));
    const { counts } = await run(path, corrected(path), { MANYCHAT_MCP_DRY_RUN: '1' });
    expect(counts).toMatchObject({ done: 2, not_reached: 1 });
    expect(existsSync(`${path}.2.journal`)).toBe(false);
  });

  test('does not run while the earlier job does', async () => {
    const path = write('contacts.csv', csv(3));
    sandbox.injectFault({ match: { path: 'sendContent' }, times: 3, delay_ms: 300 });
    const first = run(path);
    await sandbox.waitForRequests(1, 'sendContent');
    await expect(run(path, corrected(path))).rejects.toThrow(/is using this journal/);
    expect((await first).counts).toMatchObject({ done: 3 });
    expect(reached(sandbox)).toHaveLength(3);
  });

  test('is refused with the journal of another account, or of none', async () => {
    const path = write('contacts.csv', csv(3));
    await run(path);
    const journal = readFileSync(`${path}.journal`, 'utf8');
    writeFileSync(`${path}.journal`, journal.replace('"page":"123456789"', '"page":"5"'));
    await expect(run(path, corrected(path))).rejects.toThrow(
      'is of another account: its page is "5", and the one in use is "123456789". The ids of contacts differ between accounts',
    );
    writeFileSync(`${path}.journal`, journal.replace('"page":"123456789",', ''));
    await expect(run(path, corrected(path))).rejects.toThrow('does not say of which account it is');
    writeFileSync(`${path}.journal`, 'x\n');
    await expect(run(path, corrected(path))).rejects.toThrow('is not a journal of manychat-mcp bulk');
    expect(reached(sandbox)).toHaveLength(3);
    expect(existsSync(`${path}.2.journal`)).toBe(false);
  });

  test.each([
    ['nowhere.journal', /^--skip-done-of: there is no .*nowhere\.journal$/],
    ['', /^--skip-done-of needs a path$/],
    ['contacts.csv.journal', /names the journal of this very job\..*: --journal .*contacts\.csv\.2\.journal$/],
  ])('is refused with %j', async (name, words) => {
    const path = write('contacts.csv', csv(2));
    const skipDoneOf = name === '' ? '' : `${dirname(path)}/${name}`;
    await expect(run(path, { ...hello, skipDoneOf })).rejects.toThrow(words);
    expect(reached(sandbox)).toEqual([]);
  });

  test('is what the refusal of a changed text names', async () => {
    const path = write('contacts.csv', csv(2));
    await run(path);
    await expect(run(path, { sendText: 'Hello' })).rejects.toThrow(
      `To leave out whom that job reached: --skip-done-of ${path}.journal --journal ${path}.2.journal`,
    );
  });
});

test.each([
  ['a.csv.journal', 'a.csv.2.journal'],
  ['a.csv.2.journal', 'a.csv.3.journal'],
  ['a.csv.9.journal', 'a.csv.10.journal'],
  ['log', 'log.2.journal'],
])('after the journal %s comes %s', (path, next) => expect(nextJournal(path)).toBe(next));

describe('a corrected job after one of 0.1.0', () => {
  const fixture = (name: string): string =>
    readFileSync(fileURLToPath(new URL(`journals-0.1.0/${name}`, import.meta.url)), 'utf8');

  /** The contacts in a journal by their last state, which 0.1.0 wrote without saying whether a message had left. */
  function having(journal: string, ...wanted: readonly State[]): string[] {
    const last = new Map<string, State>();
    for (const text of journal.split('\n').slice(1)) {
      const line = readLine(text);
      if (line !== undefined && 'entry' in line) last.set(line.entry.id, line.entry.state);
    }
    return [...last].filter(([, state]) => wanted.includes(state)).map(([id]) => id);
  }

  test.each(['send_text', 'send_content', 'send_flow', 'send_flow_with_fields', 'add_tag', 'set_fields'])(
    'that did %s reaches nobody who was or may have been reached',
    async (name) => {
      const path = write('contacts.csv', fixture('contacts.csv'));
      const journal = fixture(`${name}.journal`);
      writeFileSync(`${path}.journal`, journal);
      const options = corrected(path, { sendText: 'Hello {{reply_text}}' });
      const { counts } = await run(path, options);
      const unknown = having(journal, 'unknown', 'intent');
      const settled = [...having(journal, 'done'), ...unknown];
      expect(unknown.length).toBeGreaterThan(0);
      expect(reached(sandbox).toSorted()).toEqual(followers(36).filter((id) => !settled.includes(id)));
      expect(counts).toMatchObject({ total: 37, unknown: unknown.length, failed: 1, not_reached: 0 });
      for (const id of unknown) expect(failedRows(`${path}.2.journal`)).toContain(`"${id}","unknown",`);
      expect((await run(path, options)).counts).toEqual(counts);
    },
  );

  test('continues a tag that can be repeated for contacts whose outcome was not recorded', async () => {
    const path = write('contacts.csv', fixture('contacts.csv'));
    writeFileSync(`${path}.journal`, fixture('add_tag.journal'));
    expect((await run(path, corrected(path, { addTag: 'VIP' }))).counts).toMatchObject({ unknown: 0, not_reached: 0 });
  });
});

/** What goes wrong in one of several jobs. */
interface Mishap {
  readonly lostAfter: number;
  readonly refusedAfter: number;
  readonly windowAfter: number;
}

test('nobody is sent to twice by jobs of which each goes on after the one before', async () => {
  const at = fc.integer({ min: 0, max: 12 });
  const mishap = fc.record({ lostAfter: at, refusedAfter: at, windowAfter: at });
  const jobs = fc.array(fc.record({ mishap, again: fc.boolean() }), { minLength: 2, maxLength: 4 });
  const inject = ({ lostAfter, refusedAfter, windowAfter }: Mishap): void => {
    const match = { path: 'sendContent' };
    sandbox.injectFault({ ...lost('sendContent', lostAfter % 2 === 0), after: lostAfter });
    sandbox.injectFault({
      match,
      after: windowAfter,
      status: 400,
      body: { status: 'error', message: 'W', code: 3011 },
    });
    const body = { status: 'error', message: 'Wrong token' };
    sandbox.injectFault({ match, after: refusedAfter, times: 99, status: 401, body });
  };
  await fc.assert(
    fc.asyncProperty(jobs, async (chain) => {
      sandbox.reset();
      const path = write('contacts.csv', csv(12));
      for (const name of Array.from({ length: 5 }, (_, index) => journalOf(path, index))) rmSync(name, { force: true });
      for (const [index, { mishap: each, again }] of chain.entries()) {
        const skipDoneOf = index === 0 ? undefined : journalOf(path, index - 1);
        const earlier = skipDoneOf !== undefined && existsSync(skipDoneOf) ? { skipDoneOf } : {};
        const options = { sendText: `Text ${index}`, journal: journalOf(path, index) };
        inject(each);
        await run(path, { ...options, ...earlier });
        sandbox.clearFaults();
        // The option may be left out once the journal exists.
        if (again && existsSync(options.journal)) await run(path, { ...options, retryFailed: true });
      }
      const ids = reached(sandbox);
      expect(ids).toHaveLength(new Set(ids).size);
    }),
    { numRuns: 12, seed: 14 },
  );
});

const journalOf = (path: string, index: number): string => `${path}.${index}.journal`;

describe('a repeated id', () => {
  test('with other values is told by line, in a run and in a dry run', async () => {
    const [one = '', two = '', three = ''] = followers(3);
    const rows = [`${one},A`, `${two},B`, `${one},A`, `${two},C`, `${three},E`, `${one},F`];
    const path = write('contacts.csv', `id,name\n${rows.join('\n')}\n`);
    const told = [
      `line 5 is left out: ${two} has other values in line 3, which is used`,
      `line 7 is left out: ${one} has other values in line 2, which is used`,
    ];
    for (const settings of [{ MANYCHAT_MCP_DRY_RUN: '1' }, {}]) {
      const { noted } = await run(path, hello, settings);
      for (const line of told) expect(noted).toContain(line);
      expect(noted).not.toContain('line 4');
    }
    expect(sandbox.messages().map(({ messages }) => Object(messages[0]).text)).toEqual(['Hi A', 'Hi B', 'Hi E']);
  });

  test('does not fill the screen', async () => {
    const [one = ''] = followers(1);
    const rows = Array.from({ length: 30 }, (_, index) => `${one},Name ${index}`);
    const { noted } = await run(write('contacts.csv', `id,name\n${rows.join('\n')}\n`));
    expect(noted.match(/is left out/g)).toHaveLength(10);
    expect(noted).toContain('… and 19 more lines that are left out like these');
  });
});

test('failed.csv names the chat of each contact that exists, with a single request', async () => {
  const path = write('contacts.csv', `${csv(2)}42,Nobody\n${tom},Tom\n`);
  const body = { status: 'error', message: 'Window', code: 3011 };
  sandbox.injectFault({ match: { path: 'sendContent' }, status: 400, body });
  await run(path);
  const rows = failedRows(path);
  expect(rows.match(/"https:\/\/app\.manychat\.com\/fb123456789\/chat\/\d+",/gm)).toHaveLength(2);
  expect(rows).toContain(`/chat/${tom}"`);
  expect(rows).not.toContain('/chat/42"');
  expect(sandbox.requests().filter(({ path: where }) => where.endsWith('subscriber/getInfo'))).toHaveLength(1);
});

test('failed.csv has the rows that a spreadsheet shows, in the run that fails and in the next', async () => {
  const path = write('contacts.csv', `id,name\n${tom},"Tom\nBaker"\n42,Nobody\n,No id\n`);
  const rowsOf = (): unknown[] =>
    failedRows(path)
      .trim()
      .split('\n')
      .map((each) => [each.split(',')[0], each.split(',').at(-1)]);
  const expected = [
    ['"line"', '"row"'],
    ['"2"', '"2"'],
    ['"4"', '"3"'],
    ['"5"', '"4"'],
  ];
  await run(path);
  expect(rowsOf()).toEqual(expected);
  await run(path);
  expect(rowsOf()).toEqual(expected);
});
