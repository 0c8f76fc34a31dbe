import { expect, onTestFinished, test } from 'vitest';
import { createInbox } from '../../../ui/inbox/state/inbox.js';
import { placeOf } from '../../../ui/inbox/state/place.js';
import type { Requests } from '../../../ui/inbox/state/ports.js';

const now = '2026-11-20T10:00:00.000Z';

const answers: Readonly<Record<string, object>> = {
  '/sandbox': { now, manychat_keys: [], connections: [], manychat_routes: [] },
  '/sandbox/inbox': { now, page: { id: '1', name: 'Corner Bakery' }, total: 0, contacts: [] },
  '/sandbox/contacts/7': { now, contact: { id: '7' } },
  '/sandbox/contacts/7/conversation': { conversation: [], more: 0 },
  '/sandbox/requests': { requests: [], more: 0 },
  '/sandbox/calls': { calls: [], more: 0 },
  '/sandbox/account': {
    tags: [],
    fields: [],
    flows: [],
    hooks: [],
    second_page: { tags: [{ id: 1, name: 'Wholesale' }] },
  },
  '/sandbox/faults': { faults: [] },
  '/sandbox/clock': { now: '2026-11-21T10:00:00.000Z' },
};

/** An inbox in which everything is shown, and the requests that it has made since the last look. */
async function shownInbox(hash: string, refusal?: string) {
  const made: string[] = [];
  const answer = async <T>(method: string, path: string, query: object, body?: object): Promise<T> => {
    const named = new URLSearchParams(
      Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]),
    ).toString();
    made.push(
      [method, named === '' ? path : `${path}?${named}`, ...(body === undefined ? [] : [JSON.stringify(body)])].join(
        ' ',
      ),
    );
    if (refusal !== undefined && method !== 'GET') throw new Error(refusal);
    return JSON.parse(JSON.stringify(answers[path] ?? {}));
  };
  const requests: Requests = {
    get: (path, query = {}) => answer('GET', path, query),
    post: (path, body, query = {}) => answer('POST', path, query, body),
    remove: (path) => answer('DELETE', path, {}),
  };
  const inbox = createInbox(requests, placeOf(hash), async () => undefined);
  const { overview, contacts, contact, conversation, requests: records, calls, account, faults } = inbox;
  for (const each of [overview, contacts, contact, conversation, records, calls, account, faults]) each.use();
  const look = async (): Promise<string[]> => {
    await new Promise((resolve) => setImmediate(resolve));
    return made.splice(0);
  };
  await look();
  return { inbox, look };
}

const ofSelected = ['GET /sandbox/contacts/7', 'GET /sandbox/contacts/7/conversation?limit=100'];

test('a notice leads to reading what it names, once', async () => {
  const { inbox, look } = await shownInbox('#contact=7');
  inbox.heard('{"requests":true}');
  expect(await look()).toEqual(['GET /sandbox/requests?limit=50']);
  inbox.heard('{"contacts":["8"]}');
  expect(await look()).toEqual(['GET /sandbox/inbox?limit=50']);
  inbox.heard('{"contacts":["7"]}');
  expect(await look()).toEqual(['GET /sandbox/inbox?limit=50', ...ofSelected]);
});

test('many notices at once lead to two readings at most', async () => {
  const { inbox, look } = await shownInbox('#contact=7');
  for (let count = 0; count < 500; count += 1) inbox.heard('{"contacts":["8"]}');
  expect(await look()).toEqual(['GET /sandbox/inbox?limit=50', 'GET /sandbox/inbox?limit=50']);
});

test('another contact, another page and a search are read in the place of those before', async () => {
  const { inbox, look } = await shownInbox('');
  inbox.go({ contact: '7', pane: 'conversation' });
  expect(await look()).toEqual(ofSelected);
  inbox.filter({ search: '  Ana ', channel: 'whatsapp' });
  expect(await look()).toEqual(['GET /sandbox/inbox?channel=whatsapp&search=Ana&limit=50']);
  inbox.showMoreContacts();
  expect(await look()).toEqual(['GET /sandbox/inbox?channel=whatsapp&search=Ana&limit=100']);
  for (let count = 0; count < 7; count += 1) inbox.showMoreContacts();
  expect((await look()).at(-1)).toBe('GET /sandbox/inbox?channel=whatsapp&search=Ana&limit=200');
  inbox.go({ page: 'second', contact: undefined });
  expect((await look()).toSorted()).toEqual([
    'GET /sandbox/account?contacts=false',
    'GET /sandbox/inbox?page=second&limit=50',
  ]);
  expect(inbox.account.get().data?.tags).toEqual([{ id: 1, name: 'Wholesale' }]);
});

