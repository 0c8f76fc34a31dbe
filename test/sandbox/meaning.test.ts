import { expect, test } from 'vitest';
import { routes } from '../../src/sandbox/manychat/routes.js';
import { sentences } from '../../src/sandbox/page/meaning/sentences.js';
import { ask } from '../support/asking.js';
import { useSandbox } from '../support/sandboxed.js';

const account = {
  now: '2026-03-01T12:00:00.000Z',
  page: { id: 5, name: 'Corner Bakery' },
  tags: [{ id: 7, name: 'VIP' }],
  fields: [
    { id: 8, name: 'order', type: 'number' as const },
    { id: 9, name: 'open_until', type: 'text' as const, bot: true, value: '18:00' },
  ],
  flows: [{ ns: 'content20260301_1', name: 'Order ready', texts: ['Ready!'] }],
  topics: [{ name: 'Back in stock' }],
  contacts: [
    {
      id: '24958501110451908',
      first_name: 'Maria',
      last_name: 'Garcia',
      ig_username: 'm',
      last_interaction_minutes_ago: 5,
      user_refs: ['77'],
    },
    { id: '2', first_name: 'Tom', last_interaction_minutes_ago: 2_000 },
    { id: '3' },
  ],
  user_refs: ['78'],
};
const sandbox = useSandbox({ account, limits: false });
const maria = { subscriber_id: '24958501110451908' };

