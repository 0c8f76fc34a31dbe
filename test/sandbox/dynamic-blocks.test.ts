import { describe, expect, test } from 'vitest';
import type { PreparedHook } from '../../src/sandbox/index.js';
import { type Answer, answeringServer, type Heard } from '../support/answering-server.js';
import { controlApi } from '../support/control-api.js';
import { noon, useSandbox } from '../support/sandboxed.js';

const sandbox = useSandbox({ clock: noon, limits: false });
const { errorOf, request } = controlApi(sandbox);

const maria = '24958501110451908';
const aisha = '1523908742';
const sofia = '24958501110470023';
const dmitri = '1523908744';

const said = (text: string) => ({ type: 'text', text });
const v2 = (content: object) => ({ body: { version: 'v2', content } });
const bot = 'https://bot.example.com';
const callback = { url: `${bot}/callback`, method: 'post', headers: { 'X-Proof': 'abc' }, timeout: 600 };

/** A flow on messages with a dynamic block, whose server the public address reaches too. */
async function blocks(answer: (heard: Heard) => Answer | Promise<Answer>, more: Partial<PreparedHook> = {}) {
  const server = await answeringServer(answer);
  sandbox.addTunnel(bot, server.url);
  sandbox.addHooks({ name: 'Block', kind: 'block', url: `${bot}/block`, fallback: 'Option 2', ...more });
  return server;
}

/** What the page said to a contact, and what came of the calls. */
async function outcome(contact = maria) {
  await sandbox.callsSettled();
  const texts = sandbox.conversation(contact).flatMap((turn) => {
    if (turn.from === 'contact') return [`> ${turn.text ?? turn.clicked ?? turn.image}`];
    return turn.delivered ? turn.messages.map((each) => Object(each).text) : [turn.reason];
  });
  return { texts, calls: sandbox.calls().map(({ trigger, branch, reason }) => reason ?? `${trigger}: ${branch}`) };
}

const send = async (subscriber_id: string, content: object) => {
  const headers = { authorization: `Bearer ${sandbox.matonKey}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ subscriber_id, data: { version: 'v2', content } });
  const sent = await fetch(`${sandbox.url}/manychat/fb/sending/sendContent`, { method: 'POST', headers, body });
  expect(sent.status, await sent.text()).toBe(200);
};

describe('the answer of a dynamic block', () => {
  test('is sent, and its actions are performed', async () => {
    await blocks(() =>
      v2({
        messages: [said('Hello'), { type: 'image', url: 'https://example.com/a.png' }],
        actions: [{ action: 'add_tag', tag_name: 'Newsletter' }],
        quick_replies: [{ type: 'node', caption: 'Menu', target: 'Start' }],
      }),
    );
    sandbox.contactWrites(maria, { text: 'Hi' });
    await sandbox.callsSettled();
    expect(sandbox.messages()).toMatchObject([
      { source: 'block', call: 1, channel: 'messenger', delivered: true, quick_replies: [{ caption: 'Menu' }] },
    ]);
    expect(sandbox.calls()).toMatchObject([{ kind: 'block', branch: 'success', deliveries: [1] }]);
    expect(sandbox.account().contacts?.find(({ id }) => id === maria)?.tags).toContain('Newsletter');
  });

  test('sends nothing if it has no messages', async () => {
    await blocks(() => v2({ messages: [], actions: [], quick_replies: [] }));
    sandbox.contactWrites(maria, { text: 'Hi' });
    expect(await outcome()).toEqual({ texts: ['> Hi'], calls: ['message: success'] });
  });

  test.each([
    ['instagram', sofia],
    ['whatsapp', aisha],
    ['telegram', dmitri],
  ])('needs its type on %s', async (type, contact) => {
    let content: object = { messages: [said('No type')] };
    await blocks(() => v2(content), { fallback: null });
    sandbox.contactWrites(contact, { text: 'One' });
    expect((await outcome(contact)).calls).toEqual([expect.stringContaining(`needs "type":"${type}"`)]);
    content = { type, messages: [said('With its type')] };
    sandbox.contactWrites(contact, { text: 'Two' });
    expect((await outcome(contact)).texts).toEqual(['> One', '> Two', 'With its type']);
  });

  test.each<[string, Answer, RegExp]>([
    ['eleven messages', v2({ messages: Array(11).fill(said('x')) }), /content\.messages may have at most 10/],
    ['six actions', v2({ messages: [], actions: Array(6).fill({}) }), /content\.actions may have at most 5/],
    [
      'twelve quick replies',
      v2({ messages: [], quick_replies: Array(12).fill({}) }),
      /quick_replies may have at most 11/,
    ],
    [
      'an unknown tag',
      v2({ messages: [said('x')], actions: [{ action: 'add_tag', tag_name: 'No' }] }),
      /Tag not found/,
    ],
    ['the answer of a request', { body: { status: 'answered', answer: 'x' } }, /data\.version must be v2/],
    ['a text', { body: 'Hello' }, /data must be an object/],
    ['status 500', { ...v2({ messages: [said('x')] }), status: 500 }, /status was 500/],
    [
      'a callback without https',
      v2({ messages: [said('x')], external_message_callback: { ...callback, url: 'http://127.0.0.1:1/' } }),
      /callback\.url must be a valid https URL/,
    ],
  ])('takes the fallback branch whole: %s', async (_, answer, words) => {
    await blocks(() => answer);
    sandbox.contactWrites(maria, { text: 'Hi' });
    expect(await outcome()).toEqual({ texts: ['> Hi', 'You chose option 2.'], calls: [expect.stringMatching(words)] });
  });

  test('is not delivered to a contact that opted out', async () => {
    await blocks(() => v2({ messages: [said('Hello')] }));
    sandbox.contactWrites('24958501110480011', { text: 'Hi' });
    expect((await outcome('24958501110480011')).texts).toEqual(['> Hi', 'The contact opted out.']);
  });

  test('comes in a flow that the API starts, after its texts', async () => {
    await blocks(() => v2({ messages: [said('From the block')] }), { on: 'flow', flow: 'Option 1' });
    sandbox.contactWrites(maria, { text: 'Hi' });
    const headers = { authorization: `Bearer ${sandbox.matonKey}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ subscriber_id: maria, flow_ns: 'content123' });
    await fetch(`${sandbox.url}/manychat/fb/sending/sendFlow`, { method: 'POST', headers, body });
    expect(await outcome()).toEqual({
      texts: ['> Hi', 'You chose option 1.', 'From the block'],
      calls: ['flow: success'],
    });
  });
});

