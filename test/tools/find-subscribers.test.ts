import { describe, expect, test } from 'vitest';
import { asObject, toList } from '../../tools/contract/json.js';
import { aisha, dmitri, john, liam, maria, sofia, tom } from '../support/people.js';
import { useCaller } from '../support/sandboxed.js';

const find = 'manychat_find_subscribers';
const used = useCaller({ random: () => 0 });

/** The answers to these queries, in order. */
async function answers(...queries: unknown[]) {
  const { results } = await used.result(find, { queries });
  return (toList(results) ?? []).map(asObject);
}
/** Ids of the contacts that a query finds, and how. */
async function found(query: unknown): Promise<Record<string, string>> {
  const [answer = {}] = await answers(query);
  const matches = (toList(answer.matches) ?? []).map(asObject);
  return Object.fromEntries(matches.map(({ id, matched_by }) => [String(id), String(matched_by)]));
}
async function whyNone(query: string): Promise<string> {
  const [answer = {}] = await answers(query);
  expect(answer.matches).toBeUndefined();
  return String(answer.why_none);
}
const setField = (subscriber_id: string, field_id: number, field_value: string) =>
  used.result('manychat_set_custom_field', { subscriber_id, field_id, field_value });
const setPhone = (subscriber_id: string, phone: string) =>
  used.result('manychat_update_subscriber', { subscriber_id, phone, has_opt_in_sms: false });
/** Makes the sandbox answer the next request to a path with this data. */
const answerWith = (path: string, data: unknown) =>
  used.sandbox.injectFault({ match: { path }, status: 200, body: { status: 'success', data } });

describe('a query is read as', () => {
  test.each([
    ['a chat link', `https://app.manychat.com/fb123456789/chat/${tom}`, tom, 'chat link'],
    ['a chat link of the older form', `manychat.com/fb123456789/chat/${tom}/`, tom, 'chat link'],
    ['a chat link without a page', `<https://app.manychat.com/chat/${tom}?x=1>`, tom, 'chat link'],
    ['an email', 'john@example.com', john, 'email'],
    ['an email in another spelling', ' "John Doe" <JOHN@Example.com>. ', john, 'email'],
    ['an email after its label', 'E-mail: john@example.com', john, 'email'],
    ['a phone', '+1 (555) 010-2030', '1523908746', 'phone +15550102030'],
    ['a phone link', 'https://wa.me/15550102030', '1523908746', 'phone +15550102030'],
    ['an id', maria, maria, 'id'],
    ['an id that was exported', `user:${aisha}`, aisha, 'id'],
    ['an id as a number', 123456789, john, 'id'],
    ['an id after its label', `subscriber_id: ${tom}`, tom, 'id'],
    ['a field', 'coupon_code:value', john, 'field "coupon_code"'],
    ['a field as a person writes it', ' Coupon Code : value ', john, 'field "coupon_code"'],
    ['a number field', 'Purchase-Count:12', maria, 'field "purchase_count"'],
    ['a name', 'Tom Baker', tom, 'name'],
    ['a name in another case', ' tom  BAKER', tom, 'name'],
    ['a name after its label', 'Name: Tom Baker', tom, 'name'],
    ['a name with accents in another form', 'Jos\u00e9 Nu\u00f1ez', '24958501110490003', 'name'],
  ])('%s: %j', async (_, query, id, by) => {
    expect(await found(query)).toEqual({ [id]: by });
  });

  test('a field that holds a phone number in another spelling', async () => {
    await setField(tom, 3, '+34600111222');
    expect(await found('favourite_roast: 34 600 111 222')).toEqual({
      [tom]: 'field "favourite_roast" as "+34600111222"',
    });
  });

  test('digits as an id and as a phone, which may be two people', async () => {
    await setPhone(tom, '+34600111222');
    answerWith('getInfo', { id: '34600111222', name: 'Ada' });
    expect(await found('34600111222')).toEqual({ '34600111222': 'id', [tom]: 'phone +34600111222' });
    expect(await found('+34600111222')).toEqual({ [tom]: 'phone +34600111222' });
  });

  test('one contact that is found in two ways, once', async () => {
    answerWith('findBySystemField', { id: john, phone: john });
    expect(await found(john)).toEqual({ [john]: `id, phone ${john}` });
  });

  test('a field only if there is such a field, else as something else', async () => {
    expect(await found('phone: +1 555 010 2030')).toEqual({ '1523908746': 'phone +15550102030' });
    expect(await whyNone('roast: dark')).toBe('Not found by name. There is no custom field "roast".');
    await used.result('manychat_create_custom_field', { caption: 'email', type: 'text' });
    expect(await whyNone('email: Maria')).toBe('Not found by field "email". Only exactly this value matches.');
  });

  test.each([
    [
      'birthday: 1990-05-17',
      'The field "birthday" is of type date; ManyChat finds contacts only by text and number fields.',
    ],
    ['wa_number:', 'No value follows the colon.'],
    ['https://app.manychat.com/fb123456789/cms', 'It is a link to ManyChat, but not to the chat of a contact.'],
    ['https://www.instagram.com/sofia.brews', 'It is a link, but not to a chat in ManyChat.'],
    ['email: maria', 'An email address must be one email address, like maria@example.com, and nothing else.'],
    ['id: maria', 'An id has digits only.'],
  ])('nothing, and asks for nobody: %j', async (query, why) => {
    expect(await whyNone(query)).toBe(why);
    expect(used.paths().filter((path) => path !== 'getCustomFields')).toEqual([]);
  });

  test('nothing, if several fields can be meant; a field of exactly this name comes first', async () => {
    await used.result('manychat_create_custom_field', { caption: 'Coupon Code', type: 'text' });
    await used.result('manychat_create_custom_field', { caption: 'coupon_code:old', type: 'text' });
    expect(await found('coupon_code:value')).toEqual({ [john]: 'field "coupon_code"' });
    expect(await whyNone('coupon-code:value')).toMatch(
      /^It can mean several custom fields: "coupon_code" \(id 123\), "Coupon Code" \(id \d+\)\. Use/,
    );
    expect(await whyNone('coupon_code:old:x')).toMatch(/^It can mean several custom fields: .*"coupon_code:old"/);
  });
});

