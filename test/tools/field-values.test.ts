import { beforeEach, describe, expect, test } from 'vitest';
import type { DatetimeForm, FieldType } from '../../tools/contract/field-values.js';
import { fitValue } from '../../tools/values/field-values.js';
import { john } from '../support/people.js';
import { useCaller } from '../support/sandboxed.js';
import { sentOne } from '../support/sent.js';
import { manualClock } from '../support/timing.js';

/** The result of a call that set the number of John's purchases. */
const stored = (value: number, contact: object = { subscriber_id: john }) => ({
  ok: true,
  ...contact,
  field: 'purchase_count',
  value,
});

describe('fitValue', () => {
  const cases: [FieldType, DatetimeForm, unknown, unknown][] = [
    ['text', 'offset', 'as it is', 'as it is'],
    ['text', 'offset', 42, '42'],
    ['text', 'offset', true, 'true'],
    ['number', 'offset', 1.5, 1.5],
    ['number', 'offset', ' -42 ', -42],
    ['number', 'offset', '1.50', 1.5],
    ['boolean', 'offset', false, false],
    ['boolean', 'offset', 'Yes', true],
    ['boolean', 'offset', 0, false],
    ['date', 'offset', '2018-07-18', '2018-07-18'],
    ['date', 'offset', '2018/7/8', '2018-07-08'],
    ['number', 'offset', '123456789012345.0', 123_456_789_012_345],
    ['number', 'offset', '0.123456789012345', 0.123456789012345],
    ['number', 'offset', '7205759403792793', 7_205_759_403_792_793],
    ['number', 'offset', '-000.500', -0.5],
    ['date', 'offset', '2018-07-18T00:00', '2018-07-18'],
    ['date', 'offset', '2018-07-18 00:00:00', '2018-07-18'],
    ['datetime', 'offset', '2018-05-01T06:30:24+03:00', '2018-05-01T06:30:24+03:00'],
    ['datetime', 'offset', '2018-05-01 06:30Z', '2018-05-01T06:30:00+00:00'],
    ['datetime', 'offset', '2018-05-01T06:30:24.123-0530', '2018-05-01T06:30:24-05:30'],
    ['datetime', 'utc', '2018-05-01T06:30:24+03:00', '2018-05-01T03:30:24.000Z'],
    ['datetime', 'utc', '2018-03-25T13:25:00.000Z', '2018-03-25T13:25:00.000Z'],
    ['number', 'offset', null, null],
  ];
  test.each(cases)('%s, %s: converts %j to %j', (type, form, input, value) => {
    expect(fitValue(input, type, form)).toEqual({ value });
  });

  const refused: [FieldType, unknown, RegExp][] = [
    ['number', '1,5', /must be a number, like 123/],
    ['number', '', /must be a number/],
    ['number', true, /must be a number/],
    ['number', '9007199254740993', /more digits than a number can hold/],
    ['number', '9'.repeat(400), /more digits than a number can hold/],
    ['number', `1${'0'.repeat(400)}`, /more digits than a number can hold/],
    ['number', `0.${'0'.repeat(400)}1`, /more digits than a number can hold/],
    ['number', `0.${'0'.repeat(320)}123`, /more digits than a number can hold/],
    ['number', '0.1234567890123456', /more digits than a number can hold/],
    ['number', '5.0000000000000000001', /more digits than a number can hold/],
    ['number', '123456789012345.6', /more digits than a number can hold/],
    ['boolean', 'maybe', /must be true or false/],
    ['boolean', 2, /must be true or false/],
    ['date', '18/07/2018', /must be a date, year first, like 2018-07-18/],
    ['date', '2018-02-30', /must be a date/],
    ['date', 20180718, /must be a date/],
    ['date', '2018-07-18T23:59:00', /has a time or an offset, .* give the date alone/],
    ['date', '2018-07-18T00:00:00Z', /has a time or an offset/],
    ['date', '2018-07-18T00:00:00+03:00', /has a time or an offset/],
    ['date', '2018-07-18T99:99', /has a time or an offset/],
    ['date', '2018-02-30T00:00', /must be a date/],
    ['date', '2018-07-18T', /must be a date/],
    ['datetime', '2018-05-01T24:00:00Z', /not a valid time of day/],
    ['datetime', '2018-05-01T06:60Z', /not a valid time of day/],
    ['datetime', '2018-05-01T06:30:24+24:00', /not a valid time of day/],
    ['datetime', '2018-05-01', /must be a date with a time and its offset/],
    ['datetime', '2018-05-01T06:30:24', /lacks its offset from UTC: add Z or one like \+03:00/],
    ['datetime', '2018-05-01T26:30:24Z', /not a valid time of day/],
    ['datetime', '2018-02-30T06:30:24Z', /must be a date with a time/],
    ['datetime', 1525156224, /must be a date with a time/],
  ];
  test.each(refused)('%s: refuses %j', (type, input, problem) => {
    expect(fitValue(input, type, 'offset')).toEqual({ problem: expect.stringMatching(problem) });
  });
});

