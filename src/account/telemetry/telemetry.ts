import type { Kind } from '../../../tools/contract/failure.js';
import type { SharedStore } from '../../store/shared-store.js';
import type { Pacer } from '../../upstream/pacing/pacer.js';

/**
 * The port through which this program can be observed: spans of what MCP clients request, and measurements. Nothing that it
 * is told may be an argument, a result, a key, a token or the id of a contact.
 */
export interface Telemetry {
  /** Follows a request of an MCP client, which has just arrived. */
  follow(request: ClientRequest): FollowedRequest;
  /** The measurements of one account. */
  account(name: string): AccountMeasures;
  /** Measures the transactions of a store. */
  measured(store: SharedStore, engine: string): SharedStore;
  /** Hands over what is still to be exported, and ends. */
  close(): Promise<void>;
}

/** A request of an MCP client. Names that the client made up are left out. */
export interface ClientRequest {
  /** `_OTHER` for a method that this server does not know. */
  readonly method: string;
  readonly tool?: string | undefined;
  readonly prompt?: string | undefined;
  readonly resource?: string | undefined;
  /** The JSON-RPC id, if it is a number or a UUID. */
  readonly id: string | undefined;
  readonly network: 'pipe' | 'tcp';
  /** Where the client's trace stands: `_meta` of the request, which can hold `traceparent` and `tracestate`. */
  readonly meta: Readonly<Record<string, unknown>> | undefined;
  /** The same of the HTTP request, in its headers. */
  readonly headers: Readonly<Record<string, unknown>> | undefined;
}

/** How a request of a client ended. */
export interface RequestEnd {
  /** The revision of MCP that it was served in. */
  readonly revision: string | undefined;
  /** `tool_error`, `cancelled`, or the code of a JSON-RPC error. Absent if it succeeded. */
  readonly error?: string | undefined;
  /** The code of a JSON-RPC error. */
  readonly code?: string | undefined;
}

/** A request of a client while it is served. */
export interface FollowedRequest {
  /** Identifies the trace that the request is part of; undefined if there is none. */
  readonly traceId: string | undefined;
  /** Does work as a part of the request. */
  run<Result>(work: () => Result): Result;
  /** Notes the call of a tool that the request made. */
  called(call: FollowedCall): void;
  /** Ends it; a second end is ignored. */
  end(end: RequestEnd): void;
}

/** A call of a tool, as it is logged. */
export interface FollowedCall {
  readonly id: string;
  readonly account: string;
  readonly failure?: Kind | undefined;
}

/** The request of a client that a call of a tool belongs to, as the log names it. */
export interface CallingRequest extends Pick<FollowedRequest, 'traceId'> {
  readonly id: string | undefined;
  readonly called?: FollowedRequest['called'] | undefined;
}

/** What a log line has of the request. `trace_id` is the name that OpenTelemetry gives it in logs. */
export const requestLine = ({ id, traceId }: Partial<CallingRequest> = {}) => ({
  ...(id !== undefined && { requestId: id }),
  ...(traceId !== undefined && { trace_id: traceId }),
});

/** The outcome of a send, as the send guard knows it. */
type SendOutcome =
  | 'sent'
  /** It may have arrived. */
  | 'unknown'
  | 'not_sent'
  /** The same was sent before, and its answer was given again. */
  | 'repeated'
  /** The same may have been sent before, and it was refused. */
  | 'refused';

/** A request to ManyChat or Maton. */
interface UpstreamRequest {
  readonly method: string;
  /** The path of the endpoint, without its query. */
  readonly path: string;
  readonly seconds: number;
  /** The HTTP status; absent without a response. */
  readonly status?: number | undefined;
}

/** What is measured of one account. */
export interface AccountMeasures {
  /** Measures how long requests wait for their turn. */
  paced(pacer: Pacer): Pacer;
  requested(request: UpstreamRequest): void;
  guarded(outcome: SendOutcome): void;
}

const unfollowed: FollowedRequest = {
  traceId: undefined,
  run: (work) => work(),
  called: () => undefined,
  end: () => undefined,
};

const unmeasured: AccountMeasures = {
  paced: (pacer) => pacer,
  requested: () => undefined,
  guarded: () => undefined,
};

/** Observes nothing. */
export const noTelemetry: Telemetry = {
  follow: () => unfollowed,
  account: () => unmeasured,
  measured: (store) => store,
  close: async () => undefined,
};
