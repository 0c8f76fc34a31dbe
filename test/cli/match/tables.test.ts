import { describe, expect, test } from 'vitest';
import type { BulkOptions } from '../../../src/cli/bulk/options.js';
import { answerWith, byEmail, failedRows, journalOf, useMatching } from '../../support/matching.js';
import { john, maria } from '../../support/people.js';
import { reached } from '../../support/sandboxed.js';

const { sandbox, write, run, searches } = useMatching();

const byPhone: BulkOptions = { sendText: 'Hi {{name}}', matchPhone: true };

describe('tables of emails and phones', () => {
  test.each<[string, BulkOptions, string, RegExp]>([
    [
      'a missing quote',
      byEmail,
      'name,Email\n"Maria,maria.garcia@example.com\nJohn",john@example.com\n',
      /a cell contains what looks like another row/,
    ],
    [
      'a missing quote',
      byPhone,
      'Phone,name\n+34600111222,"Maria\n+34600111333,John"\n',
      /a cell contains what looks like another row/,
    ],
    [
      'a line break that is not quoted',
      byEmail,
      'Email,name,note,plan\njohn@example.com,John,ring\ntwice,gold\n',
      /look like one row that a line break has split/,
    ],
    [
      'one cell too many',
      byEmail,
      'name,Email\nGarcia, Maria,maria.garcia@example.com\n',
      /the row has 3 cells, and line 1 names 2 columns/,
    ],
  ])('send to nobody whose row has %s', async (_, options, text, words) => {
    const path = write('contacts.csv', text);
    expect((await run(path, options)).counts).toMatchObject({ done: 0 });
    expect(failedRows(path)).toMatch(words);
    expect(reached(sandbox)).toEqual([]);
  });

  test.each<[BulkOptions, string]>([
    [byEmail, 'john@email.com,John\nmaria.garcia@example.com,Maria\n'],
    [{ ...byPhone, matchPhone: '+34600111222' }, '+34600111222,name\n+34600111333,John\n'],
  ])('without headings are refused by %j', async (options, text) => {
    await expect(run(write('contacts.csv', text), options)).rejects.toThrow('the first row must name the columns');
    expect(sandbox.requests()).toEqual([]);
  });

  test('may lack the last cells of rows', async () => {
    const path = write('contacts.csv', 'name,Email,note\nA,john@example.com\nB,maria.garcia@example.com\n');
    expect((await run(path)).counts).toMatchObject({ done: 2 });
    expect(reached(sandbox).toSorted()).toEqual([john, maria]);
  });

  test('may have ids of another system and repeat their headings', async () => {
    const path = write(
      'crm.csv',
      'ID,Record ID,Email,name\n1,2,john@example.com,A\nID,Record ID,Email,name\n3,4,maria.garcia@example.com,B\n',
    );
    expect((await run(path)).counts).toMatchObject({ total: 2, done: 2 });
  });
});

describe('the journal of a job by emails', () => {
  test('is continued where its last line was cut off', async () => {
    const path = write('contacts.csv', 'Email,name\njohn@example.com,A\nmaria.garcia@example.com,B\n');
    const entries = [
      {
        bulk: 1,
        page: '123456789',
        action: { action: 'send_text', text: 'Hi {{name}}' },
        match: { by: 'email', column: 'Email' },
      },
      { match: 'email:john@example.com', id: john },
    ].map((each) => `${JSON.stringify(each)}\n`);
    write('contacts.csv.journal', `${entries.join('')}{"match":"email:maria.garcia@exa`);
    expect((await run(path)).counts).toMatchObject({ done: 2 });
    expect(searches()).toBe(1);
    expect(journalOf(path)).not.toContain('@exa{');
  });

  test('keeps the contact that it has, whatever ManyChat answers now', async () => {
    const path = write('contacts.csv', 'Email,name\njohn@example.com,A\n');
    await run(path);
    sandbox.injectFault({
      match: { path: 'findBySystemField' },
      times: 9,
      ...answerWith({ id: maria, email: 'john@example.com' }),
    });
    expect((await run(path, { ...byEmail, retryFailed: true, retryUnknown: true })).counts).toMatchObject({ done: 1 });
    expect(reached(sandbox)).toEqual([john]);
  });

  test('is refused if a contact that was found has no id in it', async () => {
    const path = write('contacts.csv', 'Email,name\njohn@example.com,A\n');
    await run(path);
    write('contacts.csv.journal', journalOf(path).replace(`,"id":"${john}"}`, '}'));
    await expect(run(path)).rejects.toThrow('cannot be read; the journal is damaged');
  });
});
