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

/** No call lasts longer than the longest deadline, in milliseconds; one that seems to was never answered. */
const longestCallMs = 600_000;

/** How often what is over is looked for, in milliseconds. */
const sweepEveryMs = 1_000;

/** What has become of a send. */
type Outcome =
  | { readonly state: 'done'; readonly data: unknown }
  | { readonly state: 'unknown'; readonly failure: Failure };

/** A send that was made, or may have been. */
interface Remembered {
  readonly at: number;
  readonly outcome: Outcome;
  readonly call: SendingCall;
  readonly flowOf: string | undefined;
}

/** Waits for a promise no longer than until the signal fires. */
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

/** Why what a call has done is not done again when a call that arrived at `arrivedAt` asks for it; undefined where it is. */
function whyNotAgain(
  { delivery, oneOfMany }: SendingCall,
  arrivedAt: number,
): 'open' | 'unanswered' | 'many' | undefined {
  const { answeredAt, cancelled } = delivery;
  if (oneOfMany) return 'many';
  if (cancelled) return 'unanswered';
  // What arrived before it is no repeat of it, though it may be made later.
  const arrivedBefore = arrivedAt < delivery.arrivedAt;
  if (answeredAt === undefined || (answeredAt > arrivedAt && !arrivedBefore)) return 'open';
  return answeredAt - delivery.arrivedAt > promptMs ? 'unanswered' : undefined;
}

/**
 * Creates a guard that remembers in this process alone: what was sent is forgotten when the process ends.
 * @param now milliseconds, of the clock that deliveries are made with.
 */
export function createSendGuard(now: () => number): SendGuard {
  const remembered = new Map<string, Remembered>();
  const onTheirWay = new Map<string, Promise<void>>();
  let sweptAt = now();

  /** A call that lasts is repeated after its end: until then, and for five minutes more, its sends are remembered. */
  function leftMs({ at, call: { delivery, endedAt } }: Remembered): number {
    const { answeredAt } = delivery;
    const end = endedAt ?? answeredAt ?? Math.min(now(), at + longestCallMs);
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
    /** Whether a request may be on the wire; what has not left needs no outcome. */
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
