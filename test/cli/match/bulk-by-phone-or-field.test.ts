import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { BulkOptions } from '../../../src/cli/bulk/options.js';
import { giveField, givePhone, requestsOf } from '../../support/known-people.js';
import { answerWith, byEmail, failedRows, journalOf, useMatching } from '../../support/matching.js';
import { aisha, followers, john, liam, maria } from '../../support/people.js';
import { reached } from '../../support/sandboxed.js';

const { sandbox, write, run, phones, searches } = useMatching();

describe('a run by phones', () => {
  const byPhone: BulkOptions = { sendText: 'Hi {{name}}', matchPhone: true };

  test('finds a number in any spelling, once', async () => {
    const path = phones('+1 (555) 010-2030,A', '0015550102030,B', 'tel:+15550102030,C', '"=""+15550102030""",D');
    const { counts } = await run(path, byPhone);
    expect(counts).toMatchObject({ total: 1, done: 1, repeated: 3 });
    expect(reached(sandbox)).toEqual(['1523908746']);
    expect(journalOf(path)).toContain('{"match":"phone:+15550102030","id":"1523908746"}');
  });

  test.each([
    ['600111222', 'can mean several numbers: write it with + and country code'],
    ['3.46E+10', 'is a number that a spreadsheet rounded'],
    ['+34600111222 / +34600111333', 'and nothing else'],
    ['########', 'too narrow'],
  ])('refuses the row of %j', async (cell, words) => {
    const path = phones(`${cell},A`);
    expect((await run(path, byPhone)).counts).toMatchObject({ failed: 1 });
    expect(failedRows(path)).toContain(words);
    expect(searches()).toBe(0);
  });

  test('counts a number only if the contact has this very number', async () => {
    const [one, two] = followers(2);
    await givePhone(sandbox, String(one), '+5511987654321');
    // Without its 9, and a stored number without its + that is short enough for a national one.
    const path = phones('+551187654321,A');
    expect((await run(path, byPhone)).counts).toMatchObject({ failed: 1, done: 0 });
    const short = write('short.csv', 'Phone,name\n+491234567,A\n');
    sandbox.injectFault({
      match: { path: 'findBySystemField' },
      after: 1,
      ...answerWith({ id: two, name: 'N', phone: '491234567' }),
    });
    expect((await run(short, byPhone)).counts).toMatchObject({ failed: 1, done: 0 });
    expect(failedRows(short)).toContain(
      '""491234567"", which lacks its + and country code: it was not counted as a hit',
    );
    expect(failedRows(path)).toContain('which may be the same number in another form: it was not counted as a hit');
  });

  test('finds a WhatsApp number if ManyChat returns its contact, and says what else finds it', async () => {
    sandbox.injectFault({
      match: { path: 'findBySystemField' },
      ...answerWith({ id: aisha, name: 'Aisha Khan', whatsapp_phone: '972501234567' }),
    });
    const path = phones('+972501234567,A', '+34600999888,B');
    expect((await run(path, { ...byPhone, channel: 'whatsapp' })).counts).toMatchObject({ done: 1, failed: 1 });
    expect(reached(sandbox)).toEqual([aisha]);
    expect(failedRows(path)).toContain('--match-field');
  });
});

