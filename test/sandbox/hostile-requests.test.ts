import { expect, test } from 'vitest';
import { explain } from '../../src/sandbox/page/meaning/explain.js';
import { ask } from '../support/asking.js';
import { useSandbox } from '../support/sandboxed.js';
import { servedWorld } from '../support/served-world.js';

const sandbox = useSandbox({ limits: false });

const headers = () => ({
  authorization: `Bearer ${sandbox.manychatKey}`,
  'content-type': 'application/json',
});
const post = (path: string, body: string) => ask(sandbox.url, { method: 'POST', path, headers: headers(), body });

/** The latest requests, as the page lists them. */
async function listed(query = '?limit=10') {
  const { status, text } = await ask(sandbox.url, { path: `/sandbox/requests${query}` });
  return { status, requests: JSON.parse(text).requests };
}

const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const deep = nested(20_000);

test.each([
  [
    'names that are objects',
    '/fb/subscriber/createSubscriber',
    '{"first_name":{"toString":1,"valueOf":1},"last_name":[{"toString":1}],"consent_phrase":"x"}',
    'should be of type string',
    'Create the contact ""',
  ],
  ['a deep name', '/fb/page/createTag', `{"name":${deep}}`, 'must be a string', 'Create the tag a list'],
  [
    'a deep value',
    '/fb/subscriber/setCustomFieldByName',
    `{"subscriber_id":2,"field_name":{"a":${deep}},"field_value":${deep}}`,
    'Subscriber does not exist',
    'Set the field an object of the unknown contact 2 to a list',
  ],
  ['a deep id', '/fb/page/removeTag', `{"tag_id":${deep}}`, 'must be an integer', 'Delete the unknown tag a list'],
  [
    'deep content',
    '/fb/sending/sendContent',
    `{"subscriber_id":2,"data":{"version":"v2","content":{"messages":${deep}}}}`,
    '"status":"error"',
    'Send content to the unknown contact 2 on Messenger',
  ],
])(
  'a request with %s is refused as ManyChat refuses it, logged and explained',
  async (_, path, body, refusal, meaning) => {
    const { status, text } = await post(path, body);
    expect([status, text]).toEqual([400, expect.stringContaining(refusal)]);
    for (const query of ['?limit=10', '']) {
      const { status: read, requests } = await listed(query);
      expect(read).toBe(200);
      expect(requests).toMatchObject([{ path, status: 400 }]);
    }
    expect((await listed()).requests[0].meaning).toContain(meaning);
  },
);

test('a body is listed as text beyond a hundred levels', async () => {
  const bodies = [`{"name":${nested(99)}}`, `{"name":${nested(100)}}`];
  for (const body of bodies) await post('/fb/page/createTag', body);
  const { requests } = await listed();
  expect(requests.map(({ body }: { body: unknown }) => body)).toEqual([JSON.parse(bodies[0] ?? ''), bodies[1]]);
});

test('a deep value is refused where the sandbox is prepared', async () => {
  const refused = async (path: string, body: string) => {
    const { status, text } = await post(path, body);
    return [status, JSON.parse(text).error];
  };
  expect(await refused('/sandbox/faults', `{"status":500,"body":${deep}}`)).toEqual([
    400,
    expect.stringContaining('at most 100 levels'),
  ]);
  for (const collection of ['tags', 'contacts', 'flows', 'hooks', 'fields']) {
    const path = `/sandbox/${collection}`;
    for (const body of [
      deep,
      `{"name":${deep}}`,
      `{"name":"x","url":"http://127.0.0.1:1/","body":${deep},"mapping":${deep}}`,
    ])
      expect(await refused(path, body)).toEqual([400, expect.any(String)]);
  }
});

test('a request that cannot be explained is served', async () => {
  const { world } = await servedWorld();
  const incoming = {
    method: 'POST',
    path: '/fb/page/createTag',
    query: new URLSearchParams(),
    headers: {},
    text: undefined,
    bytes: 0,
    json(): unknown {
      throw new RangeError('Maximum call stack size exceeded');
    },
  };
  expect(explain(world, incoming)({ status: 200 })).toEqual({ meaning: 'A request that cannot be explained' });
});

test('an endpoint that fails answers with an error', async () => {
  const { world, url } = await servedWorld();
  world.requests.list = () => {
    throw new RangeError('Maximum call stack size exceeded');
  };
  const { status, text, headers: received } = await ask(url, { path: '/sandbox/requests' });
  expect([status, JSON.parse(text)]).toEqual([500, { error: expect.stringContaining('GET /sandbox/requests') }]);
  expect(received['content-type']).toContain('application/json');
  expect((await ask(url, { path: '/sandbox' })).status).toBe(200);
});

test.each([
  ['\u202eevil', 'evil'],
  ['a\u2066b\u2067c\u2069\u200e\u200f\u061cd', 'abcd'],
  ['two\n\tlines\u2028and\u0000more', 'two lines andmore'],
  ['half \ud83d', 'half \ufffd'],
  ['👩‍🍳 می‌خواهم', '\u2068👩‍🍳 می‌خواهم\u2069'],
  ['שלום', '\u2068שלום\u2069'],
])('the name %j cannot turn or hide the rest of a meaning', async (name, expected) => {
  await post('/fb/page/createTag', JSON.stringify({ name }));
  await post('/fb/subscriber/updateSubscriber', JSON.stringify({ subscriber_id: name, [name]: 1 }));
  const { requests } = await listed();
  expect(requests).toMatchObject([
    { meaning: `Create the tag "${expected}"` },
    { meaning: `Update the unknown contact "${expected}": ${expected}` },
  ]);
});

test('a long list of fields is counted, and a long name is cut', async () => {
  const fields = Array.from({ length: 13 }, () => ({ field_name: 'ש'.repeat(100), field_value: 1 }));
  await post('/fb/page/setBotFields', JSON.stringify({ fields }));
  const name = `"\u2068${'ש'.repeat(79)}…\u2069"`;
  const { requests } = await listed();
  expect(requests[0].meaning).toBe(`Set the bot fields ${Array(10).fill(name).join(', ')} and 3 more`);
});
