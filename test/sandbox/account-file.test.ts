import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pathOf } from '../../scripts/root.js';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/index.js';
import { ask } from '../support/asking.js';
import { useFolder } from '../support/folder.js';

/** Works with a sandbox, which is closed then. */
async function withSandbox<Result>(options: SandboxOptions, work: (sandbox: Sandbox) => Promise<Result>) {
  const sandbox = await startSandbox({ limits: false, ...options });
  try {
    return await work(sandbox);
  } finally {
    await sandbox.close();
  }
}

/** Requests through the first connection, or with a page key: with a body a POST, else a GET. */
async function manychat({ url, matonKey }: Sandbox, path: string, body?: object, key = matonKey) {
  const headers = { authorization: `Bearer ${key}`, ...(body && { 'content-type': 'application/json' }) };
  const at = { path: `${key === matonKey ? '/manychat' : ''}/fb/${path}`, headers };
  const sent = body === undefined ? at : { ...at, method: 'POST', body: JSON.stringify(body) };
  return (await ask(url, sent)).text;
}

/** A request to the control API: with a body a POST, else a GET. */
async function control({ url }: Sandbox, path: string, body?: object) {
  const headers = { 'content-type': 'application/json' };
  const at = { path: `/sandbox${path === '' ? '' : `/${path}`}` };
  return (await ask(url, body === undefined ? at : { ...at, method: 'POST', headers, body: JSON.stringify(body) }))
    .text;
}

const file = useFolder();

/** The message with which a start is refused. */
async function refusal(options: SandboxOptions): Promise<string> {
  const error: unknown = await withSandbox(options, async () => undefined).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ name: 'PreparationError' });
  return error instanceof Error ? error.message : '';
}