describe('a chat link of another page', () => {
  test('is refused with the reason, although a contact here has the id', async () => {
    const [answer = {}] = await answers(`https://app.manychat.com/fb999/chat/${tom}`);
    expect(answer.matches).toBeUndefined();
    expect(answer.why_none).toContain('The link is of page 999, and this account is page 123456789');
    expect(used.paths()).toEqual(['getInfo', 'getInfo']);
  });

  test('says so if nobody here has the id', async () => {
    expect(await whyNone('https://app.manychat.com/fb999/chat/424242')).toContain('The link is of page 999');
    expect(await whyNone('https://app.manychat.com/fb123456789/chat/424242')).toContain('no such contact');
  });
});

describe('a match', () => {
  test('says who it is, where it is known and the window', async () => {
    const [answer] = await answers('Maria Garcia');
    expect(answer).toEqual({
      query: 'Maria Garcia',
      matches: [
        {
          id: maria,
          name: 'Maria Garcia',
          matched_by: 'name',
          window: 'open until 2026-09-21T11:40Z',
          email: 'maria.garcia@example.com',
        },
        {
          id: '24958501110451931',
          name: 'Maria Garcia',
          matched_by: 'name',
          channels: ['instagram'],
          window: 'open until 2026-09-21T09:00Z',
          ig_username: 'maria.g.coffee',
        },
        {
          id: '1523908700',
          name: 'Maria Garcia',
          matched_by: 'name',
          channels: ['whatsapp'],
          window: 'closed since 2026-08-12T12:00Z',
          whatsapp_phone: '34600111222',
        },
        { id: '1523908701', name: 'Maria Garcia', matched_by: 'name', window: 'closed since 2026-09-12T12:00Z' },
      ],
    });
    const [never] = await answers(liam);
    expect(never?.matches).toEqual([expect.objectContaining({ window: 'closed: never wrote' })]);
    answerWith('getInfo', { id: '77', name: 'X', last_interaction: '2026-09-20T11:00:00' });
    const [unclear] = await answers('77');
    expect(unclear?.matches).toEqual([expect.objectContaining({ window: 'not known' })]);
  });

  test('is only counted if it has what was asked for', async () => {
    const other = { id: '77', name: 'Marta Garcia', email: 'm@example.com', phone: '+34600999888' };
    answerWith('findByName', [other]);
    answerWith('findBySystemField', other);
    const [name, email] = await answers('Maria Garcia', 'maria@example.com');
    expect(name).toMatchObject({
      why_none: expect.stringContaining('Only full names match'),
      uncounted: [expect.stringContaining('77 ("Marta Garcia"), whose name is "Marta Garcia"')],
    });
    expect(email).toMatchObject({ uncounted: [expect.stringContaining('whose email is "m@example.com"')] });
    answerWith('getInfo', other);
    expect((await answers('78'))[0]?.uncounted).toEqual([expect.stringContaining('whose id is 77')]);
    // Upper and lower case and accents are ManyChat's own business.
    answerWith('findByName', [{ id: '78', name: 'MARÍA  García' }]);
    expect(await found('Maria Garcia')).toEqual({ '78': 'name' });
  });
});

