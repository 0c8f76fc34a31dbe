import { type Faults, faultsOf } from './fault-queue.js';

/** Which calls out a fault applies to; without properties, all of them. */
interface CallMatch {
  /** The name of the hook. */
  hook?: string;
  /** A substring of the URL that is called. */
  url?: string;
}

/** What goes wrong with a call out. */
type CallFaultEffect =
  /** The same call is made once more this many milliseconds later, and what comes of it happens as well. */
  | { repeat_after_ms: number }
  /** The call leaves this many milliseconds later; its body is that of before. */
  | { delay_ms: number }
  /** The call leaves after the next one. */
  | { after_next: true }
  /** The answer is lost: it was sent, or the connection breaks as soon as the call was sent. */
  | { drop: 'response' | 'connection' };

/** A fault of a call out: one effect, and when it applies. */
export type CallFault = CallFaultEffect & {
  match?: CallMatch;
  /** How many matching calls pass first; default 0. */
  after?: number;
  /** How many calls it then applies to; default 1. */
  times?: number;
};

/** The properties that name an effect; each fault has exactly one of them. */
export const callFaultEffects = ['repeat_after_ms', 'delay_ms', 'after_next', 'drop'] as const;

/** What a fault is matched with. */
interface CallTarget {
  readonly hook: string | null;
  readonly url: string;
}

export type CallFaults = Faults<CallFault, CallTarget>;

export function callFaultQueue(changed: () => void): CallFaults {
  const matches = ({ match = {} }: CallFault, { hook, url }: CallTarget): boolean =>
    (match.hook === undefined || match.hook === hook) && (match.url === undefined || url.includes(match.url));
  return faultsOf(matches, '/sandbox/calls/faults', changed);
}
