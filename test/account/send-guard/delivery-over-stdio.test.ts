import { PassThrough } from 'node:stream';
import { Client } from '@modelcontextprotocol/client';
import { StdioServerTransport } from '@modelcontextprotocol/server/stdio';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Outcome } from '../../../src/account/call/call-tool.js';
import { offeredTools } from '../../../src/account/policy/tool.js';
import type { Delivery } from '../../../src/account/send-guard/delivery.js';
import type { Backend } from '../../../src/mcp/backend.js';
import { createRequestState } from '../../../src/mcp/interaction/request-state.js';
import { offerFor } from '../../../src/mcp/listing/offer.js';
import { serveOverStdio } from '../../../src/mcp/stdio/stdio.js';
import { declarations } from '../../../tools/index.js';
import { configOf } from '../../support/config.js';
import { manualClock } from '../../support/timing.js';

/** How long something is waited for that comes in milliseconds on a machine that has time. */
const patience = { timeout: 10_000 };

describe.each([{ modern: false }, { modern: true }])('the delivery that a call comes with %j', ({ modern }) => {
  /** Both sides of one connection in this process; the calls wait for `answer` to be called. */
  async function connect(confirm = 'nothing') {
    const [toServer, toClient] = [new PassThrough(), new PassThrough()];
    const clock = manualClock();
    const config = configOf({ MATON_API_KEY: 'k', MATON_CONNECTION_ID: 'c', MANYCHAT_MCP_CONFIRM: confirm });
    const begun: Delivery[] = [];
    const outcomes: ((outcome: Outcome) => void)[] = [];
    const tools = new Map(
      offeredTools(declarations, config.account).map((tool) => [String(tool.declaration.name), tool]),
    );
    const backend: Backend = {
      tool(name) {
        const tool = tools.get(name);
        if (tool === undefined) throw new Error(`no tool ${name}`);
        return tool;
      },
      call: (_, __, { delivery }) => {
        if (delivery !== undefined) begun.push(delivery);
        return new Promise((resolve) => outcomes.push(resolve));
      },
      resource: () => ({ markdown: '' }),
      complete: async () => [],
      principal: 'local',
      requestState: createRequestState(),
      prepareQuestion: async () => ({ text: 'Go?', connectionId: 'c', deadlineMs: config.account.deadlineMs }),
    };
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
        ...(modern && { versionNegotiation: { mode: { pin: '2026-07-28' } } }),
      },
    );
    clients.push(client);
    await client.connect(new StdioServerTransport(toClient, toServer));
    return {
      client,
      clock,
      begun,
      answer: () => outcomes.shift()?.({ ok: true, result: { ok: true } }),
    };
  }
  const clients: Client[] = [];
  afterEach(() => Promise.all(clients.splice(0).map((client) => client.close())));
  const sending = { name: 'manychat_send_text', arguments: { subscriber_id: 1, text: 'Hi' } };

  test('tells when the call was read and when it was answered', async () => {
    const { client, clock, begun, answer } = await connect();
    clock.advance(100);
    const calls = [client.callTool(sending), client.callTool(sending)];
    await vi.waitFor(() => expect(begun).toHaveLength(2), patience);
    clock.advance(50);
    answer();
    await calls[0];
    const open = { arrivedAt: 100, answeredAt: undefined, cancelled: false };
    await vi.waitFor(() => expect(begun).toEqual([{ ...open, answeredAt: 150 }, open]), patience);
    answer();
    await calls[1];
  });

  test('tells that the caller has given up, and then there is no answer', async () => {
    const { client, begun, answer } = await connect();
    const giveUp = new AbortController();
    const call = client.callTool(sending, { signal: giveUp.signal });
    await vi.waitFor(() => expect(begun).toHaveLength(1), patience);
    giveUp.abort('enough');
    await expect(call).rejects.toThrow();
    await vi.waitFor(() => expect(begun[0]?.cancelled).toBe(true), patience);
    answer();
    await client.listTools();
    expect(begun).toEqual([{ arrivedAt: 0, answeredAt: undefined, cancelled: true }]);
  });

  test('belongs to the frame that the call was made with after the user was asked', async () => {
    const { client, clock, begun, answer } = await connect('sends');
    client.setRequestHandler('elicitation/create', async () => {
      clock.advance(1_000);
      return { action: 'accept', content: { confirm: true } };
    });
    const call = client.callTool(sending);
    await vi.waitFor(() => expect(begun).toHaveLength(1), patience);
    // Before 2026-07-28 the server asks within the call; since then the call is made anew with the answer.
    expect(begun[0]).toEqual({ arrivedAt: modern ? 1_000 : 0, answeredAt: undefined, cancelled: false });
    answer();
    await call;
    await vi.waitFor(() => expect(begun[0]?.answeredAt).toBe(1_000), patience);
  });
});
