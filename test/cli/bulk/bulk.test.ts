import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Shell } from '../../../src/cli/shell/shell.js';
import { csv, hello, runBulk } from '../../support/bulk.js';
import { useFolder } from '../../support/folder.js';
import { followers } from '../../support/people.js';
import { directlyTo } from '../../support/program.js';
import { lost, reached, sandboxed, useSandbox } from '../../support/sandboxed.js';

const sandbox = useSandbox({ followers: 40, limits: false });
const write = useFolder();

/** Runs the command without Maton, at ManyChat's limit of 25 requests a second. */
const run = (path: string, options = hello, replaced: Partial<Shell> = {}) =>
  runBulk(directlyTo(sandbox), path, options, replaced);
const countsOf = (nonZero: object) => ({ done: 0, failed: 0, unknown: 0, not_reached: 0, repeated: 0, ...nonZero });
const sends = () => sandbox.requests().filter(({ path }) => path.endsWith('sendContent')).length;

describe('a bulk', () => {
  test('sends each row its own text once; a second run sends nothing', async () => {
    const path = write('contacts.csv', csv(5, ...followers(1)));
    const first = await run(path);
    expect(first).toMatchObject({ code: 0, counts: countsOf({ total: 5, done: 5, repeated: 1 }) });
    expect(first.noted).toContain('"Sunrise Coffee": 5 of 5 contacts to do, with ids from column "id".');
    expect(sandbox.messages().map(({ messages }) => Object(messages[0]).text)).toEqual([
      'Hi Name 0',
      'Hi Name 1',
      'Hi Name 2',
      'Hi Name 3',
      'Hi Name 4',
    ]);
    expect(await run(path)).toMatchObject({ code: 0, counts: countsOf({ total: 5, done: 5, repeated: 1 }) });
    expect(sends()).toBe(5);
    expect(existsSync(`${path}.failed.csv`)).toBe(false);
  });

  test('reads ids with invisible marks and user: before them, and knows the same contact again', async () => {
    const [first, second] = followers(2);
    const path = write('contacts.csv', `id,name\n\u202auser:${first}\u202c,Ana\n${second}\u200b,Ben\n${first},Ana\n`);
    expect(await run(path)).toMatchObject({ code: 0, counts: countsOf({ total: 2, done: 2, repeated: 1 }) });
    expect(reached(sandbox).sort()).toEqual([first, second]);
  });

  test('does not read two ids in one cell as a third contact', async () => {
    const [first = ''] = followers(1);
    const path = write('contacts.csv', `id,name\n${first.slice(0, 6)} ${first.slice(6)},Ana\n`);
    expect(await run(path)).toMatchObject({ code: 1, counts: countsOf({ total: 1, failed: 1 }) });
    expect(reached(sandbox)).toEqual([]);
  });

  test('the next run does the rows added since', async () => {
    const path = write('contacts.csv', csv(2));
    await run(path);
    writeFileSync(path, csv(4));
    expect(await run(path)).toMatchObject({ code: 0, counts: countsOf({ total: 4, done: 4 }) });
    expect(reached(sandbox).sort()).toEqual(followers(4));
  });

  test('lists failures with their reasons, and repeats them with --retry-failed', async () => {
    const path = write('contacts.csv', `${csv(2)}42,Nobody\n,No id\n24958501110460017,"=1+1 Tom"\n`);
    const first = await run(path);
    expect(first).toMatchObject({ code: 1, counts: countsOf({ total: 5, done: 2, failed: 3 }) });
    expect(first.noted).toContain(`What failed or is unknown, and why: ${path}.failed.csv`);
    expect(readFileSync(`${path}.failed.csv`, 'utf8').split('\n')).toEqual([
      '"line","id","state","kind","message","what_to_do","chat","row"',
      expect.stringMatching(
        /^"4","42","failed","not_found",".*Subscriber does not exist.*","Correct the id, or .*","","4"$/,
      ),
      '"5","","failed","invalid_input","id is empty","Correct this row in your own table, not in the list of failures, then run the same command.","","5"',
      expect.stringMatching(
        /^"6","24958501110460017","failed","window_closed","Content can't be sent.*","Wait until the contact writes, then run the same command with --retry-failed; on WhatsApp, a flow with .*","https:\/\/app\.manychat\.com\/fb123456789\/chat\/24958501110460017","6"$/,
      ),
      '',
    ]);
    expect(await run(path)).toMatchObject({ code: 1, counts: countsOf({ total: 5, done: 2, failed: 3 }) });
    expect(sends()).toBe(4);
    await run(path, { ...hello, retryFailed: true });
    expect(sends()).toBe(6);
  });

  test('does not repeat a send whose response was lost, except with --retry-unknown', async () => {
    const path = write('contacts.csv', csv(4));
    sandbox.injectFault({ ...lost('sendContent', true), after: 1 });
    const first = await run(path);
    expect(first).toMatchObject({ code: 3, counts: countsOf({ total: 4, done: 3, unknown: 1 }) });
    expect(first.noted).toContain('Check their chats before you use --retry-unknown');
    expect(readFileSync(`${path}.failed.csv`, 'utf8')).toMatch(/,"unknown","network",/);
    expect(await run(path)).toMatchObject({ code: 3, counts: countsOf({ total: 4, done: 3, unknown: 1 }) });
    expect(reached(sandbox).sort()).toEqual(followers(4));
    expect(await run(path, { ...hello, retryUnknown: true })).toMatchObject({ code: 0, counts: { done: 4 } });
    expect(sends()).toBe(5);
  });

  test('stops at a failure that concerns all contacts, and a second run continues', async () => {
    const path = write('contacts.csv', csv(30));
    sandbox.injectFault({
      match: { path: 'sendContent' },
      after: 5,
      times: 99,
      status: 401,
      body: { status: 'error', message: 'Wrong token' },
    });
    const first = await run(path);
    expect(first).toMatchObject({ code: 4, counts: countsOf({ total: 30, done: 5, not_reached: 25 }) });
    expect(first.noted).toMatch(/Stopped\. manychat_auth: Wrong token/);
    expect(first.noted).toContain('After that is fixed, the same command continues with the contacts not reached.');
    sandbox.clearFaults();
    expect(await run(path)).toMatchObject({ code: 0, counts: countsOf({ total: 30, done: 30 }) });
    expect(reached(sandbox).sort()).toEqual(followers(30));
  });

  test('waits for what is in flight after a signal, and starts nothing more', async () => {
    const path = write('contacts.csv', csv(40));
    const end = new AbortController();
    sandbox.injectFault({ match: { path: 'sendContent' }, after: 10, delay_ms: 50 });
    const running = run(path, hello, { ending: end.signal });
    await sandbox.waitForRequests(11, 'sendContent');
    end.abort();
    const { code, counts, noted } = await running;
    expect(code).toBe(4);
    expect(counts.unknown).toBe(0);
    expect(counts.done + counts.not_reached).toBe(40);
    expect(counts.done).toBe(reached(sandbox).length);
    expect(noted).toContain('Stopped. You ended it.');
    expect(noted).toContain(
      `A corrected one leaves out the others with: --skip-done-of ${path}.journal --journal ${path}.2.journal`,
    );
  });

  test('converts cells to the type of their field, and skips empty cells', async () => {
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

  test('an offline dry run shows the first messages without a request or a journal', async () => {
    const path = write('contacts.csv', csv(5, 'x'));
    const dry = { ...directlyTo(sandbox), MANYCHAT_MCP_DRY_RUN: '1' };
    const { code, out, noted } = await runBulk(dry, path, { ...hello, json: undefined, offline: true });
    expect(code).toBe(1);
    expect(out.split('\n')).toEqual([
      'line 2: contact 800000000001',
      '    Hi Name 0',
      'line 3: contact 800000000002',
      '    Hi Name 1',
      'line 4: contact 800000000003',
      '    Hi Name 2',
      '… and 2 more',
      'Of 6 contacts: 5 to do, about 1 second; 1 would fail.',
      'Nothing was done.',
    ]);
    expect(noted).toContain('line 7 would fail: subscriber_id: must be decimal digits');
    expect(sandbox.requests()).toEqual([]);
    expect(existsSync(`${path}.journal`)).toBe(false);
  });

  test('shows progress: a bar on a terminal, a line for each tenth elsewhere', async () => {
    const lines = await run(write('a.csv', csv(20)));
    expect(lines.noted.match(/^\d+ of 20/gm)?.length).toBeGreaterThan(5);
    const bar = await run(write('b.csv', csv(20)), { sendText: 'Hello' }, { interactive: true });
    expect(bar.noted).toContain('[--------------------] 0 of 20\r');
    expect(bar.noted).toMatch(/\n\[####################\] 20 of 20.*\r/);
  });

  test('finds the tag in content that is named as it is shown, and sends once to each contact', async () => {
    const { MANYCHAT_API_URL: url, MANYCHAT_API_KEY: key } = directlyTo(sandbox);
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ name: 'Gold\u200e' });
    await fetch(`${url}/fb/page/createTag`, { method: 'POST', headers, body });
    const messages = [{ type: 'text', text: 'Hi {{name}}' }];
    const data = { version: 'v2', content: { messages, actions: [{ action: 'add_tag', tag_name: 'Gold' }] } };
    const path = write('contacts.csv', csv(5));
    const options = { sendContent: write('message.json', JSON.stringify(data)) };
    for (const _ of [1, 2]) {
      expect(await run(path, options)).toMatchObject({ code: 0, counts: countsOf({ total: 5, done: 5 }) });
      expect(reached(sandbox).sort()).toEqual(followers(5));
    }
  });

  test('does nothing if the account cannot be reached', async () => {
    sandbox.injectFault({
      match: { path: 'getInfo' },
      times: 9,
      status: 401,
      body: { status: 'error', message: 'Wrong token' },
    });
    const path = write('contacts.csv', csv(2));
    expect(await run(path)).toMatchObject({
      code: 1,
      noted: expect.stringContaining('manychat_auth: Wrong token'),
    });
    expect(existsSync(`${path}.journal`)).toBe(false);
  });

  test('through Maton is refused if several accounts are connected and none is chosen', async () => {
    const { environment } = await sandboxed({ secondConnection: 'ACTIVE', followers: 3 });
    const path = write('contacts.csv', csv(3));
    const { code, counts, noted } = await runBulk(environment, path);
    expect([code, counts]).toEqual([4, countsOf({ total: 3, not_reached: 3 })]);
    expect(noted).toContain('ambiguous_connection');
  });
});
