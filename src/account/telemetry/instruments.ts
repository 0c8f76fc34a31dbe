/** A measurement, as it is documented and created. */
export interface Instrument {
  readonly name: string;
  readonly kind: 'histogram' | 'counter';
  /** The unit, in the code of UCUM. */
  readonly unit: string;
  readonly description: string;
  /** The upper limits of the buckets of a histogram. */
  readonly boundaries?: readonly number[];
  readonly attributes: readonly string[];
}

/** The names of attributes. Those that begin with `manychat.` are our own, the others are those of OpenTelemetry. */
export const names = {
  method: 'mcp.method.name',
  revision: 'mcp.protocol.version',
  resource: 'mcp.resource.uri',
  tool: 'gen_ai.tool.name',
  prompt: 'gen_ai.prompt.name',
  operation: 'gen_ai.operation.name',
  requestId: 'jsonrpc.request.id',
  responseCode: 'rpc.response.status_code',
  error: 'error.type',
  transport: 'network.transport',
  protocol: 'network.protocol.name',
  httpMethod: 'http.request.method',
  httpStatus: 'http.response.status_code',
  path: 'url.template',
  account: 'manychat.account',
  callId: 'manychat.call.id',
  failure: 'manychat.failure.kind',
  outcome: 'manychat.outcome',
  store: 'manychat.store',
} as const;

/** The buckets that OpenTelemetry sets for MCP, in seconds. */
const seconds = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];
const shortSeconds = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];

/** The attributes of the span of a request, beside those of its measurement. */
export const spanAttributes = [names.requestId, names.resource, names.account, names.callId] as const;

/** Everything that is measured. The documentation lists it. */
export const instruments = {
  operation: {
    name: 'mcp.server.operation.duration',
    kind: 'histogram',
    unit: 's',
    description: 'Time from the arrival of a request of an MCP client until its answer',
    boundaries: seconds,
    attributes: [
      names.method,
      names.tool,
      names.prompt,
      names.operation,
      names.error,
      names.failure,
      names.responseCode,
      names.revision,
      names.transport,
      names.protocol,
    ],
  },
  wait: {
    name: 'manychat.pace.wait',
    kind: 'histogram',
    unit: 's',
    description: 'Time that a request to ManyChat or Maton waited for its turn within the rate limits',
    boundaries: [0.001, ...seconds],
    attributes: [names.account, names.outcome],
  },
  requests: {
    name: 'manychat.upstream.requests',
    kind: 'counter',
    unit: '{request}',
    description: 'Requests to ManyChat or Maton, retries included',
    attributes: [names.account, names.httpMethod, names.path, names.httpStatus, names.error],
  },
  requestTime: {
    name: 'manychat.upstream.duration',
    kind: 'histogram',
    unit: 's',
    description: 'Time from a request to ManyChat or Maton until its response, connecting included',
    boundaries: seconds,
    attributes: [names.account, names.error],
  },
  sends: {
    name: 'manychat.send_guard.sends',
    kind: 'counter',
    unit: '{send}',
    description:
      'Sends by outcome: sent, unknown, not_sent, repeated (answered as before), refused (the same may have arrived)',
    attributes: [names.account, names.outcome],
  },
  store: {
    name: 'manychat.store.duration',
    kind: 'histogram',
    unit: 's',
    description: 'Time of a transaction in the state that processes share',
    boundaries: shortSeconds,
    attributes: [names.store, names.error],
  },
} as const satisfies Record<string, Instrument>;
