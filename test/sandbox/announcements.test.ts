import { describe, expect, test } from 'vitest';
import { ask } from '../support/asking.js';
import { controlApi } from '../support/control-api.js';
import { type EventReader, listenTo } from '../support/events.js';
import { noon, useSandbox } from '../support/sandboxed.js';

const sandbox = useSandbox({
  clock: noon,
  limits: false,
  answerCalls: async () => new Response('{"answer":"On Mondays."}', { status: 200 }),
});
const { request } = controlApi(sandbox);
const maria = '24958501110451908';
const hook = { name: 'Machine', url: 'http://127.0.0.1:8081/', mapping: { reply_text: '$.answer' } };

/** A request to ManyChat, of the page with this key. */
function api(path: string, body: object | undefined, key = sandbox.manychatKey) {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const sent = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  return ask(sandbox.url, { path: `/fb/${path}`, headers, ...sent });
}

/** A request to Maton. */
function maton(method: string, path: string, body?: object) {
  const headers = { authorization: `Bearer ${sandbox.matonKey}`, 'content-type': 'application/json' };
  return ask(sandbox.url, { method, path, headers, ...(body && { body: JSON.stringify(body) }) });
}

const text = (content: string) => ({ version: 'v2', content: { messages: [{ type: 'text', text: content }] } });

/** A reader that was greeted. */
async function listening(): Promise<EventReader> {
  const events = await listenTo(sandbox.url);
  await events.next();
  return events;
}

/** What is announced because of an act; the mark after it is an advance of the clock, of which the notice is left out. */
async function announcedBy(act: () => unknown): Promise<object[]> {
  const events = await listening();
  await act();
  await sandbox.callsSettled();
  sandbox.advance(1);
  const notices: object[] = [];
  for (;;) {
    const next = await events.next();
    if (next === undefined || 'clock' in next.data) return notices;
    expect(next.event).toBe('change');
    notices.push(next.data);
  }
}

const contact = (id: string) => ({ contacts: [id] });
const [account, requests, faults, calls] = [{ account: true }, { requests: true }, { faults: true }, { calls: true }];