describe('an account file', () => {
  const text = `\uFEFF{
    "now": "2026-03-01T09:00:00+02:00",
    "page": { "id": 555, "name": "Bakery" },
    "permissions": { "email": false },
    "tags": [{ "name": "VIP" }],
    "contacts": [{ "id": 24958501110451909, "ig_id": 17841405822304915, "first_name": "Ana", "tags": ["VIP"] }],
    "user_refs": [-1543835812530302162]
  }`;

  test("takes the place of the sandbox's own account, and its clock stands still", async () => {
    await withSandbox({ accountFile: file('account.json', text) }, async (sandbox) => {
      expect(sandbox.now()).toBe(Date.parse('2026-03-01T07:00:00Z'));
      expect(await manychat(sandbox, 'page/getInfo')).toContain('"name":"Bakery"');
      expect(await manychat(sandbox, 'page/getTags')).toBe('{"status":"success","data":[{"id":1,"name":"VIP"}]}');
      const contact = await manychat(sandbox, 'subscriber/getInfo?subscriber_id=24958501110451909');
      expect(contact).toContain('"ig_id":17841405822304915');
      expect(await manychat(sandbox, 'page/getFlows')).toBe('{"status":"success","data":{"flows":[],"folders":[]}}');
      const created = await manychat(sandbox, 'subscriber/createSubscriber', {
        email: 'a@b.c',
        has_opt_in_email: true,
      });
      expect(created).toContain('Permission denied to import email');
      expect(await manychat(sandbox, 'page/getInfo', undefined, sandbox.manychatKey)).toContain('Bakery');
      expect(sandbox.secondConnectionId).toBe('');
      const overview = JSON.parse(await control(sandbox, ''));
      expect(overview).toMatchObject({ examples: { Ana: '24958501110451909' }, connections: [{ status: 'ACTIVE' }] });
    });
  });

  test('has a second page, with an active or a pending connection', async () => {
    const second_page = { page: { name: 'Shop' }, contacts: [{ id: '7', first_name: 'Ben' }] };
    await withSandbox({ account: { second_page } }, async (sandbox) => {
      const headers = { authorization: `Bearer ${sandbox.matonKey}`, 'maton-connection': sandbox.secondConnectionId };
      const path = '/manychat/fb/subscriber/getInfo?subscriber_id=7';
      expect((await ask(sandbox.url, { path, headers })).text).toContain('"first_name":"Ben"');
    });
    await withSandbox({ account: { second_page, second_connection: 'PENDING' } }, async (sandbox) => {
      const headers = { authorization: `Bearer ${sandbox.matonKey}` };
      const path = `/connections/${sandbox.secondConnectionId}`;
      expect((await ask(sandbox.url, { path, headers })).text).toContain('"status":"PENDING"');
    });
  });

  test('is what a reset returns to, with its time', async () => {
    await withSandbox({ accountFile: file('account.json', text), followers: 2 }, async (sandbox) => {
      const before = sandbox.account();
      await control(sandbox, 'contacts', { first_name: 'Ben', last_interaction_minutes_ago: 5 });
      await control(sandbox, 'contacts/24958501110451909/writes', { text: 'Hi', channel: 'instagram' });
      await manychat(sandbox, 'page/createTag', { name: 'New' });
      sandbox.advance(3_600_000);
      expect(sandbox.account()).not.toEqual(before);
      await control(sandbox, 'reset', {});
      expect(sandbox.account()).toEqual(before);
      expect(sandbox.requests()).toEqual([]);
    });
  });

  test('does not change with the object that it was started from', async () => {
    const contacts = [{ id: '7', first_name: 'Ben' }];
    await withSandbox({ account: { contacts } }, async (sandbox) => {
      contacts.push({ id: '8', first_name: 'Ana' });
      sandbox.reset();
      expect(sandbox.account().contacts).toHaveLength(1);
    });
  });

  test('is refused with all that is wrong, and where', async () => {
    const wrong = file(
      'wrong.json',
      JSON.stringify({
        now: '2026-02-30T09:00:00Z',
        Page: {},
        page: { id: 'x', names: 'Bakery' },
        permissions: { sms: true },
        tags: [{ name: 'VIP' }, { name: 'VIP' }],
        flows: {},
        contacts: [{ tags: ['VIPs'] }],
        user_refs: ['x'],
        second_page: { tags: [{}], second_page: {} },
        second_connection: 'active',
      }),
    );
    expect((await refusal({ accountFile: wrong })).split('\n')).toEqual([
      expect.stringMatching(/^account: unknown key "Page"; did you mean "page"\? Allowed: now, page, /),
      expect.stringMatching(/^now must be a time with an offset/),
      expect.stringMatching(/^page: unknown key "names"; did you mean "name"\?/),
      expect.stringMatching(/^permissions: unknown key "sms"/),
      expect.stringMatching(/^page\.id must be an id/),
      'tags[1].name: "VIP" is taken.',
      'flows must be a list.',
      'contacts[0].tags[0]: there is no tag "VIPs"; did you mean "VIP"?',
      expect.stringMatching(/^user_refs\[0\] must be a string/),
      expect.stringMatching(/^second_page: unknown key "second_page"/),
      'second_page.tags[0].name is required.',
      'second_connection must be one of ACTIVE, PENDING, NONE.',
    ]);
  });

  test.each<[string, () => SandboxOptions, RegExp]>([
    ['a file that is not there', () => ({ accountFile: 'nowhere.json' }), /^nowhere\.json cannot be read: there is no/],
    ['a file that is not JSON', () => ({ accountFile: file('a.json', '{"tags":[}') }), /a\.json is not JSON: /],
    ['a list', () => ({ accountFile: file('a.json', '[]') }), /^account must be an object/],
    ['two accounts', () => ({ accountFile: 'a.json', account: {} }), /cannot both be given/],
    [
      'two pages with one id',
      () => ({ account: { page: { id: 5 }, second_page: { page: { id: '5' } } } }),
      /must differ/,
    ],
    ['an id that JavaScript has rounded', () => ({ account: { page: { id: 2 ** 60 } } }), /^page\.id must be/],
    ['a time without an offset', () => ({ now: '2026-03-01T09:00:00' }), /^now must be a time with an offset/],
    ['a time that is far away', () => ({ now: '2126-03-01T09:00:00Z' }), /in the years 2000 to 2099/],
  ])('is refused: %s', async (_, options, words) => {
    expect(await refusal(options())).toMatch(words);
  });

  test('in the docs is accepted', async () => {
    const docs = readFileSync(pathOf('docs/testing-agents.md'), 'utf8');
    const [, example = ''] = /```json\n([\s\S]+?)```/.exec(docs) ?? [];
    await withSandbox({ accountFile: file('account.json', example) }, async (sandbox) => {
      expect(sandbox.account()).toMatchObject({ now: JSON.parse(example).now.replace('Z', '.000Z') });
      expect(sandbox.account().contacts?.length).toBeGreaterThan(1);
    });
  });
});

