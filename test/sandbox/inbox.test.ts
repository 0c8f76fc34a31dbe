import { describe, expect, test } from 'vitest';
import { ask } from '../support/asking.js';
import { useSandbox } from '../support/sandboxed.js';
import { sendText } from '../support/send-text.js';

const now = '2026-03-01T12:00:00.000Z';
const minute = 60_000;
const account = {
  now,
  page: { id: 5, name: 'Corner Bakery' },
  tags: [{ name: 'VIP' }, { name: 'New' }],
  fields: [
    { name: 'order', type: 'number' as const },
    { name: 'city', type: 'text' as const },
  ],
  flows: [{ name: 'Hours', channel: 'instagram' as const, texts: ['From 7 to 18.'] }],
  contacts: [
    {
      id: '1',
      first_name: 'Zoë',
      last_name: 'Álvarez',
      last_interaction_minutes_ago: 30,
      tags: ['VIP', 'New'],
      fields: { order: 7 },
    },
    {
      id: '2',
      first_name: 'Ben',
      whatsapp_phone: '34600111222',
      phone: '+1 (555) 010-7788',
      last_interaction_minutes_ago: 1_440,
    },
    {
      id: '3',
      first_name: 'Ana',
      ig_username: 'ana.b',
      email: 'Ana@Example.com',
      last_interaction_minutes_ago: 1_441,
      tags: ['VIP'],
    },
    { id: '4', first_name: 'Eva 10', opted_out: true },
    { id: '5', first_name: 'Eva 9' },
  ],
};
const sandbox = useSandbox({ account, limits: false });
const path = (query: Record<string, string>) => `inbox?${new URLSearchParams(query)}`;

async function read(at: string) {
  const { status, text } = await ask(sandbox.url, { path: `/sandbox/${at}` });
  return { status, body: JSON.parse(text) };
}

const idsOf = async (query: Record<string, string>): Promise<string[]> => {
  const { status, body } = await read(path(query));
  expect(status, JSON.stringify(body)).toBe(200);
  expect(body.total).toBe(body.contacts.length);
  return body.contacts.map(({ id }: { id: string }) => id);
};

