import { describe, expect, test } from 'vitest';
import { startSandbox } from '../../src/sandbox/index.js';
import { type Answer, answeringServer } from '../support/answering-server.js';
import { controlApi } from '../support/control-api.js';
import { deferred } from '../support/deferred.js';
import { noon, useSandbox } from '../support/sandboxed.js';

const sandbox = useSandbox({ clock: noon, limits: false });
const { errorOf, request } = controlApi(sandbox);

const maria = '24958501110451908';

const manychat = async (path: string, body: object) => {
  const headers = { authorization: `Bearer ${sandbox.matonKey}`, 'content-type': 'application/json' };
  const sent = { method: 'POST', headers, body: JSON.stringify(body) };
  const response = await fetch(`${sandbox.url}/manychat/fb/${path}`, sent);
  expect(response.status, await response.text()).toBe(200);
};

describe('Rules', () => {
  test('start on tags, fields and contacts that change, and only on changes', async () => {
    const server = await answeringServer(() => ({}));
    const rule = { url: server.url, body: { who: '{{Contact Id}}', now: '{{coupon_code}}' } };
    sandbox.addHooks(
      { ...rule, name: 'applied', on: 'tag_applied', tag: 'Newsletter' },
      { ...rule, name: 'removed', on: 'tag_removed', tag: 'Newsletter' },
      { ...rule, name: 'field', on: 'field_changed', field: 'Coupon_Code' },
      { ...rule, name: 'new', on: 'new_contact', body: { who: '{{Full Name}}' } },
    );
    const tag = { subscriber_id: maria, tag_id: 3 };
    await manychat('subscriber/addTag', tag);
    await manychat('subscriber/addTag', tag);
    await manychat('subscriber/addTag', { ...tag, tag_id: 1 });
    await manychat('subscriber/removeTagByName', { subscriber_id: maria, tag_name: 'Newsletter' });
    await manychat('subscriber/removeTag', tag);
    const field = { subscriber_id: maria, field_name: 'COUPON_code', field_value: 'A1' };
    await manychat('subscriber/setCustomFieldByName', field);
    await manychat('subscriber/setCustomFieldByName', field);
    await manychat('subscriber/createSubscriber', { first_name: 'Ana', whatsapp_phone: '34600111999' });
    await request('contacts', { first_name: 'Ben' });
    await request('contacts?page=second', { first_name: 'Eva' });
    await sandbox.callsSettled();
    expect(sandbox.calls().map(({ hook, request: { body }, branch }) => [hook, body, branch])).toEqual([
      ['applied', { who: maria, now: '' }, 'success'],
      ['removed', { who: maria, now: '' }, 'success'],
      ['field', { who: maria, now: 'A1' }, 'success'],
      ['new', { who: 'Ana' }, 'success'],
      ['new', { who: 'Ben' }, 'success'],
    ]);
    expect(server.heard).toHaveLength(5);
  });

  test('that start each other without end are broken off', async () => {
    let count = 0;
    const server = await answeringServer(() => {
      count += 1;
      return { body: { count } };
    });
    sandbox.addHooks({
      name: 'loop',
      url: server.url,
      on: 'field_changed',
      field: 'purchase_count',
      mapping: { purchase_count: '$.count' },
    });
    await manychat('subscriber/setCustomField', { subscriber_id: maria, field_id: 2, field_value: 0 });
    await sandbox.callsSettled();
    expect(server.heard).toHaveLength(10);
    expect(sandbox.calls().at(-1)).toMatchObject({ id: 11, branch: 'fallback', reason: /led to each other/ });
  });
});

