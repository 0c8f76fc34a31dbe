import { request as httpRequest } from 'node:http';
import { describe, expect, test } from 'vitest';
import type { Fault } from '../src/sandbox/index.js';
import { useSandbox } from './support/sandboxed.js';

const sandbox = useSandbox({ limits: false });

function createTag(name: string, signal?: AbortSignal) {
  return fetch(`${sandbox.url}/manychat/fb/page/createTag`, {
    method: 'POST',
    headers: { authorization: `Bearer ${sandbox.matonKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name }),
    ...(signal === undefined ? {} : { signal }),
  });
}

async function tagExists(name: string): Promise<boolean> {
  sandbox.clearFaults();
  const response = await fetch(`${sandbox.url}/manychat/fb/page/getTags`, {
    headers: { authorization: `Bearer ${sandbox.matonKey}` },
  });
  return (await response.text()).includes(`"${name}"`);
}

describe('faults', () => {
  test('strike after so many matching requests, so many times, in the order given', async () => {
    sandbox.order({ match: { method: 'POST', path: '/page/createTag' }, after: 1, times: 2, status: 500 });
    sandbox.order({
      match: { path: 'createTag' },
      status: 429,
      headers: { 'retry-after': '2' },
      body: { message: 'slow' },
    });
    const statuses: number[] = [];
    for (const name of ['a', 'b', 'c', 'd', 'e']) statuses.push((await createTag(name)).status);
    // The second fault takes the first request, which the first one only counts.
    expect(statuses).toEqual([429, 500, 500, 200, 200]);
    expect(sandbox.requests().map(({ performed, fault }) => [performed, fault])).toEqual([
      [false, 'status'],
      [false, 'status'],
      [false, 'status'],
      [true, undefined],
      [true, undefined],
    ]);
  });

  test('are ordered, listed and cleared over HTTP', async () => {
    const faults = `${sandbox.url}/sandbox/faults`;
    const headers = { 'content-type': 'application/json' };
    const order = (fault: unknown) => fetch(faults, { method: 'POST', headers, body: JSON.stringify(fault) });
    expect((await order({ hang: true, html: true })).status).toBe(400);
    expect((await order({ status: 20 })).status).toBe(400);
    await order({ match: { path: 'createTag' }, times: 3, status: 302, headers: { location: '/elsewhere' } });
    const moved = await fetch(`${sandbox.url}/manychat/fb/page/createTag`, { redirect: 'manual' });
    expect([moved.status, moved.headers.get('location')]).toEqual([302, '/elsewhere']);
    expect(await (await fetch(faults)).json()).toMatchObject({
      faults: [{ struck: 1, passed: 0, fault: { status: 302 } }],
    });
    await fetch(faults, { method: 'DELETE' });
    expect((await createTag('x')).status).toBe(200);
  });

  const breaking: Fault[] = [{ reset: 'before_headers' }, { reset: 'in_body' }, { truncate: true }];
  test.each(
    breaking.flatMap((fault) => [
      { ...fault, perform: false },
      { ...fault, perform: true },
    ]),
  )('break the answer, carried out or not: %j', async (fault) => {
    sandbox.order(fault);
    await expect(createTag('Broken').then((response) => response.text())).rejects.toThrow();
    expect(await tagExists('Broken')).toBe(fault.perform);
  });

  test('send HTML, and texts as they are', async () => {
    sandbox.order({ html: true });
    expect((await createTag('x')).headers.get('content-type')).toContain('text/html');
    sandbox.order({ status: 403, body: 'error code: 1010', content_type: 'text/plain', perform: true });
    expect(await (await createTag('x')).text()).toBe('error code: 1010');
    expect(await tagExists('x')).toBe(true);
  });

  test('never answer', async () => {
    sandbox.order({ hang: true, perform: true });
    await expect(createTag('Hung', AbortSignal.timeout(50))).rejects.toThrow();
    expect(await tagExists('Hung')).toBe(true);
    expect(sandbox.requests()[0]).toMatchObject({ status: null, performed: true, fault: 'hang' });
  });

  test('delay or trickle the true answer', async () => {
    sandbox.order({ delay_ms: 30 });
    const begun = performance.now();
    expect(await (await createTag('Late')).json()).toMatchObject({ data: { tag: { name: 'Late' } } });
    expect(performance.now() - begun).toBeGreaterThan(25);
    sandbox.order({ trickle_ms: 1 });
    expect(await (await createTag('Slow')).json()).toMatchObject({ data: { tag: { name: 'Slow' } } });
  });

  test('send more than a client should take', async () => {
    sandbox.order({ gzip_bomb: 3_000_000 });
    const bomb = await createTag('x');
    expect(bomb.headers.get('content-encoding')).toBe('gzip');
    expect((await bomb.text()).length).toBe(3_000_000);
    sandbox.order({ body_bytes: 200_000, perform: true });
    const padded = await (await createTag('Padded')).text();
    expect(padded.length).toBe(200_000);
    expect(JSON.parse(padded)).toMatchObject({ data: { tag: { name: 'Padded' } } });
  });

  test('close a connection that seemed to be kept alive', async () => {
    sandbox.order({ close_connection: true });
    const closed = await new Promise<{ connection: string | undefined }>((resolve, reject) => {
      const headers = { authorization: `Bearer ${sandbox.matonKey}`, connection: 'keep-alive' };
      const outgoing = httpRequest(`${sandbox.url}/connections`, { headers }, (response) => {
        response.resume();
        response.socket.on('close', () => resolve({ connection: response.headers.connection }));
      });
      outgoing.on('error', reject).end();
    });
    expect(closed).toEqual({ connection: 'keep-alive' });
  });
});

test('a thousand calls and resets, each from the same beginning', async () => {
  for (let round = 0; round < 1_000; round += 1) {
    sandbox.reset();
    expect((await createTag('x')).status).toBe(200);
  }
});