describe('a miss', () => {
  test.each([
    ['Maria', 'Not found by name. Only full names match: a part, a nickname or another spelling finds nobody.'],
    ['@sofia.brews', 'Not found by name. ManyChat does not search user names: give the full name.'],
    ['nobody@example.com', 'Not found by email. ManyChat may know the contact without it.'],
    [
      '424242',
      'Not found by id, phone 424242. Give the number with + and country code. ManyChat does not search WhatsApp numbers themselves, so a WhatsApp contact may exist all the same.',
    ],
    ['24958501110451909', 'Not found by id. Ids differ by account: it may be a contact of another.'],
    ['coupon_code: none', 'Not found by field "coupon_code". Only exactly this value matches.'],
    [
      '+34 600 111 222 ext. 5',
      'Not found by name. It is no phone number, which must be a number with + and country code, like +15400000000, and nothing else: "e" is no part of a number.',
    ],
  ])('%j says what was tried and what it may mean', async (query, why) => {
    expect(await whyNone(query)).toBe(why);
  });

  test('says what ManyChat refused', async () => {
    used.sandbox.injectFault({
      match: { path: 'findByName' },
      status: 400,
      body: { status: 'error', message: 'Name is odd' },
    });
    const [odd, tomAnswer] = await answers('Odd Name', tom);
    expect(odd?.why_none).toBe('ManyChat refused it: Name is odd');
    expect(tomAnswer?.matches).toHaveLength(1);
  });
});

describe('several queries', () => {
  test('are answered in their order', async () => {
    const queries = [sofia, 'Nobody Here', 'john@example.com', 'Maria Garcia', dmitri, '+15550102030'];
    const all = await answers(...queries);
    expect(all.map(({ query }) => query)).toEqual(queries);
    expect(all.map(({ matches }) => toList(matches)?.length ?? 0)).toEqual([1, 0, 1, 4, 1, 1]);
  });

  test('that are equal are asked once', async () => {
    const queries = ['Tom Baker', ' Tom Baker', 'name: Tom Baker', '+34600111222', '0034 600 111 222'];
    const { results, warnings } = await used.result(find, { queries });
    expect(toList(results)).toHaveLength(4);
    expect(warnings).toContain('1 queries are repeated: each is answered once.');
    const asked = used.sandbox.requests().map(({ path, query }) => `${path} ${JSON.stringify(query)}`);
    expect(new Set(asked).size).toBe(asked.length);
  });

  test.each([
    [{ queries: [] }, /^queries: needs at least one query$/],
    [{ queries: ['Tom', ' '] }, /^queries\[1\]: must not be empty$/],
    [{ queries: Array.from({ length: 51 }, (_, index) => `n${index}`) }, /^queries: takes at most 50 queries/],
    [{ queries: [24958501110451908] }, /^queries\[0\]: is past 2\^53/],
    [{ queries: ['x'.repeat(321)] }, /^queries\[0\]: must have at most 320 characters$/],
    [{ queries: [{ name: 'Tom' }] }, /^queries\[0\]: must be a text$/],
  ])('are refused before any request if one cannot be read: %#', async (args, words) => {
    expect(await used.failure(find, args)).toMatchObject({
      kind: 'invalid_input',
      message: expect.stringMatching(words),
    });
    expect(used.sandbox.requests()).toEqual([]);
  });
});
