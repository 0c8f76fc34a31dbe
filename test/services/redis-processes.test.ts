import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { startSandbox } from '../../src/sandbox/index.js';
import { serveProgram } from '../support/http-program.js';
import { directlyTo } from '../support/program.js';
import { busiest, processesContract, read, startTeam } from './support/processes-contract.js';
import { type Redis, startRedis } from './support/redis.js';

let redis: Redis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.close());

/** Each test has a database of its own. */
let databases = 0;
async function share(): Promise<Record<string, string>> {
  databases += 1;
  return { MANYCHAT_MCP_REDIS_URL: `${redis.url}/${databases}` };
}

processesContract('Redis', share);

test.each([
  ['delays calls', []],
  ['that forgets everything delays calls', ['--appendonly', 'no']],
])('an outage of a Redis %s: none is lost, and no second has more of them than allowed', async (_, options) => {
  const own = await startRedis(options);
  onTestFinished(() => own.close());
  const { upstream, arrivals, processes } = await startTeam(async () => ({ MANYCHAT_MCP_REDIS_URL: own.url }), 2);
  const calls = processes.flatMap(({ client }, process) =>
    Array.from({ length: 40 }, (_, index) => read(client, 1_000 * (process + 1) + index)),
  );
  await upstream.received(15);
  await own.kill();
  await new Promise((resolve) => setTimeout(resolve, options.length === 0 ? 3_000 : 0));
  await own.start();
  const results = await Promise.all(calls);
  expect(results.every((result) => !JSON.stringify(result).includes('"isError":true'))).toBe(true);
  expect(new Set(upstream.arrived.map(({ query }) => query.subscriber_id)).size).toBe(80);
  expect(upstream.arrived).toHaveLength(80);
  expect(busiest(arrivals)).toBeLessThanOrEqual(10);
});

test('a question about a deletion is asked once, whichever of three servers gets the next request', async () => {
  const sandbox = await startSandbox({ limits: false });
  onTestFinished(() => sandbox.close());
  const environment = { ...directlyTo(sandbox), ...(await share()) };
  const servers = await Promise.all([0, 1, 2].map(() => serveProgram(environment)));
  const asked: string[] = [];
  let requests = 0;
  const client = new Client(
    { name: 'test', version: '1' },
    { capabilities: { elicitation: { form: {} } }, versionNegotiation: { mode: { pin: '2026-07-28' } } },
  );
  client.setRequestHandler('elicitation/create', async ({ params }) => {
    asked.push(params.message);
    return { action: 'accept', content: { confirm: true } };
  });
  // Like a load balancer without affinity.
  const inTurn = (url: string | URL, init?: RequestInit): Promise<Response> => {
    requests += 1;
    const { pathname } = new URL(url);
    return fetch(`${servers[requests % servers.length]?.url}${pathname}`, init);
  };
  await client.connect(new StreamableHTTPClientTransport(new URL(`${servers[0]?.url}/mcp`), { fetch: inTurn }));
  onTestFinished(() => client.close());
  const result = await client.callTool({ name: 'manychat_delete_tag_by_name', arguments: { tag_name: 'Old Tag' } });
  expect(JSON.stringify(result)).not.toContain('"isError":true');
  expect(asked).toHaveLength(1);
  expect(sandbox.account().tags?.map(({ name }) => name)).not.toContain('Old Tag');
});
