import type { ServerResponse } from 'node:http';
import type { Client } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectProgram, through } from '../support/program.js';
import { type Arrived, startUpstream, type Upstream } from '../support/upstream.js';
import { published } from './published.js';

const connectionId = '21fd90f9-5935-43cd-b6c8-bde9d915ca80';

/** Answers each request with a success, as `published.json` describes it. */
function answer(request: Arrived, response: ServerResponse): void {
  const path = request.path.replace(/^\/manychat/, '');
  const entry = published.find(
    ({ method, path: template, requests }) =>
      method === request.method && requests.some((documented) => (documented.path ?? template) === path),
  );
  const data = entry?.returns ?? { id: 1 };
  response.end(JSON.stringify(entry?.api === 'connections' ? data : { status: 'success', data }));
}

describe.each([
  {
    way: 'through Maton',
    environment: (url: string) => ({ ...through(url), MATON_CONNECTION_ID: connectionId }),
    direct: false,
  },
  {
    way: 'directly',
    environment: (url: string) => ({ MANYCHAT_API_KEY: '123456:abcdef', MANYCHAT_API_URL: url }),
    direct: true,
  },
])('the documented requests, $way', ({ environment, direct }) => {
  let upstream: Upstream;
  let client: Client;

  beforeAll(async () => {
    upstream = await startUpstream(answer);
    ({ client } = await connectProgram(environment(upstream.url)));
  });
  afterAll(async () => {
    await client.close();
    await upstream.close();
  });

  test.each(
    published
      .filter(({ api }) => !direct || api !== 'connections')
      .flatMap((entry) => entry.requests.map((documented) => [entry.tool, entry, documented] as const)),
  )('%s', async (tool, { api, method, path }, documented) => {
    upstream.arrived.length = 0;
    const result = await client.callTool({ name: tool, arguments: documented.arguments });
    expect(result.isError ?? false, JSON.stringify(result.content)).toBe(false);
    // A call that sets a field reads the types of fields first.
    const arrived = upstream.arrived.filter(
      ({ path }) => tool.includes('_list_') || !/\/get(Custom|Bot)Fields$/.test(path),
    );
    expect(arrived).toHaveLength(1);
    const [request] = arrived;
    expect(request?.method).toBe(method);
    expect(request?.path).toBe(`${api === 'connections' || direct ? '' : '/manychat'}${documented.path ?? path}`);
    expect(request?.query).toEqual(documented.query ?? {});
    if (documented.body === undefined) expect(request?.rawBody).toBe('');
    else {
      expect(JSON.parse(request?.rawBody ?? '')).toEqual(documented.body);
      expect(request?.headers['content-type']).toBe('application/json');
    }
    expect(request?.headers.authorization).toBe(direct ? 'Bearer 123456:abcdef' : 'Bearer test-maton-key');
    const selects = !direct && api !== 'connections';
    expect(request?.headers['maton-connection']).toBe(selects ? connectionId : undefined);
    expect(request?.headers['user-agent']).toMatch(/^manychat-mcp\/\d/);
  });

  test('encodes a plus in a query as %2B', async () => {
    upstream.arrived.length = 0;
    await client.callTool({ name: 'manychat_find_subscriber_by_system_field', arguments: { phone: '+1234567890' } });
    expect(upstream.arrived[0]?.rawQuery).toBe('?phone=%2B1234567890');
  });
});
