import { describe, expect, test } from 'vitest';
import type { PreparedHook } from '../../src/sandbox/index.js';
import { type Answer, answeringServer, type Heard } from '../support/answering-server.js';
import { controlApi } from '../support/control-api.js';
import { deferred } from '../support/deferred.js';
import { noon, useSandbox } from '../support/sandboxed.js';

const sandbox = useSandbox({ clock: noon, limits: false });
const { request } = controlApi(sandbox);

const maria = '24958501110451908';
const aisha = '1523908742';

/** A flow on messages that asks a server and then says what it answered. */
async function asking(answer: (heard: Heard) => Answer | Promise<Answer>, more: Partial<PreparedHook> = {}) {
  const server = await answeringServer(answer);
  sandbox.addHooks({
    name: 'Machine',
    url: `${server.url}/inbound/default/request`,
    headers: { 'X-ManyChat-Secret': 'a secret of sixteen' },
    body: {
      subscriber_id: '{{Contact Id}}',
      text: '{{Last Text Input}}',
      last_interaction: '{{Last Interaction}}',
      channel: 'whatsapp',
    },
    mapping: { reply_text: '$.answer' },
    success: 'Say this',
    fallback: 'Option 2',
    ...more,
  });
  return server;
}

const field = async (name: string, contact = maria) => {
  const headers = { authorization: `Bearer ${sandbox.matonKey}` };
  const path = `/manychat/fb/subscriber/getInfo?subscriber_id=${contact}`;
  const { data } = JSON.parse(await (await fetch(`${sandbox.url}${path}`, { headers })).text());
  return data.custom_fields.find((each: { name: string }) => each.name === name).value;
};

