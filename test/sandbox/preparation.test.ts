import { describe, expect, test } from 'vitest';
import { ask } from '../support/asking.js';
import { controlApi } from '../support/control-api.js';
import { noon, useSandbox } from '../support/sandboxed.js';

const sandbox = useSandbox({ clock: noon, limits: false, secondConnection: 'ACTIVE' });

const { request, errorOf } = controlApi(sandbox);

/** Adds things that must be accepted. */
async function add(path: string, body: unknown) {
  const { status, body: response } = await request(path, body);
  expect(status, JSON.stringify(response)).toBe(200);
  return response;
}

/** What ManyChat's API returns for a path, through a connection. */
async function manychat(path: string, connection = sandbox.connectionId) {
  const headers = { authorization: `Bearer ${sandbox.matonKey}`, 'maton-connection': connection };
  return JSON.parse((await ask(sandbox.url, { path: `/manychat/fb/${path}`, headers })).text).data;
}

describe('POST /sandbox/contacts', () => {
  test('makes a contact with everything that the API shows', async () => {
    const ana = {
      id: '24958501110499999',
      first_name: 'Ana',
      last_name: 'Silva',
      gender: 'female',
      language: 'Portuguese',
      phone: '+351912345678',
      optin_phone: true,
      email: 'ana@example.com',
      optin_email: true,
      channels: ['messenger', 'instagram'],
      ig_username: 'ana.s',
      ig_id: '17841405822304914',
      last_input_text: 'Hi',
      last_interaction: '2026-09-20T11:00:00.000Z',
      subscribed: '2026-01-02T03:04:05.000Z',
      tags: ['VIP', 'Old Tag'],
      fields: { COUPON_CODE: 'A1', purchase_count: 3, birthday: '1990-05-17' },
      otn_tokens: { 'Back in Stock': 2 },
      user_refs: ['-1543835812530302163'],
    };
    const { contacts } = await add('contacts', ana);
    expect(contacts).toEqual([
      expect.objectContaining({ ...ana, fields: expect.anything(), user_refs: expect.anything() }),
    ]);
    const shown = await manychat('subscriber/getInfo?subscriber_id=24958501110499999');
    expect(shown).toMatchObject({
      id: '24958501110499999',
      name: 'Ana Silva',
      phone: '+351912345678',
      optin_email: true,
      ig_username: 'ana.s',
      last_interaction: '2026-09-20T11:00:00+00:00',
      subscribed: '2026-01-02T03:04:05+00:00',
      tags: [
        { id: 1, name: 'VIP' },
        { id: 123, name: 'Old Tag' },
      ],
    });
    const values = shown.custom_fields.filter(({ value }: { value: unknown }) => value !== null);
    expect(values.map(({ name, value }: Record<string, unknown>) => [name, value])).toEqual([
      ['purchase_count', 3],
      ['birthday', '1990-05-17'],
      ['coupon_code', 'A1'],
    ]);
    expect(await manychat('subscriber/getInfoByUserRef?user_ref=-1543835812530302163')).toMatchObject({ id: ana.id });
  });

  test('gives ids, and channels by the addresses', async () => {
    const { contacts } = await add('contacts', [
      { first_name: 'A' },
      { first_name: 'B', whatsapp_phone: '34600111333' },
      { first_name: 'C', ig_username: 'c', whatsapp_bsuid: 'ES.1' },
      { first_name: 'D', channels: [] },
    ]);
    expect(contacts.map(({ channels }: { channels: string[] }) => channels)).toEqual([
      ['messenger'],
      ['whatsapp'],
      ['instagram', 'whatsapp'],
      [],
    ]);
    const ids = contacts.map(({ id }: { id: string }) => id);
    expect(
      ids.every((id: string) => /^[1-9]\d{9}$/.test(id)),
      ids.join(' '),
    ).toBe(true);
    expect(new Set(ids).size).toBe(4);
    await request('reset', {});
    const again = await add('contacts', [{ first_name: 'A' }, { first_name: 'B', whatsapp_phone: '34600111333' }]);
    expect(again.contacts.map(({ id }: { id: string }) => id)).toEqual(ids.slice(0, 2));
  });

  test('counts minutes back from the time of the sandbox', async () => {
    sandbox.advance(60_000);
    const { contacts } = await add('contacts', { first_name: 'Late', last_interaction_minutes_ago: 23 * 60 });
    expect(contacts[0].last_interaction).toBe('2026-09-19T13:01:00.000Z');
  });

  test.each(['second', '104000000000777', 'connection'])('adds to the second page: %s', async (page) => {
    const wanted = page === 'connection' ? sandbox.secondConnectionId : page;
    await add(`contacts?page=${wanted}`, { id: '77', first_name: 'Ana', tags: ['Reseller'] });
    await add(`tags?page=${wanted}`, { name: 'New' });
    const path = 'subscriber/getInfo?subscriber_id=77';
    expect(await manychat(path, sandbox.secondConnectionId)).toMatchObject({ first_name: 'Ana' });
    expect(await manychat(path)).toBeUndefined();
    const tags = await manychat('page/getTags', sandbox.secondConnectionId);
    expect(tags).toContainEqual({ id: 3, name: 'New' });
  });

  test('refuses a page that there is not', async () => {
    expect(await errorOf('tags?page=third', { name: 'x' })).toContain('first (123456789), second (104000000000777)');
    expect(await errorOf('tags?pages=second', { name: 'x' })).toContain('did you mean "page"?');
  });

  test('says all that is wrong, with its place, and adds nothing', async () => {
    const before = sandbox.account();
    const error = await errorOf('contacts', [
      { id: '25', first_name: 'Right' },
      { frist_name: 'Ana', id: '0', tags: ['VIPs', 5], fields: { coupon: 1, birthday: '17.5.1990' } },
      { id: '123456789', channels: ['sms'], last_interaction: 'yesterday', optin_email: 'yes' },
      { channels: ['whatsapp', 'instagram'], otn_tokens: { Sale: 1, 'Back in Stock': -1 }, gender: null },
      { last_interaction: '2026-09-20T12:00:01Z', user_refs: ['x', '123456', { user_ref: '5', at: 1 }] },
      { last_interaction: null, last_interaction_minutes_ago: 1.5, fields_changed: { birthday: 1 } },
      'Ana',
    ]);
    expect(error.split('\n')).toEqual([
      expect.stringMatching(/^contacts\[1\]: unknown key "frist_name"; did you mean "first_name"\? Allowed: id, /),
      expect.stringMatching(/^contacts\[1\]\.id must be an id/),
      'contacts[1].tags[0]: there is no tag "VIPs"; did you mean "VIP"?',
      'contacts[1].tags[1] must be the name of a tag.',
      expect.stringMatching(/^contacts\[1\]\.fields\.coupon: there is no custom field "coupon"/),
      expect.stringMatching(/^contacts\[1\]\.fields\.birthday must be a date like 2018-07-18/),
      'contacts[2].id: "123456789" is taken.',
      expect.stringMatching(/^contacts\[2\]\.last_interaction must be a time with an offset/),
      'contacts[2].optin_email must be true or false.',
      'contacts[2].channels[0] must be one of messenger, instagram, whatsapp, telegram.',
      'contacts[3].gender must be a string.',
      'contacts[3] is on instagram, so it needs ig_username or ig_id.',
      'contacts[3] is on whatsapp, so it needs whatsapp_phone or whatsapp_bsuid.',
      'contacts[3].otn_tokens.Sale: there is no topic "Sale"',
      expect.stringMatching(/^contacts\[3\]\.otn_tokens\["Back in Stock"\] must be a whole number from 0/),
      "contacts[4].last_interaction is after the sandbox's time, 2026-09-20T12:00:00.000Z.",
      expect.stringMatching(/^contacts\[4\]\.user_refs\[0\] must be a string/),
      'contacts[4].user_refs[1]: "123456" is taken.',
      expect.stringMatching(/^contacts\[4\]\.user_refs\[2\]: unknown key "at"/),
      expect.stringMatching(/^contacts\[5\] may have either last_interaction or last_interaction_minutes_ago/),
      'and 3 more',
    ]);
    expect(sandbox.account()).toEqual(before);
  });

  test.each(['"x"', '5', 'null', '{', `[{"first_name":"${'x'.repeat(1_000_000)}"}]`])(
    'refuses a body that is neither an object nor a list: %.9s',
    async (body) => {
      expect(await errorOf('contacts', body)).toContain('a JSON object or a list');
    },
  );
});

