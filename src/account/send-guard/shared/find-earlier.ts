import { kindMeanings } from '../../../../tools/contract/failure.js';
import type { Transaction } from '../../../store/shared-store.js';
import type { StoreTime } from '../../../store/store-time.js';
import type { Clock } from '../../../upstream/clock.js';
import { judge, longestMs, maxCallMs, type SendOutcome } from '../rules.js';
import { type Earlier, type SendingCall, type SendKey, senderOf } from '../send-guard.js';
import { isSetAfter } from './marks.js';
import type { OwnCalls } from './own-calls.js';
import { callDocument, fieldsDocument, processDocument, sendDocument } from './send-records.js';

/** After the store was away, processes have this long to give their next sign of life, in milliseconds. */
const graceMs = 3_000;

/** The documents that a record refers to: they are known once it has been read. */
export interface Known {
  readonly process?: string;
  readonly call?: string;
}

/** What a call finds. `look`: another document has to be read first. */
export type Found =
  | Earlier
  | { readonly state: 'free' }
  | { readonly state: 'wait' }
  | { readonly state: 'look'; readonly known: Known };

/** A claim of this process. */
export interface OwnClaim {
  readonly id: string;
  readonly key: SendKey;
  readonly call: SendingCall;
  /** Whether a request is about to leave or has left. */
  leaving: boolean;
  /** The last attempt to claim it or to leave. */
  taking?: Promise<unknown>;
  /** The claims whose end it has waited for. */
  readonly awaited: Set<string>;
}

/** The process that looks. */
export interface Finder {
  readonly process: string;
  readonly clock: Clock;
  readonly time: StoreTime;
  readonly calls: OwnCalls;
  /** When it last found the store away, by its clock. */
  readonly awayAt: number;
}

/** The failure of a send whose process recorded no outcome. */
const noOutcome = {
  kind: 'timeout',
  message: 'the process that sent it has recorded no outcome',
  hint: '',
  retryable: false,
  performed: 'unknown',
  source: 'client',
} as const;

/** What a claim finds in the documents that are known so far. */
export function findIn(
  transaction: Transaction,
  { id, key, call, awaited }: OwnClaim,
  known: Known,
  { process, clock, time, calls, awayAt }: Finder,
): Found {
  const record = transaction.read(sendDocument(key.send));
  const ageOf = (at: number): number => Math.max(0, time.withoutSteps(at) - at);
  const unknown = (at: number): Earlier => {
    const agoMs = ageOf(at);
    return { state: 'unknown', failure: noOutcome, agoMs, leftMs: longestMs - agoMs, isOthers: false };
  };
  if (record === 'unreadable') return unknown(transaction.now);
  const { claim, remembered } = record ?? {};
  if (claim !== undefined && claim.id !== id) {
    const isOwn = claim.process === process;
    if (!isOwn && claim.process !== known.process) return { state: 'look', known: { process: claim.process } };
    const { backSince = Number.NEGATIVE_INFINITY } = transaction;
    const isPatient = clock.now() - awayAt < graceMs || transaction.now - backSince < graceMs;
    const lives = isOwn || isPatient || transaction.read(processDocument(claim.process)) !== undefined;
    if (lives && ageOf(claim.at) <= maxCallMs) {
      awaited.add(claim.id);
      return { state: 'wait' };
    }
    if (claim.leaving && ageOf(claim.at) < longestMs) return unknown(claim.at);
  }
  if (remembered === undefined) return { state: 'free' };
  const own = calls.find(remembered.call);
  if (own === undefined && remembered.call !== known.call)
    return { state: 'look', known: { ...known, call: remembered.call } };
  const now = time.withoutSteps(remembered.at);
  const { arrivedAt } = call.delivery;
  // Two calls of this process are compared by its own clock.
  const ownAhead = now - clock.now();
  const times = own?.times(ownAhead) ??
    transaction.read(callDocument(remembered.call)) ?? { arrivedAt: remembered.at, cancelled: false };
  if (remembered.outcome.state === 'done' && remembered.fields !== undefined && key.flowOf !== undefined) {
    if (isSetAfter(transaction.read(fieldsDocument(key.flowOf)), remembered)) return { state: 'free' };
  }
  const outcome: SendOutcome =
    remembered.outcome.state === 'done'
      ? { state: 'done', data: remembered.outcome.data }
      : { state: 'unknown', failure: own?.failures.get(remembered.id) ?? failureOf(remembered.outcome.kind) };
  const isOthers = (remembered.by ?? senderOf({})) !== senderOf(call);
  const send = { ...remembered, outcome, call: times, isOthers, inOrder: false, awaited: awaited.has(remembered.id) };
  return judge(send, own === undefined ? time.earliest(arrivedAt) : arrivedAt + ownAhead, now) ?? { state: 'free' };
}

/** The failure of a send by another process: only its kind is stored. */
const failureOf = (kind: keyof typeof kindMeanings) => ({ ...noOutcome, kind, message: kindMeanings[kind] });
