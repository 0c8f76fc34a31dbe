import { describe, expect, test } from 'vitest';
import type { AccountInbox, AnswerContent } from '../../src/account/inbox/inbox.js';
import { StoreAway } from '../../src/store/shared-store.js';
import { inboundSecret, openInboundTest } from '../support/inbound.js';
import { finish, settle } from '../support/timing.js';

const never = new AbortController().signal;
const request = '/inbound/default/request';
const block = '/inbound/default/block';
const said = (text: string, contact = '1', more = {}) => ({ subscriber_id: contact, text, ...more });
const nothing = { version: 'v2', content: { messages: [], actions: [], quick_replies: [] } };

/** Waits, while the clock stands still, until a message is there, and answers it. */
async function answerFirst(inbound: ReturnType<typeof openInboundTest>, content: AnswerContent) {
  for (;;) {
    const [message] = await inbound.messages();
    if (message !== undefined)
      return { id: message.id, outcome: inbound.of().answer(message.id, content, false, never) };
    await settle();
  }
}

describe('in the mode ack, a call ends at once', () => {
  test('with a status that a flow can map', async () => {
    const { call, clock } = openInboundTest({ settings: { pauseMs: 2_000 } });
    expect(await (await call(request, said('a'))).json()).toEqual({ status: 'later', answer: '' });
    expect(await (await call(request, said('b'))).json()).toEqual({ status: 'joined', answer: '' });
    expect(await (await call(request, said('b'))).json()).toEqual({ status: 'duplicate', answer: '' });
    expect(await (await call(block, said('c', '2'))).json()).toEqual(nothing);
    expect(clock.now()).toBe(0);
  });

  test('with a status of its own for a contact who was answered too often', async () => {
    const inbound = openInboundTest({ settings: { loop: { answers: 1, withinMs: 60_000 } } });
    await inbound.call(request, said('a'));
    const { outcome } = await answerFirst(inbound, { text: 'A' });
    const answering = await outcome;
    expect(answering.state).toBe('late');
    if (answering.state === 'late') await answering.settle('sent');
    expect(await (await inbound.call(request, said('b'))).json()).toEqual({ status: 'people', answer: '' });
  });
});

describe('in the mode draft', () => {
  test('a call ends at once, and an answer waits for a person', async () => {
    const inbound = openInboundTest({ settings: { mode: 'draft' } });
    expect(await (await inbound.call(block, said('a'))).json()).toEqual(nothing);
    expect(await (await answerFirst(inbound, { text: 'A' })).outcome).toEqual({ state: 'draft' });
  });
});

describe('in the mode reply, a call', () => {
  test('holds the answer, which counts as written once the response is', async () => {
    const inbound = openInboundTest({ settings: { mode: 'reply' } });
    let write = (): void => undefined;
    const written = new Promise<void>((resolve) => (write = resolve));
    const response = inbound.call(request, said('a'), { written });
    const { outcome } = await answerFirst(inbound, { text: 'A "quoted" one' });
    expect(await (await response).json()).toEqual({ status: 'answered', answer: 'A "quoted" one' });
    write();
    expect(await outcome).toEqual({ state: 'written' });
  });

  test('ends empty after 8 seconds, counted from its arrival, and the answer goes another way', async () => {
    const inbound = openInboundTest({ settings: { mode: 'reply' } });
    const response = inbound.call(request, said('a'));
    expect(await (await finish(inbound.clock, response)).json()).toEqual({ status: 'later', answer: '' });
    expect(inbound.clock.now()).toBe(8_000);
    expect(await (await answerFirst(inbound, { text: 'A' })).outcome).toMatchObject({ state: 'late' });
  });

  test('ends empty when the newest of a burst arrives, which carries the answer', async () => {
    const inbound = openInboundTest({ settings: { mode: 'reply', pauseMs: 500 } });
    const first = inbound.call(request, said('a'));
    await settle();
    const second = inbound.call(request, said('b'));
    expect(await (await finish(inbound.clock, first)).json()).toEqual({ status: 'later', answer: '' });
    expect(inbound.clock.now()).toBeLessThan(8_000);
    inbound.clock.advance(500);
    const { outcome } = await answerFirst(inbound, { text: 'A' });
    expect(await (await second).json()).toEqual({ status: 'answered', answer: 'A' });
    expect(await outcome).toEqual({ state: 'written' });
  });

  test('whose client goes away ends, and what was being written counts as unknown', async () => {
    const inbound = openInboundTest({ settings: { mode: 'reply' } });
    const gone = new AbortController();
    const response = inbound.call(request, said('a'), { signal: gone.signal, written: new Promise(() => undefined) });
    const { outcome } = await answerFirst(inbound, { text: 'A' });
    await response;
    gone.abort();
    expect(await outcome).toEqual({ state: 'unknown' });
  });

  test('whose client goes away before an answer leaves the message to be answered later', async () => {
    const inbound = openInboundTest({ settings: { mode: 'reply' } });
    const gone = new AbortController();
    const response = inbound.call(request, said('a'), { signal: gone.signal });
    await settle();
    gone.abort();
    expect(await (await response).json()).toEqual({ status: 'later', answer: '' });
    expect(inbound.clock.now()).toBe(0);
    expect(await (await answerFirst(inbound, { text: 'A' })).outcome).toMatchObject({ state: 'late' });
  });

  test('ends empty when the server drains, and later ones do not wait; messages stay', async () => {
    const inbound = openInboundTest({ settings: { mode: 'reply' } });
    const response = inbound.call(request, said('a'));
    await settle();
    inbound.service.drain();
    expect(await (await response).json()).toEqual({ status: 'later', answer: '' });
    expect(await (await inbound.call(request, said('b', '2'))).json()).toEqual({ status: 'later', answer: '' });
    expect(inbound.clock.now()).toBe(0);
    expect(await inbound.messages()).toHaveLength(2);
  });

  test('does not wait for the answer to an event, or to a duplicate', async () => {
    const { call, clock } = openInboundTest({ settings: { mode: 'reply' } });
    expect(await (await call(request, { subscriber_id: '1', event: 'new_contact' })).json()).toMatchObject({
      status: 'later',
    });
    const held = call(request, said('a'));
    await settle();
    expect(await (await call(request, said('a'))).json()).toMatchObject({ status: 'duplicate' });
    expect(clock.now()).toBe(0);
    await finish(clock, held);
  });
});

