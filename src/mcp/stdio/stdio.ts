import { pipeline } from 'node:stream';
import { isJSONRPCNotification, isJSONRPCRequest, isJSONRPCResponse } from '@modelcontextprotocol/server';
import { StdioServerTransport } from '@modelcontextprotocol/server/stdio';
import type { Telemetry } from '../../account/telemetry/telemetry.js';
import type { OpenBackend } from '../backend.js';
import type { Offer } from '../listing/offer.js';
import { type Streams, watchEnd } from './ending.js';
import { type FrameError, frameFilter, maxFrameBytes } from './frames.js';
import { serveTransport } from './transport.js';

/** The connection that a server is served on, and its observers. */
export interface StdioOptions {
  readonly streams: Streams;
  /** Milliseconds since any fixed point. Deliveries are measured with it. */
  readonly now: () => number;
  readonly telemetry?: Telemetry | undefined;
  readonly onError: (error: Error) => void;
  /** Called for each frame that was refused. */
  readonly onRefused: (error: FrameError) => void;
  /** Called once when the connection has ended; with undefined if the client closed it. */
  readonly onClosed: (fault: Error | undefined) => void;
}

const isFrame = (value: unknown): boolean =>
  isJSONRPCRequest(value) || isJSONRPCNotification(value) || isJSONRPCResponse(value);

/** Serves one client over a pair of streams, in both protocol eras, until the client closes the connection. */
export function serveOverStdio(
  offer: Offer,
  openBackend: OpenBackend,
  { streams, now, telemetry, onError, onRefused, onClosed }: StdioOptions,
): void {
  const frames = frameFilter({
    isFrame,
    refuse(error, id) {
      onRefused(error);
      if (id === undefined) return;
      // An open call may have the same id. Of two calls with one id neither counts as answered by this error.
      deliveries.read({ id, method: 'tools/call' });
      transport.send({ jsonrpc: '2.0', id, error: { ...error } }).catch(onError);
    },
  });
  // Each answer that waits for a slow reader listens to stdout. Node.js would warn about that on stderr, outside the log.
  streams.stdout.setMaxListeners(0);
  // The filter limits frames; the transport's own limit must never apply, since it closes the connection.
  const transport = new StdioServerTransport(frames, streams.stdout, { maxBufferSize: 2 * maxFrameBytes });
  const fault = watchEnd(streams);
  const deliveries = serveTransport(transport, offer, openBackend, {
    now,
    telemetry,
    onError,
    onClosed: () => onClosed(fault()),
  });
  // The transport reports the errors of both streams.
  pipeline(streams.stdin, frames, () => undefined);
}