describe('the other lists', () => {
  test('are added to what the API returns, with new ids above those asked for', async () => {
    expect(await add('tags', [{ name: 'A' }, { id: 500, name: 'B' }])).toEqual({
      tags: [
        { id: 501, name: 'A' },
        { id: 500, name: 'B' },
      ],
    });
    expect(await manychat('page/getTags')).toHaveLength(7);
    await add('fields', [
      { name: 'city', type: 'text', description: 'Where' },
      { name: 'open_until', type: 'datetime', bot: true, value: '2026-09-20T18:00:00+02:00' },
    ]);
    expect(await manychat('page/getCustomFields')).toContainEqual({
      id: 502,
      name: 'city',
      type: 'text',
      description: 'Where',
    });
    expect(await manychat('page/getBotFields')).toContainEqual(
      expect.objectContaining({ id: 503, value: '2026-09-20T18:00:00+02:00' }),
    );
    await add('topics', { name: 'Sale' });
    expect(await manychat('page/getOtnTopics')).toContainEqual({ id: 3, name: 'Sale', description: '' });
    await add('growth_tools', { name: 'Bar', type: 'bar' });
    expect(await manychat('page/getGrowthTools')).toContainEqual({ id: 8412004, name: 'Bar', type: 'bar' });
    await add('folders', [{ name: 'Sales' }, { name: 'Autumn', parent: 'Sales' }]);
    const { flows } = await add('flows', [
      { name: 'Cart', folder: 'Autumn', texts: ['Hi {{first_name}}'] },
      { ns: 'content1', name: 'Cart', folder: 4, channel: 'whatsapp', template: true },
    ]);
    expect(flows.map(({ ns }: { ns: string }) => ns)).toEqual(['content20260920120000_100008', 'content1']);
    expect(await manychat('page/getFlows')).toMatchObject({
      flows: expect.arrayContaining([
        { ns: 'content20260920120000_100008', name: 'Cart', folder_id: 5 },
        { ns: 'content1', name: 'Cart', folder_id: 4 },
      ]),
      folders: expect.arrayContaining([{ id: 5, name: 'Autumn', parent_id: 4 }]),
    });
  });

  test.each<[string, unknown, string]>([
    ['tags', {}, 'tags.name is required.'],
    ['tags', { name: 'VIP' }, 'tags.name: "VIP" is taken.'],
    ['tags', [{ name: 'x' }, { name: 'x' }], 'tags[1].name: "x" is taken.'],
    ['tags', { name: 'x', id: 1 }, 'tags.id: 1 is taken.'],
    ['tags', { name: 'x', id: '9' }, 'tags.id must be a whole number'],
    ['tags', { name: '' }, 'tags.name must not be empty.'],
    ['fields', { name: 'x' }, 'fields.type is required.'],
    ['fields', { name: 'x', type: 'list' }, 'fields.type must be one of text, number'],
    ['fields', { name: 'Coupon_Code', type: 'text' }, 'is taken'],
    ['fields', { name: 'x', type: 'text', value: 'y' }, 'only a bot field'],
    ['fields', { name: 'x', type: 'number', bot: true, value: 'y' }, 'fields.value must be a number, or null'],
    ['folders', { name: 'x', parent: 9 }, 'fold'],
    ['folders', { name: 'x', parent: 'Mian Folder' }, 'did you mean "Main Folder"?'],
    ['flows', { name: 'x', ns: 'content123' }, 'flows.ns: "content123" is taken.'],
    ['flows', { name: 'x', template: true }, 'only a flow with "channel": "whatsapp"'],
    ['flows', { name: 'x', texts: 'Hi' }, 'flows.texts must be a list.'],
    ['flows', { name: 'x', texts: ['Hi', ''] }, 'flows.texts[1] must not be empty.'],
    ['topics', { name: 'Back in Stock' }, 'is taken'],
    ['growth_tools', { name: 'x' }, 'growth_tools.type is required.'],
  ])('POST %s refuses %j', async (path, body, words) => {
    const before = sandbox.account();
    expect(await errorOf(path, body)).toContain(words);
    expect(sandbox.account()).toEqual(before);
  });
});