describe('the answer in a block', () => {
  const held = async (content: AnswerContent, more = {}, publicUrl?: string) => {
    const inbound = openInboundTest({ settings: { mode: 'reply' }, ...(publicUrl && { publicUrl }) });
    const response = inbound.call(block, said('a', '1', more));
    const { outcome } = await answerFirst(inbound, content);
    return { body: await (await response).json(), outcome: await outcome, lines: inbound.lines };
  };

  test('is a text, split for its channel', async () => {
    const { body, outcome } = await held({ text: `${'a'.repeat(900)}. ${'b'.repeat(900)}` }, { channel: 'instagram' });
    expect(body).toEqual({
      version: 'v2',
      content: {
        type: 'instagram',
        messages: [
          { type: 'text', text: `${'a'.repeat(900)}. ` },
          { type: 'text', text: 'b'.repeat(900) },
        ],
        actions: [],
        quick_replies: [],
      },
    });
    expect(outcome).toEqual({ state: 'written' });
  });

  test('is content, with the type of its channel, and none on Messenger', async () => {
    const data = {
      version: 'v2',
      content: { messages: [{ type: 'text', text: 'A' }], actions: [{ action: 'add_tag', tag_name: 'vip' }] },
    };
    const content = { ...data.content, quick_replies: [] };
    expect((await held({ data }, { channel: 'whatsapp' })).body).toEqual({
      version: 'v2',
      content: { type: 'whatsapp', ...content },
    });
    expect((await held({ data }, { channel: 'messenger' })).body).toEqual({ version: 'v2', content });
    expect((await held({ data })).body).toEqual({ version: 'v2', content });
  });

  test.each([
    [{ content: { messages: [{ type: 'cards', elements: [{ title: 'A' }] }] } }, { channel: 'whatsapp' }],
    [{ content: { type: 'telegram', messages: [{ type: 'text', text: 'A' }] } }, { channel: 'whatsapp' }],
    [{ content: { messages: [{ type: 'text', text: 'a'.repeat(3_000) }] } }, {}],
    [{ content: { messages: [], external_message_callback: { url: 'https://inbound.invalid/', method: 'post' } } }, {}],
  ])(
    'that does not fit the response is not written there, but sent later, which can say why (%#)',
    async (data, more) => {
      const { body, outcome } = await held({ data }, more);
      expect(body).toMatchObject({ content: { messages: [] } });
      expect(outcome).toMatchObject({ state: 'late' });
    },
  );

  test('may have a callback where the server can fill it in', async () => {
    const next = { url: 'https://inbound.invalid/', method: 'post' };
    const data = { content: { messages: [{ type: 'text', text: 'A' }], external_message_callback: next } };
    expect((await held({ data })).outcome).toMatchObject({ state: 'late' });
    expect((await held({ data }, {}, 'https://inbound.example.com')).outcome).toEqual({ state: 'written' });
  });

  test('that another version of the program has claimed for it, and that does not fit, is reported as not written', async () => {
    const confirmed: boolean[] = [];
    const content = { type: 'telegram', messages: [{ type: 'text', text: 'private' }] };
    const { call, lines } = openInboundTest({
      settings: { mode: 'reply' },
      inbox: () => ({
        ...openInboundTest().of(),
        receive: async () => ({ state: 'new', message: 'm1' }),
        heldAnswer: async () => ({ data: { version: 'v2', content } }),
        confirm: async (_message, _holder, isWritten) => void confirmed.push(isWritten),
      }),
    });
    expect(await (await call(block, said('a', '1', { channel: 'whatsapp' }))).json()).toMatchObject({
      content: { messages: [] },
    });
    expect([confirmed, lines.join()]).toEqual([[false], expect.stringContaining('inbound answer not written')]);
    expect(lines.join()).not.toContain('private');
  });
});

