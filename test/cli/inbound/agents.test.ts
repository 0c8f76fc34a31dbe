import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { describe, expect, onTestFinished, test } from 'vitest';
import { serveProgram } from '../../support/http-program.js';
import { inboundSecret } from '../../support/inbound.js';
import { apart } from '../../support/program.js';

const john = '123456789';

/** A server on the embedded sandbox that hears its contacts, a client of it, and what calls it as ManyChat does. */
async function hearing(mode: string) {
  const { url } = await serveProgram({
    ...apart,
    MANYCHAT_MCP_SANDBOX: '1',
    MANYCHAT_MCP_INBOUND_SECRET: inboundSecret,
    MANYCHAT_MCP_INBOUND_MODE: mode,
    MANYCHAT_MCP_INBOUND_PAUSE_MS: '0',
  });
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
  await client.connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp`)));
  onTestFinished(() => client.close());
  const headers = { 'content-type': 'application/json', 'x-manychat-secret': inboundSecret };
  const write = async (text: string): Promise<unknown> => {
    const body = JSON.stringify({ subscriber_id: john, text, channel: 'messenger' });
    return (await fetch(`${url}/inbound/default/request`, { method: 'POST', headers, body })).json();
  };
  /** The result of a tool. */
  async function use(name: string, args: object = {}) {
    const { structuredContent } = await client.callTool({ name: `manychat_${name}`, arguments: { ...args } });
    return structuredContent;
  }
  async function nextMessage(): Promise<string> {
    const waited = await use('wait_for_messages', { wait_seconds: 45 });
    return /"message_id":"([^"]+)"/.exec(JSON.stringify(waited))?.[1] ?? '';
  }
  return { write, use, nextMessage };
}

describe('an agent answers a contact through the program', () => {
  test('in the response that ManyChat waits for', async () => {
    const { write, use, nextMessage } = await hearing('reply');
    const response = write('Open on Sunday?');
    const message_id = await nextMessage();
    expect(await use('reply', { message_id, text: 'Yes' })).toMatchObject({ ok: true, answered: 'in the response' });
    expect(await response).toEqual({ status: 'answered', answer: 'Yes' });
  });

  test('later, and finds both in the history', async () => {
    const { write, use, nextMessage } = await hearing('ack');
    expect(await write('Open on Sunday?')).toEqual({ status: 'later', answer: '' });
    const message_id = await nextMessage();
    expect(await use('reply', { message_id, text: 'Yes' })).toMatchObject({ ok: true, answered: 'sent' });
    expect(await use('list_messages', { subscriber_id: john })).toMatchObject({
      messages: [{ message_id, from_contact: 'Open on Sunday?', state: 'sent', answer: 'Yes', done: true }],
    });
  });
});
