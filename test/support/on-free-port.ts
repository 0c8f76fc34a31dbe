import { once } from 'node:events';
import type { Server } from 'node:http';
import { onTestFinished } from 'vitest';

/** Lets a server listen on a free loopback port until the test ends. Returns its port and its address. */
export async function onFreePort(server: Server): Promise<{ readonly port: number; readonly url: string }> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server listens on a port');
  return { port: address.port, url: `http://127.0.0.1:${address.port}` };
}