describe('the list of the inbox', () => {
  test('has the newest activity first, then the names in order, with windows and tags', async () => {
    const { body } = await read('inbox');
    expect(body).toEqual({
      now,
      page: { id: 5, name: 'Corner Bakery' },
      total: 5,
      contacts: [
        {
          id: '1',
          name: 'Zoë Álvarez',
          channels: ['messenger'],
          active: true,
          window: { state: 'open', until: '2026-03-02T11:30:00.000Z' },
          tags: ['VIP', 'New'],
          turns: 0,
        },
        expect.objectContaining({ id: '2', window: { state: 'open', until: now } }),
        expect.objectContaining({
          id: '3',
          window: { state: 'closed', since: '2026-03-01T11:59:00.000Z' },
          tags: ['VIP'],
        }),
        expect.objectContaining({ id: '5', name: 'Eva 9', window: { state: 'never' } }),
        expect.objectContaining({ id: '4', name: 'Eva 10', active: false }),
      ],
    });
  });

  test('shows the latest turn of each side, also while the clock stands', async () => {
    sandbox.contactWrites('3', { text: 'Hello?' });
    sandbox.contactWrites('2', { image: 'https://example.com/a.jpg', channel: 'whatsapp' });
    expect(await sendText(sandbox, '1', 'Good morning')).toBe(200);
    const { body } = await read('inbox');
    expect(body.contacts.map(({ id, last, turns }: Record<string, unknown>) => ({ id, last, turns }))).toEqual([
      { id: '1', last: { time: now, from: 'page', channel: 'messenger', text: 'Good morning' }, turns: 1 },
      { id: '2', last: { time: now, from: 'contact', channel: 'whatsapp', text: 'Picture' }, turns: 1 },
      { id: '3', last: { time: now, from: 'contact', channel: 'instagram', text: 'Hello?' }, turns: 1 },
      { id: '5', last: undefined, turns: 0 },
      { id: '4', last: undefined, turns: 0 },
    ]);
  });

  test.each<[string, object, string]>([
    ['a picture', { messages: [{ type: 'image', url: 'https://example.com/a.jpg' }] }, 'Picture'],
    [
      'several messages',
      {
        messages: [
          { type: 'text', text: 'One' },
          { type: 'text', text: 'Two' },
        ],
      },
      'Two',
    ],
    ['a card', { messages: [{ type: 'cards', elements: [{ title: 'Rye bread' }] }] }, 'Cards: Rye bread'],
    ['a long text', { messages: [{ type: 'text', text: 'x'.repeat(500) }] }, `${'x'.repeat(199)}…`],
  ])('shows of %s what it is', async (_, content, expected) => {
    const headers = { authorization: `Bearer ${sandbox.manychatKey}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ subscriber_id: 1, data: { version: 'v2', content } });
    const { status, text } = await ask(sandbox.url, { method: 'POST', path: '/fb/sending/sendContent', headers, body });
    expect(status, text).toBe(200);
    expect((await read('inbox?limit=1')).body.contacts[0].last.text).toBe(expected);
  });

  test('says what could not be sent', async () => {
    const headers = { authorization: `Bearer ${sandbox.manychatKey}`, 'content-type': 'application/json' };
    const ns = sandbox.account().flows?.[0]?.ns;
    const body = JSON.stringify({ subscriber_id: 1, flow_ns: ns });
    await ask(sandbox.url, { method: 'POST', path: '/fb/sending/sendFlow', headers, body });
    expect((await read('inbox?limit=1')).body.contacts[0].last).toMatchObject({
      text: 'From 7 to 18.',
      delivered: false,
    });
  });

  test('follows the clock', async () => {
    sandbox.advance(minute);
    const { body } = await read('inbox');
    expect(body.now).toBe('2026-03-01T12:01:00.000Z');
    expect(body.contacts[1]).toMatchObject({ id: '2', window: { state: 'closed', since: now } });
  });

  test.each<[Record<string, string>, string[]]>([
    [{ search: 'zoe' }, ['1']],
    [{ search: 'ALVAREZ zo' }, ['1']],
    [{ search: 'ana@example' }, ['3']],
    [{ search: 'ana.b' }, ['3']],
    [{ search: '555 0107788' }, ['2']],
    [{ search: '+34 600-111-222' }, ['2']],
    [{ search: 'nobody' }, []],
    [{ search: ' ' }, ['1', '2', '3', '5', '4']],
    [{ channel: 'instagram' }, ['3']],
    [{ window: 'open' }, ['1', '2']],
    [{ window: 'closed' }, ['3']],
    [{ window: 'never' }, ['5', '4']],
    [{ tag: 'VIP' }, ['1', '3']],
    [{ tag: 'VIP', window: 'open', search: 'z', channel: 'messenger' }, ['1']],
  ])('is filtered by %j', async (query, expected) => {
    expect(await idsOf(query)).toEqual(expected);
  });

  test('has pages', async () => {
    const { body } = await read('inbox?from=1&limit=2');
    expect([body.total, body.contacts.map(({ id }: { id: string }) => id)]).toEqual([5, ['2', '3']]);
    expect((await read('inbox?from=5')).body).toMatchObject({ total: 5, contacts: [] });
  });

  test('of the second page is that of its contacts', async () => {
    const { body } = await read('inbox?page=second');
    expect(body.page.name).toBe(sandbox.account().second_page?.page?.name);
    expect(body.contacts.every(({ id }: { id: string }) => Number(id) > 5)).toBe(true);
  });

  test.each<[string, string]>([
    ['inbox?searhc=x', 'did you mean \\"search\\"?'],
    ['inbox?window=shut', 'window must be one of open, closed, never.'],
    ['inbox?channel=sms', 'channel must be one of messenger, instagram, whatsapp, telegram.'],
    ['inbox?tag=Vip', 'the page has no tag \\"Vip\\"'],
    ['inbox?limit=0', 'limit must be a whole number from 1 to 200.'],
    ['inbox?limit=201', 'limit must be a whole number from 1 to 200.'],
    ['inbox?from=-1', 'from must be a whole number from 0'],
    ['inbox?from=', 'from must be a whole number from 0'],
    ['inbox?page=third', 'there is no page'],
    ['contacts/99', 'There is no contact \\"99\\" on this page.'],
    ['contacts/1?limit=5', 'unknown key \\"limit\\"'],
    ['contacts/1/conversation?limit=x', 'limit must be a whole number from 1 to 1000.'],
    ['contacts/1/conversation?before=0', 'before must be a whole number from 1'],
    ['requests?limit=1001', 'limit must be a whole number from 1 to 1000.'],
    ['calls?limit=1.5', 'limit must be a whole number from 1 to 1000.'],
    ['requests?from=1', 'unknown key \\"from\\"'],
    ['account?contacts=no', 'contacts must be one of true, false.'],
  ])('GET /sandbox/%s is refused', async (at, words) => {
    const { status, text } = await ask(sandbox.url, { path: `/sandbox/${at}` });
    expect([status, text]).toEqual([400, expect.stringContaining(words)]);
  });
});

test('a contact is shown with its addresses and fields', async () => {
  const { body } = await read('contacts/1');
  expect(body).toEqual({
    now,
    contact: {
      id: '1',
      name: 'Zoë Álvarez',
      channels: ['messenger'],
      active: true,
      window: { state: 'open', until: '2026-03-02T11:30:00.000Z' },
      tags: ['VIP', 'New'],
      turns: 0,
      email: '',
      phone: '',
      ig_username: '',
      whatsapp_phone: '',
      fields: [
        { name: 'order', type: 'number', value: 7 },
        { name: 'city', type: 'text', value: null },
      ],
      subscribed: '2025-12-01T12:00:00.000Z',
      last_interaction: '2026-03-01T11:30:00.000Z',
    },
  });
});

test('the account can be read without its contacts', async () => {
  const { body } = await read('account?contacts=false');
  const { contacts: _, second_page: second = {}, ...rest } = sandbox.account();
  const { contacts: __, ...secondRest } = second;
  expect(body).toEqual(JSON.parse(JSON.stringify({ ...rest, second_page: secondRest })));
  expect((await read('account?contacts=true')).body).toEqual(JSON.parse(JSON.stringify(sandbox.account())));
});

describe('a conversation in pages', () => {
  const texts = (turns: readonly Record<string, unknown>[]) =>
    turns.map(({ text, messages }) => text ?? (Array.isArray(messages) ? messages[0].text : undefined));

  test('has the latest turns of both sides, and continues before them', async () => {
    const said: string[] = [];
    for (let count = 1; count <= 6; count += 1) {
      sandbox.contactWrites('1', { text: `q${count}` });
      sandbox.contactWrites('5', { text: 'of another' });
      expect(await sendText(sandbox, '1', `a${count}`)).toBe(200);
      said.push(`q${count}`, `a${count}`);
    }
    const whole = (await read('contacts/1/conversation')).body;
    expect(texts(whole.conversation)).toEqual(said);
    expect(whole.conversation[0]).not.toHaveProperty('seq');
    const pages: unknown[][] = [];
    let query = 'limit=5';
    for (let more = 1; more > 0; ) {
      const { body } = await read(`contacts/1/conversation?${query}`);
      const seqs: number[] = body.conversation.map(({ seq }: { seq: number }) => seq);
      expect(seqs).toEqual(seqs.toSorted((one, other) => one - other));
      expect(new Set(seqs).size).toBe(seqs.length);
      pages.unshift(texts(body.conversation));
      more = body.more;
      expect(more).toBe(12 - pages.flat().length);
      query = `limit=5&before=${seqs[0]}`;
    }
    expect(pages.map(({ length }) => length)).toEqual([2, 5, 5]);
    expect(pages.flat()).toEqual(said);
  });

  test('keeps its numbers when new turns come, and none is left out', async () => {
    for (const text of ['one', 'two', 'three']) sandbox.contactWrites('1', { text });
    const [newest] = (await read('contacts/1/conversation?limit=1')).body.conversation;
    sandbox.contactWrites('1', { text: 'four' });
    const { body } = await read(`contacts/1/conversation?before=${newest.seq}`);
    expect([texts(body.conversation), body.more]).toEqual([['one', 'two'], 0]);
    expect((await read(`contacts/1/conversation?limit=1&before=1`)).body).toEqual({ conversation: [], more: 0 });
  });
});

test('calls are listed in pages, of one contact too', async () => {
  sandbox.addHooks({ name: 'Machine', url: 'http://127.0.0.1:1/' });
  for (const id of ['1', '5', '1', '1']) sandbox.contactWrites(id, { text: 'Hello?' });
  await sandbox.callsSettled();
  const list = async (query: string) => {
    const { calls, more } = (await read(`calls?${query}`)).body;
    return [calls.map(({ id }: { id: number }) => id), more];
  };
  expect(await list('')).toEqual([[1, 2, 3, 4], undefined]);
  expect(await list('limit=2')).toEqual([[3, 4], 2]);
  expect(await list('limit=2&before=3')).toEqual([[1, 2], 0]);
  expect(await list('before=4&subscriber_id=1')).toEqual([[1, 3], 0]);
});
