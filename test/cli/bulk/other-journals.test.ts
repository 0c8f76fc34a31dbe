import { copyFileSync, existsSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { BulkOptions } from '../../../src/cli/bulk/options.js';
import { csv, hello, runBulk } from '../../support/bulk.js';
import { useFolder } from '../../support/folder.js';
import { held, holdingClock } from '../../support/held-responses.js';
import { startPages } from '../../support/pages.js';
import { followers } from '../../support/people.js';
import { directlyTo } from '../../support/program.js';
import { lost, reached, useSandbox } from '../../support/sandboxed.js';

const { clock, release } = holdingClock();
const sandbox = useSandbox({ followers: 40, limits: false, clock });
const write = useFolder();
const run = (path: string, options: BulkOptions = hello, settings: Record<string, string> = {}) =>
  runBulk({ ...directlyTo(sandbox), ...settings }, path, options);

describe('a table with contacts that another table has reached', () => {
  /** A job that has reached two contacts and may have reached a third, and the same table under another name. */
  async function copied(): Promise<{ path: string; copy: string }> {
    const path = write('contacts.csv', csv(3));
    sandbox.injectFault(lost('sendContent', true));
    expect((await run(path)).counts).toMatchObject({ done: 2, unknown: 1 });
    return { path, copy: write('contacts-fixed.csv', csv(4)) };
  }

  test('is refused for the same message, with the choices', async () => {
    const { path, copy } = await copied();
    await expect(run(copy)).rejects.toThrow(
      [
        `${path}.journal says that the same was sent on this page, or may have been, to 3 of the 4 contacts to do. Nothing was done. Choose:`,
        `  to go on with that job: --journal ${path}.journal`,
        `  to leave these contacts out: --skip-done-of ${path}.journal`,
        `  to send it to them once more: --journal ${copy}.journal`,
      ].join('\n'),
    );
    expect(reached(sandbox)).toHaveLength(3);
    expect(existsSync(`${copy}.journal`)).toBe(false);
  });

  test.each<[string, (paths: { path: string; copy: string }) => BulkOptions, number]>([
    ['goes on with that job', ({ path }) => ({ journal: `${path}.journal` }), 1],
    ['leaves them out', ({ path }) => ({ skipDoneOf: `${path}.journal` }), 1],
    ['sends it once more', ({ copy }) => ({ journal: `${copy}.journal` }), 4],
  ])('%s if that is chosen, and can be run again', async (_, choice, sends) => {
    const paths = await copied();
    const options = { ...hello, ...choice(paths) };
    expect((await run(paths.copy, options)).counts).toMatchObject({ total: 4, not_reached: 0 });
    expect(reached(sandbox)).toHaveLength(3 + sends);
    await run(paths.copy, options);
    expect(reached(sandbox)).toHaveLength(3 + sends);
  });

  test('is refused in advance by a dry run', async () => {
    const { path, copy } = await copied();
    const { code, noted } = await run(copy, hello, { MANYCHAT_MCP_DRY_RUN: '1' });
    expect(code).toBe(1);
    expect(noted).toContain(`A run would be refused: ${path}.journal says that the same was sent`);
  });

  test('is refused if the other was sent while the question was open', async () => {
    const path = write('contacts.csv', csv(2));
    const copy = write('contacts-fixed.csv', csv(3));
    const ask = async (): Promise<string> => {
      expect((await run(copy)).counts).toMatchObject({ done: 3 });
      return 'y';
    };
    await expect(runBulk(directlyTo(sandbox), path, hello, { ask })).rejects.toThrow(
      `${copy}.journal says that the same was sent on this page, or may have been, to 2 of the 2 contacts to do.`,
    );
    expect(reached(sandbox)).toHaveLength(3);
    expect(existsSync(`${path}.journal`)).toBe(false);
  });

  test('is refused while the other is being sent, also if its contacts have not had their turn', async () => {
    const path = write('contacts.csv', csv(30));
    const copy = write('last-ones.csv', `id,name\n${followers(30).at(-1)},A\n`);
    sandbox.injectFault(held('sendContent'));
    const first = run(path);
    await sandbox.waitForRequests(1, 'sendContent');
    await expect(run(copy)).rejects.toThrow(
      [
        `process ${process.pid} is doing the same on this page, with the journal ${path}.journal, and may yet reach the same contacts. Nothing was done. Wait until it has ended, then run this command again.`,
        `  if its table has none of these contacts: --journal ${copy}.journal`,
      ].join('\n'),
    );
    release();
    expect((await first).counts).toMatchObject({ done: 30 });
  });

  test('goes on without them while it has the journal of the other locked itself', async () => {
    const { path, copy } = await copied();
    const options = { ...hello, skipDoneOf: `${path}.journal` };
    expect((await run(copy, options)).counts).toMatchObject({ total: 4, done: 3, unknown: 1 });
  });

  test('is compared with journals only, and with no link that leads nowhere', async () => {
    const path = write('contacts.csv', csv(2));
    symlinkSync('loop.journal', `${dirname(path)}/loop.journal`);
    expect((await run(path)).counts).toMatchObject({ done: 2 });
  });

  test('is done if it is another message, a tag, another page, or has other contacts only', async () => {
    const { copy } = await copied();
    expect((await run(copy, { sendText: 'Hello' })).code).toBe(0);
    const tagged = write('tagged.csv', csv(3));
    await run(tagged, { addTag: 'VIP' });
    expect((await run(write('tagged-2.csv', csv(3)), { addTag: 'VIP' })).code).toBe(0);
    const others = write(
      'others.csv',
      `id,name\n${followers(6)
        .slice(4)
        .map((id) => `${id},A\n`)
        .join('')}`,
    );
    expect((await run(others)).counts).toMatchObject({ done: 2 });
    const second = { MANYCHAT_API_KEY: sandbox.secondManychatKey };
    expect((await run(write('second.csv', csv(3)), hello, second)).counts).toMatchObject({ failed: 3 });
  });

  test('is done if the other file only looks like a journal', async () => {
    write('notes.journal', 'Dear diary\n');
    write('empty.journal', '');
    write('long.journal', 'x'.repeat(300_000));
    expect((await run(write('contacts.csv', csv(1)))).code).toBe(0);
  });

  test('of several accounts is refused after a run on one of them, and goes on without its contacts', async () => {
    const [one = '', two = ''] = followers(2);
    const path = write('contacts.csv', `id,name,account\n${one},A,Acme\n${two},B,Bistro\n`);
    const pages = await startPages(path, [
      { account: 'Acme', id: 111 },
      { account: 'Bistro', id: 222 },
    ]);
    const single = write('acme.csv', `id,name\n${one},A\n`);
    await runBulk({ ...pages.environment, MANYCHAT_MCP_ACCOUNT: 'Acme' }, single);
    const byRow: BulkOptions = { ...hello, accountColumn: true };
    await expect(runBulk(pages.environment, path, byRow)).rejects.toThrow(
      [
        `Acme: ${single}.journal says that the same was sent on this page, or may have been, to 1 of the 1 contacts to do. Nothing was done. Choose:`,
        `  to leave these contacts out: --skip-done-of ${single}.journal`,
        `  to send it to them once more: --journal ${path}.journal`,
      ].join('\n'),
    );
    expect(pages.sent()).toHaveLength(1);
    const { counts, noted } = await runBulk(pages.environment, path, { ...byRow, skipDoneOf: `${single}.journal` });
    expect(counts).toMatchObject({ done: 2 });
    expect(noted).toContain(`Acme: Left out because of ${single}.journal: 1 done, 0 unknown.`);
    expect(noted).toContain(`Bistro: nothing is left out, as there is no ${dirname(path)}/acme.csv.bistro.journal.`);
    expect(pages.sent().map(({ account }) => account)).toEqual(['Acme', 'Bistro']);
  });

  test('is compared with the journal of each account', async () => {
    const [one = '', two = ''] = followers(2);
    const path = write('contacts.csv', `id,name,account\n${one},A,Acme\n${two},B,Bistro\n`);
    const pages = await startPages(path, [
      { account: 'Acme', id: 111 },
      { account: 'Bistro', id: 222 },
    ]);
    const byRow: BulkOptions = { ...hello, accountColumn: true };
    await runBulk(pages.environment, path, byRow);
    const copy = `${dirname(path)}/copy.csv`;
    copyFileSync(path, copy);
    await expect(runBulk(pages.environment, copy, byRow)).rejects.toThrow(
      `  to go on with that job: --journal ${path}.journal\n  to leave these contacts out: --skip-done-of ${path}.journal`,
    );
    for (const choice of [{ journal: `${path}.journal` }, { skipDoneOf: `${path}.journal` }]) {
      expect((await runBulk(pages.environment, copy, { ...byRow, ...choice })).counts).toMatchObject({ done: 2 });
    }
    expect(pages.sent()).toHaveLength(2);
    expect(readFileSync(`${copy}.acme.journal`, 'utf8')).toContain(`{"id":"${one}","state":"done"}`);
  });
});
