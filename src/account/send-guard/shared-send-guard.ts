import { randomBytes } from 'node:crypto';
import { createReports } from '../../store/reports.js';
import { type SharedStore, StoreAway, type Transaction } from '../../store/shared-store.js';
import { timedStore } from '../../store/store-time.js';
import { type Clock, sleep } from '../../upstream/clock.js';
import { linkSignals, untilAborted } from '../../upstream/linked-signal.js';
import { longestMs, type SendOutcome } from './rules.js';
import { type Claim, type SendGuard, type SendKey, senderOf } from './send-guard.js';
import { type Found, findIn, type Known, type OwnClaim } from './shared/find-earlier.js';
import { openLife } from './shared/life.js';
import { createOwnCalls } from './shared/own-calls.js';
import {
  callDocument,
  fieldsDocument,
  maxDataLength,
  processDocument,
  type SendRecord,
  sendDocument,
} from './shared/send-records.js';

/** How long documents are kept: a little longer than a send is remembered, in milliseconds. */
const keepMs = longestMs + 60_000;

/** A waiting call looks again after this time at the latest, in milliseconds: notices can be lost. */
const lookEveryMs = 1_000;

/** The time between attempts at a claim while the store is away, in milliseconds. */
const retryMs = 250;

const newId = (): string => randomBytes(9).toString('base64url');

/** The content of a record. An unreadable one is replaced by what this process writes. */
const readable = (record: SendRecord | undefined): Exclude<SendRecord, 'unreadable'> =>
  record === undefined || record === 'unreadable' ? {} : record;

/**
 * Creates a guard that processes share. Its rules are those of the guard in memory. A send is claimed in the store, and
 * noted as leaving right before its request leaves. If its process ends in between, another may send it; if it ends later
 * without an outcome, nobody sends it as long as the record lives.
 * @param onLost called with the reason when something could not be recorded.
 */
