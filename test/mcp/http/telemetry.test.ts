import { once } from 'node:events';
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { describe, expect, onTestFinished, test } from 'vitest';
import { pathOf } from '../../../scripts/root.js';
import { instruments } from '../../../src/account/telemetry/instruments.js';
import { type HttpProgram, serveProgram } from '../../support/http-program.js';
import { onFreePort } from '../../support/on-free-port.js';
import { john } from '../../support/people.js';
import { connectProgram, pinnedTo } from '../../support/program.js';
import { useSandbox } from '../../support/sandboxed.js';
import { forms } from '../../support/secret-forms.js';
import type { RecordedSpan } from '../../support/span-recorder.js';

/** What a user sets to register an SDK. */
const registered = { NODE_OPTIONS: `--import=${pathToFileURL(pathOf('dist/test/support/span-recorder.js')).href}` };

const kinds = { server: 1 };
const statuses = { unset: 0, error: 2 };

async function connect(
  { url }: HttpProgram,
  { modern = true, headers = {} }: { modern?: boolean; headers?: Record<string, string> } = {},
): Promise<Client> {
  const client = new Client(
    { name: 'test', version: '1' },
    modern ? { versionNegotiation: { mode: { pin: '2026-07-28' } } } : {},
  );
  const address = new URL(`${url}/mcp`);
  await client.connect(new StreamableHTTPClientTransport(address, { requestInit: { headers } }));
  onTestFinished(() => client.close());
  return client;
}

/** The spans on stderr. */
const spansIn = (stderr: string): RecordedSpan[] =>
  stderr.split('\n').flatMap((line) => (line.startsWith('{"span"') ? [JSON.parse(line).span] : []));

const linesIn = (stderr: string, message: string) =>
  stderr.split('\n').flatMap((line) => (line.includes(`"msg":"${message}`) ? [JSON.parse(line)] : []));

/** Where the metrics of a server are shown. */
const metricsOf = async (server: HttpProgram): Promise<string> => JSON.parse(await server.line('"metrics"')).metrics;

describe('a server over HTTP with a registered SDK', () => {
  const sandbox = useSandbox();

  test.each([
    [true, '2026-07-28'],
    [false, '2025-11-25'],
  ])('makes a span of a call, in the trace of its client (2026-07-28: %s)', async (modern, revision) => {
    const server = await serveProgram({ ...pinnedTo(sandbox), ...registered });
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const ofHttp = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };
    const client = await connect(server, { modern, headers: ofHttp });
    const _meta = { traceparent: `00-${traceId}-00f067aa0ba902b7-01` };
    await client.callTool({ name: 'manychat_get_page', arguments: {}, _meta });
    await server.line('"msg":"call');
    const span = spansIn(await server.line('tools/call').then(server.stderr)).at(-1);
    const [call] = linesIn(server.stderr(), 'call');
    expect(span).toEqual({
      name: 'tools/call manychat_get_page',
      kind: kinds.server,
      traceId,
      parent: '00f067aa0ba902b7',
      links: ['b7ad6b7169203331'],
      status: statuses.unset,
      attributes: {
        'mcp.method.name': 'tools/call',
        'gen_ai.tool.name': 'manychat_get_page',
        'gen_ai.operation.name': 'execute_tool',
        'mcp.protocol.version': revision,
        'jsonrpc.request.id': call.requestId,
        'network.transport': 'tcp',
        'network.protocol.name': 'http',
        'manychat.account': call.account,
        'manychat.call.id': call.id,
      },
    });
    expect(call).toMatchObject({ trace_id: traceId, requestId: expect.stringMatching(/^\d+$/) });
  });

  test('says why a call failed, and puts it in the trace of the HTTP request if the call has none', async () => {
    const server = await serveProgram({ ...pinnedTo(sandbox), ...registered });
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const client = await connect(server, { headers: { traceparent: `00-${traceId}-b7ad6b7169203331-01` } });
    await client.callTool({ name: 'manychat_get_subscriber', arguments: { subscriber_id: '999' } });
    await server.line('"msg":"call');
    const [span] = spansIn(await server.line('tools/call').then(server.stderr)).slice(-1);
    expect(span).toMatchObject({
      traceId,
      parent: 'b7ad6b7169203331',
      links: [],
      status: statuses.error,
      attributes: { 'error.type': 'tool_error', 'manychat.failure.kind': 'not_found' },
    });
    expect(linesIn(server.stderr(), 'call failed')).toMatchObject([{ trace_id: traceId }]);
  });

  test('takes no name from a client that this server does not know', async () => {
    const server = await serveProgram({ ...pinnedTo(sandbox), ...registered });
    const client = await connect(server, { modern: false });
    const name = 'ada@example.com';
    await expect(client.callTool({ name, arguments: {} })).rejects.toThrow();
    await expect(client.getPrompt({ name })).rejects.toThrow();
    await expect(client.readResource({ uri: `x:${name}` })).rejects.toThrow();
    await server.line('resources/read');
    const spans = spansIn(server.stderr()).slice(-3);
    expect(spans.map((span) => span.name)).toEqual(['tools/call', 'prompts/get', 'resources/read']);
    for (const { attributes } of spans)
      expect(attributes).toMatchObject({ 'error.type': '-32602', 'rpc.response.status_code': '-32602' });
    expect(server.stderr()).not.toContain(name);
  });
});