describe('a call ends in time', () => {
  const away = async (): Promise<never> => {
    throw new StoreAway('Redis cannot be reached');
  };
  const hangs = (): Promise<never> => new Promise(() => undefined);
  const ok = async () => ({ state: 'new', message: 'm1' }) as const;
  const inboxWith = (parts: Partial<AccountInbox>) => ({ ...openInboundTest().of(), ...parts });

  test.each([
    ['the inbox cannot be opened', away, 0],
    ['opening the inbox hangs', hangs, 2_000],
    ['the store is away', async () => inboxWith({ receive: away }), 0],
    ['the store hangs', async () => inboxWith({ receive: hangs }), 2_000],
    ['the inbox is full', async () => inboxWith({ receive: async () => ({ state: 'full', message: '' }) }), 0],
  ])('with 503 within 2 seconds if %s', async (_, inbox, ms) => {
    const { call, clock, lines } = openInboundTest({ settings: { mode: 'reply' }, inbox });
    const response = await finish(clock, call(request, said('private')));
    expect([response.status, clock.now()]).toEqual([503, ms]);
    expect(lines.join()).not.toContain('private');
  });

  test.each([
    ['fails while the answer is awaited', away, 0],
    ['hangs while the answer is awaited', hangs, 8_300],
  ])('empty if the store %s', async (_, heldAnswer, ms) => {
    const { call, clock } = openInboundTest({
      settings: { mode: 'reply' },
      inbox: () => inboxWith({ receive: ok, heldAnswer }),
    });
    const response = await finish(clock, call(request, said('a')));
    expect([response.status, await response.json(), clock.now()]).toEqual([200, { status: 'later', answer: '' }, ms]);
  });

  test('and an answer that comes after the response is reported as not written', async () => {
    const confirmed: boolean[] = [];
    let answer = (_: AnswerContent): void => undefined;
    const { call, clock } = openInboundTest({
      settings: { mode: 'reply' },
      inbox: () =>
        inboxWith({
          receive: ok,
          heldAnswer: () => new Promise((resolve) => (answer = resolve)),
          confirm: async (_message, _holder, isWritten) => void confirmed.push(isWritten),
        }),
    });
    await finish(clock, call(request, said('a')));
    answer({ text: 'A' });
    await settle();
    expect(confirmed).toEqual([false]);
  });

  test('although its body came slowly: the wait is shorter by that', async () => {
    const { service, clock } = openInboundTest({ settings: { mode: 'reply' } });
    const { readable: slow, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    const response = service.fetch(
      new Request(`http://localhost${request}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-manychat-secret': inboundSecret },
        body: slow,
        duplex: 'half',
      }),
    );
    await settle();
    clock.advance(3_900);
    void writer.write(new TextEncoder().encode(JSON.stringify(said('a'))));
    void writer.close();
    await finish(clock, response);
    expect(clock.now()).toBe(8_000);
  });
});

describe('a flood from one contact', () => {
  test('delays no other: another is kept after one of the flood, and the flood keeps its order', async () => {
    const order: string[] = [];
    const releases: (() => void)[] = [];
    const inbox = openInboundTest().of();
    const { call } = openInboundTest({
      inbox: () => ({
        ...inbox,
        async receive({ contact, said: what }) {
          order.push(`${contact} ${what.kind === 'text' ? what.text : ''}`);
          await new Promise<void>((resolve) => releases.push(resolve));
          return { state: 'new', message: 'm' };
        },
      }),
    });
    const flood = Array.from({ length: 30 }, (_, at) => call(request, said(String(at), '1')));
    await settle();
    const other = call(request, said('x', '2'));
    await settle();
    expect(order).toEqual(['1 0', '2 x']);
    releases[1]?.();
    expect((await other).status).toBe(200);
    for (let at = 0; at < 25; at += 1) {
      for (const release of releases) release();
      await settle();
    }
    const statuses = (await Promise.all(flood)).map(({ status }) => status);
    expect(order.filter((each) => each.startsWith('1 '))).toEqual(Array.from({ length: 21 }, (_, at) => `1 ${at}`));
    expect(statuses).toEqual(Array.from({ length: 30 }, (_, at) => (at < 21 ? 200 : 503)));
  });
});
