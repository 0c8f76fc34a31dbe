import { isProtective } from '../http/protective-headers.js';
import { badRequest } from '../http/refusal.js';
import type { Fault } from './fault.js';

/** A fault with its counts. */
interface FaultState {
  fault: Fault;
  /** Matching requests that passed first. */
  passed: number;
  /** Requests that the fault applied to. */
  struck: number;
}

/** The injected faults, oldest first. The first fault that matches a request and is due applies to it. */
export interface FaultQueue {
  /** @throws Refusal if too many faults are waiting, or if a header would let web pages in */
  inject(fault: Fault): void;
  /** The fault that applies to a request; counts it. */
  take(method: string, path: string): Fault | undefined;
  list(): FaultState[];
  clear(): void;
}

const maxFaults = 200;

const isExhausted = ({ fault: { times = 1 }, struck }: FaultState): boolean => struck >= times;

function rejectProtectiveHeaders(fault: Fault): void {
  const headers = 'status' in fault ? Object.keys(fault.headers ?? {}) : [];
  const forbidden = headers.find(isProtective);
  if (forbidden === undefined) return;
  throw badRequest(`headers: a fault cannot set "${forbidden}", because it keeps web pages out of the sandbox.`);
}

export function faultQueue(): FaultQueue {
  let states: FaultState[] = [];
  return {
    inject(fault) {
      rejectProtectiveHeaders(fault);
      if (states.length >= maxFaults) states = states.filter((state) => !isExhausted(state));
      if (states.length >= maxFaults) {
        throw badRequest(`${maxFaults} faults are already waiting; DELETE /sandbox/faults clears them.`);
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
