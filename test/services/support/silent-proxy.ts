import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** Forwards connections to a port of loopback, and can go silent as a network does whose other end has vanished. */
export interface SilentProxy {
  readonly port: number;
  /** How many connections were opened. */
  opened(): number;
  /** From now on nothing is forwarded on the connections that are open, nor on new ones if `alsoNew`. None is closed. */
  silence(alsoNew?: boolean): void;
  /** New connections are forwarded again; those that are silent stay so. */
  heal(): void;
  close(): Promise<void>;
}

/** Starts a proxy in front of a port. */
export async function startSilentProxy(target: number): Promise<SilentProxy> {
  const open = new Set<{ isSilent: boolean }>();
  const sockets = new Set<Socket>();
  let areNewSilent = false;
  let opened = 0;
  const server = createServer((socket) => {
    opened += 1;
    const state = { isSilent: areNewSilent };
    open.add(state);
    const other = connect(target, '127.0.0.1');
    for (const [from, to] of [
      [socket, other],
      [other, socket],
    ] as const) {
      sockets.add(from);
      from.on('data', (chunk) => {
        if (!state.isSilent) to.write(chunk);
      });
      from.on('error', () => undefined);
      from.on('close', () => {
        open.delete(state);
        if (!state.isSilent) to.destroy();
      });
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('a TCP server has a port');
  return {
    port: address.port,
    opened: () => opened,
    silence(alsoNew = false) {
      areNewSilent = alsoNew;
      for (const state of open) state.isSilent = true;
    },
    heal() {
      areNewSilent = false;
    },
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}