async function asked(method: string, path: string, parameters: object, key = sandbox.manychatKey) {
  const pairs = Object.entries(parameters).map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`);
  const query = method === 'GET' ? `?${pairs.join('&')}` : '';
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const body = method === 'GET' ? {} : { body: JSON.stringify(parameters) };
  await ask(sandbox.url, { method, path: `${path}${query}`, headers, ...body });
}

/** The latest request, as the page lists it. */
async function latest() {
  const { text } = await ask(sandbox.url, { path: '/sandbox/requests?limit=1' });
  return JSON.parse(text).requests[0];
}

const content = (type: string | undefined, rest: object = { messages: [{ type: 'text', text: 'Hi' }] }) => ({
  data: { version: 'v2', content: { ...(type !== undefined && { type }), ...rest } },
});

const meanings: readonly (readonly [path: string, parameters: object, meaning: string])[] = [
  ['/fb/page/getInfo', {}, 'Read the page'],
  ['/fb/page/getTags', {}, 'List the tags'],
  ['/fb/page/createTag', { name: 'New' }, 'Create the tag "New"'],
  ['/fb/page/removeTag', { tag_id: 7 }, 'Delete the tag "VIP" from the page'],
  ['/fb/page/removeTag', { tag_id: 70 }, 'Delete the unknown tag 70 from the page'],
  ['/fb/page/removeTagByName', { tag_name: 'VIP' }, 'Delete the tag "VIP" from the page'],
  ['/fb/page/getCustomFields', {}, 'List the custom fields'],
  ['/fb/page/createCustomField', { caption: 'city', type: 'text' }, 'Create the custom field "city" of type "text"'],
  ['/fb/page/getBotFields', {}, 'List the bot fields'],
  ['/fb/page/createBotField', { name: 'sale', type: 'boolean' }, 'Create the bot field "sale" of type "boolean"'],
  ['/fb/page/setBotField', { field_id: '9', field_value: '17:00' }, 'Set the bot field "open_until" to "17:00"'],
  ['/fb/page/setBotFieldByName', { field_name: 'open_until', field_value: null }, 'Clear the bot field "open_until"'],
  [
    '/fb/page/setBotFields',
    {
      fields: [
        { field_id: 9, field_value: 'x' },
        { field_name: 'other', field_value: 'y' },
      ],
    },
    'Set the bot fields "open_until", "other"',
  ],
  ['/fb/page/getFlows', {}, 'List the flows and their folders'],
  ['/fb/page/getGrowthTools', {}, 'List the growth tools'],
  ['/fb/page/getWidgets', {}, 'List the growth tools'],
  ['/fb/page/getOtnTopics', {}, 'List the topics of one-time notifications'],
  ['/fb/subscriber/getInfo', maria, 'Read Maria Garcia'],
  ['/fb/subscriber/getInfo', { subscriber_id: '24958501110451909' }, 'Read the unknown contact 24958501110451909'],
  ['/fb/subscriber/getInfo', { subscriber_id: 3 }, 'Read contact 3'],
  ['/fb/subscriber/getInfo', { subscriber_id: '@m' }, 'Read the unknown contact "@m"'],
  ['/fb/subscriber/getInfo', {}, 'Read no contact'],
  ['/fb/subscriber/findByName', { name: 'Maria Garcia' }, 'Find contacts by the name "Maria Garcia"'],
  [
    '/fb/subscriber/findByCustomField',
    { field_id: 8, field_value: '1207' },
    'Find contacts with "1207" in the field "order"',
  ],
  ['/fb/subscriber/findBySystemField', { email: 'a@b.example' }, 'Find the contact with the email "a@b.example"'],
  ['/fb/subscriber/findBySystemField', { phone: '+34600' }, 'Find the contact with the phone "+34600"'],
  ['/fb/subscriber/getInfoByUserRef', { user_ref: 77 }, 'Read the contact of the user_ref 77, Maria Garcia'],
  [
    '/fb/subscriber/createSubscriber',
    { first_name: 'Ana', last_name: 'Lima', whatsapp_phone: '+351900000001' },
    'Create the contact "Ana Lima" with the whatsapp_phone "+351900000001"',
  ],
  [
    '/fb/subscriber/updateSubscriber',
    { ...maria, first_name: 'M', gender: 'f' },
    'Update Maria Garcia: first_name, gender',
  ],
  ['/fb/subscriber/addTag', { ...maria, tag_id: 7 }, 'Add the tag "VIP" to Maria Garcia'],
  ['/fb/subscriber/addTagByName', { ...maria, tag_name: 'VIP' }, 'Add the tag "VIP" to Maria Garcia'],
  ['/fb/subscriber/removeTag', { ...maria, tag_id: 7 }, 'Remove the tag "VIP" from Maria Garcia'],
  ['/fb/subscriber/removeTagByName', { ...maria, tag_name: 'Old' }, 'Remove the tag "Old" from Maria Garcia'],
  [
    '/fb/subscriber/setCustomField',
    { ...maria, field_id: 8, field_value: 5 },
    'Set the field "order" of Maria Garcia to 5',
  ],
  [
    '/fb/subscriber/setCustomFieldByName',
    { ...maria, field_name: 'order', field_value: null },
    'Clear the field "order" of Maria Garcia',
  ],
  ['/fb/subscriber/setCustomFieldByName', maria, 'Set the field nothing of Maria Garcia to nothing'],
  [
    '/fb/subscriber/setCustomFields',
    {
      ...maria,
      fields: [
        { field_id: 8, field_value: 5 },
        { field_id: 80, field_value: 5 },
      ],
    },
    'Set the fields "order", 80 of Maria Garcia',
  ],
  [
    '/fb/subscriber/verifyBySignedRequest',
    { ...maria, signed_request: 'x' },
    'Verify a signed request of Maria Garcia',
  ],
  ['/fb/sending/sendContent', { ...maria, ...content('instagram') }, 'Send content to Maria Garcia on Instagram'],
  ['/fb/sending/sendContent', { subscriber_id: 2, ...content(undefined) }, 'Send content to Tom on Messenger'],
  ['/fb/sending/sendContent', { subscriber_id: 2, ...content('sms') }, 'Send content to Tom'],
  [
    '/fb/sending/sendContent',
    { subscriber_id: 2, ...content(undefined), otn_topic_name: 'Back in stock' },
    'Send content to Tom on Messenger as a one-time notification for "Back in stock"',
  ],
  [
    '/fb/sending/sendContent',
    { subscriber_id: 2, ...content(undefined, { messages: [], actions: [{ action: 'add_tag', tag_name: 'VIP' }] }) },
    'Perform actions for Tom',
  ],
  [
    '/fb/sending/sendContentByUserRef',
    { user_ref: '78', ...content(undefined) },
    'Send content to the user_ref 78 on Messenger',
  ],
  ['/fb/sending/sendFlow', { subscriber_id: 2, flow_ns: 'content20260301_1' }, 'Start the flow "Order ready" for Tom'],
  ['/fb/sending/sendFlow', { subscriber_id: 2, flow_ns: 'x' }, 'Start the unknown flow "x" for Tom'],
];

test('every route has a sentence, which is tested', () => {
  expect([...sentences.keys()]).toEqual([...routes.keys()]);
  expect(new Set(meanings.map(([path]) => path))).toEqual(new Set(routes.keys()));
});

test.each(meanings)('%s %j means: %s', async (path, parameters, meaning) => {
  const method = routes.get(path)?.method ?? '';
  await asked(method, path, parameters);
  expect(await latest()).toMatchObject({ id: 1, method, path, meaning });
  // The same through Maton, with the names of the connection's page.
  await asked(method, `/manychat${path}`, parameters, sandbox.matonKey);
  expect(await latest()).toMatchObject({ id: 2, path: `/manychat${path}`, meaning: expect.any(String) });
});

test('a request through Maton has the names of the page that its connection is for', async () => {
  await asked('GET', '/manychat/fb/subscriber/getInfo', maria, sandbox.matonKey);
  expect(await latest()).toMatchObject({
    meaning: 'Read Maria Garcia',
    page_id: '5',
    subscriber_id: maria.subscriber_id,
  });
  const secondPage = JSON.parse((await ask(sandbox.url, { path: '/sandbox/inbox?page=second' })).text).page.id;
  await asked('GET', '/fb/subscriber/getInfo', maria, sandbox.secondManychatKey);
  expect(await latest()).toMatchObject({
    meaning: 'Read the unknown contact 24958501110451908',
    page_id: String(secondPage),
    error: 'Subscriber does not exist',
  });
  expect(await latest()).not.toHaveProperty('subscriber_id');
});

test('a name is that of before the request', async () => {
  await asked('POST', '/fb/page/removeTag', { tag_id: 7 });
  await asked('POST', '/fb/page/removeTag', { tag_id: 7 });
  const { text } = await ask(sandbox.url, { path: '/sandbox/requests?limit=2' });
  expect(JSON.parse(text).requests).toMatchObject([
    { meaning: 'Delete the tag "VIP" from the page' },
    { meaning: 'Delete the unknown tag 7 from the page', error: 'Tag not found' },
  ]);
});

test.each<[string, string, string, object, object]>([
  ['a contact by its id', 'GET', '/fb/subscriber/getInfo', maria, { subscriber_id: '24958501110451908' }],
  [
    'a linked user_ref',
    'POST',
    '/fb/sending/sendContentByUserRef',
    { user_ref: '77', ...content(undefined) },
    { subscriber_id: '24958501110451908' },
  ],
  [
    'a closed window',
    'POST',
    '/fb/sending/sendContent',
    { subscriber_id: 2, ...content(undefined) },
    { subscriber_id: '2', error: expect.stringMatching(/^Content can't be sent .* over 24h ago\.$/) },
  ],
  ['a missing parameter', 'POST', '/fb/page/createTag', {}, { error: 'The name field is required.' }],
  [
    'errors of several fields',
    'POST',
    '/fb/subscriber/createSubscriber',
    { phone: 'x', email: 'y' },
    { error: expect.stringMatching(/^x is not a valid phone number y is not a valid email Has opt-in SMS/) },
  ],
  [
    'an error with status 200',
    'POST',
    '/fb/subscriber/verifyBySignedRequest',
    { subscriber_id: 2, signed_request: 'x' },
    { status: 200, error: 'Wrong signed request' },
  ],
  ['an unknown path', 'GET', '/fb/page/nothing', {}, { meaning: 'Unknown request', error: 'Not found' }],
])('%s is in the list', async (_, method, path, parameters, expected) => {
  await asked(method, path, parameters);
  expect(await latest()).toMatchObject(expected);
});

test('a created contact is in the list by its new id', async () => {
  await asked('POST', '/fb/subscriber/createSubscriber', { whatsapp_phone: '351900000001' });
  const created = sandbox.account().contacts?.find(({ whatsapp_phone: phone }) => phone === '351900000001');
  expect(await latest()).toMatchObject({ subscriber_id: created?.id });
});

test('requests about connections have a meaning', async () => {
  const maton = async (method: string, path: string) => {
    await asked(method, path, method === 'POST' ? { app: 'manychat' } : {}, sandbox.matonKey);
    const { meaning, error } = await latest();
    return error === undefined ? meaning : [meaning, error];
  };
  expect(await maton('GET', '/connections')).toBe('List the connections');
  expect(await latest()).not.toHaveProperty('page_id');
  expect(await maton('POST', '/connections')).toBe('Start a new connection');
  expect(await maton('GET', `/connections/${sandbox.connectionId}`)).toBe('Read the connection to "Corner Bakery"');
  expect(await maton('DELETE', `/connections/${sandbox.connectionId}`)).toBe(
    'Delete the connection to "Corner Bakery"',
  );
  expect(await maton('GET', '/connections/abc')).toEqual(['Read the connection abc', 'Connection not found']);
  expect(await maton('GET', '/manychat/fb/page/getTags')).toEqual(['List the tags', 'No active ManyChat connection']);
});

test('a request that a fault kept from being performed is in the list with its meaning', async () => {
  sandbox.injectFault({ status: 503, body: 'busy' });
  await asked('POST', '/fb/page/createTag', { name: 'New' });
  const request = await latest();
  expect(request).toMatchObject({ meaning: 'Create the tag "New"', performed: false, fault: 'status', status: 503 });
  expect(request).not.toHaveProperty('error');
});

test('the list has pages, and without a range it is as it was', async () => {
  for (let count = 0; count < 5; count += 1) await asked('GET', '/fb/page/getTags', {});
  const read = async (query: string) => {
    const { requests, more } = JSON.parse((await ask(sandbox.url, { path: `/sandbox/requests${query}` })).text);
    return [requests.map(({ id }: { id?: number }) => id), more];
  };
  expect(await read('?limit=2')).toEqual([[4, 5], 3]);
  expect(await read('?limit=2&before=4')).toEqual([[2, 3], 1]);
  expect(await read('?before=2')).toEqual([[1], 0]);
  expect(await read('?limit=2&before=1')).toEqual([[], 0]);
  expect(await read('?before=900')).toEqual([[1, 2, 3, 4, 5], 0]);
  expect(await read('')).toEqual([Array.from({ length: 5 }, () => undefined), undefined]);
  expect(Object.keys(sandbox.requests()[0] ?? {})).not.toContain('explained');
  expect(sandbox.requests()[0]).not.toHaveProperty('meaning');
});