describe('POST /sandbox/contacts/{id}/writes', () => {
  const send = async (id: string) => {
    const headers = { authorization: `Bearer ${sandbox.matonKey}`, 'content-type': 'application/json' };
    const data = { version: 'v2', content: { messages: [{ type: 'text', text: 'Hello' }] } };
    const body = JSON.stringify({ subscriber_id: id, data });
    return ask(sandbox.url, { method: 'POST', path: '/manychat/fb/sending/sendContent', headers, body });
  };

  test('opens the window of a contact for 24 hours', async () => {
    const tom = '24958501110460017';
    expect((await send(tom)).text).toContain('3011');
    const { contact } = await add(`contacts/${tom}/writes`, { text: 'Hello?' });
    expect(contact).toMatchObject({ last_input_text: 'Hello?', last_interaction: '2026-09-20T12:00:00.000Z' });
    expect((await send(tom)).status).toBe(200);
    sandbox.advance(86_400_001);
    expect((await send(tom)).text).toContain('3011');
    sandbox.contactWrites(tom, { text: 'Still there?' });
    expect((await send(tom)).status).toBe(200);
  });

  test.each<[string, unknown, string]>([
    ['1', { text: 'x' }, 'There is no contact "1"'],
    ['24958501110460017', {}, 'writes.text is required'],
    ['24958501110460017', { text: '' }, 'must not be empty'],
    ['24958501110460017', { text: 'x', chanel: 'messenger' }, 'did you mean "channel"?'],
    ['24958501110460017', { text: 'x', channel: 'telegram' }, 'not on telegram. It is on messenger.'],
    ['1523908746', { text: 'x' }, 'writes.channel is required: the contact is on messenger, whatsapp.'],
    ['1523908745', { text: 'x' }, 'the contact is on none.'],
  ])('refuses for %s: %j', async (id, body, words) => {
    expect(await errorOf(`contacts/${id}/writes`, body)).toContain(words);
    expect(() => sandbox.contactWrites(id, Object(body))).toThrow(words);
  });

  test('takes the channel of a contact that is on several', async () => {
    expect(await add('contacts/1523908746/writes', { text: 'x', channel: 'whatsapp' })).toMatchObject({
      contact: { last_input_text: 'x' },
    });
  });
});
