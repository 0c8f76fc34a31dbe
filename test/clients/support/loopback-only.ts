import { Socket } from 'node:net';

// Nothing leaves this machine: a client that wants to reach another host fails its test.
const connect = Socket.prototype.connect;
Socket.prototype.connect = function (this: Socket, ...args: unknown[]): Socket {
  const [options] = args.flat();
  const host = typeof options === 'object' && options !== null && 'host' in options ? options.host : undefined;
  if (host !== undefined && host !== null && !['127.0.0.1', '::1', 'localhost'].includes(String(host))) {
    throw new Error(`a client wants to connect to ${String(host)}`);
  }
  return Reflect.apply(connect, this, args);
};
