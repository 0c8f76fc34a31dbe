import type { Result } from '../../../tools/contract/json.js';
import type { MeantName } from '../call/call-context.js';

/** A call that waits for the user's answer to a question about it. */
interface PendingCall {
  readonly step: 'question';
  /** Names the question, which can be answered once. */
  readonly id: string;
  readonly tool: string;
  /** Hash of the arguments: the answer holds for no others. */
  readonly inputHash: string;
  /** The connection the question named; undefined where the call uses none. */
  readonly connectionId?: string | undefined;
  /** What the question says that names in the arguments mean. */
  readonly names?: readonly MeantName[] | undefined;
}

/** A call that was carried out, and whose link is shown to the user. */
interface FinishedCall {
  readonly step: 'result';
  readonly tool: string;
  readonly result: Result;
}

/** A state that is not accepted. `invalid`: forged, changed, signed with another key, or issued to another principal. */
export interface RefusedState {
  readonly step: 'refused';
  readonly reason: 'expired' | 'invalid';
}

/** What a state that a client sent back turned out to be. */
export type VerifiedState = PendingCall | FinishedCall | RefusedState;

/** A tool with the arguments of one call. */
interface ToolInput {
  readonly tool: string;
  readonly input: unknown;
}

/**
 * What a client carries from one request of a tool call to the next. A state is signed, expires, and is bound to the
 * principal and the tool it was issued for. It is not encrypted: its holder can read it.
 */
export interface RequestState {
  /** The state of a call that waits for the user's answer. Rejects when the question cannot be stored. */
  issueQuestion(call: ToolInput & Pick<PendingCall, 'connectionId' | 'names'>, principal: string): Promise<string>;
  /** The state of a call that was carried out. Its result can be read until the state expires. */
  issueResult(call: Omit<FinishedCall, 'step'>, principal: string): Promise<string>;
  /** Reads a state that `principal` sent. Never rejects. */
  verify(state: string, principal: string): Promise<VerifiedState>;
  /**
   * Uses up a question. True if it was asked about this very call and is open. Of several callers, also in other
   * processes that share the store, one gets true. Rejects when the store cannot be reached.
   */
  redeem(pending: PendingCall, call: ToolInput): Promise<boolean>;
}

/**
 * Remembers the questions that are open, not those that were answered: an entry that was evicted is refused, never
 * accepted twice.
 */
export interface OpenQuestions {
  /**
   * @param ttlSeconds after which the entry may be dropped, since the question's state has expired.
   * @param owner whom the question is put to. Where there is a bound, no owner can push out the entries of others.
   */
  add(id: string, ttlSeconds: number, owner: string): Promise<void>;
  /** Removes an entry, atomically. True if it was there. */
  take(id: string): Promise<boolean>;
}
