import { orderRefusal } from './orders.js';
import { isProtective } from './protection.js';

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

/** A fault with its counts: matching requests let through, and requests struck. */
export interface FaultState {
  fault: Fault;
  passed: number;
  struck: number;
}

/** The faults ordered and not used up, oldest first; a request goes to the first that matches and is due. */
export interface FaultQueue {
  /** @throws Refusal when too many wait, or when a header would let web pages in. */
  inject(fault: Fault): void;
  take(method: string, path: string): Fault | undefined;
  list(): FaultState[];
  clear(): void;
}

const mostFaults = 200;

const isUsedUp = ({ fault: { times = 1 }, struck }: FaultState): boolean => struck >= times;

function requireHarmless(fault: Fault): void {
  const headers = 'status' in fault ? Object.keys(fault.headers ?? {}) : [];
  const harmful = headers.find(isProtective);
  if (harmful === undefined) return;
  throw orderRefusal(`headers: a fault cannot set "${harmful}", which keeps web pages out of the sandbox.`);
}

/** A queue without faults. */
export function faultQueue(): FaultQueue {
  let states: FaultState[] = [];
  return {
    inject(fault) {
      requireHarmless(fault);
      if (states.length >= mostFaults) states = states.filter((state) => !isUsedUp(state));
      if (states.length >= mostFaults) {
        throw orderRefusal(`${mostFaults} faults wait already; DELETE /sandbox/faults clears them.`);
      }
      states.push({ fault, passed: 0, struck: 0 });
    },
    take(method, path) {
      for (const state of states) {
        const { match = {}, after = 0 } = state.fault;
        if (isUsedUp(state)) continue;
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
export function faultName(fault: Fault): EffectName {
  return effectNames.find((name) => name in fault) ?? 'status';
}
