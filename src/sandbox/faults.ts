import { isRecord } from './json.js';

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
  /** The true answer after so many milliseconds of real time. */
  | { delay_ms: number }
  /** The true answer, one byte each so many milliseconds of real time. */
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

/** A fault with its counts: matching requests let through, and requests struck. */
export interface FaultState {
  fault: Fault;
  passed: number;
  struck: number;
}

/** The faults ordered and not used up, oldest first; a request goes to the first that matches and is due. */
export interface FaultQueue {
  order(fault: Fault): void;
  take(method: string, path: string): Fault | undefined;
  list(): FaultState[];
  clear(): void;
}

/** A queue without faults. */
export function faultQueue(): FaultQueue {
  let states: FaultState[] = [];
  return {
    order(fault) {
      states.push({ fault, passed: 0, struck: 0 });
    },
    take(method, path) {
      for (const state of states) {
        const { match = {}, after = 0, times = 1 } = state.fault;
        if (state.struck >= times) continue;
        if (match.method !== undefined && match.method.toUpperCase() !== method) continue;
        if (match.path !== undefined && !path.includes(match.path)) continue;
        if (state.passed < after) {
          state.passed += 1;
          continue;
        }
        state.struck += 1;
        return state.fault;
      }
      return undefined;
    },
    list: () => states.map((state) => ({ ...state })),
    clear() {
      states = [];
    },
  };
}

/** Whether a request that meets this fault is carried out. */
export function performs(fault: Fault): boolean {
  return 'delay_ms' in fault || 'trickle_ms' in fault || 'close_connection' in fault || fault.perform === true;
}

/** The property that names what a fault does. */
export function faultName(fault: Fault): string {
  return effectNames.find((name) => name in fault) ?? 'status';
}

const effectNames = [
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

/** Reads a fault from JSON; undefined when it is not one. */
export function readFault(value: unknown): Fault | undefined {
  if (!isRecord(value) || effectNames.filter((name) => name in value).length !== 1) return undefined;
  const effect = readEffect(value);
  if (effect === undefined) return undefined;
  const { match, after, times, perform } = value;
  const { method, path } = isRecord(match) ? match : {};
  return {
    match: {
      ...(typeof method === 'string' ? { method } : {}),
      ...(typeof path === 'string' ? { path } : {}),
    },
    ...(typeof after === 'number' ? { after } : {}),
    ...(typeof times === 'number' ? { times } : {}),
    ...(typeof perform === 'boolean' ? { perform } : {}),
    ...effect,
  };
}

function readEffect(value: Record<string, unknown>): FaultEffect | undefined {
  const { status, headers, body, content_type: contentType, reset } = value;
  if (typeof status === 'number' && Number.isInteger(status) && status >= 200 && status <= 599) {
    const texts = isRecord(headers) ? Object.entries(headers).map(([name, text]) => [name, String(text)] as const) : [];
    return {
      status,
      headers: Object.fromEntries(texts),
      body,
      ...(typeof contentType === 'string' ? { content_type: contentType } : {}),
    };
  }
  if (typeof value.delay_ms === 'number') return { delay_ms: value.delay_ms };
  if (typeof value.trickle_ms === 'number') return { trickle_ms: value.trickle_ms };
  if (typeof value.gzip_bomb === 'number') return { gzip_bomb: value.gzip_bomb };
  if (typeof value.body_bytes === 'number') return { body_bytes: value.body_bytes };
  if (reset === 'before_headers' || reset === 'in_body') return { reset };
  if (value.close_connection === true) return { close_connection: true };
  if (value.truncate === true) return { truncate: true };
  if (value.html === true) return { html: true };
  return value.hang === true ? { hang: true } : undefined;
}
