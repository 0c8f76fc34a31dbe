import { untilAborted } from '../../upstream/linked-signal.js';
import { judge, leftMs, type SendOutcome, timesOf } from './rules.js';
import { type Claim, type Earlier, type SendGuard, type SendingCall, type SendKey, senderOf } from './send-guard.js';

/** How often expired entries are removed, in milliseconds. */
const sweepEveryMs = 1_000;

/** A send that was performed, or may have been. */
interface Remembered {
  readonly at: number;
  readonly outcome: SendOutcome;
  readonly call: SendingCall;
  readonly flowOf: string | undefined;
  /** What calls with the same send waited for. */
  readonly flight: Promise<void>;
}

const asOfNow = ({ at, outcome, call }: Remembered) => ({
  at,
  outcome,
  call: timesOf(call),
  oneOfMany: call.oneOfMany,
});

/**
 * Creates a guard that remembers within this process: when the process ends, everything is forgotten.
 * @param now milliseconds of the clock that deliveries use.
 */
export function createSendGuard(now: () => number): SendGuard {
  const remembered = new Map<string, Remembered>();
  const onTheirWay = new Map<string, Promise<void>>();
  let sweptAt = now();

  function forget(): void {
    if (now() - sweptAt < sweepEveryMs) return;
    sweptAt = now();
    for (const [key, each] of remembered) if (leftMs(asOfNow(each), now()) <= 0) remembered.delete(key);
  }

  function earlier(key: string, call: SendingCall, awaited: ReadonlySet<unknown>): Earlier | undefined {
    forget();
    const found = remembered.get(key);
    if (found === undefined) return undefined;
    const isOthers = senderOf(found.call) !== senderOf(call);
    const send = { ...asOfNow(found), isOthers, inOrder: true, awaited: awaited.has(found.flight) };
    return judge(send, call.delivery.arrivedAt, now());
  }

  function open({ send, flowOf }: SendKey, call: SendingCall): Claim {
    let settle = (): void => undefined;
    const flight = new Promise<void>((resolve) => {
      settle = resolve;
    });
    onTheirWay.set(send, flight);
    /** Whether a request may have left. If none has, the outcome is known. */
    let left = false;
    let settled = false;
    async function end(outcome: SendOutcome | undefined): Promise<void> {
      if (settled) return;
      settled = true;
      onTheirWay.delete(send);
      if (outcome !== undefined) {
        remembered.delete(send);
        remembered.set(send, { at: now(), outcome, call, flowOf, flight });
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
      const awaited = new Set<Promise<void>>();
      for (;;) {
        signal.throwIfAborted();
        const underWay = onTheirWay.get(key.send);
        if (underWay === undefined) break;
        awaited.add(underWay);
        await untilAborted(underWay, signal);
      }
      return earlier(key.send, call, awaited) ?? { state: 'claimed', claim: open(key, call) };
    },
    async fieldsSet(contact) {
      for (const [key, { outcome, flowOf }] of remembered)
        if (flowOf === contact && outcome.state === 'done') remembered.delete(key);
    },
    async close() {},
  };
}
