import { chmodSync } from 'node:fs';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Principal } from '../../src/mcp/http/principal.js';
import { useFolder } from '../support/folder.js';
import { atOnce, written } from '../support/heard.js';
import { hearingOverHttp, hearingOverStdio, noticesOf } from '../support/heard-over-mcp.js';

const uri = 'manychat://messages';
const wait = { name: 'manychat_wait_for_messages', arguments: { wait_seconds: 45 } };

const eras = [
  ['of 2025', false],
  ['of 2026', true],
] as const;

describe.each(eras)('a client %s over stdio', (_, modern) => {
  test('is offered the tools and the resource of messages', async () => {
    const { client } = await hearingOverStdio(modern);
    const names = (await client.listTools()).tools.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['manychat_wait_for_messages', 'manychat_forget_messages']));
    expect((await client.listResources()).resources.map((each) => each.uri)).toContain(uri);
    expect(client.getServerCapabilities()?.resources?.subscribe).toBe(true);
  });

  test('waits, and is handed what a contact writes', async () => {
    const { client, messages } = await hearingOverStdio(modern);
    const waiting = client.callTool(wait);
    const { message } = await messages.receive(written('Hello'), atOnce);
    expect((await waiting).structuredContent).toMatchObject({
      messages: [{ message_id: message, from_contact: 'Hello' }],
    });
  });

  test('takes nothing if it cancels its wait', async () => {
    const { client, messages } = await hearingOverStdio(modern);
    const cancelling = new AbortController();
    const waiting = client.callTool(wait, { signal: cancelling.signal });
    await client.ping().catch(() => undefined);
    cancelling.abort();
    await expect(waiting).rejects.toThrow();
    await client.listTools();
    const { message } = await messages.receive(written('Hello'), atOnce);
    const again = await client.callTool({ ...wait, arguments: { wait_seconds: 45, consumer: 'b' } });
    expect(again.structuredContent).toMatchObject({ messages: [{ message_id: message }] });
  });

  test('is notified of new messages as long as it has subscribed', async () => {
    const { client, messages } = await hearingOverStdio(modern);
    const notices = noticesOf(client);
    await messages.receive(written('Before'), atOnce);
    const subscription = modern ? await client.listen({ resourceSubscriptions: [uri] }) : undefined;
    if (!modern) await client.subscribeResource({ uri });
    const told = notices.next();
    await messages.receive(written('Hello'), atOnce);
    await told;
    const { contents } = await client.readResource({ uri });
    expect(JSON.stringify(contents)).toContain('Hello');
    await (subscription === undefined ? client.unsubscribeResource({ uri }) : subscription.close());
    await client.listTools();
    const before = notices.uris.length;
    await messages.receive(written('After'), atOnce);
    await client.listTools();
    expect(notices.uris.length).toBe(before);
    expect(new Set(notices.uris)).toEqual(new Set([uri]));
  });

  test('without the tools is offered neither the resource nor subscriptions', async () => {
    const { client } = await hearingOverStdio(modern, { MANYCHAT_MCP_TOOLSETS: 'tags' });
    expect((await client.listResources()).resources.map((each) => each.uri)).not.toContain(uri);
    expect(client.getServerCapabilities()?.resources?.subscribe).toBeUndefined();
  });

  test('that reads only waits and lists', async () => {
    const { client } = await hearingOverStdio(modern, { MANYCHAT_MCP_TOOLSETS: 'inbox', MANYCHAT_MCP_READ_ONLY: '1' });
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual([
      'manychat_wait_for_messages',
      'manychat_list_messages',
    ]);
  });
});

test('a client of 2025 cannot subscribe to what does not change', async () => {
  const { client } = await hearingOverStdio(false);
  await expect(client.subscribeResource({ uri: 'manychat://tags' })).rejects.toThrow('no resource');
});

test('what is waited for is given back when the connection ends', async () => {
  const { client, messages, ended } = await hearingOverStdio(true);
  const waiting = client.callTool(wait).catch(() => undefined);
  await client.listTools();
  await client.close();
  await Promise.all([waiting, ended]);
  await expect(messages.list({ limit: 1 })).rejects.toThrow();
});

const grant = { accounts: 'all', readOnly: false } as const;
const coffee: Principal = { id: 'c', grant: { ...grant, accounts: ['Sunrise Coffee'] } };
const both: Principal = { id: 'b', grant };
const noTools: Principal = { id: 'n', grant: { ...grant, tools: ['manychat_send_text'] } };

