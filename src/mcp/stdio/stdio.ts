import { pipeline } from 'node:stream';
import { isJSONRPCNotification, isJSONRPCRequest, isJSONRPCResponse } from '@modelcontextprotocol/server';
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import { type Delivery, trackDeliveries, unanswered } from '../../account/send-guard/delivery.js';
import type { OpenBackend } from '../backend.js';
import type { Offer } from '../listing/offer.js';
import { createServer } from '../server.js';
import { type Streams, watchEnd } from './ending.js';
import { type FrameError, frameFilter, maxFrameBytes } from './frames.js';

/** What is served beside the offer, and who is told what becomes of the connection. */
export interface StdioOptions {
  readonly streams: Streams;
  /** Milliseconds, from any fixed point; the times of deliveries are told in it. */
  readonly now: () => number;
  readonly onError: (error: Error) => void;
  /** Told of a frame that was not served. */
  readonly onRefused: (error: FrameError) => void;
  /** Told once why the connection has ended; undefined where the client has gone away. */
  readonly onClosed: (fault: Error | undefined) => void;
}

const isFrame = (value: unknown): boolean =>
  isJSONRPCRequest(value) || isJSONRPCNotification(value) || isJSONRPCResponse(value);

/**
 * Serves what is offered over a pair of streams, in both protocol eras, until the client goes away; what is answered
 * with is opened when it is first needed.
 */
export function serveOverStdio(
  offer: Offer,
  openBackend: OpenBackend,
  { streams, now, onError, onRefused, onClosed }: StdioOptions,
): void {
  const deliveries = trackDeliveries(now);
  const deliveryOf = (requestId: unknown): Delivery => deliveries.of(requestId) ?? unanswered(now());
  const frames = frameFilter({
    isFrame,
    refuse(error, id) {
      onRefused(error);
      if (id === undefined) return;
      // It may name an open call as well, which is not answered with this.
      deliveries.read({ id, method: 'tools/call' });
      transport.send({ jsonrpc: '2.0', id, error: { ...error } }).catch(onError);
    },
  });
  // Each answer that waits for a slow reader listens to stdout. Node.js would warn of that on stderr, outside the log.
  streams.stdout.setMaxListeners(0);
  // Larger than any frame, which the filter sees to.
  const transport = new StdioServerTransport(frames, streams.stdout, { maxBufferSize: 2 * maxFrameBytes });
  const fault = watchEnd(streams);
  const close = transport.close.bind(transport);
  const send = transport.send.bind(transport);
  // The entry below owns the transport's callbacks, and it does not tell when the connection has ended.
  transport.close = async () => {
    await close();
    onClosed(fault());
  };
  transport.send = (message) => {
    const sent = send(message);
    deliveries.write(message, sent);
    return sent;
  };
  serveStdio((context) => createServer({ offer, openBackend, deliveryOf }, context), { transport, onerror: onError });
  const take = transport.onmessage;
  transport.onmessage = (message) => {
    deliveries.read(message);
    take?.(message);
  };
  // What goes wrong with either is told by the transport.
  pipeline(streams.stdin, frames, () => undefined);
}
