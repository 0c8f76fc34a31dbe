import type { McpServerFactory, Transport } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { type Deliveries, type Delivery, trackDeliveries, unanswered } from '../../account/send-guard/delivery.js';
import type { Telemetry } from '../../account/telemetry/telemetry.js';
import type { OpenBackend } from '../backend.js';
import type { Offer } from '../listing/offer.js';
import { createServer } from '../server.js';
import { withoutNullArguments } from '../tool-handler.js';
import { createSubscriptions } from './subscriptions.js';

/** A transport of the MCP SDK that is not started. */
export type ServedTransport = Transport;

/** Observers of a connection. */
export interface ConnectionOptions {
  /** Milliseconds since any fixed point. Deliveries are measured with it. */
  readonly now: () => number;
  readonly telemetry?: Telemetry | undefined;
  readonly onError: (error: Error) => void;
  /** Called when the transport has closed. */
  readonly onClosed: () => void;
}

/**
 * Serves one client over a transport, in both protocol eras, until either side closes it.
 * @returns how answers reach the client, for frames that the server never sees.
 */
export function serveTransport(
  transport: ServedTransport,
  offer: Offer,
  openBackend: OpenBackend,
  { now, telemetry, onError, onClosed }: ConnectionOptions,
): Deliveries {
  const deliveries = trackDeliveries(now);
  const deliveryOf = (requestId: unknown): Delivery => deliveries.of(requestId) ?? unanswered(now());
  const close = transport.close.bind(transport);
  const send = transport.send.bind(transport);
  // serveStdio owns the transport's callbacks and does not report the end of the connection, so methods are wrapped.
  transport.close = async () => {
    await close();
    subscriptions?.close();
    onClosed();
  };
  transport.send = (message, options) => {
    const sent = send(message, options);
    deliveries.write(message, sent);
    return sent;
  };
  const subscriptions = createSubscriptions(offer, openBackend);
  const subscribes = subscriptions !== undefined;
  const factory: McpServerFactory = (context) => {
    const server = createServer({ offer, openBackend, deliveryOf, subscribes, telemetry }, context);
    subscriptions?.serve(server, context);
    return server;
  };
  serveStdio(factory, { transport, onerror: onError });
  const handleMessage = transport.onmessage;
  transport.onmessage = (message, extra) => {
    deliveries.read(message);
    subscriptions?.read(message);
    handleMessage?.(withoutNullArguments(message), extra);
  };
  return deliveries;
}
