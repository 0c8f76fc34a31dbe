import { isProtective } from '../http/protective-headers.js';
import { badRequest } from '../http/refusal.js';
import type { Fault } from './fault.js';

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

const maxFaults = 200;

const isExhausted = ({ fault: { times = 1 }, struck }: FaultState): boolean => struck >= times;

function rejectProtectiveHeaders(fault: Fault): void {
  const headers = 'status' in fault ? Object.keys(fault.headers ?? {}) : [];
  const harmful = headers.find(isProtective);
  if (harmful === undefined) return;
  throw badRequest(`headers: a fault cannot set "${harmful}", which keeps web pages out of the sandbox.`);
}

/** A queue without faults. */
export function faultQueue(): FaultQueue {
  let states: FaultState[] = [];
  return {
    inject(fault) {
      rejectProtectiveHeaders(fault);
      if (states.length >= maxFaults) states = states.filter((state) => !isExhausted(state));
      if (states.length >= maxFaults) {
        throw badRequest(`${maxFaults} faults wait already; DELETE /sandbox/faults clears them.`);
      }
      states.push({ fault, passed: 0, struck: 0 });
    },
    take(method, path) {
      for (const state of states) {
        const { match = {}, after = 0 } = state.fault;
        if (isExhausted(state)) continue;
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