describe('a run by a custom field', () => {
  const by = (matchField: string): BulkOptions => ({ sendText: 'Hi {{name}}', matchField });

  test('finds a value of a text and of a number field', async () => {
    const path = write('contacts.csv', 'Code,Orders,name\nvalue,12.0,A\nVALUE,7x,B\n');
    expect((await run(path, by('coupon_code=Code'))).counts).toMatchObject({ done: 1, failed: 1 });
    const options = { ...by('purchase_count=Orders'), journal: `${path}.2.journal` };
    expect((await run(path, options)).counts).toMatchObject({ done: 1, failed: 1 });
    expect(reached(sandbox)).toEqual([john, maria]);
    expect(failedRows(`${path}.2.journal`)).toContain(
      'must be a number, like 123 or 1.23, because the field is of type number',
    );
  });

  test('finds a WhatsApp number that is kept in a field, with or without its +', async () => {
    const path = write('contacts.csv', 'wa_number,name\n+972 50 123 4567,A\n972501234567,B\n');
    expect((await run(path, { ...by('wa_number'), channel: 'whatsapp' })).counts).toMatchObject({
      done: 1,
      repeated: 1,
    });
    expect(reached(sandbox)).toEqual([aisha]);
  });

  test('sends to none of several contacts with a value', async () => {
    const [one] = followers(1);
    await giveField(sandbox, String(one), 123, 'value');
    const path = write('contacts.csv', 'coupon_code,name\nvalue,A\n');
    expect((await run(path, by('coupon_code'))).counts).toMatchObject({ failed: 1, done: 0 });
    expect(failedRows(path)).toContain(
      `"the value ""value"" of field ""coupon_code"" belongs to 2 contacts: ${one} (""Follower 1""), ${john} (""John Doe"")`,
    );
  });

  test('sends to none if ManyChat may know more contacts than it returns', async () => {
    const fields = [{ id: 123, name: 'coupon_code', type: 'text', value: 'value' }];
    const others = Array.from({ length: 99 }, (_, index) => ({ id: `9${index}`, custom_fields: [] }));
    sandbox.injectFault({
      match: { path: 'findByCustomField' },
      ...answerWith({ id: john, name: 'John', custom_fields: fields }, ...others),
    });
    const path = write('contacts.csv', 'coupon_code,name\nvalue,A\n');
    expect((await run(path, by('coupon_code'))).counts).toMatchObject({ failed: 1, done: 0 });
    expect(failedRows(path)).toContain('belongs to 100 contacts or more');
  });

  test.each([
    ['birthday', 'is of type date'],
    ['next_delivery', 'is of type datetime'],
    ['newsletter', 'is of type boolean'],
    ['no_such_field', 'there is no custom field "no_such_field"'],
  ])('refuses the field %s before anything is looked up', async (field, words) => {
    const path = write('contacts.csv', 'c,name\n1,A\n');
    await expect(run(path, by(`${field}=c`))).rejects.toThrow(words);
    expect(requestsOf(sandbox, 'findByCustomField')).toBe(0);
    expect(existsSync(`${path}.journal`)).toBe(false);
  });

  test('stops before anything is sent if the values look rounded by a spreadsheet', async () => {
    await giveField(sandbox, liam, 123, '24958501110451900');
    const path = write('contacts.csv', 'coupon_code,name\n24958501110451900,A\n');
    await expect(run(path, by('coupon_code'))).rejects.toThrow('look as if a spreadsheet had rounded them');
    expect(reached(sandbox)).toEqual([]);
  });
});

describe('the flags', () => {
  const table = 'Email,Work e-mail,Phone,name\na@x.com,b@x.com,1,A\n';
  test.each<[BulkOptions, string]>([
    [{ matchEmail: true }, 'the emails could be in "Email", "Work e-mail": name the column'],
    [{ matchEmail: 'Mail' }, 'the table lacks a column "Mail"; it has Email, Work e-mail, Phone, name'],
    [{ matchEmail: 'Email', matchPhone: true }, 'give only one of --match-email, --match-phone and --match-field'],
    [{ matchEmail: 'Email', idColumn: 'name' }, '--id-column names contacts by their ids'],
    [{ matchField: '=x' }, '--match-field names a custom field and a column'],
    [{ matchField: 'coupon_code' }, 'the table lacks a column "coupon_code"'],
  ])('%j are refused', async (options, words) => {
    await expect(run(write('c.csv', table), { sendText: 'Hi', ...options })).rejects.toThrow(words);
    expect(sandbox.requests()).toEqual([]);
  });

  test('need a column whose heading says what it holds', async () => {
    const path = write('c.csv', 'who,name\na@x.com,A\n');
    await expect(run(path, byEmail)).rejects.toThrow(
      'no column says that it holds emails: name it, as in --match-email "who"',
    );
  });
});
