import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as StdioTransportV1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as HttpTransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startHttpProgram } from '../support/http-program.js';
import { john, maria } from '../support/people.js';
import { connectProgram, program, through } from '../support/program.js';
import { requesting } from '../support/requesting.js';
import { useSandbox } from '../support/sandboxed.js';

interface AnyClient {
  listTools(): Promise<{ tools: { name: string; outputSchema?: unknown; annotations?: unknown }[] }>;
  callTool(request: { name: string; arguments: Record<string, unknown> }): Promise<Record<string, unknown>>;
  close(): Promise<void>;
}

const text = (words: string) => ({ version: 'v2', content: { messages: [{ type: 'text', text: words }] } });

/** Calls with an expected result. The order matters: some calls use what earlier ones created. */
const checkedCalls: [string, Record<string, unknown>, object][] = [
  ['manychat_get_page', {}, { page: { name: 'Sunrise Coffee' } }],
  ['manychat_create_tag', { name: 'Brand new' }, { tag: { name: 'Brand new' } }],
  ['manychat_add_tag_to_subscriber', { subscriber_id: john, tag_id: 1 }, { ok: true }],
  ['manychat_add_tag_to_subscriber_by_name', { subscriber_id: 123456789, tag_name: 'Brand new' }, { ok: true }],
  ['manychat_remove_tag_from_subscriber', { subscriber_id: john, tag_id: 1 }, { ok: true }],
  ['manychat_remove_tag_from_subscriber_by_name', { subscriber_id: john, tag_name: 'Brand new' }, { ok: true }],
  ['manychat_delete_tag', { tag_id: 123 }, { ok: true }],
  ['manychat_delete_tag_by_name', { tag_name: 'Brand new' }, { ok: true }],
  ['manychat_create_custom_field', { caption: 'Shoe size', type: 'number' }, { custom_field: { type: 'number' } }],
  ['manychat_set_custom_field', { subscriber_id: john, field_id: 1, field_value: '+1234567890' }, { ok: true }],
  [
    'manychat_set_custom_field_by_name',
    { subscriber_id: john, field_name: 'PHONE_number', field_value: '+1' },
    { ok: true },
  ],
  [
    'manychat_set_custom_fields',
    { subscriber_id: john, fields: [{ field_name: 'Shoe size', field_value: 43 }] },
    { ok: true },
  ],
  [
    'manychat_create_bot_field',
    { name: 'motto', type: 'text', value: 'Good morning' },
    { bot_field: { type: 'text' } },
  ],
  ['manychat_set_bot_field', { field_id: 123, field_value: 'value1' }, { ok: true }],
  ['manychat_set_bot_field_by_name', { field_name: 'counter', field_value: 42 }, { ok: true }],
  ['manychat_set_bot_fields', { fields: [{ field_name: 'counter', field_value: 43 }] }, { ok: true }],
  ['manychat_get_subscriber', { subscriber_id: john }, { subscriber: { id: john, name: 'John Doe' } }],
  ['manychat_get_subscriber_by_user_ref', { user_ref: '-1543835812530302162' }, {}],
  ['manychat_find_subscribers_by_name', { name: 'John Doe' }, { count: 1, capped: false }],
  ['manychat_find_subscribers_by_custom_field', { field_id: 1, field_value: '+1' }, { count: 1 }],
  ['manychat_find_subscriber_by_system_field', { phone: '+1234567890' }, { subscriber: { id: john } }],
  [
    'manychat_create_subscriber',
    { first_name: 'Ada', email: 'ada@example.com', has_opt_in_email: true },
    { subscriber: { first_name: 'Ada' } },
  ],
  ['manychat_update_subscriber', { subscriber_id: john, last_name: 'Smith' }, { subscriber: { name: 'John Smith' } }],
  ['manychat_verify_subscriber', { subscriber_id: john, signed_request: 'signed_request_token' }, { ok: true }],
  ['manychat_send_content', { subscriber_id: john, data: text('Hello John') }, { ok: true }],
  ['manychat_send_content_by_user_ref', { user_ref: 123456, data: text('Welcome') }, { ok: true }],
  ['manychat_send_flow', { subscriber_id: john, flow_ns: 'content123456' }, { ok: true }],
  ['manychat_send_text', { subscriber_id: john, text: 'Hello John' }, { ok: true }],
  ['manychat_check_content', { data: text('Hello John') }, { valid: true, problems: [] }],
  ['manychat_get_messaging_status', { subscriber_id: john }, { contacts: [{ plain_message_now: 'yes' }] }],
  [
    'manychat_set_fields_and_send_flow',
    { subscriber_id: john, fields: { coupon_code: 'TEN' }, flow_ns: 'content123456' },
    { ok: true },
  ],
  [
    'manychat_find_or_create_subscriber',
    { email: 'ada@example.com', has_opt_in_email: true },
    { created: false, found_by: 'email' },
  ],
  [
    'manychat_for_each_subscriber',
    { subscriber_ids: [john, maria], action: 'add_tag', tag_name: 'VIP' },
    { done: 2, failed: [], unknown: [], remaining: 0 },
  ],
  ['manychat_create_connection', {}, { connection: { status: 'PENDING' } }],
  [
    'manychat_get_connection',
    { connection_id: '21fd90f9-5935-43cd-b6c8-bde9d915ca80' },
    { connection: { status: 'ACTIVE' } },
  ],
  ['manychat_delete_connection', { connection_id: '21fd90f9-5935-43cd-b6c8-bde9d915ca80' }, { ok: true }],
];

