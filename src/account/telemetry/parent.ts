import {
  type Context,
  context,
  isSpanContextValid,
  propagation,
  ROOT_CONTEXT,
  type SpanContext,
  trace,
} from '@opentelemetry/api';
import type { ClientRequest } from './telemetry.js';

/** `traceparent` of W3C: version, trace, span and flags. */
const traceparent = /^[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})/;

/** The span that a carrier names: read by the registered propagators, or else in the form of W3C. */
function spanIn(carrier: Readonly<Record<string, unknown>>): SpanContext | undefined {
  const found = trace.getSpanContext(propagation.extract(ROOT_CONTEXT, carrier));
  if (found !== undefined) return found;
  const [, traceId = '', spanId = '', flags = ''] = traceparent.exec(String(carrier.traceparent)) ?? [];
  const span = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
  return isSpanContextValid(span) ? span : undefined;
}

/** Where the span of a request stands. */
export interface Parent {
  readonly context: Context;
  readonly links: { context: SpanContext }[];
}

/**
 * The parent of a request: the span in the request itself, since an HTTP request can carry several. The one of the HTTP
 * request is linked, or the parent if there is no other. Nothing but the span is taken over: baggage would go on to others.
 */
export function parentOf({ meta, headers }: Pick<ClientRequest, 'meta' | 'headers'>): Parent {
  const around = trace.getSpanContext(context.active()) ?? (headers && spanIn(headers));
  const own = meta && spanIn(meta);
  const parent = own ?? around;
  return {
    context: parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(context.active(), parent),
    links: own !== undefined && around !== undefined ? [{ context: around }] : [],
  };
}