describe('events announce', () => {
  test.each<[string, () => unknown, object[]]>([
    [
      'a message',
      () => api('sending/sendContent', { subscriber_id: maria, data: text('Hello') }),
      [contact(maria), requests],
    ],
    [
      'a flow that starts',
      async () => {
        const { flows = [] } = sandbox.account();
        await api('sending/sendFlow', { subscriber_id: maria, flow_ns: flows[0]?.ns });
      },
      [contact(maria), requests],
    ],
    ['a refused message', () => api('sending/sendContent', { subscriber_id: maria }), [requests]],
    ['a read', () => api('page/getTags', undefined), [requests]],
    [
      'a tag of a contact',
      () => api('subscriber/addTagByName', { subscriber_id: maria, tag_name: 'VIP' }),
      [contact(maria), requests],
    ],
    [
      'a field of a contact',
      () =>
        api('subscriber/setCustomFieldByName', { subscriber_id: maria, field_name: 'reply_text', field_value: 'x' }),
      [contact(maria), requests],
    ],
    [
      'other data of a contact',
      () => api('subscriber/updateSubscriber', { subscriber_id: maria, first_name: 'Marie' }),
      [contact(maria), requests],
    ],
    ['a tag of the page', () => api('page/createTag', { name: 'New' }), [requests, account]],
    ['a request with another key', () => api('page/createTag', { name: 'New' }, `1:${'0'.repeat(32)}`), [requests]],
    ['a connection', () => maton('POST', '/connections', { app: 'manychat' }), [requests, account]],
    ['a connection that ends', () => maton('DELETE', `/connections/${sandbox.connectionId}`), [requests, account]],
    ['what a contact writes', () => request(`contacts/${maria}/writes`, { text: 'Hello?' }), [contact(maria)]],
    ['what a test lets a contact write', () => sandbox.contactWrites(maria, { text: 'Hello?' }), [contact(maria)]],
    ['contacts that are added', () => request('contacts', { id: '77', first_name: 'Ana' }), [contact('77')]],
    ...['tags', 'fields', 'folders', 'flows', 'topics', 'growth_tools'].map(
      (collection): [string, () => unknown, object[]] => [
        `${collection} that are added`,
        () =>
          request(collection, {
            name: 'New',
            ...(collection === 'fields' && { type: 'text' }),
            ...(collection === 'flows' && { texts: ['x'] }),
            ...(collection === 'growth_tools' && { type: 'popup' }),
          }),
        [account],
      ],
    ),
    ['hooks', () => request('hooks', hook), [account]],
    ['hooks of a test', () => sandbox.addHooks(hook), [account]],
    ['hooks that are removed', () => request('hooks', '', 'DELETE'), [account]],
    ['a tunnel', () => sandbox.addTunnel('https://bot.example.com', 'http://127.0.0.1:8081'), [account]],
    ['settings', () => request('settings', { limits: true }), [account]],
    ['a fault', () => request('faults', { hang: true }), [faults]],
    ['a fault of a test', () => sandbox.injectFault({ hang: true }), [faults]],
    ['faults that are removed', () => request('faults', '', 'DELETE'), [faults]],
    ['a fault of a call', () => request('calls/faults', { drop: 'response' }), [faults]],
    ['faults of calls that are removed', () => request('calls/faults', '', 'DELETE'), [faults]],
    ['a reset', () => request('reset', ''), [{ all: true }]],
    ['a reset of a test', () => sandbox.reset(), [{ all: true }]],
    ['nothing, when something is read', () => request('account', '', 'GET'), []],
    ['nothing, when a request is refused', () => request('tags', { nome: 'x' }), []],
    ['nothing, when the clock stays', () => request('clock', { advance_ms: -1 }), []],
  ])('%s', async (_, act, expected) => {
    const notices = await announcedBy(act);
    expect(notices).toHaveLength(expected.length);
    expect(notices).toEqual(expect.arrayContaining(expected));
  });

  test('a fault that strikes, and the request that it strikes', async () => {
    sandbox.injectFault({ match: { path: 'getTags' }, after: 1, status: 500 });
    expect(await announcedBy(() => api('page/getFlows', undefined))).toEqual([requests]);
    const both = expect.arrayContaining([faults, requests]);
    expect(await announcedBy(() => api('page/getTags', undefined))).toEqual(both);
    expect(await announcedBy(() => api('page/getTags', undefined))).toEqual(both);
    expect(await announcedBy(() => api('page/getTags', undefined))).toEqual([requests]);
  });

  test('the clock, when it is moved', async () => {
    const events = await listening();
    await request('clock', { advance_ms: 5 });
    expect((await events.next())?.data).toEqual({ clock: true });
  });

  test('a contact that is created, by its new id', async () => {
    const notices = await announcedBy(() => api('subscriber/createSubscriber', { whatsapp_phone: '+34600111999' }));
    const created = sandbox.account().contacts?.find(({ whatsapp_phone: phone }) => phone === '34600111999');
    expect(notices).toEqual([contact(`${created?.id}`), requests]);
  });

  test('a call, what it maps, and what it sends', async () => {
    await request('hooks', { ...hook, success: 'Say this' });
    const notices = await announcedBy(() => request(`contacts/${maria}/writes`, { text: 'When?' }));
    expect(notices.filter((each) => 'calls' in each).length).toBeGreaterThanOrEqual(2);
    expect(notices.at(0)).toEqual(contact(maria));
    expect(notices.slice(1)).toEqual(expect.arrayContaining([contact(maria), calls]));
    expect(sandbox.conversation(maria)).toHaveLength(2);
  });

  test('a click, and the tag that it gives', async () => {
    const button = { type: 'flow', caption: 'Yes', target: sandbox.account().flows?.[0]?.ns };
    const data = { version: 'v2', content: { messages: [{ type: 'text', text: 'Hello', buttons: [button] }] } };
    expect((await api('sending/sendContent', { subscriber_id: maria, data })).status).toBe(200);
    expect(await announcedBy(() => request(`contacts/${maria}/clicks`, { caption: 'Yes' }))).toEqual([contact(maria)]);
  });

  test('the page of a connection that was used', async () => {
    const { connections } = JSON.parse((await ask(sandbox.url, { path: '/sandbox' })).text);
    const { url } = connections.find(({ status }: { status: string }) => status === 'PENDING');
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const path = url.slice(sandbox.url.length);
    expect(await announcedBy(() => ask(sandbox.url, { path }))).toEqual([]);
    const enter = () => ask(sandbox.url, { method: 'POST', path, headers, body: 'action=cancel' });
    expect(await announcedBy(enter)).toEqual([account]);
  });

  test('what belongs to one change together, and many contacts as everything', async () => {
    const people = (count: number) => Array.from({ length: count }, (_, index) => ({ id: `${500 + index}` }));
    expect(await announcedBy(() => request('contacts', people(3)))).toEqual([{ contacts: ['500', '501', '502'] }]);
    sandbox.reset();
    expect(await announcedBy(() => request('contacts', people(201)))).toEqual([{ all: true }]);
  });

  test('the names of nothing: only ids and parts', async () => {
    const sent = () => api('sending/sendContent', { subscriber_id: maria, data: text('secret words') });
    expect(JSON.stringify(await announcedBy(sent))).not.toContain('secret');
  });
});