describe('external_message_callback', () => {
  const payload = { id: '{{user_id}}', last_input_text: '{{last_input_text}}', proof: '{{unknown}}' };
  const armed = (text: string) => v2({ messages: [said(text)], external_message_callback: { ...callback, payload } });

  test('is called with its payload on the next text, in place of the flow, and is armed again by the answer', async () => {
    const server = await blocks(({ path }) => armed(path));
    sandbox.contactWrites(maria, { text: 'One' });
    await sandbox.callsSettled();
    sandbox.contactWrites(maria, { image: 'https://example.com/a.png' });
    await sandbox.callsSettled();
    for (const text of ['Two', 'Three "3"']) {
      sandbox.contactWrites(maria, { text });
      await sandbox.callsSettled();
    }
    expect(server.heard.map(({ path }) => path)).toEqual(['/block', '/block', '/callback', '/callback']);
    expect(server.bodies().slice(2)).toEqual([
      { id: maria, last_input_text: 'Two', proof: '{{unknown}}' },
      { id: maria, last_input_text: 'Three "3"', proof: '{{unknown}}' },
    ]);
    expect(server.heard[2]).toMatchObject({ method: 'POST', headers: { 'x-proof': 'abc' } });
    expect((await outcome()).calls).toEqual([
      'message: success',
      'message: success',
      'callback: success',
      'callback: success',
    ]);
  });

  test('is used up by one text, and by its time', async () => {
    let arms = true;
    const server = await blocks(({ path }) => (arms ? armed(path) : v2({ messages: [said('No more')] })));
    sandbox.contactWrites(maria, { text: 'One' });
    await sandbox.callsSettled();
    arms = false;
    sandbox.contactWrites(maria, { text: 'Two' });
    sandbox.contactWrites(maria, { text: 'Three' });
    await sandbox.callsSettled();
    expect(server.heard.map(({ path }) => path).sort()).toEqual(['/block', '/block', '/callback']);
    await send(maria, { messages: [said('Say more')], external_message_callback: { ...callback, payload } });
    sandbox.advance(600_001);
    sandbox.contactWrites(maria, { text: 'Four' });
    await sandbox.callsSettled();
    expect(server.heard.at(-1)?.path).toBe('/block');
  });

  test('is armed by sendContent too, on its channel', async () => {
    const server = await blocks(() => v2({ type: 'whatsapp', messages: [said('Thanks')] }));
    await send(aisha, {
      type: 'whatsapp',
      messages: [said('How many?')],
      external_message_callback: { ...callback, payload },
    });
    sandbox.contactWrites(aisha, { text: '2' });
    expect((await outcome(aisha)).texts).toEqual(['How many?', '> 2', 'Thanks']);
    expect(server.heard.map(({ path }) => path)).toEqual(['/callback']);
  });

  test('is not called at an address that no tunnel leads to', async () => {
    await send(maria, {
      messages: [said('Say more')],
      external_message_callback: { ...callback, url: 'https://other.example.com/' },
    });
    sandbox.contactWrites(maria, { text: 'More' });
    expect((await outcome()).calls).toEqual([
      expect.stringContaining('https://other.example.com/ is not on this machine'),
    ]);
  });
});

