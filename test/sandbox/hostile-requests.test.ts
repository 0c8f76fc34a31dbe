import { expect, test } from 'vitest';
import { ask } from '../support/asking.js';
import { useSandbox } from '../support/sandboxed.js';
import { servedWorld } from '../support/served-world.js';

const sandbox = useSandbox({ limits: false });

const headers = () => ({
  authorization: `Bearer ${sandbox.manychatKey}`,
  'content-type': 'application/json',
});
const post = (path: string, body: string) => ask(sandbox.url, { method: 'POST', path, headers: headers(), body });

/** The latest requests, as the page lists them. */
async function listed(query = '?limit=10') {
  const { status, text } = await ask(sandbox.url, { path: `/sandbox/requests${query}` });
  return { status, requests: JSON.parse(text).requests };
}

const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const deep = nested(20_000);

test('a body is listed as text beyond a hundred levels', async () => {
  const bodies = [`{"name":${nested(99)}}`, `{"name":${nested(100)}}`];
  for (const body of bodies) await post('/fb/page/createTag', body);
  const { requests } = await listed();
  expect(requests.map(({ body }: { body: unknown }) => body)).toEqual([JSON.parse(bodies[0] ?? ''), bodies[1]]);
});

test('a deep value is refused where the sandbox is prepared', async () => {
  const refused = async (path: string, body: string) => {
    const { status, text } = await post(path, body);
    return [status, JSON.parse(text).error];
  };
  expect(await refused('/sandbox/faults', `{"status":500,"body":${deep}}`)).toEqual([
    400,
    expect.stringContaining('at most 100 levels'),
  ]);
  for (const collection of ['tags', 'contacts', 'flows', 'hooks', 'fields']) {
    const path = `/sandbox/${collection}`;
    for (const body of [
      deep,
      `{"name":${deep}}`,
      `{"name":"x","url":"http://127.0.0.1:1/","body":${deep},"mapping":${deep}}`,
    ])
      expect(await refused(path, body)).toEqual([400, expect.any(String)]);
  }
});

test('an endpoint that fails answers with an error', async () => {
  const { world, url } = await servedWorld();
  world.requests.list = () => {
    throw new RangeError('Maximum call stack size exceeded');
  };
  const { status, text, headers: received } = await ask(url, { path: '/sandbox/requests' });
  expect([status, JSON.parse(text)]).toEqual([500, { error: expect.stringContaining('GET /sandbox/requests') }]);
  expect(received['content-type']).toContain('application/json');
  expect((await ask(url, { path: '/sandbox' })).status).toBe(200);
});
