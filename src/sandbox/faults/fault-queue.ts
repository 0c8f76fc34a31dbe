import { isProtective } from '../http/protective-headers.js';
import { orderRefusal } from '../http/refusal.js';
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
