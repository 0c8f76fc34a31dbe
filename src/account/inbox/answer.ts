import type { Exploring } from '../../store/exploring.js';
import { fitsResponse } from './content/response-content.js';
import { contactDocument, type Heard, keptMs, logOf } from './documents.js';
import type { AnswerContent, AnswerState, HeardMessage, LateOutcome } from './inbox.js';
import {
  changeEntry,
  endOf,
  finish,
  listDraft,
  messageOf,
  readHeard,
  readLog,
  stateAt,
  writeHeard,
} from './records.js';

/** A request with less time left than this gets no answer to write, in milliseconds. */
const enoughMs = 1_500;
/** Time for writing the response, in milliseconds. */
const marginMs = 500;
/** Answers of machines by which loops are recognised, for each contact. */
const maxAnswers = 200;

/** What the claim of an answer finds. */
export type Claimed =
  | { readonly state: 'inline' | 'draft' }
  | { readonly state: 'late'; readonly message: HeardMessage }
  | { readonly state: 'refused'; readonly why: AnswerState | 'lost'; readonly message?: HeardMessage };

/** A claim to answer. */
export interface AnswerClaim {
  /** Random, so that no other claim has it. */
  readonly id: string;
  readonly content: AnswerContent;
  /** A person has approved it. */
  readonly approved: boolean;
}

/** Counts an answer of a machine. */
function count(transaction: Exploring, scope: string, { contact: name }: Heard): void {
  const document = contactDocument(scope, name);
  const contact = transaction.read(document);
  if (contact === undefined) return;
  const answers = [...contact.answers, transaction.now].slice(-maxAnswers);
  transaction.write(document, { ...contact, answers }, keptMs);
}

const entryOf = (transaction: Exploring, scope: string, id: string) =>
  readLog(transaction, scope, logOf(id)).find((each) => each.id === id);

/** A message as it stands in the transaction. */
const currentMessage = (transaction: Exploring, scope: string, heard: Heard): HeardMessage =>
  messageOf(heard, entryOf(transaction, scope, heard.id), transaction.now);

/** Whether the waiting request can carry the content and has time for it. */
function canWait({ state, holder, channel }: Heard, content: AnswerContent, now: number): boolean {
  if (state !== 'held' || holder === undefined || holder.until - now < enoughMs) return false;
  // What does not fit is refused by the rules of sending, which can say why.
  return holder.takes === 'text' ? 'text' in content : fitsResponse(content, channel, holder.takes === 'callbacks');
}

/** Claims the answer to a message. Of several claims one succeeds. */
export function claim(
  transaction: Exploring,
  scope: string,
  id: string,
  { id: claimId, content, approved }: AnswerClaim,
): Claimed {
  const { now } = transaction;
  const heard = readHeard(transaction, scope, id);
  if (heard === undefined) return { state: 'refused', why: 'lost' };
  // An attempt of this claim whose outcome was lost.
  const isOwn = heard.claim === claimId && (heard.state === 'inline' || heard.state === 'late');
  const state = stateAt(heard, now);
  if (isOwn && heard.state === 'inline') return { state: 'inline' };
  if (isOwn) return { state: 'late', message: currentMessage(transaction, scope, heard) };
  const isFree = state === 'open' || state === 'held' || (state === 'draft' && approved);
  if (!isFree) return { state: 'refused', why: state, message: currentMessage(transaction, scope, heard) };
  const { holder, ...rest } = heard;
  const next = { ...rest, claim: claimId, answer: content, answeredAt: now, stateAt: now };
  if (heard.mode === 'draft' && !approved) {
    writeHeard(transaction, scope, { ...next, state: 'draft' });
    listDraft(transaction, scope, id, true);
    finish(transaction, scope, id);
    return { state: 'draft' };
  }
  if (state === 'draft') listDraft(transaction, scope, id, false);
  if (!approved) count(transaction, scope, heard);
  if (holder !== undefined && canWait(heard, content, now)) {
    writeHeard(transaction, scope, { ...next, holder: { ...holder, until: holder.until - marginMs }, state: 'inline' });
    return { state: 'inline' };
  }
  writeHeard(transaction, scope, { ...next, state: 'late' });
  return { state: 'late', message: currentMessage(transaction, scope, { ...next, state: 'late' }) };
}

/** How a claimed answer stands. */
export type Progress =
  | { readonly state: 'written' | 'unknown' }
  | { readonly state: 'late'; readonly message: HeardMessage }
  /** Its time was over, and another claim has taken its place. */
  | Extract<Claimed, { readonly state: 'refused' }>
  /** `forMs`: when the state ends by itself. */
  | { readonly state: 'waiting'; readonly forMs: number };

/** How an answer stands that was claimed for a request. If the request has not written it in time, it is `late` from now on. */
export function followClaim(transaction: Exploring, scope: string, id: string, claimId: string): Progress {
  const { now } = transaction;
  const heard = readHeard(transaction, scope, id);
  // It was erased, perhaps after it was written.
  if (heard === undefined) return { state: 'unknown' };
  const state = stateAt(heard, now);
  const refused = { state: 'refused', why: state, message: currentMessage(transaction, scope, heard) } as const;
  if (heard.claim !== claimId) return refused;
  if (state === 'written') return { state };
  if (state === 'unknown') {
    if (heard.state !== 'unknown') settleAs(transaction, scope, heard, 'unknown');
    return { state };
  }
  if (heard.state === 'writing' || state === 'inline') return { state: 'waiting', forMs: (endOf(heard) ?? now) - now };
  if (heard.state === 'inline') {
    const { holder: _, ...rest } = heard;
    const late: Heard = { ...rest, state: 'late', stateAt: now };
    writeHeard(transaction, scope, late);
    return { state: 'late', message: currentMessage(transaction, scope, late) };
  }
  return heard.state === 'late' ? { state: 'late', message: currentMessage(transaction, scope, heard) } : refused;
}

