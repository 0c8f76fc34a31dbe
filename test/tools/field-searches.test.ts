import { describe, expect, test } from 'vitest';
import { maria, tom } from '../support/people.js';
import { useCaller } from '../support/sandboxed.js';

const bySystemField = 'manychat_find_subscriber_by_system_field';
const byCustomField = 'manychat_find_subscribers_by_custom_field';
const findOrCreate = 'manychat_find_or_create_subscriber';

const used = useCaller({ random: () => 0 });

const giveField = async (subscriber_id: string, field_value: string) => {
  await used.result('manychat_set_custom_field', { subscriber_id, field_id: 8, field_value });
};
const queries = () => used.sandbox.requests().map(({ query }) => query);

/** Makes the sandbox answer the next searches with this data, whatever was asked for. */
const answerWith = (data: unknown, times = 1, path = 'findBySystemField') =>
  used.sandbox.injectFault({ match: { path }, times, status: 200, body: { status: 'success', data } });
const somebody = { id: '77', name: 'Somebody', email: 'other@example.com', phone: '+202555012345' };

const spellings = [
  '+34600111222',
  '+34 600-111-222',
  '+34 (600) 111.222',
  '\u202a+34\u00a0600\u2011111\u2011222\u202c',
  '\u200e+34\u00a0600\u200e111\u00a0222\u00a0',
  '0034600111222',
  '34600111222',
];