describe('a call that sets a field whose type is known', () => {
  const clock = manualClock();
  const used = useCaller({ clock });
  beforeEach(() => {
    // Expires what an earlier test has cached.
    clock.advance(400_000);
  });

  async function readField(name: string): Promise<unknown> {
    const { subscriber } = await used.result('manychat_get_subscriber', { subscriber_id: john });
    const { custom_fields: fields } = subscriber as { custom_fields: { name: string; value: unknown }[] };
    return fields.find((field) => field.name === name)?.value;
  }

  test.each([
    ['manychat_set_custom_field', { field_id: 2, field_value: '07' }, 'field_value: "07" was changed to 7'],
    ['manychat_set_custom_field_by_name', { field_name: 'PURCHASE_count', field_value: '07' }, 'field_value: "07"'],
    ['manychat_set_custom_fields', { fields: [{ field_id: '2', field_value: '07' }] }, 'fields[0].field_value: "07"'],
    [
      'manychat_set_custom_fields',
      { fields: [{ field_name: 'purchase_count', field_value: '07' }] },
      'fields.purchase_count: "07"',
    ],
  ])('%s converts a value with a warning', async (tool, args, words) => {
    const { ok, warnings } = await used.result(tool, { subscriber_id: john, ...args });
    expect([ok, warnings]).toEqual([true, [expect.stringContaining(words)]]);
    expect(await readField('purchase_count')).toBe(7);
  });

  test.each([
    ['manychat_set_bot_field', { field_id: 2, field_value: '07' }],
    ['manychat_set_bot_field_by_name', { field_name: 'counter', field_value: '07' }],
    ['manychat_set_bot_fields', { fields: [{ field_name: 'counter', field_value: '07' }] }],
  ])('%s converts a value of a bot field with a warning', async (tool, args) => {
    expect((await used.result(tool, args)).warnings).toHaveLength(1);
    const { bot_fields: fields } = await used.result('manychat_list_bot_fields');
    expect(fields).toContainEqual(expect.objectContaining({ name: 'counter', value: 7 }));
  });

  test.each(['7', 7])('converts %j for a number field without a warning, since the text is the same', async (value) => {
    const set = { subscriber_id: john, field_name: 'purchase_count', field_value: value };
    expect(await used.result('manychat_set_custom_field_by_name', set)).toEqual(stored(7, { contact: 'John Doe' }));
    expect(used.sandbox.requests().at(-1)?.body).toMatchObject({ field_value: 7 });
  });

  test('fits the first value of a new bot field to the type that the call names', async () => {
    const field = { name: 'stock', type: 'number', value: '12' };
    await used.result('manychat_create_bot_field', field);
    expect(used.sandbox.requests().map(({ body }) => body)).toEqual([{ ...field, value: 12 }]);
    const failure = await used.failure('manychat_create_bot_field', { ...field, name: 'sold', value: 'many' });
    expect(failure).toMatchObject({
      kind: 'invalid_input',
      message: expect.stringMatching(/^value: "many" must be a number/),
    });
    expect(used.countOf('createBotField')).toBe(1);
  });

  test('converts datetimes in actions of content and of buttons to UTC', async () => {
    const act = (value: unknown) => [{ action: 'set_field_value', field_name: 'next_delivery', value }];
    const button = {
      type: 'url',
      caption: 'x',
      url: 'https://example.com',
      actions: act('2026-12-02T10:00:00+02:00'),
    };
    const content = {
      messages: [{ type: 'text', text: 'x', buttons: [button] }],
      actions: act('2026-12-01T10:00:00+02:00'),
    };
    const { warnings } = await used.result('manychat_send_content', {
      subscriber_id: john,
      data: { version: 'v2', content },
    });
    expect(warnings).toEqual([
      'data.content.messages[0].buttons[0].actions[0].value: "2026-12-02T10:00:00+02:00" was changed to "2026-12-02T08:00:00.000Z", because the field is of type datetime.',
      'data.content.actions[0].value: "2026-12-01T10:00:00+02:00" was changed to "2026-12-01T08:00:00.000Z", because the field is of type datetime.',
    ]);
    expect(await readField('next_delivery')).toMatch(/^2026-12-01T08:00:00/);
  });

  test('reports all values that do not fit, before a request', async () => {
    const fields = [
      { field_id: 4, field_value: '18.7.2018' },
      { field_name: 'newsletter', field_value: 'maybe' },
      { field_name: 'reply_text', field_value: 'fine' },
    ];
    const failure = await used.failure('manychat_set_custom_fields', { subscriber_id: john, fields });
    expect(failure).toMatchObject({ kind: 'invalid_input', performed: 'no', source: 'client' });
    expect(failure.message).toBe(
      'fields[0].field_value: "18.7.2018" must be a date, year first, like 2018-07-18, because the field is of type date; fields.newsletter: "maybe" must be true or false, because the field is of type boolean',
    );
    expect(used.countOf('setCustomFields')).toBe(0);
  });

  test('reads the types once, and again if they are old or refuse a value', async () => {
    const set = (field_value: unknown) => ({ subscriber_id: john, field_name: 'purchase_count', field_value });
    await used.result('manychat_set_custom_field_by_name', set(1));
    await used.result('manychat_set_custom_field_by_name', set('2'));
    expect(used.countOf('getCustomFields')).toBe(1);
    clock.advance(6_000);
    await used.failure('manychat_set_custom_field_by_name', set('many'));
    expect(used.countOf('getCustomFields')).toBe(2);
    clock.advance(301_000);
    await used.result('manychat_set_custom_field_by_name', set(3));
    expect(used.countOf('getCustomFields')).toBe(3);
  });

  test.each([
    ['5', 'number', 'text', '5'],
    ['true', 'boolean', 'text', 'true'],
  ])(
    'reads the types again before it converts %j of a field that was recreated as %s',
    async (value, old, type, sent) => {
      const { custom_field } = await used.result('manychat_create_custom_field', { caption: `was_${old}`, type: old });
      const { id } = custom_field as { id: number };
      const set = { subscriber_id: john, field_id: id, field_value: value };
      await used.result('manychat_set_custom_field', set);
      clock.advance(60_000);
      const order = (path: string, data?: object) =>
        used.sandbox.injectFault({ match: { path }, status: 200, body: { status: 'success', data } });
      order('getCustomFields', [{ id, name: 'size', type }]);
      order('setCustomField');
      await used.result('manychat_set_custom_field', set);
      expect(used.sandbox.requests().at(-1)?.body).toMatchObject({ field_value: sent });
    },
  );

  test.each(['number', 'boolean', 'date'])('creates a bot field of type %s without an empty value', async (type) => {
    const { warnings } = await used.result('manychat_create_bot_field', { name: `new_${type}`, type, value: '' });
    expect(used.sandbox.requests().at(-1)?.body).toEqual({ name: `new_${type}`, type });
    expect(warnings).toEqual(['Taken as not given, because null or empty: value.']);
  });

  test('converts a value only by current types', async () => {
    const { custom_field } = await used.result('manychat_create_custom_field', { caption: 'size', type: 'number' });
    const { id } = custom_field as { id: number };
    const set = { subscriber_id: john, field_id: id, field_value: '042' };
    expect((await used.result('manychat_set_custom_field', set)).warnings).toHaveLength(1);
    clock.advance(6_000);
    const field = { id, name: 'size', type: 'text' };
    const order = (path: string, data?: object) =>
      used.sandbox.injectFault({ match: { path }, status: 200, body: { status: 'success', data } });
    order('getCustomFields', [field]);
    order('setCustomField');
    const result = { ok: true, subscriber_id: john, field: 'size', value: '042' };
    expect(await used.result('manychat_set_custom_field', set)).toEqual(result);
    expect(used.countOf('getCustomFields')).toBe(2);
  });

  test('knows a new field at once, and one that was created elsewhere after some seconds', async () => {
    const set = (field_name: string) => ({ subscriber_id: john, field_name, field_value: '042' });
    await used.result('manychat_set_custom_field_by_name', set('purchase_count'));
    await used.result('manychat_create_custom_field', { caption: 'size', type: 'number' });
    expect((await used.result('manychat_set_custom_field_by_name', set('size'))).warnings).toHaveLength(1);
    const headers = { authorization: `Bearer ${used.sandbox.manychatKey}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ caption: 'height', type: 'number' });
    await fetch(`${used.sandbox.url}/fb/page/createCustomField`, { method: 'POST', headers, body });
    await used.failure('manychat_set_custom_field_by_name', set('height'));
    clock.advance(6_000);
    expect((await used.result('manychat_set_custom_field_by_name', set('height'))).warnings).toHaveLength(1);
  });

  test('keeps cached types if they cannot be read again', async () => {
    const set = { subscriber_id: john, field_name: 'purchase_count', field_value: '012' };
    await used.result('manychat_set_custom_field_by_name', set);
    clock.advance(10_000);
    used.sandbox.injectFault({ match: { path: 'getCustomFields' }, times: 9, status: 403, body: { status: 'error' } });
    expect((await used.result('manychat_set_custom_field_by_name', set)).warnings).toHaveLength(1);
  });

  test('does not wait for the types after it was cancelled', async () => {
    used.sandbox.injectFault({ match: { path: 'getCustomFields' }, hang: true });
    const cancel = new AbortController();
    const args = { subscriber_id: john, field_name: 'purchase_count', field_value: 5 };
    const outcome = used.caller.call('manychat_set_custom_field_by_name', args, { signal: cancel.signal });
    await used.sandbox.waitForRequests(1, 'getCustomFields');
    cancel.abort();
    expect(await outcome).toMatchObject({ ok: false, failure: { kind: 'cancelled', performed: 'no' } });
    expect(used.countOf('setCustomFieldByName')).toBe(0);
  });

  test('sends a value unchanged if the types cannot be read, and does not retry the read at once', async () => {
    used.sandbox.injectFault({ match: { path: 'getCustomFields' }, times: 99, status: 403, body: { status: 'error' } });
    const set = { subscriber_id: john, field_name: 'purchase_count', field_value: 5 };
    expect(await used.result('manychat_set_custom_field_by_name', set)).toEqual(stored(5));
    expect(await used.result('manychat_set_custom_field_by_name', set)).toEqual(stored(5));
    expect(used.countOf('getCustomFields')).toBe(1);
    const failure = await used.failure('manychat_set_custom_field_by_name', { ...set, field_value: 'many' });
    expect(failure).toMatchObject({ source: 'manychat', message: expect.stringMatching(/expected a number/) });
  });

  test('does not read the fields for a message without actions', async () => {
    const payload = { action: 'set_field_value', field_name: 'purchase_count', value: '7' };
    const button = {
      type: 'dynamic_block_callback',
      caption: 'x',
      url: 'https://example.com',
      method: 'post',
      payload,
    };
    const data = { version: 'v2', content: { messages: [{ type: 'text', text: 'x', buttons: [button] }] } };
    expect(await used.result('manychat_send_content', { subscriber_id: john, data })).toEqual(
      sentOne({ subscriber_id: john }),
    );
    expect(used.paths()).toEqual(['sendContent']);
  });
});
