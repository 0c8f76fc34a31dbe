import { describe, expect, test } from 'vitest';
import { aisha, maria } from '../support/people.js';
import { useCaller } from '../support/sandboxed.js';

const find = 'manychat_find_or_create_subscriber';

const used = useCaller({ random: () => 0 });

/** Makes the sandbox refuse the next creation as ManyChat was observed to do. */
function refuseCreation(message: string): void {
  const details = { messages: { wa_id: { message: [message] } } };
  const body = { status: 'error', message: 'Validation error', details };
  used.sandbox.injectFault({ match: { path: 'createSubscriber' }, status: 400, body });
}

const numberOf = (subscriber_id: string, field_value: string) =>
  used.result('manychat_set_custom_field', { subscriber_id, field_id: 8, field_value });

describe('the number in a refusal', () => {
  test('is read only from the sentence about a WhatsApp number', async () => {
    const email = '1234567890@qq.com';
    refuseCreation(`This email already exists: ${email}`);
    const failure = await used.failure(find, { email, has_opt_in_email: true });
    expect(failure).toMatchObject({ kind: 'already_exists', performed: 'no' });
    expect(failure.hint).not.toContain('WhatsApp');
    expect(used.paths()).toEqual(['findBySystemField', 'createSubscriber', 'findBySystemField']);
  });

  test.each([
    ['This email already exists: 1234567890@qq.com', { whatsapp_phone: '+447700900124' }],
    ['This WhatsApp ID already exists: 12345678901234567890', { whatsapp_phone: '+447700900124' }],
    ['This WhatsApp ID already exists: 1234567890', { phone: '+447700900124', has_opt_in_sms: false }],
  ])('%j: no contact is found for %j', async (message, args) => {
    refuseCreation(message);
    expect(await used.failure(find, args)).toMatchObject({ kind: 'already_exists' });
  });

  test.each([
    ['Mexico', '+5215512345678', '525512345678'],
    ['Argentina', '+541112345678', '5491112345678'],
  ])('finds the contact, with a warning, if it is a variant of the given number (%s)', async (_, given, named) => {
    await numberOf(maria, named);
    refuseCreation(`This WhatsApp ID already exists: ${named}`);
    const result = await used.result(find, { whatsapp_phone: given, whatsapp_field_id: 8 });
    expect(result).toMatchObject({ created: false, found_by: 'custom_field', subscriber: { id: maria } });
    expect(result.warnings).toEqual([
      `ManyChat refused to create ${given} because of +${named}, which this contact has: it may be the same number in another form; make sure it is the right contact.`,
    ]);
  });

  test('does not return the contact with another number, but names it', async () => {
    refuseCreation('This WhatsApp ID already exists: 972501234567');
    const failure = await used.failure(find, { whatsapp_phone: '+447700900124', whatsapp_field_id: 8 });
    expect(failure).toMatchObject({ kind: 'already_exists', performed: 'no' });
    expect(failure.hint).toMatch(
      /^ManyChat names \+972501234567, which is not the given number; contact 1523908742 has it/,
    );
  });
});

describe('addresses that differ from the contact found', () => {
  test.each([
    [
      { email: 'john@example.com', has_opt_in_email: true, phone: '+15550102030', has_opt_in_sms: false },
      'The contact has the phone "+1234567890", not the given "+15550102030": make sure it is the right one.',
    ],
    [
      { phone: '+1234567890', has_opt_in_sms: false, email: 'ada@example.com', has_opt_in_email: true },
      'The contact has the email "john@example.com", not the given "ada@example.com": make sure it is the right one.',
    ],
    [
      { phone: '+15550102030', has_opt_in_sms: false, whatsapp_phone: '+972501234567' },
      'The contact has the whatsapp_phone "15550102030", not the given "+972501234567": make sure it is the right one.',
    ],
    [
      { email: 'maria.garcia@example.com', has_opt_in_email: true, phone: '+15550009999', has_opt_in_sms: false },
      'The contact has no phone, not the given "+15550009999": make sure it is the right one.',
    ],
    [
      { whatsapp_phone: '+972501234567', whatsapp_field_id: 8, first_name: 'Noa' },
      'first_name "Noa" was not set: the contact is 1523908742 ("Aisha Khan"). Make sure it is the right one before you change its name.',
    ],
  ])('%j: returns the contact with a warning', async (args, warning) => {
    expect((await used.result(find, args)).warnings).toEqual([warning]);
  });

  test.each([
    [{ email: ' JOHN@example.com\n', has_opt_in_email: true, phone: '+1234567890', has_opt_in_sms: false }],
    [{ phone: '+15550102030', has_opt_in_sms: false, whatsapp_phone: '+15550102030' }],
    [{ whatsapp_phone: '+972501234567', whatsapp_field_id: 8, first_name: ' aisha', last_name: 'Khan' }],
  ])('%j: returns the contact without a warning', async (args) => {
    const { created, warnings } = await used.result(find, args);
    expect([created, warnings]).toEqual([false, undefined]);
  });

  test.each(['972501234567', '+972501234567'])('reports several contacts with the number %s', async (number) => {
    await numberOf(maria, number);
    const failure = await used.failure(find, { whatsapp_phone: '972501234567', whatsapp_field_id: 8 });
    expect(failure).toMatchObject({ kind: 'already_exists', performed: 'no', source: 'client' });
    expect(failure.details?.join()).toContain(`${maria} ("Maria Garcia")`);
    expect(failure.details?.join()).toContain(`${aisha} ("Aisha Khan")`);
    expect(used.countOf('createSubscriber')).toBe(0);
  });

  test('counts a contact once that is found by both forms of the number', async () => {
    const { subscribers } = await used.result('manychat_find_subscribers_by_custom_field', {
      field_id: 8,
      field_value: '972501234567',
      detail: 'full',
    });
    const [contact] = subscribers as object[];
    const body = { status: 'success', data: [contact] };
    used.sandbox.injectFault({ match: { path: 'findByCustomField' }, times: 2, status: 200, body });
    const result = await used.result(find, { whatsapp_phone: '972501234567', whatsapp_field_id: 8 });
    expect(result).toMatchObject({ found_by: 'custom_field', subscriber: { id: aisha } });
  });
});

