import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import type { Client } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectProgram, through } from '../support/program.js';
import { type Arrived, startUpstream, type Upstream } from '../support/upstream.js';

interface Example {
  tool: string;
  args: Record<string, unknown>;
  method: string;
  path: string;
  query?: Record<string, string>;
  body?: unknown;
}

const examples: Example[] = JSON.parse(readFileSync(new URL('seed-examples.json', import.meta.url), 'utf8'));
const connectionId = '21fd90f9-5935-43cd-b6c8-bde9d915ca80';

const contact = { id: 1, name: 'John Doe' };
const connection = { connection_id: connectionId, status: 'ACTIVE', url: 'https://connect.example/?session_token=t' };

/** Answers each request as the API does, as far as success goes. */
function answer({ path }: Arrived, response: ServerResponse): void {
  const lists = /get(Tags|CustomFields|BotFields|GrowthTools|OtnTopics)$|findBy(Name|CustomField)$/.test(path);
  const data = lists ? [contact] : path.endsWith('getFlows') ? { flows: [], folders: [] } : contact;
  const ofConnections = path === '/connections' ? { connections: [], connection } : { connection };
  response.end(JSON.stringify(path.startsWith('/connections') ? ofConnections : { status: 'success', data }));
}

describe.each([
  {
    way: 'through Maton',
    environment: (url: string) => ({ ...through(url), MATON_CONNECTION_ID: connectionId }),
    prefix: '',
  },
  {
    way: 'directly',
    environment: (url: string) => ({ MANYCHAT_API_KEY: '123456:abcdef', MANYCHAT_API_URL: url }),
    prefix: '/manychat',
  },
])('the documented requests, $way', ({ environment, prefix }) => {
  let upstream: Upstream;
  let client: Client;
  const direct = prefix !== '';

  beforeAll(async () => {
    upstream = await startUpstream(answer);
    ({ client } = await connectProgram(environment(upstream.url)));
  });
  afterAll(async () => {
    await client.close();
    await upstream.close();
  });

  test('there are 33 endpoints and the four connection calls', () => {
    expect(new Set(examples.map((example) => example.tool)).size).toBe(37);
  });

  test.each(
    examples
      .filter((example) => !direct || !example.path.startsWith('/connections'))
      .map((example) => [example.tool, example] as const),
  )('%s', async (tool, example) => {
    upstream.arrived.length = 0;
    const result = await client.callTool({ name: tool, arguments: example.args });
    expect(result.isError ?? false, JSON.stringify(result.content)).toBe(false);
    // Where the value of a field is set, the types of the fields are read before.
    const arrived = upstream.arrived.filter(
      ({ path }) => tool.includes('_list_') || !/\/get(Custom|Bot)Fields$/.test(path),
    );
    expect(arrived).toHaveLength(1);
    const [request] = arrived;
    expect(request?.method).toBe(example.method);
    expect(request?.path).toBe(example.path.replace(new RegExp(`^${prefix}`), ''));
    expect(request?.query).toEqual(example.query ?? {});
    if (example.body === undefined) expect(request?.rawBody).toBe('');
    else {
      expect(JSON.parse(request?.rawBody ?? '')).toEqual(example.body);
      expect(request?.headers['content-type']).toBe('application/json');
    }
    expect(request?.headers.authorization).toBe(direct ? 'Bearer 123456:abcdef' : 'Bearer test-maton-key');
    const selects = !direct && !example.path.startsWith('/connections');
    expect(request?.headers['maton-connection']).toBe(selects ? connectionId : undefined);
    expect(request?.headers['user-agent']).toMatch(/^manychat-mcp\/\d/);
  });

  test('a plus in a query is sent as %2B', async () => {
    upstream.arrived.length = 0;
    await client.callTool({ name: 'manychat_find_subscriber_by_system_field', arguments: { phone: '+1234567890' } });
    expect(upstream.arrived[0]?.rawQuery).toBe('?phone=%2B1234567890');
  });
});