test('over stdio a registered SDK gets spans as well', async () => {
  const { client, stderr } = await connectProgram({ MATON_API_KEY: 'no-key', ...registered });
  await client.listTools();
  await client.close();
  expect(spansIn(stderr()).at(-1)).toMatchObject({
    name: 'tools/list',
    attributes: { 'mcp.method.name': 'tools/list', 'network.transport': 'pipe' },
  });
});

describe('metrics', () => {
  const sandbox = useSandbox();

  test('are shown on a port of their own, under the names of the conventions', async () => {
    const server = await serveProgram(pinnedTo(sandbox), ['--metrics-port', '0']);
    const client = await connect(server);
    const { structuredContent } = await client.callTool({
      name: 'manychat_find_subscribers_by_name',
      arguments: { name: 'Maria' },
    });
    expect(structuredContent).toBeDefined();
    const url = await metricsOf(server);
    const metrics = await (await fetch(url)).text();
    for (const { name, attributes } of [instruments.operation, instruments.wait, instruments.requests]) {
      const shown = metrics.split('\n').filter((line) => line.startsWith(name.replaceAll('.', '_')));
      const labels = shown.flatMap((line) => [...line.matchAll(/[{,](\w+)="/g)].map(([, label = '']) => label));
      const documented = ['le', ...attributes.map((each) => each.replaceAll('.', '_'))];
      expect([name, labels.filter((label) => !documented.includes(label))]).toEqual([name, []]);
      expect(labels.length).toBeGreaterThan(0);
    }
    expect(metrics).toMatch(
      /^mcp_server_operation_duration_count\{.*gen_ai_tool_name="manychat_find_subscribers_by_name".*\} 1$/m,
    );
    expect(metrics).toMatch(
      /^manychat_upstream_requests_total\{.*url_template="\/fb\/subscriber\/findByName",http_response_status_code="200"\} 1$/m,
    );
    expect((await fetch(`${server.url}/metrics`)).status).toBe(404);
    expect((await fetch(url, { method: 'POST' })).status).toBe(405);
    expect((await fetch(new URL('/', url))).status).toBe(404);
    server.process.kill('SIGTERM');
    expect(await once(server.process, 'exit')).toEqual([0, null]);
  });
});

/** Starts a collector. It keeps the bodies that it is sent. */
async function startCollector(): Promise<{ url: string; received: string[]; first: Promise<unknown> }> {
  const received: string[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    received.push(`${request.method} ${request.url}\n${Buffer.concat(chunks).toString('latin1')}`);
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
  });
  const first = once(server, 'request');
  const { url } = await onFreePort(server);
  return { url, received, first };
}

describe('without a registered SDK', () => {
  const sandbox = useSandbox();

  test('spans are exported to where the variables of OpenTelemetry say, at the end at the latest', async () => {
    const { url, received, first } = await startCollector();
    const server = await serveProgram({ ...pinnedTo(sandbox), OTEL_EXPORTER_OTLP_ENDPOINT: url });
    const client = await connect(server);
    await client.callTool({ name: 'manychat_get_page', arguments: {} });
    server.process.kill('SIGTERM');
    await once(server.process, 'exit');
    await first;
    const exported = received.join();
    expect(exported).toMatch(/^POST \/v1\/traces\n/);
    for (const text of ['tools/call manychat_get_page', 'service.name', 'manychat-mcp'])
      expect(exported).toContain(text);
    const { trace_id: traceId } = JSON.parse(await server.line('"msg":"call'));
    expect(exported).toContain(Buffer.from(traceId, 'hex').toString('latin1'));
  });

  test('a collector that cannot be reached is logged without its address, and holds up nothing', async () => {
    const address = 'http://127.0.0.1:1/secret-path';
    const server = await serveProgram({ ...pinnedTo(sandbox), OTEL_EXPORTER_OTLP_ENDPOINT: address });
    const client = await connect(server);
    await client.callTool({ name: 'manychat_get_page', arguments: {} });
    server.process.kill('SIGTERM');
    expect(await once(server.process, 'exit')).toEqual([0, null]);
    await server.line('spans were not exported');
    expect(server.stderr()).not.toContain('secret-path');
  });

  test.each([[{ OTEL_SDK_DISABLED: 'true' }], [{ OTEL_TRACES_EXPORTER: 'none' }]])(
    'none are exported with %j',
    async (off) => {
      const { url, received } = await startCollector();
      const server = await serveProgram({ ...pinnedTo(sandbox), OTEL_EXPORTER_OTLP_ENDPOINT: url, ...off });
      const client = await connect(server);
      await client.listTools();
      server.process.kill('SIGTERM');
      await once(server.process, 'exit');
      expect(received).toEqual([]);
    },
  );
});

describe('what is never observed', () => {
  const sandbox = useSandbox();

  test('no key, argument, result or id of a contact is in a span, a metric or a line of the log', async () => {
    const [text, key] = ['Words for John alone', sandbox.matonKey];
    const contact = john;
    const server = await serveProgram({ ...pinnedTo(sandbox), ...registered, MANYCHAT_MCP_LOG_LEVEL: 'debug' }, [
      '--metrics-port',
      '0',
    ]);
    const client = await connect(server);
    const { structuredContent } = await client.callTool({
      name: 'manychat_get_subscriber',
      arguments: { subscriber_id: contact },
    });
    const [, lastName = ''] = /"last_name":"(\w+)"/.exec(JSON.stringify(structuredContent)) ?? [];
    expect(lastName).not.toBe('');
    // What is sent for many contacts counts as done, whether it was answered or not.
    const many = { subscriber_ids: [contact], action: 'send_text', text };
    await client.callTool({ name: 'manychat_for_each_subscriber', arguments: many });
    const { isError } = await client.callTool({
      name: 'manychat_send_text',
      arguments: { subscriber_id: contact, text },
    });
    expect(isError).not.toBe(true);
    for (const form of Object.values(forms).map((each) => each(key)))
      await client.callTool({
        name: 'manychat_find_subscribers_by_name',
        arguments: { name: form },
        _meta: { traceparent: form, tracestate: `k=${form}`, baggage: `k=${form}` },
      });
    await fetch(`${server.url}/mcp`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', traceparent: key },
      body: JSON.stringify({ jsonrpc: '2.0', id: key, method: key, params: { name: text } }),
    });
    const metrics = await (await fetch(await metricsOf(server))).text();
    expect(metrics).toMatch(/^manychat_send_guard_sends_total\{.*manychat_outcome="sent"\} 1$/m);
    expect(metrics).toMatch(/^manychat_send_guard_sends_total\{.*manychat_outcome="repeated"\} 1$/m);
    await server.line('"_OTHER"');
    const seen = `${metrics}\n${server.stderr()}`;
    expect(spansIn(seen).map(({ name }) => name)).toContain('_OTHER');
    const never = [text, contact, lastName, ...Object.values(forms).map((form) => form(key))];
    expect(never.filter((each) => seen.includes(each))).toEqual([]);
  });
});
