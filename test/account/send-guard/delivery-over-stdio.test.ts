import { PassThrough } from 'node:stream';
import { Client } from '@modelcontextprotocol/client';
import { StdioServerTransport } from '@modelcontextprotocol/server/stdio';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Outcome } from '../../../src/account/call/call-tool.js';
import type { Delivery } from '../../../src/account/send-guard/delivery.js';
import { offerFor } from '../../../src/mcp/listing/offer.js';
import { serveOverStdio } from '../../../src/mcp/stdio/stdio.js';
import { backendOf } from '../../support/backend.js';
import { configOf } from '../../support/config.js';
import type { Era } from '../../support/framed.js';
import { manualClock } from '../../support/timing.js';

/** How long to wait for something that takes milliseconds on an idle machine. */
const patience = { timeout: 10_000 };

const events: object = { whenAnswered: expect.any(Promise), whenCancelled: expect.any(Promise) };

describe.each<Era>(['legacy', 'modern'])('the delivery of a call over stdio, %s', (era) => {
  const isModern = era === 'modern';

  /** A client and a server in this process. Calls stay open until `answer` is called. */
  async function connect(confirm = 'nothing') {
    const [toServer, toClient] = [new PassThrough(), new PassThrough()];
    const clock = manualClock();
    const config = configOf({ MATON_API_KEY: 'k', MATON_CONNECTION_ID: 'c', MANYCHAT_MCP_CONFIRM: confirm });
    const deliveries: Delivery[] = [];
    const outcomes: ((outcome: Outcome) => void)[] = [];
    const backend = backendOf({
      call: (_, __, { delivery }) => {
        if (delivery !== undefined) deliveries.push(delivery);
        return new Promise((resolve) => outcomes.push(resolve));
      },
    });
    serveOverStdio(offerFor(config), async () => backend, {
      streams: { stdin: toServer, stdout: toClient },
      now: clock.now,
      onError: () => undefined,
      onRefused: () => undefined,
      onClosed: () => undefined,
    });
    const client = new Client(
      { name: 'test', version: '1' },
      {
        capabilities: { elicitation: { form: {} } },
        ...(isModern && { versionNegotiation: { mode: { pin: '2026-07-28' } } }),
      },
    );
    clients.push(client);
    await client.connect(new StdioServerTransport(toClient, toServer));
    return {
      client,
      clock,
      deliveries,
      answer: () => outcomes.shift()?.({ ok: true, result: { ok: true } }),
    };
  }
  const clients: Client[] = [];
  afterEach(() => Promise.all(clients.splice(0).map((client) => client.close())));
  const sending = { name: 'manychat_send_text', arguments: { subscriber_id: 1, text: 'Hi' } };

  test('has the times at which the call was read and answered', async () => {
    const { client, clock, deliveries, answer } = await connect();
    clock.advance(100);
    const calls = [client.callTool(sending), client.callTool(sending)];
    await vi.waitFor(() => expect(deliveries).toHaveLength(2), patience);
    clock.advance(50);
    answer();
    await calls[0];
    const open = { arrivedAt: 100, answeredAt: undefined, cancelled: false, ...events };
    await vi.waitFor(() => expect(deliveries).toEqual([{ ...open, answeredAt: 150 }, open]), patience);
    answer();
    await calls[1];
  });

  test('is cancelled when the client cancels the call, and is never answered', async () => {
    const { client, deliveries, answer } = await connect();
    const cancel = new AbortController();
    const call = client.callTool(sending, { signal: cancel.signal });
    await vi.waitFor(() => expect(deliveries).toHaveLength(1), patience);
    cancel.abort('enough');
    await expect(call).rejects.toThrow();
    await vi.waitFor(() => expect(deliveries[0]?.cancelled).toBe(true), patience);
    answer();
    await client.listTools();
    expect(deliveries).toEqual([{ arrivedAt: 0, answeredAt: undefined, cancelled: true, ...events }]);
  });

  test('starts with the frame that carries the call after the user confirmed it', async () => {
    const { client, clock, deliveries, answer } = await connect('sends');
    client.setRequestHandler('elicitation/create', async () => {
      clock.advance(1_000);
      return { action: 'accept', content: { confirm: true } };
    });
    const call = client.callTool(sending);
    await vi.waitFor(() => expect(deliveries).toHaveLength(1), patience);
    // Before 2026-07-28 the server asks during the call; since then the client makes the call again with the answer.
    expect(deliveries[0]).toEqual({
      arrivedAt: isModern ? 1_000 : 0,
      answeredAt: undefined,
      cancelled: false,
      ...events,
    });
    answer();
    await call;
    await vi.waitFor(() => expect(deliveries[0]?.answeredAt).toBe(1_000), patience);
  });
});
