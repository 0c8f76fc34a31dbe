import { describe, expect, test } from 'vitest';
import type { BulkOptions } from '../../../src/cli/bulk/options.js';
import { exitCodes } from '../../../src/cli/shell/exit-codes.js';
import { giveEmail } from '../../support/known-people.js';
import { answerWith, byEmail, failedRows, journalOf, useMatching } from '../../support/matching.js';
import { followers, john, maria, tom } from '../../support/people.js';
import { lost, reached } from '../../support/sandboxed.js';

const { sandbox, write, run, emails, searches } = useMatching();

describe('a run by emails', () => {
  test('sends to the contact that has the email of the row, in any case, once', async () => {
    const path = emails('MARIA.Garcia@Example.com,A', 'mailto:john@example.com,B', ' maria.garcia@example.com ,C');
    const { code, counts, noted } = await run(path);
    expect([code, counts]).toEqual([0, expect.objectContaining({ total: 2, done: 2, repeated: 1 })]);
    expect(reached(sandbox).toSorted()).toEqual([john, maria]);
    expect(JSON.stringify(sandbox.messages())).toContain('Hi A');
    expect(noted).toContain('looking up 0 of 2 …');
    expect(noted).toContain(`line 4 is left out: ${maria} has other values in line 2, which is used`);
    expect(noted).toContain('2 of 2 contacts to do, with emails from column "Email".');
  });

  test('remembers in the journal who was found, and lists the others', async () => {
    const path = emails('john@example.com,A', 'nobody@example.com,B', 'a@x.com b@x.com,C', ',D', 'NULL,E');
    const { code, counts, noted } = await run(path);
    expect([code, counts]).toEqual([1, expect.objectContaining({ total: 5, done: 1, failed: 4, not_reached: 0 })]);
    expect(reached(sandbox)).toEqual([john]);
    expect(journalOf(path).split('\n')[0]).toBe(
      JSON.stringify({
        bulk: 1,
        page: '123456789',
        action: { action: 'send_text', text: 'Hi {{name}}' },
        match: { by: 'email', column: 'Email' },
      }),
    );
    expect(journalOf(path)).toContain(`\n{"match":"email:john@example.com","id":"${john}"}\n`);
    expect(journalOf(path)).not.toContain('nobody');
    const rows = failedRows(path).split('\n');
    expect(rows[1]).toMatch(
      /^"3","nobody@example.com","failed","not_found","the email ""nobody@example.com"" belongs to no contact","Correct this cell in your own table, not in the list of failures, or the contact in ManyChat/,
    );
    expect(rows[2]).toMatch(
      /^"4","a@x.com b@x.com","failed","invalid_input","Email: ""a@x.com b@x.com"" must be one email/,
    );
    expect(rows[3]).toMatch(/^"5","","failed","invalid_input","Email is empty"/);
    expect(rows[4]).toMatch(/^"6","NULL","failed","invalid_input","Email: ""NULL"" is how a program writes/);
    expect(noted).toContain('4 rows cannot be used');
  });

  test('looks up again only who was not found', async () => {
    const path = emails('john@example.com,A', 'nobody@example.com,B');
    await run(path);
    const before = searches();
    const [one = ''] = followers(1);
    await giveEmail(sandbox, one, 'nobody@example.com');
    expect((await run(path)).counts).toMatchObject({ done: 2, failed: 0 });
    expect(searches() - before).toBe(1);
    expect(reached(sandbox)).toEqual([john, one]);
    const again = searches();
    expect((await run(path)).counts).toMatchObject({ done: 2 });
    expect(searches()).toBe(again);
  });

  test('keeps the contact of a row whose email somebody else has now', async () => {
    const path = emails('john@example.com,A');
    await run(path);
    await giveEmail(sandbox, john, 'other@example.com');
    await giveEmail(sandbox, tom, 'john@example.com');
    expect((await run(path)).counts).toMatchObject({ done: 1, not_reached: 0 });
    const corrected = { ...byEmail, sendText: 'Hello', skipDoneOf: `${path}.journal`, journal: `${path}.2.journal` };
    expect((await run(path, corrected)).counts).toMatchObject({ done: 1 });
    const third = { ...corrected, sendText: 'Hey', skipDoneOf: `${path}.2.journal`, journal: `${path}.3.journal` };
    expect((await run(path, third)).counts).toMatchObject({ done: 1 });
    expect(reached(sandbox)).toEqual([john]);
  });

  test('leaves out whom a job by ids reached, and the other way round', async () => {
    const ids = write('ids.csv', `id,name\n${john},A\n`);
    await run(ids, { sendText: 'Hi' });
    const path = emails('john@example.com,A', 'maria.garcia@example.com,B');
    expect((await run(path, { ...byEmail, skipDoneOf: `${ids}.journal` })).counts).toMatchObject({ done: 2 });
    const more = write('more.csv', `id,name\n${maria},A\n${followers(1)[0]},B\n`);
    expect((await run(more, { sendText: 'Hi', skipDoneOf: `${path}.journal` })).counts).toMatchObject({ done: 2 });
    expect(reached(sandbox)).toEqual([john, maria, followers(1)[0]]);
  });

  test.each<[string, BulkOptions, BulkOptions]>([
    ['another column', byEmail, { ...byEmail, matchEmail: 'name' }],
    ['ids', byEmail, { sendText: 'Hi {{name}}', idColumn: 'name' }],
    ['phones', { sendText: 'Hi {{name}}', idColumn: 'id' }, { sendText: 'Hi {{name}}', matchPhone: 'name' }],
  ])('does not go on with the journal of a job by %s', async (_, first, second) => {
    const path = write('contacts.csv', `Email,id,name\njohn@example.com,${john},A\n`);
    await run(path, first);
    await expect(run(path, second)).rejects.toThrow(
      /belongs to another job: its contacts are (known by the email in column "Email"|given by their)/,
    );
    expect(reached(sandbox)).toHaveLength(1);
  });

  test('sends to nobody whose email ManyChat says is another, nor to one of several', async () => {
    const [one, two] = followers(2);
    const contact = (id: string | undefined, email: string) => ({ id, name: `N ${id}`, email });
    sandbox.injectFault({
      match: { path: 'findBySystemField' },
      ...answerWith(contact(one, 'x@example.com'), contact(two, 'X@example.com')),
    });
    sandbox.injectFault({ match: { path: 'findBySystemField' }, ...answerWith(contact(one, 'zzz@example.com')) });
    const path = emails('x@example.com,A', 'y@example.com,B');
    const { counts } = await run(path);
    expect(counts).toMatchObject({ failed: 2, done: 0 });
    expect(failedRows(path)).toContain(`belongs to 2 contacts: ${one} (""N ${one}""), ${two} (""N ${two}"")`);
    expect(failedRows(path)).toContain('with the id of the contact that is meant');
    expect(failedRows(path)).toContain(`whose email is ""zzz@example.com"": it was not counted as a hit`);
    expect(reached(sandbox)).toEqual([]);
  });

  test('finds that two spellings of one email belong to two contacts', async () => {
    const [one] = followers(1);
    sandbox.injectFault({
      match: { path: 'findBySystemField' },
      ...answerWith({ id: one, name: 'Twin', email: 'John@example.com' }),
    });
    const path = emails('John@example.com,A');
    expect((await run(path)).counts).toMatchObject({ failed: 1, done: 0 });
    expect(failedRows(path)).toContain(`belongs to 2 contacts: ${one} (""Twin""), ${john} (""John Doe"")`);
  });

  test('goes on where looking up was interrupted, and asks for nobody twice', async () => {
    const ids = followers(30);
    for (const [index, id] of ids.entries()) await giveEmail(sandbox, id, `f${index}@example.com`);
    const path = emails(...ids.map((_, index) => `f${index}@example.com,${index}`));
    const ending = new AbortController();
    const wait = sandbox.waitForRequests(ids.length + 1 + 5).then(() => ending.abort());
    const first = await run(path, byEmail, { ending: ending.signal });
    await wait;
    expect(first.code).toBe(exitCodes.again);
    expect(reached(sandbox)).toEqual([]);
    const found = [...journalOf(path).matchAll(/"match":"email:(.*?)"/g)].map(([, email]) => email);
    expect(found.length).toBeGreaterThan(0);
    expect(found.length).toBeLessThan(ids.length);
    expect(first.noted).toContain('The same command looks up the others.');
    expect((await run(path)).counts).toMatchObject({ done: 30 });
    const asked = sandbox.requests().flatMap(({ query }) => query.email ?? []);
    for (const email of found) expect(asked.filter((each) => each === email)).toHaveLength(1);
    expect(reached(sandbox).toSorted()).toEqual(ids.toSorted());
  });

  test('does nothing if one lookup fails, and goes on with the same command', async () => {
    const path = emails('john@example.com,A', 'maria.garcia@example.com,B');
    const body = { status: 'error', message: 'Wrong token' };
    sandbox.injectFault({ match: { path: 'findBySystemField' }, after: 1, times: 9, status: 401, body });
    const { code, noted } = await run(path);
    expect(code).toBe(exitCodes.failed);
    expect(noted).toContain('manychat_auth');
    expect(noted).toContain('1 contact was found. The same command looks up the others.');
    expect(reached(sandbox)).toEqual([]);
    sandbox.clearFaults();
    expect((await run(path)).counts).toMatchObject({ done: 2 });
  });

  test('leaves a contact unknown whose response was lost, by its id', async () => {
    const path = emails('john@example.com,A');
    sandbox.injectFault(lost('sendContent', true));
    expect((await run(path)).counts).toMatchObject({ unknown: 1 });
    expect(failedRows(path)).toMatch(new RegExp(`^"2","${john}","unknown"`, 'm'));
    expect((await run(path)).counts).toMatchObject({ unknown: 1 });
    expect(reached(sandbox)).toHaveLength(1);
  });

  test('sets fields of contacts, and not the column of their emails', async () => {
    const path = write('contacts.csv', 'Email,coupon_code\njohn@example.com,X1\nmaria.garcia@example.com,\n');
    expect((await run(path, { setFields: true, matchEmail: 'Email' })).counts).toMatchObject({ done: 2, failed: 0 });
    expect(sandbox.requests().filter(({ path: each }) => each.includes('setCustomFields'))).toHaveLength(1);
  });
});
