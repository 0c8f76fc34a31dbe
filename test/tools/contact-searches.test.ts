import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { asObject } from '../../tools/contract/json.js';
import { john, maria, tom } from '../support/people.js';
import { useCaller } from '../support/sandboxed.js';

const bySystemField = 'manychat_find_subscriber_by_system_field';
const byCustomField = 'manychat_find_subscribers_by_custom_field';
const findOrCreate = 'manychat_find_or_create_subscriber';
const whatsapp = expect.stringMatching(
  /^WhatsApp contacts are not found by phone, .*manychat_find_or_create_subscriber/,
);

const used = useCaller({ random: () => 0 });

const givePhone = async (subscriber_id: string, phone: string) => {
  await used.result('manychat_update_subscriber', { subscriber_id, phone, has_opt_in_sms: false });
};
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

describe('a search by phone', () => {
  test.each(spellings)('%j finds the contact with +34600111222 by one request', async (phone) => {
    await givePhone(maria, '+34600111222');
    const { subscriber, warnings } = await used.result(bySystemField, { phone });
    expect(subscriber).toMatchObject({ id: maria });
    expect(queries().slice(1)).toEqual([{ phone: '+34600111222' }]);
    if (phone === '+34600111222') expect(warnings).toBeUndefined();
    else expect(warnings).toEqual([expect.stringMatching(/^phone ".*" was read as "\+34600111222"[.:]/)]);
  });

  test('quotes a number as it was written, with what cannot be seen', async () => {
    await givePhone(maria, '+34600111222');
    const { warnings } = await used.result(bySystemField, { phone: '\u202a+34 600 111 222\u202c' });
    expect(warnings).toEqual(['phone "\\u{202a}+34 600 111 222\\u{202c}" was read as "+34600111222".']);
  });

  test.each([34600111222, '34600111222'])('%j says to make sure of the person', async (phone) => {
    await givePhone(maria, '+34600111222');
    const { subscriber, warnings } = await used.result(bySystemField, { phone });
    expect(subscriber).toMatchObject({ id: maria });
    expect(warnings).toEqual([
      'phone "34600111222" was read as "+34600111222": it has no +, and the same digits can be a national number, so make sure it is the person meant.',
    ]);
  });

  test('finds a number that is stored without its +, and shows both', async () => {
    answerWith([]);
    answerWith({ ...somebody, phone: '34600111222' });
    const { subscriber, warnings } = await used.result(bySystemField, { phone: '+34600111222' });
    expect(subscriber).toMatchObject({ id: '77' });
    expect(warnings).toEqual([
      'Found by the phone "34600111222", not "+34600111222": make sure it is the person meant.',
    ]);
  });

  test.each(['2025550123', 2025550123, '(202) 555-0123', '202.555.0123', '\u200e202 555 0123'])(
    '%j never finds a contact in Egypt',
    async (phone) => {
      await givePhone(maria, '+2025550123');
      await givePhone(tom, '+20255501230');
      const { subscriber, warnings } = await used.result(bySystemField, { phone });
      expect(subscriber).toBeNull();
      expect(queries().slice(2)).toEqual([{ phone: '2025550123' }]);
      expect(warnings).toEqual([expect.stringMatching(/can mean several numbers; give them\.$/), whatsapp]);
    },
  );

  test.each([
    ['(51) 99123-4567', '51991234567'],
    ['(66) 99234-5678', '66992345678'],
    ['(33) 98765-4321', '33987654321'],
    ['813-1234-5678', '81312345678'],
    ['130 6234 5678', '13062345678'],
    ['1512 3456789', '15123456789'],
  ])('%j is not the number of somebody abroad', async (phone, digits) => {
    await givePhone(maria, `+${digits}`);
    await giveField(maria, `+${digits}`);
    for (const [tool, args] of [
      [bySystemField, { phone }],
      [findOrCreate, { phone, has_opt_in_sms: false }],
      [byCustomField, { field_id: 8, field_value: phone }],
    ] as const) {
      const outcome = await used.caller.call(tool, args);
      if (outcome.ok) expect(outcome.result.subscriber ?? outcome.result.count).not.toBeTruthy();
      else expect(outcome.failure.message).not.toContain('if that is meant');
    }
    const asked = queries().flatMap(({ phone: one, field_value: other }) => [one, other]);
    expect(asked.filter((each) => each?.startsWith('+'))).toEqual([]);
    expect((await used.result(bySystemField, { phone })).warnings).toContain(
      `phone "${phone}" was asked for as "${digits}": without + and country code it can mean several numbers; give them.`,
    );
    expect(used.countOf('createSubscriber')).toBe(0);
  });

  test.each(['8 (912) 345-67-89', '89123456789', 89123456789])('no code is suggested for %j', async (phone) => {
    for (const tool of [findOrCreate, 'manychat_create_subscriber']) {
      const { message } = await used.failure(tool, { phone, has_opt_in_sms: false });
      expect(message).not.toMatch(/\+89|if that is meant/);
    }
  });

  test('finds ten digits that are stored so', async () => {
    await givePhone(maria, '+2025550123');
    answerWith({ ...somebody, phone: '2025550123' });
    expect(await used.result(bySystemField, { phone: '2025550123' })).toMatchObject({ subscriber: { id: '77' } });
  });

  test('does not count a national number for a number in Egypt', async () => {
    answerWith([]);
    answerWith({ ...somebody, phone: '2025550123' });
    const { subscriber, warnings } = await used.result(bySystemField, { phone: '+20 2555 0123' });
    expect(subscriber).toBeNull();
    expect(warnings).toContain(
      'ManyChat answered "2025550123" with contact 77 ("Somebody"), whose phone "2025550123" lacks its + and country code: it was not counted as a hit.',
    );
  });

  test.each([
    [{ phone: '2025550123' }, '"2025550123"', 'phone is "+202555012345"'],
    [{ email: 'ana@example.com' }, '"ana@example.com"', 'email is "other@example.com"'],
  ])('%j does not count a contact with another address', async (args, asked, stored) => {
    answerWith(somebody);
    const { subscriber, warnings } = await used.result(bySystemField, args);
    expect(subscriber).toBeNull();
    expect(warnings).toContain(
      `ManyChat answered ${asked} with contact 77 ("Somebody"), whose ${stored}: it was not counted as a hit.`,
    );
  });

  test('counts a contact with the number as its WhatsApp number', async () => {
    answerWith({ id: '77', whatsapp_phone: '34600111222', phone: '' });
    expect(await used.result(bySystemField, { phone: '+34600111222' })).toMatchObject({ subscriber: { id: '77' } });
  });

  test.each(['+34600111999', '34600111999', '0600111999'])(
    '%s that misses says that WhatsApp contacts are not found by phone',
    async (phone) => {
      const { subscriber, warnings } = await used.result(bySystemField, { phone });
      expect([subscriber, (warnings as unknown[]).at(-1)]).toEqual([null, whatsapp]);
    },
  );

  test('treats a miss that came as an error as a miss', async () => {
    const body = { status: 'error', message: 'Subscriber does not exist' };
    used.sandbox.injectFault({ match: { path: 'findBySystemField' }, times: 9, status: 400, body });
    const { subscriber, warnings } = await used.result(bySystemField, { phone: '+34600111222' });
    expect([subscriber, warnings]).toEqual([null, [whatsapp]]);
  });

  test('fails if another spelling cannot be asked for', async () => {
    used.sandbox.injectFault({ match: { path: 'findBySystemField' }, after: 1, times: 9, status: 403, body: {} });
    expect(await used.failure(bySystemField, { phone: '+34600111222' })).toMatchObject({ performed: 'no' });
  });

  test("tries Brazil's mobile numbers without their ninth digit, and shows both", async () => {
    await givePhone(maria, '+552176372196');
    const { subscriber, warnings } = await used.result(bySystemField, { phone: '+55 21 97637-2196' });
    expect(subscriber).toMatchObject({ id: maria });
    expect(warnings).toContain(
      'Found by the phone "+552176372196", not "+5521976372196": make sure it is the person meant.',
    );
  });

  test.each([
    'wa.me/message/34600111222',
    '+44 (0)7700 900123',
    '2025550123.0',
    '+34600111222 x12',
    '+34600111222²',
    ' ',
    0.5,
    1e21,
  ])('%j is rejected', async (phone) => {
    expect(await used.failure(bySystemField, { phone })).toMatchObject({ kind: 'invalid_input' });
    expect(used.paths()).toEqual([]);
  });

  test('never returns a contact with another stored number', async () => {
    const stored = ['+2025550123', '+34600111222', '+551176372196', '+11987654321', '+600111222'];
    for (const [index, phone] of stored.entries())
      await givePhone([john, maria, tom, '1523908742', '1523908743'][index] ?? '', phone);
    const near = fc.constantFrom(...stored.map((each) => each.slice(1)), '2025550123', '600111222', '11987654321');
    const digits = fc.oneof(
      near,
      fc.stringMatching(/^\d{6,15}$/),
      near.map((each) => `${each}0`),
      near.map((each) => each.slice(1)),
    );
    await fc.assert(
      fc.asyncProperty(digits, async (phone) => {
        for (const [tool, args] of [
          [bySystemField, { phone }],
          [findOrCreate, { phone, has_opt_in_sms: false }],
        ] as const) {
          const outcome = await used.caller.call(tool, args);
          if (!outcome.ok) continue;
          const { subscriber, created } = outcome.result;
          expect(created ?? false).toBe(false);
          if (subscriber === null) continue;
          expect(phone.length).toBeGreaterThan(10);
          expect(asObject(subscriber).phone).toBe(`+${phone.replace(/^00/, '')}`);
        }
      }),
      { seed: 20_261_126, numRuns: 60 },
    );
  });
});

describe('a search by email', () => {
  test.each(['JOHN@EXAMPLE.COM', ' john@example.com\u200b', 'John@Example.com'])(
    '%j finds the contact',
    async (email) => {
      for (const [tool, more] of [
        [bySystemField, {}],
        [findOrCreate, { has_opt_in_email: true }],
      ] as const) {
        expect(await used.result(tool, { email, ...more })).toMatchObject({ subscriber: { id: john } });
      }
    },
  );

  test('asks for the address as it was written, then in lower case', async () => {
    answerWith([]);
    const { subscriber, warnings } = await used.result(bySystemField, { email: 'JOHN@EXAMPLE.COM' });
    expect([asObject(subscriber).id, warnings]).toEqual([john, undefined]);
    expect(queries()).toEqual([{ email: 'JOHN@EXAMPLE.COM' }, { email: 'john@example.com' }]);
  });

  test('that is not one address is rejected', async () => {
    const failure = await used.failure(bySystemField, { email: 'a@example.com, b@example.com' });
    expect(failure.message).toBe('email: must be one email address, like maria@example.com, and nothing else');
  });
});