describe('faults of calls', () => {
  /** A flow that says what the server answers: the text, with a number. */
  async function echoing(answer?: (text: string) => Promise<void>) {
    const server = await answeringServer(async ({ text: body }): Promise<Answer> => {
      const { text } = JSON.parse(body);
      await answer?.(text);
      return { body: { version: 'v2', content: { messages: [{ type: 'text', text: `Re: ${text}` }] } } };
    });
    sandbox.addHooks({ name: 'Echo', kind: 'block', url: server.url, body: { text: '{{Last Text Input}}' } });
    return server;
  }

  const delivered = () => sandbox.messages().map(({ messages }) => Object(messages[0]).text);
  const heardTexts = ({ bodies }: Awaited<ReturnType<typeof echoing>>) => bodies().map(({ text }) => text);

  test('deliver a call twice, at once or later, and what is answered to both', async () => {
    const server = await echoing();
    sandbox.injectCallFault({ repeat_after_ms: 0 });
    sandbox.contactWrites(maria, { text: 'One' });
    await sandbox.callsSettled();
    expect(delivered()).toEqual(['Re: One', 'Re: One']);
    await request('calls/faults', { repeat_after_ms: 60_000, match: { hook: 'Echo' } });
    sandbox.contactWrites(maria, { text: 'Two' });
    await server.until(() => server.heard.length === 3);
    sandbox.contactWrites(maria, { text: 'Three' });
    await server.until(() => server.heard.length === 4);
    sandbox.advance(60_000);
    await sandbox.callsSettled();
    expect(heardTexts(server)).toEqual(['One', 'One', 'Two', 'Three', 'Two']);
    expect(sandbox.calls().map(({ id, repeats, fault }) => [id, repeats, fault])).toEqual([
      [1, undefined, 'repeat_after_ms'],
      [2, 1, undefined],
      [3, undefined, 'repeat_after_ms'],
      [4, 3, undefined],
      [5, undefined, undefined],
    ]);
  });

  test('let a call leave after the next one', async () => {
    const server = await echoing();
    sandbox.injectCallFault({ after_next: true });
    sandbox.contactWrites(maria, { text: 'First' });
    await sandbox.callsSettled();
    expect(sandbox.calls()).toMatchObject([{ state: 'waiting', fault: 'after_next' }]);
    sandbox.contactWrites(maria, { text: 'Second' });
    await sandbox.callsSettled();
    expect(heardTexts(server)).toEqual(['Second', 'First']);
    sandbox.injectCallFault({ after_next: true });
    sandbox.contactWrites(maria, { text: 'Alone' });
    await request('calls/faults', '', 'DELETE');
    await sandbox.callsSettled();
    expect(delivered()).toEqual(['Re: Second', 'Re: First', 'Re: Alone']);
  });

  test('delay a call, whose body stays that of before', async () => {
    const server = await echoing();
    sandbox.injectCallFault({ delay_ms: 5_000 });
    sandbox.contactWrites(maria, { text: 'First' });
    sandbox.contactWrites(maria, { text: 'Second' });
    await server.until(() => server.heard.length === 1);
    sandbox.advance(5_000);
    await sandbox.callsSettled();
    expect(heardTexts(server)).toEqual(['Second', 'First']);
  });

  test('lose the answer after it was sent', async () => {
    const server = await echoing();
    sandbox.injectCallFault({ drop: 'response' });
    sandbox.contactWrites(maria, { text: 'Hi' });
    await sandbox.callsSettled();
    expect(sandbox.calls()).toMatchObject([{ branch: 'fallback', status: null, reason: 'The answer was lost.' }]);
    expect(server.heard.map((each) => each.isBroken())).toEqual([false]);
    expect(delivered()).toEqual([]);
  });

  test('break the connection before the answer', async () => {
    const held = deferred();
    const server = await echoing(() => held.promise);
    sandbox.injectCallFault({ drop: 'connection' });
    sandbox.contactWrites(maria, { text: 'Hi' });
    await sandbox.callsSettled();
    expect(sandbox.calls()).toMatchObject([{ branch: 'fallback', reason: 'The connection broke.' }]);
    await server.until(() => server.heard[0]?.isBroken() === true);
    held.resolve();
    expect(delivered()).toEqual([]);
  });

  test('match by hook and URL, after some calls and so many times', async () => {
    await echoing();
    await request('calls/faults', { drop: 'response', match: { hook: 'Other' } });
    await request('calls/faults', { drop: 'response', match: { url: '127.0.0.1' }, after: 1, times: 2 });
    for (const text of ['1', '2', '3', '4']) {
      sandbox.contactWrites(maria, { text });
      await sandbox.callsSettled();
    }
    expect(delivered()).toEqual(['Re: 1', 'Re: 4']);
    const { faults } = (await request('calls/faults', '', 'GET')).body;
    expect(faults.map(({ struck }: { struck: number }) => struck)).toEqual([0, 2]);
  });

  test.each<[unknown, string]>([
    [{}, 'exactly one effect'],
    [{ drop: 'response', delay_ms: 1 }, 'exactly one effect'],
    [{ drop: 'answer' }, 'drop must be one of response, connection'],
    [{ after_next: false }, 'after_next must be true'],
    [{ delay_ms: -1 }, 'delay_ms must be a whole number from 0'],
    [{ drop: 'response', hook: 'Echo' }, 'it belongs in match'],
    [{ drop: 'response', match: { path: 'x' } }, 'match: unknown key "path"'],
  ])('refuse %j', async (fault, words) => {
    expect(await errorOf('calls/faults', fault)).toContain(words);
  });

  test('a reset breaks off all calls, and forgets them, hooks and conversations', async () => {
    const held = deferred();
    const server = await echoing(() => held.promise);
    sandbox.injectCallFault({ after_next: true, after: 1 });
    sandbox.contactWrites(maria, { text: 'One' });
    sandbox.contactWrites(maria, { text: 'Two' });
    await server.until(() => server.heard.length > 0);
    await request('reset', {});
    await server.until(() => server.heard.every(({ isBroken }) => isBroken()));
    held.resolve();
    await sandbox.callsSettled();
    sandbox.contactWrites(maria, { text: 'Three' });
    expect(sandbox.calls()).toEqual([]);
    expect(sandbox.conversation(maria)).toMatchObject([{ text: 'Three' }]);
    expect(sandbox.messages()).toEqual([]);
  });
});

test('a function can answer the calls in the place of servers, and learns which answers were read', async () => {
  const requests: string[] = [];
  const read: string[] = [];
  const inside = await startSandbox({
    clock: noon,
    account: { contacts: [{ id: '5', first_name: 'Ana' }] },
    async answerCalls(call, written) {
      const text = await call.text();
      requests.push(`${call.method} ${call.url} ${text}`);
      void written.then(() => read.push(text));
      return Response.json({ version: 'v2', content: { messages: [{ type: 'text', text }] } });
    },
  });
  inside.addHooks({ name: 'Block', kind: 'block', url: 'http://localhost:1/block', body: '{{Last Text Input}}' });
  inside.injectCallFault({ drop: 'connection', after: 1 });
  inside.injectCallFault({ drop: 'response', after: 1 });
  for (const text of ['Read', 'Not read', 'Lost']) {
    inside.contactWrites('5', { text });
    await inside.callsSettled();
  }
  expect(requests).toEqual([
    'POST http://localhost:1/block Read',
    'POST http://localhost:1/block Not read',
    'POST http://localhost:1/block Lost',
  ]);
  expect(read).toEqual(['Read', 'Lost']);
  expect(inside.messages()).toMatchObject([{ subscriber_id: '5', messages: [{ text: 'Read' }] }]);
  await inside.close();
});
