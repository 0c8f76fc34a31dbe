import { request } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { sandboxServer } from '../../src/sandbox/server.js';
import { createWorld } from '../../src/sandbox/world/world.js';

test('a request that never comes to its end is given up; one that waits for its answer is not', async () => {
  const options = { secondConnection: 'PENDING', limits: false, create_shape: 'wrapped', followers: 0 } as const;
  const world = createWorld({ ...options, clock: Date });
  const server = sandboxServer(world, { headersTimeout: 50, requestTimeout: 80, connectionsCheckingInterval: 10 });
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
  let waiting: Socket | undefined;
  const outgoing = request(`http://${host}/connections`).on('error', () => undefined);
  outgoing.on('socket', (socket) => {
    waiting = socket;
  });
  outgoing.end();
  await vi.waitFor(() => expect(world.requests.list()).toHaveLength(1));

  const begun = [
    'GET /sandbox HTTP/1.1\r\nHost: ',
    `POST /sandbox/reset HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 9\r\n\r\n{`,
  ];
  for (const text of begun) {
    const socket = connect(port, '127.0.0.1');
    const closed = new Promise<string>((resolve) => {
      let answer = '';
      socket.on('data', (chunk) => {
        answer += chunk.toString();
      });
      socket.on('error', () => undefined);
      socket.on('close', () => resolve(answer));
    });
    socket.write(text);
    expect(await closed).toMatch(/^HTTP\/1\.1 408 /);
  }
  expect(waiting?.readyState).toBe('open');
  outgoing.destroy();
});
