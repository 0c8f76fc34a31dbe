import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { listen } from '../../../src/mcp/http/listen.js';

/** A listening service that answers with the path it was asked for; sends the lines of a request as they are. */
async function listening() {
  const errors: Error[] = [];
  const fetch = async ({ url }: Request) => new Response(new URL(url).pathname);
  const server = await listen({ fetch }, { host: '127.0.0.1', port: 0, onError: (error) => errors.push(error) });
  onTestFinished(async () => {
    server.close();
    await server.stop();
  });
  async function ask(...lines: readonly string[]): Promise<{ status: number; answer: string }> {
    const socket = connect({ port: Number(new URL(server.url).port), host: '127.0.0.1' });
    await once(socket, 'connect');
    socket.write(`${[...lines, 'Connection: close'].join('\r\n')}\r\n\r\n`);
    const answer = await text(socket);
    return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]), answer };
  }
  return { errors, ask };
}

test.each([
  'localhost/mcp/museum?',
  'localhost/healthz#',
  'localhost\\mcp',
  'user:word@localhost',
  'localhost:80:80',
  'local host',
  '[::1',
  'localhost:http',
  '%6Cocalhost',
])('a Host that is no name with a port, %s, decides nothing and is refused', async (host) => {
  const { ask, errors } = await listening();
  expect((await ask('GET /x HTTP/1.1', `Host: ${host}`)).status).toBe(400);
  expect(errors).toEqual([]);
});

test.each(['localhost', 'LOCALHOST:8808', '127.0.0.1:1', '[::1]:8808', 'manychat_1.example.com'])(
  'a request to the host %s has the path of its request line',
  async (host) => {
    const { ask } = await listening();
    const { status, answer } = await ask('GET /mcp/museum?a HTTP/1.1', `Host: ${host}`);
    expect([status, answer]).toEqual([200, expect.stringMatching(/\r\n\/mcp\/museum$/)]);
  },
);

test('a method that no service can be asked with is refused as such', async () => {
  const { ask, errors } = await listening();
  const { status, answer } = await ask('TRACE /mcp HTTP/1.1', 'Host: localhost');
  expect([status, answer]).toEqual([405, expect.stringMatching(/^allow: GET, POST\r$/im)]);
  expect(errors).toEqual([]);
});