describe('over HTTP', () => {
  const write = useFolder();
  /** A server with two accounts. */
  async function team() {
    const account = (key: string) => ({
      maton_key: key,
      connection: '5b0c2a3e-7d41-4f86-9a1c-0e8d6b54c2f7',
      inbound: { secret: `a-secret-of-${key}` },
    });
    const accounts = { 'Sunrise Coffee': account('key-1'), Museum: account('key-2') };
    const path = write('accounts.json', JSON.stringify({ accounts }));
    chmodSync(path, 0o600);
    return hearingOverHttp({ coffee, both, noTools }, { MANYCHAT_MCP_ACCOUNTS: path });
  }
  const coffeeUri = 'manychat://Sunrise%20Coffee/messages';

  test('a client is notified about the accounts that it may use, and about no other', async () => {
    const { connect, messagesOf } = await team();
    const [one, all] = [await connect('coffee'), await connect('both')];
    const [own, every] = [noticesOf(one), noticesOf(all)];
    await one.listen({ resourceSubscriptions: [uri] });
    await all.listen({ resourceSubscriptions: [coffeeUri, 'manychat://Museum/messages'] });
    const museum = every.next();
    await messagesOf('Museum', 'key-2').receive(written('Open?'), atOnce);
    await museum;
    expect([own.uris, every.uris]).toEqual([[], ['manychat://Museum/messages']]);
    const told = Promise.all([own.next(), every.next()]);
    await messagesOf('Sunrise Coffee', 'key-1').receive(written('Beans?'), atOnce);
    await told;
    expect([own.uris, every.uris.slice(1)]).toEqual([[uri], [coffeeUri]]);
  });

  test.each([
    ['coffee', 'manychat://Museum/messages'],
    ['coffee', coffeeUri],
    ['both', uri],
    ['both', 'manychat://tags'],
    ['noTools', coffeeUri],
  ])('a subscription of %s to %s is refused', async (as, address) => {
    const { connect } = await team();
    const client = await connect(as);
    await expect(client.listen({ resourceSubscriptions: [address] })).rejects.toThrow('does not change for you');
  });

  test('the messages of an account are read under its address', async () => {
    const { connect, messagesOf } = await team();
    await messagesOf('Sunrise Coffee', 'key-1').receive(written('Beans?'), atOnce);
    const client = await connect('both');
    const { resources } = await client.listResources();
    expect(resources.map((each) => each.uri)).toEqual(
      expect.arrayContaining([coffeeUri, 'manychat://Museum/messages']),
    );
    for (const [address, text] of [
      [coffeeUri, 'Beans?'],
      ['manychat://sunrise-coffee/messages', 'Beans?'],
      [`${uri}?account=Sunrise%20Coffee`, 'Beans?'],
    ] as const)
      expect(JSON.stringify(await client.readResource({ uri: address }))).toContain(text);
    expect(JSON.stringify(await client.readResource({ uri: 'manychat://Museum/messages' }))).not.toContain('Beans?');
    await expect(client.readResource({ uri })).rejects.toThrow('manychat://{account}/messages');
  });

  test('a caller without the account gets none of its messages', async () => {
    const { connect, messagesOf } = await team();
    await messagesOf('Museum', 'key-2').receive(written('Open?'), atOnce);
    const client = await connect('coffee');
    const listed = await client.callTool({ name: 'manychat_list_messages', arguments: {} });
    expect(listed.structuredContent).toEqual({ messages: [] });
    await expect(client.readResource({ uri: 'manychat://Museum/messages' })).rejects.toThrow();
  });

  test('an older client is offered no subscriptions', async () => {
    const { connect } = await team();
    const client = await connect('coffee', { modern: false });
    expect(client.getServerCapabilities()?.resources?.subscribe).toBeUndefined();
    await expect(client.subscribeResource({ uri })).rejects.toThrow();
  });

  test('a stream of notices ends after 30 minutes, and its client opens another', async () => {
    const { connect, messagesOf } = await team();
    const client = await connect('coffee');
    const notices = noticesOf(client);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const subscription = await client.listen({ resourceSubscriptions: [uri] });
    vi.advanceTimersByTime(1_799_999);
    const told = notices.next();
    await messagesOf('Sunrise Coffee', 'key-1').receive(written('Open?'), atOnce);
    await told;
    vi.advanceTimersByTime(1);
    await subscription.closed;
    const again = notices.next();
    await client.listen({ resourceSubscriptions: [uri] });
    await messagesOf('Sunrise Coffee', 'key-1').receive(written('Beans?'), atOnce);
    await again;
  });

  test('streams of notices end when the server begins to end, and no more begin', async () => {
    const { connect, service } = await team();
    const client = await connect('coffee');
    const subscription = await client.listen({ resourceSubscriptions: [uri] });
    service.drain();
    await subscription.closed;
    await expect(client.listen({ resourceSubscriptions: [uri] })).rejects.toThrow('Subscription limit');
  });
});
