import { request as httpRequest } from 'node:http';
import { describe, expect, test } from 'vitest';
import { type Fault, startSandbox } from '../../src/sandbox/index.js';
import { useSandbox } from '../support/sandboxed.js';
import { manualClock } from '../support/timing.js';

const sandbox = useSandbox({ limits: false });

function createTag(name: string, signal?: AbortSignal, { url } = sandbox) {
  return fetch(`${url}/manychat/fb/page/createTag`, {
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
  test('apply after `after` matching requests, `times` times, oldest fault first', async () => {
    sandbox.injectFault({ match: { method: 'POST', path: '/page/createTag' }, after: 1, times: 2, status: 500 });
    sandbox.injectFault({
      match: { path: 'createTag' },
      status: 429,
      headers: { 'retry-after': '2' },
      body: { message: 'slow' },
    });
    const statuses: number[] = [];
    for (const name of ['a', 'b', 'c', 'd', 'e']) statuses.push((await createTag(name)).status);
    // The first request only counts as passed for the first fault, so the second fault applies to it.
    expect(statuses).toEqual([429, 500, 500, 200, 200]);
    expect(sandbox.requests().map(({ performed, fault }) => [performed, fault])).toEqual([
      [false, 'status'],
      [false, 'status'],
      [false, 'status'],
      [true, undefined],
      [true, undefined],
    ]);
  });

  test('are injected, listed and cleared over HTTP', async () => {
    const faults = `${sandbox.url}/sandbox/faults`;
    const headers = { 'content-type': 'application/json' };
    const inject = (fault: unknown) => fetch(faults, { method: 'POST', headers, body: JSON.stringify(fault) });
    expect((await inject({ hang: true, html: true })).status).toBe(400);
    expect((await inject({ status: 20 })).status).toBe(400);
    await inject({ match: { path: 'createTag' }, times: 3, status: 302, headers: { location: '/elsewhere' } });
    const redirected = await fetch(`${sandbox.url}/manychat/fb/page/createTag`, { redirect: 'manual' });
    expect([redirected.status, redirected.headers.get('location')]).toEqual([302, '/elsewhere']);
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
  )('break the response, whether the request is performed or not: %j', async (fault) => {
    sandbox.injectFault(fault);
    await expect(createTag('Broken').then((response) => response.text())).rejects.toThrow();
    expect(await tagExists('Broken')).toBe(fault.perform);
  });

  test('send HTML, or a string body as is', async () => {
    sandbox.injectFault({ html: true });
    expect((await createTag('x')).headers.get('content-type')).toContain('text/html');
    sandbox.injectFault({ status: 403, body: 'error code: 1010', content_type: 'text/plain', perform: true });
    expect(await (await createTag('x')).text()).toBe('error code: 1010');
    expect(await tagExists('x')).toBe(true);
  });

  test('never respond', async () => {
    sandbox.injectFault({ hang: true, perform: true });
    const controller = new AbortController();
    const hung = createTag('Hung', controller.signal);
    await sandbox.waitForRequests(1);
    controller.abort();
    await expect(hung).rejects.toThrow();
    expect(await tagExists('Hung')).toBe(true);
    expect(sandbox.requests()[0]).toMatchObject({ status: null, performed: true, fault: 'hang' });
  });

  test('delay or trickle the true response', async () => {
    const responseOf = async (name: string, from = sandbox) => (await createTag(name, undefined, from)).json();
    sandbox.injectFault({ delay_ms: 1 });
    expect(await responseOf('Late')).toMatchObject({ data: { tag: { name: 'Late' } } });
    sandbox.injectFault({ trickle_ms: 1 });
    expect(await responseOf('Slow')).toMatchObject({ data: { tag: { name: 'Slow' } } });
  });

  test('delay, trickle and hang by the clock of the sandbox, and report the stalls', async () => {
    const clock = manualClock();
    let stalled = 0;
    const onStall = () => {
      stalled += 1;
      return () => {
        stalled -= 1;
      };
    };
    const other = await startSandbox({ clock, onStall });
    other.injectFault({ delay_ms: 30_000 });
    const late = createTag('Late', undefined, other);
    await other.waitForRequests(1);
    clock.advance(29_999);
    expect(stalled).toBe(1);
    clock.advance(1);
    expect(stalled).toBe(0);
    expect(await (await late).json()).toMatchObject({ data: { tag: { name: 'Late' } } });
    other.injectFault({ trickle_ms: 1_000 });
    const slow = createTag('Slow', undefined, other);
    await other.waitForRequests(2);
    clock.advance(10_000);
    expect(stalled).toBe(1);
    clock.advance(100_000);
    expect(stalled).toBe(0);
    expect(await (await slow).json()).toMatchObject({ data: { tag: { name: 'Slow' } } });
    other.injectFault({ hang: true });
    const hung = createTag('Hung', undefined, other).catch((error: unknown) => error);
    await other.waitForRequests(3);
    clock.advance(1_000_000);
    expect(stalled).toBe(1);
    await other.close();
    expect(await hung).toBeInstanceOf(Error);
  });

  test('send more than a client should accept', async () => {
    sandbox.injectFault({ gzip_bomb: 3_000_000 });
    const bomb = await createTag('x');
    expect(bomb.headers.get('content-encoding')).toBe('gzip');
    expect((await bomb.text()).length).toBe(3_000_000);
    sandbox.injectFault({ body_bytes: 200_000, perform: true });
    const padded = await (await createTag('Padded')).text();
    expect(padded.length).toBe(200_000);
    expect(JSON.parse(padded)).toMatchObject({ data: { tag: { name: 'Padded' } } });
  });

  test('close a connection after announcing keep-alive', async () => {
    sandbox.injectFault({ close_connection: true });
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

test('a thousand resets each restore the initial state', async () => {
  for (let round = 0; round < 1_000; round += 1) {
    sandbox.reset();
    expect((await createTag('x')).status).toBe(200);
  }
});
