import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { expect, test, vi } from 'vitest';
import { servedWorld } from '../support/served-world.js';

test('an incomplete request times out; a complete one may wait for its response without limit', async () => {
  const limits = { headersTimeout: 50, requestTimeout: 80, connectionsCheckingInterval: 10 };
  const { world, url } = await servedWorld(undefined, { clock: Date, limits });
  const { host, port } = new URL(url);

  world.faults.inject({ hang: true });
  let waitingSocket: Socket | undefined;
  const outgoing = request(`http://${host}/connections`).on('error', () => undefined);
  outgoing.on('socket', (socket) => {
    waitingSocket = socket;
  });
  outgoing.end();
  await vi.waitFor(() => expect(world.requests.list()).toHaveLength(1));

  const incomplete = [
    'GET /sandbox HTTP/1.1\r\nHost: ',
    `POST /sandbox/reset HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 9\r\n\r\n{`,
  ];
  for (const text of incomplete) {
    const socket = connect(Number(port), '127.0.0.1');
    const closed = new Promise<string>((resolve) => {
      let response = '';
      socket.on('data', (chunk) => {
        response += chunk.toString();
      });
      socket.on('error', () => undefined);
      socket.on('close', () => resolve(response));
    });
    socket.write(text);
    expect(await closed).toMatch(/^HTTP\/1\.1 408 /);
  }
  expect(waitingSocket?.readyState).toBe('open');
  outgoing.destroy();
});
