import { once } from 'node:events';
import { Agent, request as plainRequest } from 'node:http';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { messageOf } from '../../support/http-messages.js';
import { serveProgram } from '../../support/http-program.js';
import { outcomeOf } from '../../support/http-service.js';
import { pinnedId, through } from '../../support/program.js';
import { startUpstream, type Upstream } from '../../support/upstream.js';

const page = messageOf('tools/call', { name: 'manychat_get_page', arguments: {} });
const success = JSON.stringify({ status: 'success', data: { id: 1, name: 'Sunrise Coffee' } });
const reading = { method: 'POST', ...page };

let upstream: Upstream;
beforeEach(async () => {
  upstream = await startUpstream({ body: JSON.parse(success) });
  onTestFinished(() => upstream.close());
});
const start = (args: readonly string[] = []) =>
  serveProgram({ ...through(upstream.url), MATON_CONNECTION_ID: pinnedId }, args);

/** Holds the responses of the upstream until the returned function is called; `gone` resolves when one is given up. */
function hold(): { release: () => void; gone: Promise<void> } {
  const waiting: (() => void)[] = [];
  const gone = new Promise<void>((resolve) => {
    upstream.reply = (_, response) => {
      response.once('close', () => void (response.writableFinished || resolve()));
      waiting.push(() => response.writeHead(200, { 'content-type': 'application/json' }).end(success));
    };
  });
  return {
    gone,
    release: () => {
      for (const answer of waiting) answer();
    },
  };
}

describe('a server over HTTP that is stopped', () => {
  test('says that it ends, and still serves, until load balancers have noticed', async () => {
    const { url, process, line } = await start(['--drain-ms', '60000']);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    process.kill('SIGTERM');
    await line('"draining"');
    const probes = await Promise.all(['/readyz', '/healthz'].map((path) => fetch(url + path)));
    expect(probes.map(({ status }) => status)).toEqual([503, 200]);
    const response = await fetch(`${url}/mcp`, reading);
    expect([response.status, response.headers.get('connection')]).toEqual([200, 'close']);
    expect((await outcomeOf(response)).failure).toBeUndefined();
    // The second signal ends it at once.
    process.kill('SIGTERM');
    expect((await once(process, 'exit'))[1]).toBeNull();
  });

  test('finishes what is in flight, accepts nothing more, and then ends', async () => {
    const { release } = hold();
    const { url, process, line } = await start();
    const inFlight = fetch(`${url}/mcp`, reading);
    await upstream.received(1);
    process.kill('SIGTERM');
    await line('"stopping"');
    await expect(fetch(`${url}/healthz`)).rejects.toThrow();
    release();
    const response = await inFlight;
    expect(response.headers.get('connection')).toBe('close');
    expect(await outcomeOf(response)).toMatchObject({ result: { page: { name: 'Sunrise Coffee' } } });
    expect(await once(process, 'exit')).toEqual([0, null]);
  });

  test('aborts what is still in flight beyond the deadline of a call, and ends without an error', async () => {
    const { url, process, line } = await start(['--deadline-ms', '1000']);
    // The body of this request never comes.
    const headers = { ...page.headers, 'content-length': '1000', expect: '100-continue' };
    const endless = plainRequest(`${url}/mcp`, { method: 'POST', headers });
    const broken = once(endless, 'error');
    // The server has the request now, and waits.
    await once(endless, 'continue');
    process.kill('SIGTERM');
    await line('"stopping"');
    expect(await once(process, 'exit')).toEqual([0, null]);
    expect(await broken).toMatchObject([{ code: 'ECONNRESET' }]);
  });

  test('does not wait for connections that are idle', async () => {
    const { url, process } = await start();
    const agent = new Agent({ keepAlive: true });
    onTestFinished(() => agent.destroy());
    const [response] = await once(plainRequest(`${url}/healthz`, { agent }).end(), 'response');
    response.resume();
    await once(response, 'end');
    process.kill('SIGTERM');
    expect(await once(process, 'exit')).toEqual([0, null]);
  });
});

describe('a client of 2026-07-28 that cancels', () => {
  test('aborts the request to the upstream', async () => {
    const { gone } = hold();
    const { url } = await start();
    const leaving = new AbortController();
    const call = fetch(`${url}/mcp`, { ...reading, signal: leaving.signal });
    await upstream.received(1);
    leaving.abort();
    await expect(call).rejects.toThrow();
    await gone;
  });
});
