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

describe('phone numbers', () => {
  test.each([
    [{ phone: '+44 (0)7700 900123', has_opt_in_sms: false }, /^phone: holds \(0\)/],
    [{ whatsapp_phone: '+44 (020) 7946 0018' }, /^whatsapp_phone: holds \(0\)/],
    [{ phone: '0770 0900123', has_opt_in_sms: false }, /^phone: must be a number with \+ and country code/],
    [{ whatsapp_phone: '2025550123' }, /^whatsapp_phone: must be a number with \+ and country code/],
    [{ email: ' ', has_opt_in_email: true }, /^email: must not be empty/],
  ])('%j: is rejected before any request', async (args, words) => {
    const failure = await used.failure(find, args);
    expect([failure.kind, failure.message]).toEqual(['invalid_input', expect.stringMatching(words)]);
    expect(used.sandbox.requests()).toEqual([]);
  });
});

describe('a number without its +', () => {
  test.each(['34600111222', '34 600-111-222', '\u202a34600111222\u202c'])('%j finds the contact', async (phone) => {
    const change = { subscriber_id: maria, phone: '+34600111222', has_opt_in_sms: false };
    await used.result('manychat_update_subscriber', change);
    const result = await used.result(find, { phone, has_opt_in_sms: false });
    expect(result).toMatchObject({ created: false, found_by: 'phone', subscriber: { id: maria } });
    expect(result.warnings).toEqual([
      expect.stringMatching(
        /^phone ".*" was read as "\+34600111222": it has no \+, .* national number, so make sure it is the person meant\.$/,
      ),
    ]);
  });

  test('finds the contact by its WhatsApp number', async () => {
    const result = await used.result(find, { whatsapp_phone: '972501234567', whatsapp_field_id: 8 });
    expect(result).toMatchObject({ created: false, found_by: 'custom_field', subscriber: { id: aisha } });
    expect(result.warnings).toEqual([
      expect.stringMatching(/^whatsapp_phone "972501234567" was read as "\+972501234567"/),
    ]);
  });

  test.each([
    [
      { phone: '447700900123', has_opt_in_sms: false },
      /^phone: must be .*: \+447700900123, if that is meant; no contact/,
    ],
    [
      { phone: '2025550123', has_opt_in_sms: false },
      /^phone: must be .*, like \+15400000000; no contact was found by "2025550123"/,
    ],
    [{ whatsapp_phone: '447700900124', whatsapp_field_id: 8 }, /^whatsapp_phone: must be .*: \+447700900124, if/],
  ])('%j is searched for, and no contact is created', async (args, words) => {
    const failure = await used.failure(find, args);
    expect(failure).toMatchObject({ kind: 'invalid_input', performed: 'no', message: expect.stringMatching(words) });
    expect(failure.details?.join()).toContain('WhatsApp contacts are not found by phone');
    expect(used.paths().filter((path) => !path?.startsWith('findBy'))).toEqual([]);
  });

  test('with an email is found by the email', async () => {
    const args = { email: 'john@example.com', has_opt_in_email: true, phone: '2025550123', has_opt_in_sms: false };
    expect(await used.result(find, args)).toMatchObject({ created: false, found_by: 'email' });
  });
});

describe('a short number in the field', () => {
  test('is found with a warning, because it can be a national number', async () => {
    await numberOf(maria, '2025550123');
    const result = await used.result(find, { whatsapp_phone: '+2025550123', whatsapp_field_id: 8 });
    expect(result).toMatchObject({ created: false, found_by: 'custom_field', subscriber: { id: maria } });
    expect(result.warnings).toEqual([
      'Found by "2025550123" in the field, which has no + and can be a national number, not "+2025550123": make sure it is the right contact.',
    ]);
  });

  test('is certain with its +, or if the contact has the number', async () => {
    await numberOf(maria, '+2025550123');
    const args = { whatsapp_phone: '+2025550123', whatsapp_field_id: 8 };
    expect((await used.result(find, args)).warnings).toBeUndefined();
    await used.result(find, { whatsapp_phone: '+6591234567', whatsapp_field_id: 8 });
    const again = await used.result(find, { whatsapp_phone: '+6591234567', whatsapp_field_id: 8 });
    expect([again.created, again.warnings]).toEqual([false, undefined]);
  });
});

describe("Brazil's ninth digit", () => {
  test.each([
    ['+55 21 97637-2196', '552176372196'],
    ['+5511987654321', '551187654321'],
    ['+552176372196', '5521976372196'],
  ])('%s finds the contact whose field has %s', async (whatsapp_phone, stored) => {
    await numberOf(maria, stored);
    const result = await used.result(find, { whatsapp_phone, whatsapp_field_id: 8 });
    expect(result).toMatchObject({ created: false, found_by: 'custom_field', subscriber: { id: maria } });
    expect(result.warnings).toContain(
      `The contact has no whatsapp_phone but "${stored}" in the field, not the given "+${whatsapp_phone.replace(/\D/g, '')}": make sure it is the right one.`,
    );
    expect(used.countOf('createSubscriber')).toBe(0);
  });

  test('finds the contact by phone, with a warning', async () => {
    const change = { subscriber_id: maria, phone: '+552176372196', has_opt_in_sms: false };
    await used.result('manychat_update_subscriber', change);
    const result = await used.result(find, { phone: '+5521976372196', has_opt_in_sms: false });
    expect(result).toMatchObject({ created: false, subscriber: { id: maria } });
    expect(result.warnings).toEqual([
      'The contact has the phone "+552176372196", not the given "+5521976372196": make sure it is the right one.',
    ]);
  });

  test.each([
    ['+5511934567890', '551134567890'],
    ['+34976372196', '3476372196'],
  ])('is not left out of %s, which is no mobile number of Brazil', async (whatsapp_phone, stored) => {
    await numberOf(maria, stored);
    expect(await used.result(find, { whatsapp_phone, whatsapp_field_id: 8 })).toMatchObject({ created: true });
  });

  test('is no reason to take a landline for the number in a refusal', async () => {
    await numberOf(maria, '551134567890');
    refuseCreation('This WhatsApp ID already exists: 551134567890');
    const failure = await used.failure(find, { whatsapp_phone: '+5511934567890', whatsapp_field_id: 8 });
    expect(failure.hint).toMatch(/which is not the given number/);
  });
});
