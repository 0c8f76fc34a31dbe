/** Which requests a fault applies to; without properties, all of them. */
export interface FaultMatch {
  method?: string;
  /** A substring of the path, such as `/fb/sending/sendContent`. */
  path?: string;
}

/** When a fault applies, and whether the request is performed nevertheless. */
export interface FaultTiming {
  match?: FaultMatch;
  /** How many matching requests pass first; default 0. */
  after?: number;
  /** How many requests it then applies to; default 1. */
  times?: number;
  /** Perform the request before replacing or breaking its response; default false. */
  perform?: boolean;
}

/**
 * What goes wrong. A delay, a trickle and a closed connection keep the true response, so the request is always
 * performed.
 */
export type FaultEffect =
  /** Another response. A string body is sent as is, anything else as JSON. */
  | { status: number; headers?: Record<string, string>; body?: unknown; content_type?: string }
  /** The true response after this many milliseconds. */
  | { delay_ms: number }
  /** The true response, one byte every this many milliseconds. */
  | { trickle_ms: number }
  /** The true response; then the connection is closed, although the response announced keep-alive. */
  | { close_connection: true }
  /** A TCP reset. */
  | { reset: 'before_headers' | 'in_body' }
  /** Content-Length announces more bytes than are sent. */
  | { truncate: true }
  /** Status 200 with an HTML page. */
  | { html: true }
  /** No response, ever. */
  | { hang: true }
  /** A gzip response that unpacks to this many bytes. */
  | { gzip_bomb: number }
  /** The response padded to this many bytes of valid JSON. */
  | { body_bytes: number };

/** A fault to inject: one effect and its timing. */
export type Fault = FaultTiming & FaultEffect;

/** Whether a request that this fault applies to is performed. */
export function isPerformed(fault: Fault): boolean {
  return 'delay_ms' in fault || 'trickle_ms' in fault || 'close_connection' in fault || fault.perform === true;
}

/** The properties that name an effect; each fault has exactly one of them. */
export const effectNames = [
  'status',
  'delay_ms',
  'trickle_ms',
  'close_connection',
  'reset',
  'truncate',
  'html',
  'hang',
  'gzip_bomb',
  'body_bytes',
] as const;

export type EffectName = (typeof effectNames)[number];

/** The property that names the effect of a fault. */
export function effectName(fault: Fault): EffectName {
  return effectNames.find((name) => name in fault) ?? 'status';
}