/** At least one call of each tool. A tool without an expected result is called with its example. */
const calls: typeof checkedCalls = [
  ...requesting
    .filter(({ name }) => !checkedCalls.some(([tool]) => tool === name))
    .map(({ name, example }): [string, Record<string, unknown>, object] => [name, example, {}]),
  ...checkedCalls,
];

const connectV2 =
  (modern: boolean) =>
  async (environment: Record<string, string>): Promise<AnyClient> =>
    (await connectProgram(environment, [], { modern })).client;

async function connectV1(environment: Record<string, string>): Promise<AnyClient> {
  const client = new ClientV1({ name: 'test', version: '1' });
  const env = { PATH: process.env.PATH ?? '', ...environment };
  await client.connect(new StdioTransportV1({ command: process.execPath, args: [program], env, stderr: 'ignore' }));
  return client;
}

/** Connects a client to the built program over HTTP, where deletions are allowed without a question. */
const overHttp =
  (connect: (url: URL) => Promise<AnyClient>) =>
  async (environment: Record<string, string>): Promise<AnyClient> => {
    const server = await startHttpProgram({ ...environment, MANYCHAT_MCP_UNCONFIRMED: 'allow' });
    const client = await connect(new URL(`${server.url}/mcp`));
    return {
      listTools: () => client.listTools(),
      callTool: (request) => client.callTool(request),
      async close() {
        await client.close();
        await server.close();
      },
    };
  };

async function connectV1OverHttp(url: URL): Promise<AnyClient> {
  const client = new ClientV1({ name: 'test', version: '1' });
  await client.connect(new HttpTransportV1(url));
  return client;
}

const connectV2OverHttp =
  (modern: boolean) =>
  async (url: URL): Promise<AnyClient> => {
    const negotiation = modern ? { versionNegotiation: { mode: { pin: '2026-07-28' } } } : {};
    const client = new Client({ name: 'test', version: '1' }, negotiation);
    await client.connect(new StreamableHTTPClientTransport(url));
    return client;
  };

describe.each([
  ['SDK v1', connectV1],
  ['SDK v2, 2025 era', connectV2(false)],
  ['SDK v2, 2026-07-28', connectV2(true)],
  ['SDK v1 over HTTP', overHttp(connectV1OverHttp)],
  ['SDK v2 over HTTP, 2025 era', overHttp(connectV2OverHttp(false))],
  ['SDK v2 over HTTP, 2026-07-28', overHttp(connectV2OverHttp(true))],
] as const)('%s', (_, connect) => {
  const sandbox = useSandbox({ limits: false });
  let client: AnyClient;
  beforeAll(async () => {
    client = await connect(through(sandbox.url, sandbox.matonKey));
  });
  afterAll(() => client.close());

  test('lists every tool with schemas and all four hints', async () => {
    const { tools } = await client.listTools();
    expect(tools.map((tool) => tool.name)).toHaveLength(requesting.length);
    for (const tool of tools) {
      expect(tool.outputSchema).toBeDefined();
      expect(Object.keys(tool.annotations ?? {}).sort()).toEqual([
        'destructiveHint',
        'idempotentHint',
        'openWorldHint',
        'readOnlyHint',
      ]);
    }
  });

  test('calls every tool, and text and structured content are equal', async () => {
    expect(new Set(calls.map(([name]) => name))).toEqual(new Set(requesting.map(({ name }) => name)));
    for (const [name, args, expected] of calls) {
      const result = await client.callTool({ name, arguments: args });
      expect(result.isError ?? false, `${name}: ${JSON.stringify(result.content)}`).toBe(false);
      expect(result.structuredContent, name).toMatchObject(expected);
      const [content] = result.content as { text: string }[];
      expect(JSON.parse(content?.text ?? '')).toEqual(result.structuredContent);
    }
    expect(sandbox.messages({ subscriber_id: john }).length).toBeGreaterThanOrEqual(2);
  });

  test('gets a failure as text only, with a kind and a hint', async () => {
    const result = await client.callTool({
      name: 'manychat_verify_subscriber',
      arguments: { subscriber_id: john, signed_request: 'not signed' },
    });
    expect(result.isError).toBe(true);
    expect(result.structuredContent).toBeUndefined();
    const [content] = result.content as { text: string }[];
    expect(Object.keys(JSON.parse(content?.text ?? '').error)).toEqual(
      expect.arrayContaining(['kind', 'message', 'hint', 'retryable', 'performed', 'source']),
    );
  });
});
