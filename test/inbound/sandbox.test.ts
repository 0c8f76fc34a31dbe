import { expect, onTestFinished, test } from 'vitest';
import type { AnswerContent } from '../../src/account/inbox/inbox.js';
import { listen } from '../../src/mcp/http/listen.js';
import type { PreparedHook } from '../../src/sandbox/index.js';
import { inboundSecret, openInboundTest } from '../support/inbound.js';
import { noon, useSandbox } from '../support/sandboxed.js';
import { settle } from '../support/timing.js';

const sandbox = useSandbox({ clock: noon, limits: false });
const maria = '24958501110451908';
const publicUrl = 'https://bot.example.com';

/** The endpoints on a port, with a tunnel to them, and a flow on messages that calls them. */
async function heard(hook: Partial<PreparedHook>) {
  const inbound = openInboundTest({ settings: { mode: 'reply' }, publicUrl });
  const failed: Error[] = [];
  const server = await listen(inbound.service, { host: '127.0.0.1', port: 0, onError: (error) => failed.push(error) });
  onTestFinished(async () => {
    inbound.service.drain();
    server.close();
    await server.stop();
    expect(failed).toEqual([]);
  });
  sandbox.addTunnel(publicUrl, server.url);
  sandbox.addHooks({
    name: 'Machine',
    url: `${publicUrl}/inbound/default/request`,
    headers: { 'X-ManyChat-Secret': inboundSecret },
    ...hook,
  });
  /** Waits for the next message, and answers it. */
  async function answer(content: AnswerContent) {
    for (;;) {
      const [message] = await inbound.messages();
      if (message !== undefined) {
        const answering = inbound.of().answer(message.id, content, false, new AbortController().signal);
        await sandbox.callsSettled();
        return { message, outcome: await answering };
      }
      await settle();
    }
  }
  return { ...inbound, answer };
}

const received = () =>
  sandbox
    .conversation(maria)
    .flatMap((entry) => (JSON.stringify(entry).includes('"Which size?"') ? ['Which size?'] : []));

test('an External Request with Full Contact Data is heard, and its answer becomes a field', async () => {
  const { answer } = await heard({ mapping: { reply_text: '$.answer' }, success: 'Say this' });
  sandbox.contactWrites(maria, { text: 'Do you "ship"\non Mondays?' });
  const { message, outcome } = await answer({ text: 'We do.' });
  expect(message).toMatchObject({ contact: maria, said: { kind: 'text', text: 'Do you "ship"\non Mondays?' } });
  expect(message.contactName).toContain('Maria');
  expect(outcome).toEqual({ state: 'written' });
  expect(sandbox.calls().map(({ status }) => status)).toEqual([200]);
  expect(JSON.stringify(sandbox.conversation(maria))).toContain('We do.');
});

test('a block is sent, its button and its callback for the next text come back without the secret', async () => {
  const { answer } = await heard({
    kind: 'block',
    url: `${publicUrl}/inbound/default/block?channel=messenger`,
  });
  const marker = { url: 'https://inbound.invalid/', method: 'post' };
  const button = { type: 'dynamic_block_callback', caption: 'More', ...marker, payload: { page: 2 } };
  sandbox.contactWrites(maria, { text: 'T-shirt', channel: 'messenger' });
  const first = await answer({
    data: {
      version: 'v2',
      content: {
        messages: [{ type: 'text', text: 'Which size?', buttons: [button] }],
        external_message_callback: marker,
      },
    },
  });
  expect([first.outcome, received()]).toEqual([{ state: 'written' }, ['Which size?']]);
  sandbox.contactClicks(maria, { caption: 'More' });
  const pressed = await answer({ text: 'S, M and L' });
  expect(pressed.message.said).toEqual({ kind: 'text', text: 'More', payload: { page: 2 } });
  sandbox.contactWrites(maria, { text: 'M', channel: 'messenger' });
  const second = await answer({ text: 'And the colour?' });
  expect(second.message.said).toEqual({ kind: 'text', text: 'M' });
  sandbox.contactWrites(maria, { text: 'Blue', channel: 'messenger' });
  const third = await answer({ text: 'Ordered.' });
  expect(third.message.said).toEqual({ kind: 'text', text: 'Blue' });
  expect(sandbox.calls().map(({ trigger, status }) => [trigger, status])).toEqual(
    ['message', 'button', 'callback', 'callback'].map((trigger) => [trigger, 200]),
  );
});
