import { describe, expect, test } from 'vitest';
import { aisha, john, maria } from '../support/people.js';
import { lost, useCaller } from '../support/sandboxed.js';

const used = useCaller({ random: () => 0 });

describe('manychat_find_or_create_subscriber', () => {
  const find = 'manychat_find_or_create_subscriber';
  const ada = { email: 'ada@example.com', first_name: 'Ada', has_opt_in_email: true };
  const whatsapp = { whatsapp_phone: '+447700900123', first_name: 'Ada' };

  test.each([
    [{ email: 'maria.garcia@example.com', has_opt_in_email: true }, 'email', maria],
    [{ phone: '+1 (234) 567-890', has_opt_in_sms: false }, 'phone', john],
    [{ ...ada, phone: '+1234567890', has_opt_in_sms: false }, 'phone', john],
    [{ whatsapp_phone: '972501234567', whatsapp_field_id: 8 }, 'custom_field', aisha],
  ])('finds %j by %s', async (args, found_by, id) => {
    expect(await used.result(find, args)).toMatchObject({ subscriber: { id }, created: false, found_by });
    expect(used.countOf('createSubscriber') + used.countOf('updateSubscriber')).toBe(0);
  });

  test('creates a missing contact once, and finds it with the next call', async () => {
    const { subscriber, created } = await used.result(find, ada);
    expect(created).toBe(true);
    expect(subscriber).toMatchObject({ first_name: 'Ada', email: 'ada@example.com' });
    expect(await used.result(find, ada)).toMatchObject({ created: false, found_by: 'email' });
    expect(used.countOf('createSubscriber')).toBe(1);
  });

  test('stores the number of a new WhatsApp contact where a search finds it', async () => {
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
    [{ whatsapp_phone: 'wa.me/message/447700900123' }, /^whatsapp_phone: must be a number/],
  ])('rejects %j before any request', async (args, words) => {
    expect(await used.failure(find, args)).toMatchObject({
      kind: 'invalid_input',
      message: expect.stringMatching(words),
    });
    expect(used.sandbox.requests()).toEqual([]);
  });

  test('does not create a contact after a failed search', async () => {
    used.sandbox.injectFault({ match: { path: 'findBySystemField' }, after: 1, times: 99, status: 500, body: {} });
    const failure = await used.failure(find, { ...ada, phone: '+15550001111', has_opt_in_sms: false });
    expect(failure).toMatchObject({ performed: 'no', retryable: true });
    expect(failure.details).toEqual([
      'Done: look for the email "ada@example.com".',
      'Failed: look for the phone "+15550001111".',
    ]);
    expect(used.countOf('createSubscriber')).toBe(0);
  });

  test('searches after a lost response to a creation, and does not repeat it', async () => {
    used.sandbox.injectFault(lost('createSubscriber', true));
    expect(await used.result(find, ada)).toMatchObject({
      created: true,
      found_by: 'email',
      warnings: ['The response to the creation was lost; the contact exists.'],
    });
    used.sandbox.reset();
    used.sandbox.injectFault(lost('createSubscriber', false));
    const failure = await used.failure(find, ada);
    expect(failure).toMatchObject({ kind: 'network', performed: 'unknown', retryable: false });
    expect(failure.details?.at(-1)).toBe('Outcome unknown: create the contact.');
    expect(used.countOf('createSubscriber')).toBe(1);
  });

  test('finds a contact that was created in the meantime', async () => {
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

  test('explains how to find a contact that exists but was not found', async () => {
    const failure = await used.failure(find, { whatsapp_phone: '+972501234567' });
    expect(failure).toMatchObject({
      kind: 'already_exists',
      performed: 'no',
      hint: expect.stringMatching(/whatsapp_field_id/),
    });
    expect(used.countOf('createSubscriber')).toBe(1);
  });

  test.each([
    ['updateSubscriber', /its number could not be put into phone: "Permission denied to import phone"/],
    ['setCustomField', /its number could not be put into field 8: "Permission denied to import phone"/],
  ])('%s that fails after a creation only adds a warning', async (path, words) => {
    const body = { status: 'error', message: 'Permission denied to import phone' };
    used.sandbox.injectFault({ match: { path: `/fb/subscriber/${path}` }, status: 400, body });
    const result = await used.result(find, { ...whatsapp, whatsapp_field_id: 8 });
    expect(result).toMatchObject({ created: true, warnings: [expect.stringMatching(words)] });
  });

  test('removes keys and hidden characters from a warning', async () => {
    const { matonKey } = used.sandbox;
    const body = { status: 'error', message: `No \u202e${matonKey}` };
    used.sandbox.injectFault({ match: { path: 'updateSubscriber' }, status: 400, body });
    const { warnings } = await used.result(find, whatsapp);
    expect(warnings).toEqual(['The contact was created, but its number could not be put into phone: "No [redacted]".']);
  });

  test.each([
    ['updateSubscriber', 'phone'],
    ['setCustomField', 'field 8'],
  ])('%s without a response after a creation is reported as unknown', async (path, place) => {
    used.sandbox.injectFault({ ...lost(`/fb/subscriber/${path}`, true), times: 9 });
    const { created, warnings } = await used.result(find, { ...whatsapp, whatsapp_field_id: 8 });
    const words = `^The contact was created, but it is not known whether its number was put into ${place}: `;
    expect([created, warnings]).toEqual([true, [expect.stringMatching(words)]]);
  });

  test('stores the WhatsApp number in the field and keeps a given phone', async () => {
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
  ])('keeps the given consent %j with the number', async (consent, optin_phone) => {
    const { subscriber } = await used.result(find, { ...whatsapp, ...consent });
    expect(subscriber).toMatchObject({ phone: '+447700900123', optin_phone });
  });

  test('treats a miss that came as an error as a miss', async () => {
    const body = { status: 'error', message: 'Subscriber does not exist' };
    used.sandbox.injectFault({ match: { path: 'findBySystemField' }, times: 99, status: 400, body });
    expect(await used.result(find, ada)).toMatchObject({ created: true });
    const denied = { status: 'error', message: 'Permission denied to import email' };
    used.sandbox.injectFault({ match: { path: 'createSubscriber' }, status: 400, body: denied });
    const { details } = await used.failure(find, { email: 'other@example.com', has_opt_in_email: false });
    expect(details).toEqual(['Done: look for the email "other@example.com".', 'Failed: create the contact.']);
  });

  test('reports a failed creation and the failed search after it', async () => {
    used.sandbox.injectFault(lost('createSubscriber', false));
    used.sandbox.injectFault({ match: { path: 'findBySystemField' }, after: 2, times: 99, status: 403, body: {} });
    const phone = { phone: '+15550001111', has_opt_in_sms: false };
    expect((await used.failure(find, phone)).details).toEqual([
      'Done: look for the phone "+15550001111"; look for the phone "15550001111".',
      'Outcome unknown: create the contact.',
      'Failed: look for the phone "+15550001111".',
    ]);
  });

  test('does not suggest a search after an unknown creation of a WhatsApp contact', async () => {
    used.sandbox.injectFault(lost('createSubscriber', true));
    const { performed, hint } = await used.failure(find, whatsapp);
    expect(performed).toBe('unknown');
    expect(hint).toMatch(/not found by email or phone, so not finding it there proves nothing/);
    expect(hint).not.toContain('manychat_find_subscriber_by_system_field');
  });

  test('explains a missing permission', async () => {
    const body = {
      status: 'error',
      message: 'Validation error',
      details: { messages: { email: { message: ['Permission denied to import email'] } } },
    };
    used.sandbox.injectFault({ match: { path: 'createSubscriber' }, status: 400, body });
    const failure = await used.failure(find, ada);
    expect(failure).toMatchObject({ kind: 'permission_denied', hint: expect.stringMatching(/ManyChat support/) });
    expect(failure.details?.[0]).toBe('Done: look for the email "ada@example.com".');
  });
});
