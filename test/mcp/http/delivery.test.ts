import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Outcome } from '../../../src/account/call/call-tool.js';
import type { Delivery } from '../../../src/account/send-guard/delivery.js';
import { listen } from '../../../src/mcp/http/listen.js';
import { noSignIn } from '../../../src/mcp/http/principal.js';
import { createHttpService } from '../../../src/mcp/http/service.js';
import { offerFor } from '../../../src/mcp/listing/offer.js';
import { backendOf } from '../../support/backend.js';
import { configOf } from '../../support/config.js';
import type { Era } from '../../support/framed.js';
import { held, holdingClock } from '../../support/held-responses.js';
import { messageOf } from '../../support/http-messages.js';
import { serveProgram } from '../../support/http-program.js';
import { outcomeOf } from '../../support/http-service.js';
import { maria } from '../../support/people.js';
import { pinnedTo } from '../../support/program.js';
import { useSandbox } from '../../support/sandboxed.js';
import { accepted, acceptedBefore } from '../../support/sent.js';
import { manualClock } from '../../support/timing.js';

/** How long to wait for something that takes milliseconds on an idle machine. */
const patience = { timeout: 10_000 };

/** The promises that tell of what happens to a call. */
const events = { whenAnswered: expect.any(Promise), whenCancelled: expect.any(Promise) };

describe.each<Era>(['legacy', 'modern'])('the delivery of a call over HTTP, %s', (era) => {
  const isModern = era === 'modern';

  /** A client and a server in this process. Calls stay open until `answer` is called. */
  async function connect(confirm = 'nothing') {
    const clock = manualClock();
    const config = configOf({ MATON_API_KEY: 'k', MATON_CONNECTION_ID: 'c', MANYCHAT_MCP_CONFIRM: confirm });
    const deliveries: Delivery[] = [];
    const signals: AbortSignal[] = [];
    const outcomes: ((outcome: Outcome) => void)[] = [];
    const backend = backendOf({
      call: (_, __, { delivery, signal }) => {
        if (delivery !== undefined) deliveries.push(delivery);
        signals.push(signal);
        return new Promise((resolve) => outcomes.push(resolve));
      },
    });
    const errors: Error[] = [];
    const onError = (error: Error): void => void errors.push(error);
    const service = createHttpService({
      signIn: noSignIn,
      allowed: { hosts: [], origins: [] },
      accounts: [],
      offer: () => offerFor(config),
      openBackend: async () => backend,
      started: Promise.resolve(),
      now: clock.now,
      onError,
    });
    const server = await listen(service, { host: '127.0.0.1', port: 0, onError });
    const client = new Client(
      { name: 'test', version: '1' },
      {
        capabilities: { elicitation: { form: {} } },
        ...(isModern && { versionNegotiation: { mode: { pin: '2026-07-28' } } }),
      },
    );
    onTestFinished(async () => {
      await client.close();
      server.close();
      await server.stop();
    });
    await client.connect(new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`)));
    return {
      client,
      clock,
      deliveries,
      signals,
      errors,
      answer: () => outcomes.shift()?.({ ok: true, result: { ok: true } }),
    };
  }
  const sending = { name: 'manychat_send_text', arguments: { subscriber_id: 1, text: 'Hi' } };

  test('has the times at which the call was read and answered', async () => {
    const { client, clock, deliveries, errors, answer } = await connect();
    clock.advance(100);
    const calls = [client.callTool(sending), client.callTool(sending)];
    await vi.waitFor(() => expect(deliveries).toHaveLength(2), patience);
    clock.advance(50);
    answer();
    await Promise.race(calls);
    const open = { arrivedAt: 100, answeredAt: undefined, cancelled: false, ...events };
    await vi.waitFor(() => expect(deliveries).toEqual([{ ...open, answeredAt: 150 }, open]), patience);
    answer();
    await Promise.all(calls);
    expect(errors).toEqual([]);
  });

  test('is cancelled when the client cancels the call; in 2026-07-28 the call is cancelled too', async () => {
    const { client, deliveries, signals, answer } = await connect();
    const cancel = new AbortController();
    const call = client.callTool(sending, { signal: cancel.signal });
    await vi.waitFor(() => expect(deliveries).toHaveLength(1), patience);
    cancel.abort('enough');
    await expect(call).rejects.toThrow();
    await vi.waitFor(() => expect(deliveries[0]?.cancelled).toBe(true), patience);
    expect(signals[0]?.aborted).toBe(isModern);
    answer();
    await client.listTools();
    if (isModern) expect(deliveries[0]?.answeredAt).toBeUndefined();
  });

  test('is cancelled, and so is the call, when the client goes away', async () => {
    const { client, deliveries, signals } = await connect();
    const call = client.callTool(sending);
    await vi.waitFor(() => expect(deliveries).toHaveLength(1), patience);
    await client.close();
    await expect(call).rejects.toThrow();
    await vi.waitFor(() => expect([deliveries[0]?.cancelled, signals[0]?.aborted]).toEqual([true, true]), patience);
  });

  // Before 2026-07-28 a client cannot be asked over HTTP.
  if (isModern)
    test('starts with the request that carries the call after the user confirmed it', async () => {
      const { client, clock, deliveries, answer } = await connect('sends');
      client.setRequestHandler('elicitation/create', async () => {
        clock.advance(1_000);
        return { action: 'accept', content: { confirm: true } };
      });
      const call = client.callTool(sending);
      await vi.waitFor(() => expect(deliveries).toHaveLength(1), patience);
      expect(deliveries[0]?.arrivedAt).toBe(1_000);
      answer();
      await call;
      await vi.waitFor(() => expect(deliveries[0]?.answeredAt).toBe(1_000), patience);
    });
});

describe.each([{ modern: true }, { modern: false }])('a send that is repeated over HTTP %j', ({ modern }) => {
  const holding = holdingClock();
  const sandbox = useSandbox({ clock: holding.clock, limits: false });
  const path = '/fb/sending/sendContent';
  const send = { name: 'manychat_send_text', arguments: { subscriber_id: maria, text: 'Hi Maria' } };
  const message = { method: 'POST', ...messageOf('tools/call', send, { modern }) };
  const repeated = async (url: string) => (await outcomeOf(await fetch(url, message))).result;

  test('is made again once its client has the answer', async () => {
    const server = await serveProgram(pinnedTo(sandbox));
    const url = `${server.url}/mcp`;
    expect(await repeated(url)).toMatchObject({ status: accepted });
    expect(await repeated(url)).toMatchObject({ status: accepted });
    expect(sandbox.messages()).toHaveLength(2);
  });

  test('is not made again if its client went away before the answer', async () => {
    const server = await serveProgram(pinnedTo(sandbox));
    const url = `${server.url}/mcp`;
    sandbox.injectFault(held(path));
    const leaving = new AbortController();
    const first = fetch(url, { ...message, signal: leaving.signal });
    await sandbox.waitForRequests(1, path);
    leaving.abort();
    await expect(first.then((response) => response.text())).rejects.toThrow();
    // By the answers to these the server has noticed that the client is gone.
    for (const _ of [1, 2]) await fetch(`${server.url}/healthz`);
    const second = repeated(url);
    holding.release();
    expect(await second).toMatchObject({ status: acceptedBefore });
    expect(sandbox.messages()).toHaveLength(1);
  });
});
