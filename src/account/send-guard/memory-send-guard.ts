import type { Failure } from '../../../tools/contract/failure.js';
import {
  type Claim,
  type Earlier,
  promptMs,
  rememberedMs,
  type SendGuard,
  type SendingCall,
  type SendKey,
} from './send-guard.js';

/** The longest deadline a call can have, in milliseconds. A call that seems to take longer was never answered. */
const maxCallMs = 600_000;

/** How often expired entries are removed, in milliseconds. */
const sweepEveryMs = 1_000;

/** The outcome of a send. */
type Outcome =
  | { readonly state: 'done'; readonly data: unknown }
  | { readonly state: 'unknown'; readonly failure: Failure };

/** A send that was performed, or may have been. */
interface Remembered {
  readonly at: number;
  readonly outcome: Outcome;
  readonly call: SendingCall;
  readonly flowOf: string | undefined;
}

/** Waits for a promise, or rejects when the signal fires. */
function orAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(() => {
      signal.removeEventListener('abort', abort);
      resolve();
    });
  });
}

/** Why a send of this call is not repeated for a call that arrived at `arrivedAt`; undefined if it is a new send. */
function whyNotAgain(
  { delivery, oneOfMany }: SendingCall,
  arrivedAt: number,
): 'open' | 'unanswered' | 'many' | undefined {
  const { answeredAt, cancelled } = delivery;
  if (oneOfMany) return 'many';
  if (cancelled) return 'unanswered';
  // A call that arrived earlier is no repeat, even if its send comes later.
  const arrivedBefore = arrivedAt < delivery.arrivedAt;
  if (answeredAt === undefined || (answeredAt > arrivedAt && !arrivedBefore)) return 'open';
  return answeredAt - delivery.arrivedAt > promptMs ? 'unanswered' : undefined;
}

/**
 * Creates a guard that remembers within this process: when the process ends, everything is forgotten.
 * @param now milliseconds of the clock that deliveries use.
 */
export function createSendGuard(now: () => number): SendGuard {
  const remembered = new Map<string, Remembered>();
  const onTheirWay = new Map<string, Promise<void>>();
  let sweptAt = now();

  /** A long call is repeated after its end, so its sends are remembered for five minutes after that end. */
  function leftMs({ at, call: { delivery, endedAt } }: Remembered): number {
    const { answeredAt } = delivery;
    const end = endedAt ?? answeredAt ?? Math.min(now(), at + maxCallMs);
    return Math.max(at, end, answeredAt ?? at) + rememberedMs - now();
  }

  function forget(): void {
    if (now() - sweptAt < sweepEveryMs) return;
    sweptAt = now();
    for (const [key, each] of remembered) if (leftMs(each) <= 0) remembered.delete(key);
  }

  function earlier(key: string, { delivery }: SendingCall): Earlier | undefined {
    forget();
    const found = remembered.get(key);
    const left = found === undefined ? 0 : leftMs(found);
    if (found === undefined || left <= 0) return undefined;
    const { outcome, call, at } = found;
    const times = { agoMs: now() - at, leftMs: left };
    if (outcome.state === 'unknown') return { ...outcome, ...times };
    const why = whyNotAgain(call, delivery.arrivedAt);
    return why && { ...outcome, ...times, why };
  }

  function open({ send, flowOf }: SendKey, call: SendingCall): Claim {
    let settle = (): void => undefined;
    onTheirWay.set(send, new Promise((resolve) => (settle = resolve)));
    /** Whether a request may have left. If none has, the outcome is known. */
    let left = false;
    let settled = false;
    async function end(outcome: Outcome | undefined): Promise<void> {
      if (settled) return;
      settled = true;
      onTheirWay.delete(send);
      if (outcome !== undefined) {
        remembered.delete(send);
        remembered.set(send, { at: now(), outcome, call, flowOf });
      }
      settle();
    }
    return {
      departure: {
        async before() {},
        leave() {
          left = true;
        },
        stay() {
          left = false;
        },
      },
      done: (data) => end({ state: 'done', data }),
      unknown: (failure) => end(left ? { state: 'unknown', failure } : undefined),
      release: () => end(undefined),
    };
  }

  return {
    async claim(key, call, signal) {
      for (;;) {
        signal.throwIfAborted();
        const underWay = onTheirWay.get(key.send);
        if (underWay === undefined) break;
        await orAborted(underWay, signal);
      }
      return earlier(key.send, call) ?? { state: 'claimed', claim: open(key, call) };
    },
    async fieldsSet(contact) {
      for (const [key, { outcome, flowOf }] of remembered)
        if (flowOf === contact && outcome.state === 'done') remembered.delete(key);
    },
  };
}
