/** Which requests a fault waits for: all when nothing is given. */
export interface FaultMatch {
  method?: string;
  /** Any part of the path, such as `/fb/sending/sendContent`. */
  path?: string;
}

/** When a fault strikes, and whether the request is carried out all the same. */
export interface FaultTiming {
  match?: FaultMatch;
  /** How many matching requests pass first; 0. */
  after?: number;
  /** How many it then strikes; 1. */
  times?: number;
  /** Carry the request out before spoiling its answer; false. */
  perform?: boolean;
}

/** What goes wrong. A delay, a trickle and a closed connection keep the true answer: there the request is always carried out. */
export type FaultEffect =
  /** Another answer; a string body goes out as it is, anything else as JSON. */
  | { status: number; headers?: Record<string, string>; body?: unknown; content_type?: string }
  /** The true answer after so many milliseconds. */
  | { delay_ms: number }
  /** The true answer, one byte each so many milliseconds. */
  | { trickle_ms: number }
  /** The true answer; then the connection is closed although it seemed to be kept alive. */
  | { close_connection: true }
  /** A TCP reset. */
  | { reset: 'before_headers' | 'in_body' }
  /** Content-Length promises more than is sent. */
  | { truncate: true }
  /** Status 200 with an HTML page. */
  | { html: true }
  /** No answer, ever. */
  | { hang: true }
  /** A gzip answer that unpacks to so many bytes. */
  | { gzip_bomb: number }
  /** The answer padded to so many bytes of valid JSON. */
  | { body_bytes: number };

/** One order for something to go wrong. */
export type Fault = FaultTiming & FaultEffect;

/** Whether a request that meets this fault is carried out. */
export function isPerformed(fault: Fault): boolean {
  return 'delay_ms' in fault || 'trickle_ms' in fault || 'close_connection' in fault || fault.perform === true;
}

/** The properties of which each fault has one. */
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

/** One of those properties. */
export type EffectName = (typeof effectNames)[number];

/** The property that names what a fault does. */
export function effectName(fault: Fault): EffectName {
  return effectNames.find((name) => name in fault) ?? 'status';
}
