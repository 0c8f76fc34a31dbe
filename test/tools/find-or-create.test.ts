import { describe, expect, test } from 'vitest';
import { aisha, john, maria } from '../support/people.js';
import { lost, useCaller } from '../support/sandboxed.js';

const used = useCaller({ random: () => 0 });

describe('manychat_find_or_create_subscriber', () => {
  const find = 'manychat_find_or_create_subscriber';
  const ada = { email: 'ada@example.com', first_name: 'Ada', has_opt_in_email: true };
  const whatsapp = { whatsapp_phone: '+44 7700 900-123', first_name: 'Ada' };

  test.each([
    [{ email: 'maria.garcia@example.com', has_opt_in_email: true }, 'email', maria],
    [{ phone: '+1 (234) 567-890', has_opt_in_sms: false }, 'phone', john],
    [{ ...ada, phone: '+1234567890', has_opt_in_sms: false }, 'phone', john],
    [{ whatsapp_phone: '972501234567', whatsapp_field_id: 8 }, 'custom_field', aisha],
  ])('%j is found by %s', async (args, found_by, id) => {
    expect(await used.result(find, args)).toMatchObject({ subscriber: { id }, created: false, found_by });
    expect(used.countOf('createSubscriber') + used.countOf('updateSubscriber')).toBe(0);
  });

  test('creates who is not there, once; the second call finds them', async () => {
    const { subscriber, created } = await used.result(find, ada);
    expect(created).toBe(true);
    expect(subscriber).toMatchObject({ first_name: 'Ada', email: 'ada@example.com' });
    expect(await used.result(find, ada)).toMatchObject({ created: false, found_by: 'email' });
    expect(used.countOf('createSubscriber')).toBe(1);
  });

  test('a WhatsApp contact is made so that it is found by its number', async () => {
    const first = await used.result(find, { ...whatsapp, whatsapp_field_id: 8 });
    expect(first).toMatchObject({
      created: true,
      subscriber: { whatsapp_phone: '447700900123', phone: '+447700900123' },
    });
    expect(first.warnings).toBeUndefined();
    expect(await used.result(find, whatsapp)).toMatchObject({ created: false, found_by: 'phone' });
    expect(await used.result(find, { ...whatsapp, whatsapp_field_id: 8 })).toMatchObject({ found_by: 'custom_field' });
    expect(used.countOf('createSubscriber')).toBe(1);
  });

  test.each([
    [{}, /^give at least one of phone, whatsapp_phone and email$/],
    [
      { email: 'ada@example.com' },
      /^has_opt_in_email: is required with email: true only if the contact agreed to email, else false$/,
    ],
    [{ phone: '0501234567', has_opt_in_sms: false }, /^phone: must be a number with \+ and country code/],
    [{ whatsapp_phone: 'wa.me/447700900123' }, /^whatsapp_phone: must be a number/],
  ])('refuses %j before any request', async (args, words) => {
    expect(await used.failure(find, args)).toMatchObject({
      kind: 'invalid_input',
      message: expect.stringMatching(words),
    });
    expect(used.sandbox.requests()).toEqual([]);
  });

  test('a search that fails creates nobody', async () => {
    used.sandbox.injectFault({ match: { path: 'findBySystemField' }, after: 1, times: 99, status: 500, body: {} });
    const told = await used.failure(find, { ...ada, phone: '+15550001111', has_opt_in_sms: false });
    expect(told).toMatchObject({ performed: 'no', retryable: true });
    expect(told.details).toEqual([
      'Done: look for the email "ada@example.com".',
      'Failed: look for the phone "+15550001111".',
    ]);
    expect(used.countOf('createSubscriber')).toBe(0);
  });

  test('a creation whose answer was lost is looked for, not repeated', async () => {
    used.sandbox.injectFault(lost('createSubscriber', true));
    expect(await used.result(find, ada)).toMatchObject({
      created: true,
      found_by: 'email',
      warnings: ['The response to the creation was lost; the contact exists.'],
    });
    used.sandbox.reset();
    used.sandbox.injectFault(lost('createSubscriber', false));
    const told = await used.failure(find, ada);
    expect(told).toMatchObject({ kind: 'network', performed: 'unknown', retryable: false });
    expect(told.details?.at(-1)).toBe('Outcome unknown: create the contact.');
    expect(used.countOf('createSubscriber')).toBe(1);
  });

  test('one who was created meanwhile is found by the address the refusal speaks of', async () => {
    used.sandbox.injectFault({
      match: { path: 'findBySystemField' },
      times: 1,
      status: 200,
      body: { status: 'success', data: [] },
    });
    const args = { email: 'maria.garcia@example.com', has_opt_in_email: true };
    expect(await used.result(find, args)).toMatchObject({
      created: false,
      found_by: 'email',
      subscriber: { id: maria },
    });
  });

  test('one that exists and cannot be found says how it could', async () => {
    const told = await used.failure(find, { whatsapp_phone: '972501234567' });
    expect(told).toMatchObject({
      kind: 'already_exists',
      performed: 'no',
      hint: expect.stringMatching(/whatsapp_field_id/),
    });
    expect(used.countOf('createSubscriber')).toBe(1);
  });

  test.each([
    ['updateSubscriber', /its number could not be put into phone: "Permission denied to import phone"/],
    ['setCustomField', /its number could not be put into field 8: "Permission denied to import phone"/],
  ])('%s that fails after a creation is a warning', async (path, words) => {
    const body = { status: 'error', message: 'Permission denied to import phone' };
    used.sandbox.injectFault({ match: { path: `/fb/subscriber/${path}` }, status: 400, body });
    const told = await used.result(find, { ...whatsapp, whatsapp_field_id: 8 });
    expect(told).toMatchObject({ created: true, warnings: [expect.stringMatching(words)] });
  });

  test('a warning of a failure holds no key and no hidden characters', async () => {
    const { matonKey } = used.sandbox;
    const body = { status: 'error', message: `No \u202e${matonKey}` };
    used.sandbox.injectFault({ match: { path: 'updateSubscriber' }, status: 400, body });
    const { warnings } = await used.result(find, whatsapp);
    expect(warnings).toEqual(['The contact was created, but its number could not be put into phone: "No [redacted]".']);
  });

  test.each([
    ['updateSubscriber', 'phone'],
    ['setCustomField', 'field 8'],
  ])('%s whose answer is lost after a creation is told as not known', async (path, place) => {
    used.sandbox.injectFault({ ...lost(`/fb/subscriber/${path}`, true), times: 9 });
    const { created, warnings } = await used.result(find, { ...whatsapp, whatsapp_field_id: 8 });
    const words = `^The contact was created, but it is not known whether its number was put into ${place}: `;
    expect([created, warnings]).toEqual([true, [expect.stringMatching(words)]]);
  });

  test('the number of a new WhatsApp contact goes into the field although a phone is given, which stays', async () => {
    const args = { ...whatsapp, whatsapp_field_id: 8, phone: '+15550001111', has_opt_in_sms: false };
    const { subscriber, warnings } = await used.result(find, args);
    expect(warnings).toBeUndefined();
    expect(subscriber).toMatchObject({ phone: '+15550001111' });
    expect(used.paths().slice(-2)).toEqual(['createSubscriber', 'setCustomField']);
    const again = await used.result(find, { ...whatsapp, whatsapp_field_id: 8 });
    expect(again).toMatchObject({ created: false, found_by: 'custom_field' });
  });

  test.each([
    [{ has_opt_in_sms: true, consent_phrase: 'Yes, text me' }, true],
    [{}, false],
  ])('the consent that was given, %j, is kept with the number', async (consent, optin_phone) => {
    const { subscriber } = await used.result(find, { ...whatsapp, ...consent });
    expect(subscriber).toMatchObject({ phone: '+447700900123', optin_phone });
  });

  test('a miss that is answered as an error is a miss', async () => {
    const body = { status: 'error', message: 'Subscriber does not exist' };
    used.sandbox.injectFault({ match: { path: 'findBySystemField' }, times: 99, status: 400, body });
    expect(await used.result(find, ada)).toMatchObject({ created: true });
    const denied = { status: 'error', message: 'Permission denied to import email' };
    used.sandbox.injectFault({ match: { path: 'createSubscriber' }, status: 400, body: denied });
    const { details } = await used.failure(find, { email: 'other@example.com', has_opt_in_email: false });
    expect(details).toEqual(['Done: look for the email "other@example.com".', 'Failed: create the contact.']);
  });

  test('a failed creation is told with the look-up after it that failed as well', async () => {
    used.sandbox.injectFault(lost('createSubscriber', false));
    used.sandbox.injectFault({ match: { path: 'findBySystemField' }, after: 2, times: 99, status: 403, body: {} });
    const phone = { phone: '+15550001111', has_opt_in_sms: false };
    expect((await used.failure(find, phone)).details).toEqual([
      'Done: look for the phone "+15550001111"; look for the phone "15550001111".',
      'Outcome unknown: create the contact.',
      'Failed: look for the phone "+15550001111".',
    ]);
  });

  test('an unknown creation of a WhatsApp contact does not say that a search settles it', async () => {
    used.sandbox.injectFault(lost('createSubscriber', true));
    const { performed, hint } = await used.failure(find, whatsapp);
    expect(performed).toBe('unknown');
    expect(hint).toMatch(/not found by email or phone, so not finding it there proves nothing/);
    expect(hint).not.toContain('manychat_find_subscriber_by_system_field');
  });

  test('a missing permission is explained', async () => {
    const body = {
      status: 'error',
      message: 'Validation error',
      details: { messages: { email: { message: ['Permission denied to import email'] } } },
    };
    used.sandbox.injectFault({ match: { path: 'createSubscriber' }, status: 400, body });
    const told = await used.failure(find, ada);
    expect(told).toMatchObject({ kind: 'permission_denied', hint: expect.stringMatching(/ManyChat support/) });
    expect(told.details?.[0]).toBe('Done: look for the email "ada@example.com".');
  });
});