export function createSharedSendGuard(
  untimed: SharedStore,
  clock: Clock,
  onLost?: (error: unknown) => void,
): SendGuard {
  const { store, time } = timedStore(untimed, clock.now, keepMs);
  const life = openLife(store, clock);
  const reports = createReports(clock, onLost);
  const calls = createOwnCalls({ store, time, clock, reports }, keepMs);
  let awayAt = Number.NEGATIVE_INFINITY;

  /** Claims a send if it is free, or leaves with a claim. */
  async function take(own: OwnClaim): Promise<Exclude<Found, { state: 'look' }>> {
    const send = sendDocument(own.key.send);
    const fields = own.key.flowOf === undefined ? [] : [fieldsDocument(own.key.flowOf)];
    for (let known: Known = {}; ; ) {
      const more = [
        ...(known.process === undefined ? [] : [processDocument(known.process)]),
        ...(known.call === undefined ? [] : [callDocument(known.call)]),
      ];
      const looked = known;
      const found = await store.transact([send, ...fields, ...more], (transaction): Found => {
        const seen = findIn(transaction, own, looked, { process: life.process, clock, time, calls, awayAt });
        if (seen.state === 'free') write(transaction, own);
        return seen;
      });
      if (found.state !== 'look') return found;
      known = found.known;
    }
  }

  /** Claims a send if it is free, or leaves with a claim. Rejects with the signal's reason on abort. */
  function takeUntil(own: OwnClaim, signal: AbortSignal): ReturnType<typeof take> {
    const taking = take(own).catch((error: unknown) => {
      if (error instanceof StoreAway) awayAt = clock.now();
      throw error;
    });
    own.taking = taking;
    return untilAborted(taking, signal);
  }

  function write(transaction: Transaction, { id, key, leaving }: OwnClaim): void {
    const send = sendDocument(key.send);
    const { claim, remembered } = readable(transaction.read(send));
    const version = claim?.id === id ? claim.version + 1 : 1;
    const next = { id, process: life.process, at: transaction.now, leaving, version };
    transaction.write(send, { claim: next, remembered }, keepMs);
  }

  /** Records what a claim came to; undefined if nothing was sent. */
  async function settle(own: OwnClaim, outcome: SendOutcome | undefined): Promise<void> {
    const { id, key, call } = own;
    const settledAt = clock.now();
    const send = sendDocument(key.send);
    const fields = key.flowOf === undefined ? undefined : fieldsDocument(key.flowOf);
    const ownCall = outcome && calls.follow(call);
    if (outcome?.state === 'unknown') ownCall?.failures.set(id, outcome.failure);
    await reports.make(async () => {
      // An attempt that was given up may still succeed.
      await own.taking?.catch(() => undefined);
      await store.transact(fields === undefined ? [send] : [send, fields], (transaction) => {
        const { claim, remembered } = readable(transaction.read(send));
        if (remembered?.id === id) return;
        const others = claim?.id === id ? undefined : claim;
        if (outcome === undefined || ownCall === undefined) {
          if (claim?.id !== id) return;
          if (remembered === undefined) transaction.remove(send);
          else transaction.write(send, { remembered }, keepMs);
          return;
        }
        const next = {
          id,
          at: time.latest(settledAt),
          call: ownCall.id,
          oneOfMany: call.oneOfMany,
          ...(call.principal !== undefined && { by: senderOf(call) }),
          outcome: stored(outcome),
        };
        const mark = fields && (transaction.read(fields) ?? { id: newId(), at: 0 });
        if (fields !== undefined && mark !== undefined) transaction.write(fields, mark, keepMs);
        transaction.write(send, { claim: others, remembered: { ...next, fields: mark?.id } }, keepMs);
      });
    }, longestMs);
    life.ends(id);
  }

  function open(own: OwnClaim, signal: AbortSignal): Claim {
    life.begins(own.id);
    let settled = false;
    /** Whether a request may have left. If none has, the outcome is known. */
    let left = false;
    async function end(outcome: SendOutcome | undefined): Promise<void> {
      if (settled) return;
      settled = true;
      await settle(own, outcome);
    }
    return {
      departure: {
        async before() {
          own.leaving = true;
          const found = await takeUntil(own, signal).catch((error: unknown) => {
            own.leaving = false;
            throw error;
          });
          if (found.state === 'free') return;
          own.leaving = false;
          // Another process took it for dead.
          throw new StoreAway('This process could not reach the state that it shares with others for a while');
        },
        leave() {
          left = true;
        },
        stay() {
          left = false;
          own.leaving = false;
          void reports.make(() => stay(own), 0);
        },
      },
      done: (data) => end({ state: 'done', data }),
      unknown: (failure) => end(left ? { state: 'unknown', failure } : undefined),
      release: () => end(undefined),
    };
  }

  /** Notes that no request has left. */
  const stay = (own: OwnClaim): Promise<void> =>
    store.transact([sendDocument(own.key.send)], (transaction) => {
      const { claim } = readable(transaction.read(sendDocument(own.key.send)));
      if (claim?.id === own.id) write(transaction, own);
    });

  /** Waits for changes of a send. */
  function watch({ send }: SendKey, signal: AbortSignal) {
    let notice = new AbortController();
    const end = store.watch(sendDocument(send), () => notice.abort());
    return {
      async next() {
        const { signal: wake, unlink } = linkSignals(signal, notice.signal);
        await sleep(clock, lookEveryMs, wake);
        unlink();
        notice = new AbortController();
      },
      end,
    };
  }

  return {
    async claim(key, call, signal) {
      signal.throwIfAborted();
      const own: OwnClaim = { id: newId(), key, call, leaving: false, awaited: new Set() };
      let waiting: ReturnType<typeof watch> | undefined;
      let away: StoreAway | undefined;
      try {
        for (;;) {
          try {
            await untilAborted(life.shown(), signal);
            const found = await takeUntil(own, signal);
            if (found.state === 'free') return { state: 'claimed', claim: open(own, signal) };
            if (found.state !== 'wait') return found;
            away = undefined;
            if (waiting !== undefined) await waiting.next();
            // What happened before the watch began has to be looked at.
            else waiting = watch(key, signal);
          } catch (error) {
            if (!(error instanceof StoreAway)) throw error;
            away = error;
            awayAt = clock.now();
            await sleep(clock, retryMs, signal);
          }
          if (signal.aborted) throw away ?? signal.reason;
        }
      } catch (error) {
        // The claim may have been made all the same.
        if (own.taking !== undefined) void settle(own, undefined);
        throw error;
      } finally {
        waiting?.end();
      }
    },
    async fieldsSet(contact) {
      const fields = fieldsDocument(contact);
      const id = newId();
      const setAt = clock.now();
      await reports.make(
        () =>
          store.transact([fields], (transaction) => {
            const present = transaction.read(fields);
            const at = time.earliest(setAt);
            if (present !== undefined && present.at <= at) transaction.write(fields, { id, at }, keepMs);
          }),
        longestMs,
      );
    },
    async close() {
      await reports.close();
      life.close();
    },
  };
}

/** What is stored of an outcome. */
function stored(outcome: SendOutcome) {
  if (outcome.state === 'unknown') return { state: 'unknown', kind: outcome.failure.kind } as const;
  const isSmall = (JSON.stringify(outcome.data) ?? '').length <= maxDataLength;
  return { state: 'done', data: isSmall ? outcome.data : undefined } as const;
}