describe('a search by custom field', () => {
  test.each(spellings.slice(1))('%j finds the number with its +', async (field_value) => {
    await giveField(maria, '+34600111222');
    const result = await used.result(byCustomField, { field_id: 8, field_value });
    expect(result).toMatchObject({ count: 1, subscribers: [{ id: maria }] });
    expect(result.warnings).toEqual([
      expect.stringMatching(/^Found by "\+34600111222", not ".*": make sure it is the person meant\.$/),
    ]);
  });

  test('finds a number that is stored without its +', async () => {
    await giveField(maria, '34600111222');
    const args = { field_id: 8, field_value: '+34 600 111 222' };
    expect(await used.result(byCustomField, args)).toMatchObject({ subscribers: [{ id: maria }] });
  });

  test('does not count a contact whose field has another number', async () => {
    const field = { id: 8, name: 'whatsapp_number', type: 'text', value: '+202555012345' };
    answerWith([{ ...somebody, custom_fields: [field] }], 1, 'findByCustomField');
    const { count, warnings } = await used.result(byCustomField, { field_id: 8, field_value: '2025550123' });
    expect(count).toBe(0);
    expect(warnings).toContain(
      'ManyChat answered "2025550123" with contact 77 ("Somebody"), whose field 8 is "+202555012345": it was not counted as a hit.',
    );
  });

  test.each(['2025550123', '+5521976372196', 'A-1042', '2018-05-01'])(
    '%s finds no other digits',
    async (field_value) => {
      await giveField(maria, '+2025550123');
      await giveField(tom, '+552176372196');
      expect(await used.result(byCustomField, { field_id: 8, field_value })).toMatchObject({ count: 0 });
      const asked = queries().map(({ field_value: value }) => value?.replace('+', ''));
      expect(new Set(asked.slice(2))).toEqual(new Set([field_value.replace('+', '')]));
    },
  );

  const inField = (value: unknown, id = '77', type = 'text') => ({
    ...somebody,
    id,
    custom_fields: [{ id: 8, name: 'order', type, value }],
  });

  test.each([
    ['123456 ', '123456'],
    ['12 34 56', '123456'],
    ['123456', '123456 '],
  ])('stored as %j counts for %j', async (stored, field_value) => {
    answerWith([inField(stored)], 1, 'findByCustomField');
    expect(await used.result(byCustomField, { field_id: 8, field_value })).toMatchObject({ count: 1 });
  });

  test('says that there may be more if ManyChat returned 100, also if one did not count', async () => {
    const contacts = Array.from({ length: 100 }, (_, index) =>
      inField(index === 7 ? '+1234567' : '1234567', `${index}`),
    );
    answerWith(contacts, 1, 'findByCustomField');
    const { total, count, capped, warnings } = await used.result(byCustomField, {
      field_id: 8,
      field_value: '1234567',
    });
    expect([total ?? count, capped]).toEqual([99, true]);
    expect(warnings).toContain(
      'ManyChat answered "1234567" with contact 7 ("Somebody"), whose field 8 is "+1234567": it was not counted as a hit.',
    );
  });

  test('names three contacts that did not count', async () => {
    const contacts = [1, 2, 3, 4, 5].map((id) => inField('+1234567', `${id}`));
    answerWith([...contacts, inField('1234567', '6')], 1, 'findByCustomField');
    const { count, warnings } = await used.result(byCustomField, { field_id: 8, field_value: '1234567' });
    expect([count, (warnings as string[]).length, (warnings as string[]).at(-1)]).toEqual([
      1,
      4,
      '2 more contacts were not counted as hits.',
    ]);
  });

  test.each([
    ['123456', 'Only exactly this value matches.'],
    ['A-1042', 'Only exactly this value matches.'],
    ['600 111 222', 'Only exactly this value matches. A phone number may be stored with or without its +.'],
    [
      '+34600111222',
      'Only exactly this value matches, also asked for as "34600111222". A phone number may be stored with or without its +.',
    ],
  ])('a miss of %j has advice about phones only if it is one', async (field_value, warning) => {
    const { warnings } = await used.result(byCustomField, { field_id: 8, field_value });
    expect(warnings).toEqual([warning]);
  });

  test('finds a short number that was stored with its country code and without +', async () => {
    await used.result(findOrCreate, { whatsapp_phone: '+65 9123 4567', whatsapp_field_id: 8 });
    const { count, warnings } = await used.result(byCustomField, { field_id: 8, field_value: '+65 9123 4567' });
    expect([count, warnings]).toEqual([
      1,
      ['Found by "6591234567", not "+65 9123 4567": make sure it is the person meant.'],
    ]);
  });

  test('names a contact once that was the answer to several spellings', async () => {
    answerWith([inField('+999')], 2, 'findByCustomField');
    const { warnings } = await used.result(byCustomField, { field_id: 8, field_value: '+34600111222' });
    expect((warnings as string[]).filter((each) => each.includes('contact 77'))).toHaveLength(1);
    answerWith(somebody, 2);
    const other = await used.result(bySystemField, { phone: '+34600111222' });
    expect((other.warnings as string[]).filter((each) => each.includes('contact 77'))).toHaveLength(1);
    answerWith(somebody, 2);
    const failure = await used.failure(findOrCreate, { phone: '+34600111222', has_opt_in_sms: false });
    expect(failure.details?.filter((each) => each.includes('contact 77'))).toHaveLength(1);
  });

  test('keeps what it says beside what the name of the field was read as', async () => {
    used.sandbox.injectFault({
      match: { path: 'getCustomFields' },
      times: 9,
      status: 200,
      body: { status: 'success', data: [{ id: 8, name: 'wa\u200e_number', type: 'text', description: '' }] },
    });
    const { warnings } = await used.result(byCustomField, { field_name: 'wa_number', field_value: 'A-1042' });
    expect(warnings).toEqual([expect.stringMatching(/wa_number/), 'Only exactly this value matches.']);
  });

  test('leaves other values to ManyChat', async () => {
    const field = { id: 8, name: 'city', type: 'text', value: 'Madrid' };
    answerWith([{ ...somebody, custom_fields: [field] }], 1, 'findByCustomField');
    expect(await used.result(byCustomField, { field_id: 8, field_value: 'MADRID' })).toMatchObject({ count: 1 });
  });

  test('compares a number field by its number', async () => {
    const field = { id: 8, name: 'order', type: 'number', value: 12345678 };
    answerWith([{ ...somebody, custom_fields: [field] }], 1, 'findByCustomField');
    expect(await used.result(byCustomField, { field_id: 8, field_value: '0012345678' })).toMatchObject({ count: 1 });
  });

  test.each([(name: string) => name, (name: string) => name.toUpperCase(), (name: string) => ` ${name} `])(
    'takes the name of the field in any case',
    async (spelled) => {
      await giveField(maria, '34600111222');
      const { custom_fields } = await used.result('manychat_list_custom_fields');
      const field = (custom_fields as { id: number; name: string }[]).find(({ id }) => id === 8);
      const args = { field_name: spelled(field?.name ?? ''), field_value: '34600111222' };
      expect(await used.result(byCustomField, args)).toMatchObject({ count: 1, subscribers: [{ id: maria }] });
      expect(queries().at(-1)).toEqual({ field_id: '8', field_value: '34600111222' });
    },
  );

  test('asks for other spellings in the field that was given by name', async () => {
    await giveField(maria, '+34600111222');
    const args = { field_name: 'phone_number', field_value: '34600111222' };
    await used.result(byCustomField, args);
    expect(queries().at(-1)).toEqual({ field_id: '1', field_value: '+34600111222' });
    expect(used.countOf('getCustomFields')).toBeLessThanOrEqual(2);
  });

  test.each([{}, { field_id: 8, field_name: 'x' }])('rejects %j, which is not exactly one field', async (field) => {
    const failure = await used.failure(byCustomField, { ...field, field_value: 'x' });
    expect(failure).toMatchObject({ kind: 'invalid_input', message: 'give exactly one of field_id and field_name' });
  });

  test.each([
    ['phone_numbr', /^There is no custom field "phone_numbr"; the closest are .*"phone_number"/],
    ['zzzzzzzz', /^There is no custom field "zzzzzzzz"; none is similar, so ask the user which one is meant$/],
  ])('says that the field %s does not exist', async (field_name, words) => {
    const failure = await used.failure(byCustomField, { field_name, field_value: 'x' });
    expect(failure).toMatchObject({ kind: 'not_found', performed: 'no', message: expect.stringMatching(words) });
    expect(used.paths()).toEqual(['getCustomFields']);
  });
});