test('a contact is shown on its page, also if the other page has one with the same id', async () => {
  const { inbox, look } = await shownInbox('#contact=7');
  const ofPages = answers['/sandbox/inbox'] ?? {};
  inbox.showContact('7', '1');
  expect(await look()).toEqual([]);
  inbox.showContact('7', undefined);
  expect(await look()).toEqual([]);
  inbox.showContact('7', '2');
  expect(inbox.place.get()).toMatchObject({ page: 'second', contact: '7', pane: 'conversation' });
  // The first page is known before the second one was read.
  inbox.showContact('7', '1');
  expect(inbox.place.get().page).toBe('first');
  await look();
  onTestFinished(() => void Object.assign(ofPages, { page: { id: '1', name: 'Corner Bakery' } }));
  Object.assign(ofPages, { page: { id: '2', name: 'Wholesale' } });
  inbox.showContact('7', '2');
  expect(await look()).toEqual(expect.arrayContaining(['GET /sandbox/contacts/7?page=second']));
  inbox.showContact('7', '1');
  expect(inbox.place.get().page).toBe('first');
});

test('what a contact does is sent for its page, and what it changes is read', async () => {
  const { inbox, look } = await shownInbox('#contact=7&page=second');
  await inbox.write('7', { kind: 'image', content: 'https://example.com/a.png', channel: 'telegram' });
  const [written, ...read] = await look();
  expect(written).toBe(
    'POST /sandbox/contacts/7/writes?page=second {"image":"https://example.com/a.png","channel":"telegram"}',
  );
  expect(read).toHaveLength(3);
  await inbox.click('7', 'Yes');
  expect((await look())[0]).toBe('POST /sandbox/contacts/7/clicks?page=second {"caption":"Yes"}');
});

test('the clock is heard from each answer', async () => {
  const { inbox, look } = await shownInbox('');
  expect(inbox.now.get()).toBe(Date.parse(now));
  expect(await inbox.moveClock(86_400_000)).toBe('2026-11-21T10:00:00.000Z');
  expect(await look()).toEqual([
    'POST /sandbox/clock {"advance_ms":86400000}',
    'GET /sandbox',
    'GET /sandbox/inbox?limit=50',
  ]);
});

test('what the sandbox refuses is said in its words, and nothing is read again', async () => {
  const { inbox, look } = await shownInbox('#contact=7', 'writes.image must be a URL.');
  await expect(inbox.write('7', { kind: 'image', content: 'no', channel: undefined })).rejects.toThrow(
    'writes.image must be a URL.',
  );
  expect(await look()).toEqual(['POST /sandbox/contacts/7/writes {"image":"no"}']);
});

test('a tag lists its contacts, wherever the user is', async () => {
  const { inbox, look } = await shownInbox('#contact=7&tab=account&pane=panel');
  inbox.filter({ search: 'Ana' });
  await look();
  inbox.filterByTag('VIP & more');
  expect(await look()).toEqual(['GET /sandbox/inbox?tag=VIP+%26+more&limit=50']);
  expect(inbox.place.get().pane).toBe('contacts');
});

test('an older call is read along with those after it, once it is asked for', async () => {
  const { inbox, look } = await shownInbox('');
  const calls = Array.from({ length: 50 }, (_, index) => ({ id: 151 + index }));
  Object.assign(answers['/sandbox/calls'] ?? {}, { calls, more: 150 });
  inbox.heard('{"calls":true}');
  expect(await look()).toEqual(['GET /sandbox/calls?limit=50']);
  inbox.showCall(170);
  expect(await look()).toEqual(['GET /sandbox/calls?limit=50']);
  inbox.showCall(31);
  // 170 reach it; in whole pages, and with one page more, it stays in the list when others follow.
  expect(await look()).toEqual(['GET /sandbox/calls?limit=50', 'GET /sandbox/calls?limit=250']);
  for (const id of [201, 202, 203]) {
    calls.push({ id });
    inbox.heard('{"calls":true}');
    expect(await look()).toEqual(['GET /sandbox/calls?limit=250']);
  }
  expect(inbox.shownCall.get()).toBe(31);
  inbox.showEarlierCalls();
  expect(await look()).toEqual(['GET /sandbox/calls?limit=300']);
  expect(inbox.place.get()).toMatchObject({ tab: 'calls', pane: 'panel' });
});

test('a reset lists everything again, as at the start', async () => {
  const { inbox, look } = await shownInbox('#contact=7');
  inbox.filter({ tag: 'Of an agent' });
  inbox.showMoreContacts();
  inbox.showEarlierCalls();
  inbox.showCall(1);
  await look();
  await inbox.reset();
  expect(inbox.contacts.get().data).toBeUndefined();
  const [reset, ...read] = await look();
  expect(reset).toBe('POST /sandbox/reset {}');
  expect(new Set(read)).toEqual(
    new Set([
      ...['GET /sandbox', 'GET /sandbox/inbox?limit=50', 'GET /sandbox/requests?limit=50'],
      ...['GET /sandbox/calls?limit=50', 'GET /sandbox/account?contacts=false', 'GET /sandbox/faults', ...ofSelected],
    ]),
  );
  expect(inbox.filters.get()).toEqual({ search: '', channel: '', window: '', tag: '' });
  expect(inbox.shownCall.get()).toBeUndefined();
});
