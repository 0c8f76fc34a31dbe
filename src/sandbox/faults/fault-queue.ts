import { isProtective } from '../http/protective-headers.js';
import { badRequest } from '../http/refusal.js';
import type { Fault } from './fault.js';

/** When a fault applies. */
interface Counted {
  after?: number;
  times?: number;
}

/** A fault with its counts. */
interface FaultState<Each> {
  fault: Each;
  /** Matching subjects that passed first. */
  passed: number;
  /** Subjects that the fault applied to. */
  struck: number;
}

/** The injected faults, oldest first. The first fault that matches a subject and is due applies to it. */
export interface Faults<Each, Subject> {
  /** @throws Refusal if too many faults are waiting, or the fault is not allowed */
  inject(fault: Each): void;
  /** The fault that applies to a subject; counts it. */
  take(subject: Subject): Each | undefined;
  list(): FaultState<Each>[];
  clear(): void;
}

/** Faults of requests to the sandbox. */
export type FaultQueue = Faults<Fault, RequestTarget>;

interface RequestTarget {
  readonly method: string;
  readonly path: string;
}

const maxFaults = 200;

const isExhausted = ({ fault: { times = 1 }, struck }: FaultState<Counted>): boolean => struck >= times;

/** A queue of faults; `path` is where the control API has them. `changed` is called when faults or their counts change. */
export function faultsOf<Each extends Counted, Subject>(
  matches: (fault: Each, subject: Subject) => boolean,
  path: string,
  changed: () => void,
): Faults<Each, Subject> {
  let states: FaultState<Each>[] = [];
  return {
    inject(fault) {
      if (states.length >= maxFaults) states = states.filter((state) => !isExhausted(state));
      if (states.length >= maxFaults) {
        throw badRequest(`${maxFaults} faults are already waiting; DELETE ${path} clears them.`);
      }
      states.push({ fault, passed: 0, struck: 0 });
      changed();
    },
    take(subject) {
      for (const state of states) {
        if (isExhausted(state) || !matches(state.fault, subject)) continue;
        changed();
        if (state.passed < (state.fault.after ?? 0)) {
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
      changed();
    },
  };
}

function rejectProtectiveHeaders(fault: Fault): void {
  const headers = 'status' in fault ? Object.keys(fault.headers ?? {}) : [];
  const forbidden = headers.find(isProtective);
  if (forbidden === undefined) return;
  throw badRequest(`headers: a fault cannot set "${forbidden}", because it keeps web pages out of the sandbox.`);
}

function matchesRequest({ match = {} }: Fault, { method, path }: RequestTarget): boolean {
  if (match.method !== undefined && match.method.toUpperCase() !== method) return false;
  return match.path === undefined || path.includes(match.path);
}

/** Faults of requests; none may let web pages in. */
export function faultQueue(changed: () => void): FaultQueue {
  const faults = faultsOf(matchesRequest, '/sandbox/faults', changed);
  return {
    ...faults,
    inject(fault) {
      rejectProtectiveHeaders(fault);
      faults.inject(fault);
    },
  };
}