function settleAs(transaction: Exploring, scope: string, heard: Heard, state: 'written' | 'sent' | 'unknown'): void {
  const { holder: _, ...rest } = heard;
  writeHeard(transaction, scope, { ...rest, state, stateAt: transaction.now });
  finish(transaction, scope, heard.id);
}

/**
 * Gives up a claimed answer that is not being written.
 * @returns false if the claim does not stand, or the request writes it.
 */
export function giveUp(transaction: Exploring, scope: string, id: string, claimId: string): boolean {
  const heard = readHeard(transaction, scope, id);
  if (heard?.claim !== claimId || (heard.state !== 'inline' && heard.state !== 'late')) return false;
  notSent(transaction, scope, heard);
  return true;
}

/** Gives up a claim that may not have been made. @returns false if the request may write its answer, or has. */
export function abandonClaim(transaction: Exploring, scope: string, id: string, claimId: string): boolean {
  const heard = readHeard(transaction, scope, id);
  return heard !== undefined && heard.claim !== claimId ? true : giveUp(transaction, scope, id, claimId);
}

/** Notes that it is unknown whether an answer went out, unless another one is being given. */
export function leaveUnknown(transaction: Exploring, scope: string, id: string, claimId: string): boolean {
  const heard = readHeard(transaction, scope, id);
  if (heard === undefined) return false;
  const state = stateAt(heard, transaction.now);
  const isOwn = heard.claim === claimId && (heard.state === 'inline' || heard.state === 'late');
  if (!isOwn && state !== 'open' && state !== 'held') return false;
  settleAs(transaction, scope, heard, 'unknown');
  return true;
}

/** Goes back to before the claim of an answer that certainly did not go out. */
function notSent(transaction: Exploring, scope: string, heard: Heard): void {
  if (heard.mode === 'draft') {
    // A draft stays one, so that the person can approve it again.
    const { holder: _, ...rest } = heard;
    writeHeard(transaction, scope, { ...rest, state: 'draft', stateAt: transaction.now });
    listDraft(transaction, scope, heard.id, true);
    return;
  }
  writeHeard(transaction, scope, withoutAnswer(heard, transaction.now));
  // Another reader may have finished it because it was being answered.
  changeEntry(transaction, scope, heard.id, (entry) => ({ ...entry, done: false }));
}

/** A message that can be answered again. */
function withoutAnswer({ claim: _, answer: __, answeredAt: ___, holder: ____, ...rest }: Heard, now: number): Heard {
  return { ...rest, state: 'open', stateAt: now };
}

/** Notes what a late answer came to. */
export function settleLate(
  transaction: Exploring,
  scope: string,
  id: string,
  claimId: string,
  outcome: LateOutcome,
): void {
  const heard = readHeard(transaction, scope, id);
  if (heard?.claim !== claimId || heard.state !== 'late') return;
  if (outcome !== 'not sent') settleAs(transaction, scope, heard, outcome);
  else notSent(transaction, scope, heard);
}

/** Drops a draft. */
export function rejectDraft(transaction: Exploring, scope: string, id: string): boolean {
  const heard = readHeard(transaction, scope, id);
  if (heard?.state !== 'draft') return false;
  writeHeard(transaction, scope, withoutAnswer(heard, transaction.now));
  listDraft(transaction, scope, id, false);
  return true;
}

/** What the request that holds a message finds. */
export type Hold =
  | { readonly state: 'write'; readonly content: AnswerContent }
  | { readonly state: 'wait'; readonly until: number; readonly now: number }
  | { readonly state: 'over' };

/** Looks, for the request that holds a message, whether there is an answer to write. If so, it is `writing` from now on. */
export function lookHeld(transaction: Exploring, scope: string, id: string, holderId: string): Hold {
  const { now } = transaction;
  const heard = readHeard(transaction, scope, id);
  if (heard?.holder?.id !== holderId) return { state: 'over' };
  const { holder, answer } = heard;
  if (now >= holder.until) {
    if (heard.state === 'held') release(transaction, scope, heard);
    return { state: 'over' };
  }
  if (heard.state === 'held') return { state: 'wait', until: holder.until, now };
  if (heard.state !== 'inline' || answer === undefined) return { state: 'over' };
  writeHeard(transaction, scope, { ...heard, state: 'writing', stateAt: now });
  return { state: 'write', content: answer };
}

/** The request does not wait any more. An answer that was claimed for it is given in another way. */
function release(transaction: Exploring, scope: string, heard: Heard): void {
  const { holder: _, ...rest } = heard;
  const state = heard.state === 'held' ? 'open' : heard.state;
  writeHeard(transaction, scope, { ...rest, state, stateAt: transaction.now });
}

/** Ends the wait of a request. */
export function endHold(transaction: Exploring, scope: string, id: string, holderId: string): void {
  const heard = readHeard(transaction, scope, id);
  if (heard?.holder?.id !== holderId) return;
  if (heard.state === 'held' || heard.state === 'inline') release(transaction, scope, heard);
}

/** Notes whether the response with an answer was written. */
export function confirmHeld(
  transaction: Exploring,
  scope: string,
  id: string,
  holderId: string,
  written: boolean,
): void {
  const heard = readHeard(transaction, scope, id);
  if (heard?.holder?.id !== holderId || heard.state !== 'writing') return;
  settleAs(transaction, scope, heard, written ? 'written' : 'unknown');
}
