import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type BulkOptions, bulk } from '../src/commands/bulk.js';
import { readConfig } from '../src/config.js';
import { type Sandbox, startSandbox } from '../src/sandbox/index.js';
import type { Shell } from '../src/shell.js';
import { useFolder } from './support/folder.js';
import { through } from './support/program.js';
import { lost } from './support/sandboxed.js';
import { recordingShell } from './support/shell.js';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ followers: 40, limits: false });
});
afterAll(() => sandbox.close());
beforeEach(() => sandbox.reset());
const write = useFolder();

const ids = (count: number) => Array.from({ length: count }, (_, index) => String(800_000_000_001 + index));
const csv = (all: readonly string[]) => `id,name\n${all.map((id, index) => `${id},Name ${index}\n`).join('')}`;
const hello: BulkOptions = { sendText: 'Hi {{name}}' };

/** Runs the command in this process, at ManyChat's own limit of 25 a second. */
async function run(path: string, options: BulkOptions, own: Partial<Shell> = {}) {
  const { shell, out, err } = recordingShell({}, own);
  const environment = { MANYCHAT_API_KEY: sandbox.manychatKey, MANYCHAT_API_URL: sandbox.url };
  const config = readConfig({ ...environment, MANYCHAT_MCP_LOG_LEVEL: 'silent' });
  const code = await bulk(config, path, { json: true, ...options }, shell);
  const counts = out.map((line) => JSON.parse(line)).at(-1);
  return { code, counts, noted: err.join('\n') };
}
const counted = (own: object) => ({ done: 0, failed: 0, unknown: 0, not_reached: 0, repeated: 0, ...own });
const reached = () => sandbox.messages().map(({ subscriber_id: id }) => id);
const sends = () => sandbox.requests().filter(({ path }) => path.endsWith('sendContent')).length;

