import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { idOf } from '../support/connected.js';
import { connectProgram, through } from '../support/program.js';
import { startUpstream } from '../support/upstream.js';
import { busiest } from './support/processes-contract.js';
import { startRedis } from './support/redis.js';
import { temporaryFolder } from './support/temporary.js';

/** Calls that Maton allows a key in any second. */
const allowed = 10;
const callsEach = 25;
const accounts = Array.from({ length: 50 }, (_, index) => ({ name: `Page ${index}`, key: `key-of-page-${index}` }));

/** An upstream with a page for each key, and when the requests with each key arrived. */
async function startPages() {
  const upstream = await startUpstream();
  onTestFinished(() => upstream.close());
  const arrivals = new Map<string, number[]>();
  const reads: string[] = [];
  upstream.reply = ({ headers, path, query }, response) => {
    const [, key = ''] = headers.authorization?.split(' ') ?? [];
    arrivals.set(key, [...(arrivals.get(key) ?? []), performance.now()]);
    if (query.subscriber_id !== undefined) reads.push(`${key} ${query.subscriber_id}`);
    const id = accounts.findIndex((account) => account.key === key);
    const data = path.endsWith('/getInfo') && query.subscriber_id === undefined ? { id, name: key } : { id: '1' };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ status: 'success', data }));
  };
  return { url: upstream.url, arrivals, reads };
}

test('two processes serve fifty accounts at once, each up to its own limit', async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.close());
  const { url, arrivals, reads } = await startPages();
  const path = join(temporaryFolder(), 'accounts.json');
  const named = accounts.map(({ name }, index) => [
    name,
    { maton_key: { env: `KEY_${index}` }, connection: idOf(index) },
  ]);
  writeFileSync(path, JSON.stringify({ accounts: Object.fromEntries(named) }));
  chmodSync(path, 0o600);
  const { MATON_GATEWAY_URL = '', MATON_CONTROL_URL = '' } = through(url);
  const environment = {
    MATON_GATEWAY_URL,
    MATON_CONTROL_URL,
    ...Object.fromEntries(accounts.map(({ key }, index) => [`KEY_${index}`, key])),
    MANYCHAT_MCP_ACCOUNTS: path,
    MANYCHAT_MCP_DEADLINE_MS: '600000',
    MANYCHAT_MCP_REDIS_URL: redis.url,
  };
  const clients = await Promise.all(
    [0, 1].map(async () => {
      const { client } = await connectProgram(environment);
      onTestFinished(() => client.close());
      return client;
    }),
  );
  const calls = Array.from({ length: callsEach }, (_, call) => call).flatMap((call) =>
    accounts.map(({ name, key }, index) => ({ name, key, call, client: clients[(index + call) % clients.length] })),
  );
  const results = await Promise.all(
    calls.map(({ name, call, client }) =>
      client?.callTool(
        { name: 'manychat_get_subscriber', arguments: { subscriber_id: call + 1, account: name } },
        { timeout: 600_000 },
      ),
    ),
  );
  expect(results.filter((result) => result?.isError !== undefined)).toEqual([]);
  expect(reads.toSorted()).toEqual(calls.map(({ key, call }) => `${key} ${call + 1}`).toSorted());

  const each = accounts.map(({ key }) => arrivals.get(key) ?? []);
  for (const own of each) expect(busiest(own)).toBeLessThanOrEqual(allowed);
  // They wait for their own limits only: all begin before the first is done, and together they go far beyond one limit.
  expect(Math.max(...each.map(([first = Number.NaN]) => first))).toBeLessThan(
    Math.min(...each.map((own) => own.at(-1) ?? Number.NaN)),
  );
  expect(busiest(each.flat())).toBeGreaterThan(10 * allowed);
});
