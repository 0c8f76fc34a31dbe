import { request } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { sandboxServer } from '../../src/sandbox/server.js';
import { createWorld } from '../../src/sandbox/world/world.js';

test('an incomplete request times out; a complete one may wait for its response without limit', async () => {
  const settings = { limits: false, create_shape: 'wrapped', call_timeout_ms: 10_000 } as const;
  const options = { secondConnection: 'PENDING', followers: 0, ...settings } as const;
  const world = createWorld({ ...options, clock: Date });
  const server = sandboxServer(world, {
    limits: { headersTimeout: 50, requestTimeout: 80, connectionsCheckingInterval: 10 },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  const { port } = server.address() as AddressInfo;
  const host = `127.0.0.1:${port}`;

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
    const socket = connect(port, '127.0.0.1');
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