describe('a click', () => {
  const button = {
    type: 'dynamic_block_callback',
    caption: 'Yes',
    url: `${bot}/yes`,
    method: 'post',
    payload: { step: 2 },
  };

  test('on dynamic_block_callback calls its URL with its payload, and its answer is sent', async () => {
    const server = await blocks(({ path }) => v2({ messages: [{ ...said(path), buttons: [button] }] }));
    sandbox.contactWrites(maria, { text: 'Hi' });
    await sandbox.callsSettled();
    const clicked = await request(`contacts/${maria}/clicks`, { caption: 'Yes' });
    expect(clicked.body.contact).toMatchObject({ last_input_text: 'Hi' });
    expect(await outcome()).toEqual({
      texts: ['> Hi', '/block', '> Yes', '/yes'],
      calls: ['message: success', 'button: success'],
    });
    expect(server.bodies().at(-1)).toEqual({ step: 2 });
  });

  test('on a quick reply is a text of the contact; it starts its flow and performs its actions', async () => {
    const actions = [{ action: 'add_tag', tag_name: 'Newsletter' }];
    await send(maria, {
      messages: [said('Choose')],
      quick_replies: [{ type: 'flow', caption: 'First', target: 'content123', actions }],
    });
    sandbox.advance(1_000);
    sandbox.contactClicks(maria, { caption: 'First' });
    expect((await outcome()).texts).toEqual(['Choose', '> First', 'You chose option 1.']);
    expect(sandbox.account().contacts?.find(({ id }) => id === maria)).toMatchObject({
      last_input_text: 'First',
      last_interaction: '2026-09-20T12:00:01.000Z',
      tags: ['VIP', 'Customer', 'Newsletter'],
    });
  });

  test('on a quick reply can also be the text for which a callback waits', async () => {
    const server = await blocks(({ path }) => v2({ messages: [said(path)] }));
    const quick_replies = [{ ...button }];
    const content = { messages: [said('Choose')], quick_replies, external_message_callback: callback };
    await send(maria, content);
    sandbox.contactClicks(maria, { caption: 'Yes' });
    await sandbox.callsSettled();
    await send(maria, content);
    sandbox.contactClicks(maria, { caption: 'Yes', fires_callback: true });
    await sandbox.callsSettled();
    expect(server.heard.map(({ path }) => path).sort()).toEqual(['/callback', '/yes', '/yes']);
  });

  test('is refused for a caption that was not sent', async () => {
    expect(await errorOf(`contacts/${maria}/clicks`, { caption: 'Yes' })).toContain('It was sent no buttons.');
    await send(maria, {
      messages: [{ ...said('Choose'), buttons: [{ type: 'url', caption: 'Shop', url: 'https://example.com' }] }],
    });
    expect(await errorOf(`contacts/${maria}/clicks`, { caption: 'Yes' })).toContain('It was sent "Shop".');
    expect(await errorOf(`contacts/${maria}/clicks`, { capton: 'Shop' })).toContain('did you mean "caption"?');
    expect(await errorOf('contacts/1/clicks', { caption: 'Shop' })).toContain('There is no contact "1"');
    expect(await errorOf(`contacts/${maria}/clicks?page=second`, { caption: 'Shop' })).toContain('on this page');
  });
});
