import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { BulkOptions } from '../../../../src/cli/bulk/options.js';
import { runBulk } from '../../../support/bulk.js';
import { useFolder } from '../../../support/folder.js';
import { contactOf, startPages } from '../../../support/pages.js';

const write = useFolder();
const byEmail: BulkOptions = { addTag: 'X', accountColumn: true, matchEmail: 'email' };
const accounts = [
  { account: 'Acme', id: 111 },
  { account: 'Bistro', id: 222 },
];

/** A table with a row for each account, whose contacts are known by their emails; both pages have the tag. */
async function prepare() {
  const path = write('contacts.csv', 'account,email\nAcme,a@example.com\nBistro,bo@example.com\n');
  const pages = await startPages(path, accounts);
  pages.script = ({ path: where }) =>
    where.endsWith('getTags') ? { status: 'success', data: [{ id: 1, name: 'X' }] } : undefined;
  return { path, pages };
}

describe('a table with emails and accounts', () => {
  test('is looked up on each account in a dry run', async () => {
    const { path, pages } = await prepare();
    const dry = { ...pages.environment, MANYCHAT_MCP_DRY_RUN: '1' };
    const { code, out, noted } = await runBulk(dry, path, { ...byEmail, json: undefined });
    expect(noted.match(/^.*: looking up .*/gm)?.toSorted()).toEqual([
      'Acme: looking up 0 of 1 …',
      'Acme: looking up 1 of 1 …',
      'Bistro: looking up 0 of 1 …',
      'Bistro: looking up 1 of 1 …',
    ]);
    expect(out).toContain(`Acme: line 2: "Contact ${contactOf(111, 'a@example.com')}"`);
    expect(out).toContain(`Bistro: line 3: "Contact ${contactOf(222, 'bo@example.com')}"`);
    expect(code).toBe(0);
  });

  test('is looked up on each account before the question', async () => {
    const { path, pages } = await prepare();
    const { code, counts } = await runBulk(pages.environment, path, byEmail, { ask: async () => 'y' });
    expect([code, counts]).toMatchObject([0, { done: 2 }]);
  });

  test('a dry run says of which account a row would fail', async () => {
    const { path, pages } = await prepare();
    writeFileSync(path, 'account,email\nAcme,a\nBistro,b\n');
    const dry = { ...pages.environment, MANYCHAT_MCP_DRY_RUN: '1' };
    const { noted } = await runBulk(dry, path, { ...byEmail, offline: true, matchEmail: 'email' });
    expect(noted).toMatch(/^Acme: line 2 would fail: /m);
    expect(noted).toMatch(/^Bistro: line 3 would fail: /m);
  });

  test('a dry run names every account that stops answering', async () => {
    const { path, pages } = await prepare();
    pages.script = ({ path: where }, account) => {
      if (!where.endsWith('findBySystemField')) return undefined;
      return { status: 'error', message: `No more of ${account}` };
    };
    const dry = { ...pages.environment, MANYCHAT_MCP_DRY_RUN: '1' };
    const { code, noted } = await runBulk(dry, path, byEmail);
    expect(code).toBe(1);
    expect(noted).toMatch(/^Acme: rejected: No more of Acme/m);
    expect(noted).toMatch(/^Bistro: rejected: No more of Bistro/m);
  });
});
