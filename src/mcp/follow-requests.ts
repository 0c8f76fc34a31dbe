import {
  isJSONRPCErrorResponse,
  isJSONRPCRequest,
  isJSONRPCResultResponse,
  type JSONRPCMessage,
  type McpRequestContext,
  type McpServer,
  TRACEPARENT_META_KEY,
} from '@modelcontextprotocol/server';
import { isObject } from '../../tools/contract/json.js';
import {
  type CallingRequest,
  type ClientRequest,
  type FollowedRequest,
  noTelemetry,
  type RequestEnd,
  type Telemetry,
} from '../account/telemetry/telemetry.js';
import { viewAddresses } from './apps/views.js';
import type { McpRequest } from './interaction/elicitation.js';
import type { Offer } from './listing/offer.js';

/** The methods that a span is named after. A client can send any text as a method. */
const methods: ReadonlySet<string> = new Set([
  'completion/complete',
  'initialize',
  'logging/setLevel',
  'ping',
  'prompts/get',
  'prompts/list',
  'resources/list',
  'resources/read',
  'resources/subscribe',
  'resources/templates/list',
  'resources/unsubscribe',
  'server/discover',
  'subscriptions/listen',
  'tools/call',
  'tools/list',
]);

/** Ids that are shown: numbers and UUIDs. A client can choose any text, even a key. */
const plainId = /^(\d{1,15}|[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12})$/i;

const shownId = (id: unknown): string | undefined => (plainId.test(String(id)) ? String(id) : undefined);

/** `traceparent` of W3C: version, trace, span and flags. */
const traceparent = /^[\da-f]{2}-(?!0{32})([\da-f]{32})-[\da-f]{16}-[\da-f]{2}/;

/** The request of a client, as the log names it. It has the trace of the client even if nothing else is observed. */
export function callingRequest(
  { id, _meta: meta }: Pick<McpRequest, 'id' | '_meta'>,
  followed: FollowedRequest | undefined,
): CallingRequest {
  const parent = meta?.[TRACEPARENT_META_KEY];
  const traceId = followed?.traceId ?? (typeof parent === 'string' ? traceparent.exec(parent)?.[1] : undefined);
  return { id: shownId(id), traceId, called: followed?.called };
}

type Request = Extract<JSONRPCMessage, { method: string; id: unknown }>;

/** What is told of a request. Of the names in it only those that this server offers are told. */
function clientRequest(
  { id, method, params }: Request,
  { requestInfo }: McpRequestContext,
  { tools, prompts, resources }: Offer,
): ClientRequest {
  const named = (list: readonly { readonly name: string }[]): string | undefined =>
    list.find(({ name }) => name === params?.name)?.name;
  const meta = params?._meta;
  const addresses = [...resources.map(({ uri }): string => uri), ...viewAddresses({ tools })];
  return {
    method: methods.has(method) ? method : '_OTHER',
    tool: method === 'tools/call' ? named(tools) : undefined,
    prompt: method === 'prompts/get' ? named(prompts) : undefined,
    resource: method === 'resources/read' ? addresses.find((uri) => uri === params?.uri) : undefined,
    id: shownId(id),
    network: requestInfo === undefined ? 'pipe' : 'tcp',
    meta: isObject(meta) ? meta : undefined,
    headers: requestInfo && Object.fromEntries(requestInfo.headers),
  };
}

/** How an answer ends its request. */
function endIn(answer: JSONRPCMessage, revision: string | undefined): RequestEnd {
  if (isJSONRPCErrorResponse(answer)) {
    const code = String(answer.error.code);
    return { revision, error: code, code };
  }
  const failed = isJSONRPCResultResponse(answer) && answer.result.isError === true;
  return { revision, error: failed ? 'tool_error' : undefined };
}

/** The requests of a client that are open. */
export interface FollowedRequests {
  /** @param requestId told before anything is awaited, since a later request may use the same id. */
  of(requestId: unknown): FollowedRequest | undefined;
}

/**
 * Follows the requests that a server is sent, from their arrival until their answer is handed to the transport. One that
 * is never answered was cancelled.
 */
export function followRequests(
  server: McpServer,
  offer: Offer,
  context: McpRequestContext,
  telemetry: Telemetry,
): FollowedRequests {
  const open = new Map<unknown, FollowedRequest>();
  if (telemetry === noTelemetry) return { of: () => undefined };
  const revision = (): string | undefined =>
    server.server.getNegotiatedProtocolVersion() ??
    context.requestInfo?.headers.get('mcp-protocol-version') ??
    undefined;

  function end(id: unknown, by: RequestEnd): void {
    open.get(id)?.end(by);
    open.delete(id);
  }
  const cancel = (id: unknown): void => end(id, { revision: revision(), error: 'cancelled' });

  const connect = server.connect.bind(server);
  server.connect = async (transport) => {
    await connect(transport);
    const { onmessage, onclose } = transport;
    const send = transport.send.bind(transport);
    transport.onmessage = (message, extra) => {
      if (!isJSONRPCRequest(message)) {
        onmessage?.(message, extra);
        if ('method' in message && message.method === 'notifications/cancelled') cancel(message.params?.requestId);
        return;
      }
      // Of two open requests with one id, an answer cannot be matched to the second.
      if (open.has(message.id)) return onmessage?.(message, extra);
      const followed = telemetry.follow(clientRequest(message, context, offer));
      open.set(message.id, followed);
      followed.run(() => onmessage?.(message, extra));
    };
    transport.send = (message, options) => {
      const sent = send(message, options);
      if (isJSONRPCResultResponse(message) || isJSONRPCErrorResponse(message))
        end(message.id, endIn(message, revision()));
      return sent;
    };
    transport.onclose = () => {
      for (const id of [...open.keys()]) cancel(id);
      onclose?.();
    };
  };
  return { of: (requestId) => open.get(requestId) };
}