describe('an External Request on messages', () => {
  test('is called with what the field picker filled in, and its answer is mapped and said by the next step', async () => {
    const server = await asking(() => ({ body: { status: 'answered', answer: 'We "ship"\non Mondays.' } }));
    sandbox.contactWrites(maria, { text: 'Do you "ship"\non Mondays? {{Email}}' });
    await sandbox.callsSettled();
    expect(server.bodies()).toEqual([
      {
        subscriber_id: maria,
        text: 'Do you "ship"\non Mondays? {{Email}}',
        last_interaction: '2026-09-20T12:00:00+00:00',
        channel: 'whatsapp',
      },
    ]);
    expect(server.heard[0]).toMatchObject({
      method: 'POST',
      path: '/inbound/default/request',
      headers: { 'x-manychat-secret': 'a secret of sixteen', 'content-type': 'application/json' },
    });
    expect(await field('reply_text')).toBe('We "ship"\non Mondays.');
    expect(sandbox.conversation(maria)).toEqual([
      {
        from: 'contact',
        time: '2026-09-20T12:00:00.000Z',
        page_id: '123456789',
        subscriber_id: maria,
        channel: 'messenger',
        text: 'Do you "ship"\non Mondays? {{Email}}',
      },
      expect.objectContaining({
        from: 'page',
        source: 'flow',
        call: 1,
        delivered: true,
        messages: [{ type: 'text', text: 'We "ship"\non Mondays.' }],
      }),
    ]);
  });

  test('is shown by the control API without the secret', async () => {
    await asking(() => ({ body: { answer: 'Yes' } }));
    await request(`contacts/${maria}/writes`, { text: 'Hello?' });
    await request(`contacts/${aisha}/writes`, { text: 'Hi' });
    const shown = await request(`calls?wait=true&subscriber_id=${maria}`, '', 'GET');
    expect(shown.body.calls).toEqual([
      {
        id: 1,
        time: '2026-09-20T12:00:00.000Z',
        ended: '2026-09-20T12:00:00.000Z',
        page_id: '123456789',
        subscriber_id: maria,
        hook: 'Machine',
        trigger: 'message',
        kind: 'request',
        request: {
          method: 'POST',
          url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/inbound\/default\/request$/),
          headers: { 'content-type': 'application/json', 'X-ManyChat-Secret': '***' },
          body: expect.objectContaining({ text: 'Hello?' }),
        },
        state: 'ended',
        status: 200,
        response: { answer: 'Yes' },
        branch: 'success',
        mapped: [{ field: 'reply_text', value: 'Yes' }],
        deliveries: [expect.any(Number)],
        problems: [],
      },
    ]);
    expect(JSON.stringify((await request('calls', '', 'GET')).body)).not.toContain('a secret of sixteen');
    const { conversation } = (await request(`contacts/${maria}/conversation?wait=true`, '', 'GET')).body;
    expect(conversation.map(({ from }: { from: string }) => from)).toEqual(['contact', 'page']);
  });

  test.each<[string, Answer]>([
    ['401', { status: 401, body: { answer: 'no' } }],
    ['201, although the body could be mapped', { status: 201, body: { answer: 'no' } }],
    ['a redirect, which is not followed', { status: 302, headers: { location: '/elsewhere' }, body: { answer: 'no' } }],
    ['503', { status: 503, body: '' }],
    ['200 with more than a megabyte', { body: { answer: 'x'.repeat(1_000_000) } }],
  ])('takes the fallback branch, maps nothing and is not repeated: %s', async (_, answer) => {
    const server = await asking(() => answer);
    sandbox.contactWrites(maria, { text: 'Hello?' });
    await sandbox.callsSettled();
    expect(server.heard).toHaveLength(1);
    expect(sandbox.calls()).toEqual([
      expect.objectContaining({ branch: 'fallback', reason: expect.stringContaining(' '), mapped: [] }),
    ]);
    expect(await field('reply_text')).toBeNull();
    expect(sandbox.messages().map(({ messages }) => messages)).toEqual([
      [{ type: 'text', text: 'You chose option 2.' }],
    ]);
  });

  test('takes the fallback branch if there is no server', async () => {
    sandbox.addHooks({ name: 'Nobody', url: 'http://localhost:1/', fallback: 'Option 2' });
    sandbox.contactWrites(maria, { text: 'Hello?' });
    await sandbox.callsSettled();
    expect(sandbox.calls()[0]).toMatchObject({
      status: null,
      branch: 'fallback',
      reason: expect.stringContaining('ECONNREFUSED'),
    });
    expect(sandbox.messages()).toHaveLength(1);
  });

  test('waits ten seconds of the clock for its answer, and breaks the connection then', async () => {
    const never = deferred<Answer>();
    const server = await asking(() => never.promise);
    sandbox.contactWrites(maria, { text: 'Hello?' });
    await server.until(() => server.heard.length === 1);
    sandbox.advance(9_999);
    expect(sandbox.calls()[0]).toMatchObject({ state: 'under way', branch: null });
    sandbox.advance(1);
    await sandbox.callsSettled();
    expect(sandbox.calls()[0]).toMatchObject({ branch: 'fallback', reason: 'No answer within 10000 ms.' });
    await server.until(() => server.heard[0]?.isBroken() === true);
    never.resolve({ body: { answer: 'too late' } });
    expect(await field('reply_text')).toBeNull();
    expect(server.heard).toHaveLength(1);
  });

  test('waits as long as the settings say', async () => {
    const server = await asking(() => deferred<Answer>().promise);
    expect((await request('settings', { call_timeout_ms: 2_000 })).status).toBe(200);
    sandbox.contactWrites(maria, { text: 'Hello?' });
    await server.until(() => server.heard.length === 1);
    await request('clock', { advance_ms: 2_000 });
    await sandbox.callsSettled();
    expect(sandbox.calls()[0]).toMatchObject({ reason: 'No answer within 2000 ms.' });
  });

  test('is on the channels that its hook names, and carries pictures and voice as URLs', async () => {
    const server = await asking(() => ({ body: { answer: '' } }), { channel: 'whatsapp' });
    sandbox.contactWrites(maria, { text: 'On Messenger' });
    sandbox.contactWrites(aisha, { image: 'https://cdn.example.com/bag.jpg' });
    sandbox.contactWrites(aisha, { audio: 'https://cdn.example.com/voice.ogg' });
    await sandbox.callsSettled();
    expect(
      server
        .bodies()
        .map(({ text }) => text)
        .sort(),
    ).toEqual(['https://cdn.example.com/bag.jpg', 'https://cdn.example.com/voice.ogg']);
    expect(sandbox.conversation(aisha).filter(({ from }) => from === 'contact')).toMatchObject([
      { channel: 'whatsapp', image: 'https://cdn.example.com/bag.jpg' },
      { channel: 'whatsapp', audio: 'https://cdn.example.com/voice.ogg' },
    ]);
    // An empty answer is mapped, and the next step then has nothing to say.
    expect(await field('reply_text', aisha)).toBe('');
    expect(sandbox.messages()).toMatchObject([
      { messages: [], delivered: false, reason: expect.stringContaining('empty') },
      { messages: [], delivered: false },
    ]);
  });

  test('sends Full Contact Data, whole or as a part, unless it has another body', async () => {
    const server = await answeringServer(() => ({}));
    sandbox.addHooks(
      { name: 'Whole', url: `${server.url}/whole` },
      { name: 'Part', url: server.url, body: { event: 'message', contact: '{{Full Contact Data}}' } },
      { name: 'Get', url: `${server.url}/get?a=1`, method: 'GET' },
    );
    sandbox.contactWrites(maria, { text: 'A "quote"' });
    await sandbox.callsSettled();
    const data = {
      id: maria,
      key: `user:${maria}`,
      page_id: '123456789',
      status: 'active',
      first_name: 'Maria',
      last_name: 'Garcia',
      name: 'Maria Garcia',
      last_input_text: 'A "quote"',
      last_interaction: '2026-09-20T12:00:00+00:00',
      live_chat_url: `https://app.manychat.com/fb123456789/chat/${maria}`,
      custom_fields: { purchase_count: 12, newsletter: true, coupon_code: null },
    };
    const byPath = server.heard.toSorted((one, other) => one.path.localeCompare(other.path));
    expect(byPath.map(({ method, path }) => [method, path])).toEqual([
      ['POST', '/'],
      ['GET', '/get?a=1'],
      ['POST', '/whole'],
    ]);
    expect(JSON.parse(byPath[0]?.text ?? '')).toMatchObject({ event: 'message', contact: data });
    expect(byPath[1]?.text).toBe('');
    expect(JSON.parse(byPath[2]?.text ?? '')).toMatchObject(data);
  });

  test('maps each part into the type of its field, and lists what does not fit', async () => {
    const answer = { n: '12', list: [{ 'a b': 7 }], when: 'soon', yes: true, nothing: null };
    await asking(() => ({ body: answer }), {
      mapping: {
        purchase_count: '$.n',
        COUPON_CODE: "$.list[0]['a b']",
        birthday: '$.when',
        newsletter: '$.yes',
        reply_text: '$.nothing',
        field2: '$.list',
      },
      success: null,
    });
    sandbox.contactWrites(maria, { text: 'Hello?' });
    await sandbox.callsSettled();
    expect(sandbox.calls()[0]).toMatchObject({
      branch: 'success',
      mapped: [
        { field: 'purchase_count', value: 12 },
        { field: 'coupon_code', value: '7' },
        { field: 'newsletter', value: true },
      ],
      problems: [
        expect.stringContaining('"birthday", which takes a date'),
        '$.nothing is not in the answer.',
        expect.stringContaining('"field2", which takes a string'),
      ],
    });
    expect(await field('coupon_code')).toBe('7');
  });

  test('maps nothing from an answer of 200 that is not JSON, and goes on', async () => {
    await asking(() => ({ body: 'Hello' }), { success: 'Option 1' });
    sandbox.contactWrites(maria, { text: 'Hello?' });
    await sandbox.callsSettled();
    expect(sandbox.calls()[0]).toMatchObject({
      branch: 'success',
      response: 'Hello',
      mapped: [],
      problems: ['$.answer is not in the answer.'],
    });
    expect(sandbox.messages()).toMatchObject([{ flow_ns: 'content123' }]);
  });
});

describe('the Test button', () => {
  test('makes the call and changes nothing', async () => {
    const server = await asking(() => ({ body: { answer: 'A test' } }));
    const { status, body } = await request('hooks/test', { hook: 'Machine', subscriber_id: maria });
    expect([status, body.call]).toMatchObject([
      200,
      { trigger: 'test', status: 200, response: { answer: 'A test' }, branch: null, mapped: [], deliveries: [] },
    ]);
    expect(server.heard).toHaveLength(1);
    expect(await field('reply_text')).toBeNull();
    expect(sandbox.messages()).toEqual([]);
    const unknown = await request('hooks/test', { hook: 'Machina', subscriber_id: maria });
    expect(unknown.body.error).toContain('it has "Machine"');
  });
});