describe('an export', () => {
  const name = fc.string({ minLength: 1, maxLength: 12, unit: 'binary' }).filter((text) => text.trim() !== '');
  const people = ['123456789', '24958501110451908', '24958501110460017', '1523908742'] as const;
  const someone = fc.constantFrom(...people);
  /** A request to ManyChat's API, or with a path that begins with a slash, to the control API. */
  const step = fc.oneof(
    fc.record({ path: fc.constant('page/createTag'), body: fc.record({ name }) }),
    fc.record({
      path: fc.constant('page/createCustomField'),
      body: fc.record({ caption: fc.oneof(name, fc.constantFrom('7', '__proto__')), type: fc.constantFrom('text') }),
    }),
    fc.record({
      path: fc.constant('page/createBotField'),
      body: fc.record({ name, type: fc.constant('number'), value: fc.integer() }),
    }),
    fc.record({
      path: fc.constant('page/removeTag'),
      body: fc.record({ tag_id: fc.constantFrom(2, 123, 125, 126, 127, 128) }),
    }),
    fc.record({
      path: fc.constantFrom('subscriber/addTag', 'subscriber/removeTag'),
      body: fc.record({ subscriber_id: someone, tag_id: fc.integer({ min: 1, max: 5 }) }),
    }),
    ...Array.from({ length: 4 }, () =>
      fc.record({
        path: fc.constant('subscriber/setCustomField'),
        body: fc.record({
          subscriber_id: someone,
          field_id: fc.constantFrom(3, 7, 125, 126),
          field_value: fc.constantFrom('dark', 'dark', '', null),
        }),
      }),
    ),
    fc.record({
      path: fc.constant('subscriber/createSubscriber'),
      body: fc.record({ first_name: name, whatsapp_phone: fc.integer({ min: 1e9, max: 9e9 }).map(String) }),
    }),
    fc.record({
      path: someone.map((id) => `/contacts/${id}/writes`),
      body: fc.record({ text: name }),
    }),
    fc.record({ path: fc.constant('/clock'), body: fc.record({ advance_ms: fc.integer({ min: 0, max: 1e8 }) }) }),
    fc.record({
      path: fc.constantFrom('/contacts', '/contacts?page=second'),
      body: fc.record({
        id: fc.integer({ min: 1, max: 1e6 }).map(String),
        first_name: name,
        last_interaction_minutes_ago: fc.integer({ min: 0, max: 5_000 }),
      }),
    }),
  );
  const reads = [
    'page/getInfo',
    'page/getTags',
    'page/getCustomFields',
    'page/getBotFields',
    'page/getFlows',
    'page/getGrowthTools',
    'page/getOtnTopics',
    'subscriber/findByName?name=Test%20User',
    'subscriber/findByCustomField?field_id=3&field_value=dark',
    'subscriber/findByCustomField?field_id=125&field_value=dark',
    'subscriber/findByCustomField?field_id=7&field_value=dark',
    'subscriber/getInfoByUserRef?user_ref=123456',
    'subscriber/getInfoByUserRef?user_ref=-1543835812530302162',
    ...people.map((id) => `subscriber/getInfo?subscriber_id=${id}`),
  ];

  test('gives the same account when it is imported', async () => {
    const property = fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40, size: 'max' }), async (steps) => {
      const now = '2026-03-01T09:00:00Z';
      await withSandbox({ now }, async (sandbox) => {
        for (const { path, body } of steps) {
          if (path.startsWith('/')) await control(sandbox, path.slice(1), body);
          else await manychat(sandbox, path, body);
        }
        // Ids are never reused, not even that of the newest tag.
        await manychat(sandbox, 'page/createTag', { name: 'the last tag' });
        await manychat(sandbox, 'page/removeTagByName', { tag_name: 'the last tag' });
        const exported = await control(sandbox, 'account');
        await withSandbox({ accountFile: file('exported.json', exported) }, async (twin) => {
          expect(await control(twin, 'account')).toBe(exported);
          for (const path of reads) expect(await manychat(twin, path), path).toBe(await manychat(sandbox, path));
          const next = { name: 'the next tag' };
          expect(await manychat(twin, 'page/createTag', next)).toBe(await manychat(sandbox, 'page/createTag', next));
        });
      });
    });
    await fc.assert(property, { seed: 15, numRuns: 30 });
  });
});