describe('a bulk', () => {
  test('sends each row its own text, once, and a second run has nothing to do', async () => {
    const path = write('contacts.csv', csv([...ids(5), ids(1)[0] ?? '']));
    const first = await run(path, hello);
    expect(first).toMatchObject({ code: 0, counts: counted({ total: 5, done: 5, repeated: 1 }) });
    expect(first.noted).toContain('Sunrise Coffee: 5 of 5 contacts to do, by the ids in "id".');
    expect(sandbox.messages().map(({ messages }) => Object(messages[0]).text)).toEqual([
      'Hi Name 0',
      'Hi Name 1',
      'Hi Name 2',
      'Hi Name 3',
      'Hi Name 4',
    ]);
    expect(await run(path, hello)).toMatchObject({ code: 0, counts: counted({ total: 5, done: 5, repeated: 1 }) });
    expect(sends()).toBe(5);
    expect(existsSync(`${path}.failed.csv`)).toBe(false);
  });

  test('rows that were added later are done by the next run', async () => {
    const path = write('contacts.csv', csv(ids(2)));
    await run(path, hello);
    writeFileSync(path, csv(ids(4)));
    expect(await run(path, hello)).toMatchObject({ code: 0, counts: counted({ total: 4, done: 4 }) });
    expect(reached().sort()).toEqual(ids(4));
  });

  test('writes what failed and why, and tries it again when it is told to', async () => {
    const path = write('contacts.csv', `${csv(ids(2))}42,Nobody\n,No id\n24958501110460017,"=1+1 Tom"\n`);
    const first = await run(path, hello);
    expect(first).toMatchObject({ code: 1, counts: counted({ total: 5, done: 2, failed: 3 }) });
    expect(first.noted).toContain(`What failed or is unknown, and why: ${path}.failed.csv`);
    expect(readFileSync(`${path}.failed.csv`, 'utf8').split('\n')).toEqual([
      'line,id,state,kind,message',
      expect.stringMatching(/^4,42,failed,not_found,.*Subscriber does not exist/),
      '5,,failed,invalid_input,id is empty',
      expect.stringMatching(/^6,24958501110460017,failed,window_closed,Content can't be sent/),
      '',
    ]);
    expect(await run(path, hello)).toMatchObject({ code: 1, counts: counted({ total: 5, done: 2, failed: 3 }) });
    expect(sends()).toBe(4);
    await run(path, { ...hello, retryFailed: true });
    expect(sends()).toBe(6);
  });

  test('never sends again where an answer was lost, unless it is told to', async () => {
    const path = write('contacts.csv', csv(ids(4)));
    sandbox.order({ ...lost('sendContent', true), after: 1 });
    const first = await run(path, hello);
    expect(first).toMatchObject({ code: 3, counts: counted({ total: 4, done: 3, unknown: 1 }) });
    expect(first.noted).toContain('Look at their chats before you use --retry-unknown');
    expect(readFileSync(`${path}.failed.csv`, 'utf8')).toMatch(/,unknown,network,/);
    expect(await run(path, hello)).toMatchObject({ code: 3, counts: counted({ total: 4, done: 3, unknown: 1 }) });
    expect(reached().sort()).toEqual(ids(4));
    expect(await run(path, { ...hello, retryUnknown: true })).toMatchObject({ code: 0, counts: { done: 4 } });
    expect(sends()).toBe(5);
  });

  test('stops at what concerns everybody, and goes on from there', async () => {
    const path = write('contacts.csv', csv(ids(30)));
    sandbox.order({
      match: { path: 'sendContent' },
      after: 5,
      times: 99,
      status: 401,
      body: { status: 'error', message: 'Wrong token' },
    });
    const first = await run(path, hello);
    expect(first).toMatchObject({ code: 4, counts: counted({ total: 30, done: 5, not_reached: 25 }) });
    expect(first.noted).toMatch(/Stopped\. manychat_auth: Wrong token/);
    expect(first.noted).toContain('Once that is mended, the same command goes on with those not reached.');
    sandbox.clearFaults();
    expect(await run(path, hello)).toMatchObject({ code: 0, counts: counted({ total: 30, done: 30 }) });
    expect(reached().sort()).toEqual(ids(30));
  });

  test('ends when it is asked to, with what is in flight', async () => {
    const path = write('contacts.csv', csv(ids(40)));
    const end = new AbortController();
    sandbox.order({ match: { path: 'sendContent' }, after: 10, delay_ms: 50 });
    const running = run(path, hello, { ending: end.signal });
    while (sends() < 11) await new Promise((resolve) => setTimeout(resolve, 5));
    end.abort();
    const { code, counts, noted } = await running;
    expect(code).toBe(4);
    expect(counts.unknown).toBe(0);
    expect(counts.done + counts.not_reached).toBe(40);
    expect(counts.done).toBe(reached().length);
    expect(noted).toContain('Stopped. You ended it.');
  });

  test('puts the cells into the form of their fields, and leaves those that are empty', async () => {
    const path = write(
      'contacts.csv',
      'id,purchase_count,birthday\n800000000001,7,1990/5/17\n800000000002,,1990-05-18\n',
    );
    expect(await run(path, { setFields: true })).toMatchObject({ code: 0, counts: { done: 2 } });
    const bodies = sandbox
      .requests()
      .filter(({ path: where }) => where.endsWith('setCustomFields'))
      .toSorted((a, b) => Object(a.body).subscriber_id - Object(b.body).subscriber_id)
      .map(({ body }) => Object(body).fields);
    expect(bodies).toEqual([
      [
        { field_name: 'purchase_count', field_value: 7 },
        { field_name: 'birthday', field_value: '1990-05-17' },
      ],
      [{ field_name: 'birthday', field_value: '1990-05-18' }],
    ]);
  });

  test('shows a dry run without a request or a journal', async () => {
    const path = write('contacts.csv', csv([...ids(5), 'x']));
    const { shell, out, err } = recordingShell({});
    const access = { MANYCHAT_API_KEY: sandbox.manychatKey, MANYCHAT_API_URL: sandbox.url };
    const config = readConfig({ ...access, MANYCHAT_MCP_DRY_RUN: '1' });
    expect(await bulk(config, path, hello, shell)).toBe(1);
    expect(out).toEqual([
      'line 2: {"subscriber_id":"800000000001","action":"send_text","text":"Hi Name 0"}',
      'line 3: {"subscriber_id":"800000000002","action":"send_text","text":"Hi Name 1"}',
      'line 4: {"subscriber_id":"800000000003","action":"send_text","text":"Hi Name 2"}',
      '… and 2 more',
      '5 contacts, 1 rows that cannot be used, 0 repeated ids. Nothing was done.',
    ]);
    expect(err.join()).toContain('line 7 would fail: subscriber_id: must be decimal digits');
    expect(sandbox.requests()).toEqual([]);
    expect(existsSync(`${path}.journal`)).toBe(false);
  });

  test('tells how far it has come: a bar on a terminal, a line each tenth elsewhere', async () => {
    const lines = await run(write('a.csv', csv(ids(20))), hello);
    expect(lines.noted.match(/^\d+ of 20/gm)?.length).toBeGreaterThan(5);
    const bar = await run(write('b.csv', csv(ids(20))), hello, { interactive: true });
    expect(bar.noted).toContain('[--------------------] 0 of 20\r');
    expect(bar.noted).toMatch(/\n\[####################\] 20 of 20.*\r/);
  });

  test('does nothing where the account cannot be reached', async () => {
    sandbox.order({
      match: { path: 'getInfo' },
      times: 9,
      status: 401,
      body: { status: 'error', message: 'Wrong token' },
    });
    const path = write('contacts.csv', csv(ids(2)));
    expect(await run(path, hello)).toMatchObject({
      code: 1,
      noted: expect.stringContaining('manychat_auth: Wrong token'),
    });
    expect(existsSync(`${path}.journal`)).toBe(false);
  });

  test('through Maton is refused where several accounts are connected and none is named', async () => {
    const two = await startSandbox({ secondConnection: 'ACTIVE', followers: 3 });
    const path = write('contacts.csv', csv(ids(3)));
    const { shell, out, err } = recordingShell({});
    const code = await bulk(
      readConfig({ ...through(two.url, two.matonKey), MANYCHAT_MCP_LOG_LEVEL: 'silent' }),
      path,
      { ...hello, json: true },
      shell,
    );
    expect([code, JSON.parse(out[0] ?? '')]).toEqual([4, counted({ total: 3, not_reached: 3 })]);
    expect(err.join()).toContain('ambiguous_connection');
    await two.close();
  });
});