describe('a contact with another address that ManyChat answers with', () => {
  const answer = (path: string, data: unknown) =>
    used.sandbox.injectFault({ match: { path }, times: 1, status: 200, body: { status: 'success', data } });
  const field = { id: 8, name: 'whatsapp', type: 'text', value: '20255501234' };
  const other = { id: '77', name: 'Somebody', email: 'b@example.com', phone: '+202555012345', custom_fields: [field] };

  test.each([
    [{ phone: '+12025550123', has_opt_in_sms: false }, 'findBySystemField', other, 'phone is "+202555012345"'],
    [{ email: 'a@example.com', has_opt_in_email: false }, 'findBySystemField', other, 'email is "b@example.com"'],
    [
      { whatsapp_phone: '+12025550123', whatsapp_field_id: 8 },
      'findByCustomField',
      [other],
      'field 8 is "20255501234"',
    ],
  ])('%j: no contact is created, and the failure says what differs', async (args, path, data, stored) => {
    answer(path, data);
    const failure = await used.failure(find, args);
    expect(failure).toMatchObject({ kind: 'already_exists', performed: 'no', source: 'client' });
    expect(failure.message).toMatch(/^No contact was created, because ManyChat answered the search with contact 77/);
    expect(failure.details?.join()).toContain(`contact 77 ("Somebody"), whose ${stored}: it was not counted as a hit.`);
    expect(used.countOf('createSubscriber')).toBe(0);
  });

  test('no contact is created for a number in Egypt while a national number has its digits', async () => {
    answer('findBySystemField', []);
    answer('findBySystemField', { ...other, phone: '2025550123' });
    const failure = await used.failure(find, { phone: '+20 2555 0123', has_opt_in_sms: false });
    expect(failure).toMatchObject({ kind: 'already_exists', performed: 'no' });
    expect(used.countOf('createSubscriber')).toBe(0);
  });

  test('is a warning if the right one is found', async () => {
    answer('findBySystemField', other);
    const args = { email: 'a@example.com', has_opt_in_email: false, phone: '+1234567890', has_opt_in_sms: false };
    const { subscriber, warnings } = await used.result(find, args);
    expect(subscriber).toMatchObject({ phone: '+1234567890' });
    expect(warnings).toContain(
      'ManyChat answered "a@example.com" with contact 77 ("Somebody"), whose email is "b@example.com": it was not counted as a hit.',
    );
  });
});

test('a contact that is created by phone comes with a warning about WhatsApp contacts', async () => {
  const { created, warnings } = await used.result(find, { phone: '+34600111333', has_opt_in_sms: false });
  expect([created, warnings]).toEqual([true, [expect.stringMatching(/^WhatsApp contacts are not found by phone/)]]);
});

test('a formatted number is read as + and digits, with a warning', async () => {
  const result = await used.result(find, { whatsapp_phone: '+44 7700 900-123' });
  expect(result).toMatchObject({ created: true, subscriber: { whatsapp_phone: '447700900123' } });
  expect(result.warnings).toEqual(['whatsapp_phone "+44 7700 900-123" was read as "+447700900123".']);
});

describe('a creation that returns no id', () => {
  const answer = (perform: boolean) =>
    used.sandbox.injectFault({
      match: { path: 'createSubscriber' },
      perform,
      status: 200,
      body: { status: 'success', data: { first_name: 'Ada' } },
    });
  const ada = { email: 'ada@example.com', has_opt_in_email: true, first_name: 'Ada' };
  const whatsapp = { whatsapp_phone: '+447700900123', whatsapp_field_id: 8 };

  test('is followed by a search', async () => {
    answer(true);
    expect(await used.result(find, ada)).toMatchObject({
      created: true,
      found_by: 'email',
      subscriber: { id: expect.any(String), email: 'ada@example.com' },
      warnings: ['ManyChat created the contact but did not return its id: the contact was looked up.'],
    });
  });

  test('stores the number if the contact found is certainly the new one', async () => {
    answer(true);
    const { subscriber, warnings } = await used.result(find, { ...ada, ...whatsapp });
    expect(subscriber).toMatchObject({ email: 'ada@example.com', phone: '+447700900123' });
    expect(warnings).toHaveLength(1);
    expect(used.paths().slice(-2)).toEqual(['setCustomField', 'updateSubscriber']);
  });

  test('succeeds with a warning if the search finds nothing', async () => {
    answer(true);
    const result = await used.result(find, whatsapp);
    expect(result).toMatchObject({ created: true, subscriber: { first_name: 'Ada' } });
    expect(result.warnings).toEqual([
      expect.stringMatching(/a search by its addresses did not find it: .* do not create it again\.$/),
    ]);
    expect(used.countOf('setCustomField') + used.countOf('updateSubscriber')).toBe(0);
    expect(used.countOf('createSubscriber')).toBe(1);
  });

  test('succeeds with a warning if the search fails', async () => {
    answer(false);
    used.sandbox.injectFault({ match: { path: 'findBySystemField' }, after: 1, times: 99, status: 403, body: {} });
    expect(await used.result(find, ada)).toMatchObject({ created: true, warnings: [expect.any(String)] });
  });
});
