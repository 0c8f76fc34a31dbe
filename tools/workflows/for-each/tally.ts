import { type Failure, failureLine, type Kind } from '../../contract/failure.js';
import type { Result } from '../../contract/json.js';
import type { ContactOutcome, Turns } from '../../contract/workflow.js';
import type { ActionDone } from './action.js';
import { concernsAll } from './stop-rules.js';

/** What one contact's turn came to. */
type TurnOutcome = ActionDone | Failure;

const isDone = (outcome: TurnOutcome): outcome is ActionDone => 'outcome' in outcome;

/** Where a contact is counted. */
type Category = 'done' | 'failed' | 'unknown' | 'remaining';

/** Whether the contact's turn did not come in time: nothing was sent, and a later call can do it. */
const isUnattempted = ({ kind, performed }: Failure): boolean =>
  performed === 'no' && (kind === 'cancelled' || kind === 'timeout' || kind === 'rate_limited');

/** Why contacts remain although no failure stopped the job. */
const remainingText = (waitSeconds: number): string =>
  waitSeconds > 0
    ? `The rate limits left no room for the remaining contacts: go on in ${waitSeconds} seconds.`
    : 'The time of this call was up before every contact had its turn.';

/** A contact whose outcome was never recorded. */
const unrecorded: ContactOutcome = { state: 'unknown', failure: { kind: 'internal' } };

/** What a tally starts with. */
export interface TallySide {
  readonly turns: Pick<Turns, 'handle' | 'repeated' | 'outcomes'>;
  /** Whether the job sends something, so that what is done was accepted, and may not have arrived. */
  readonly sends: boolean;
  /** Whether a failure that the arguments caused says nothing about other contacts, which have other values. */
  readonly ownValues: boolean;
}

/** Records what becomes of each contact and puts the result together. */
export interface Tally {
  /** Returns the outcome to record; undefined if the contact's turn is still to come. */
  add(id: string, outcome: TurnOutcome): ContactOutcome | undefined;
  /** Takes back, once a failure has stopped the job, what an outage kept from its turn; returns these contacts. */
  takeBack(): string[];
  /** Contacts that are done, failed or unknown. */
  settledCount(): number;
  progressText(): string;
  /** Whether nothing became of any contact. */
  isUntouched(): boolean;
  /** The contacts that are unknown, and then those that failed. */
  problems(): string[];
  /**
   * The result of the tool, each list in the order of the arguments.
   * @param stoppedBy the failure that stopped the job.
   */
  result(stoppedBy: Failure | undefined): Result;
}

/**
 * Creates the tally of a job.
 * @param listed the contacts in the order of the arguments; one can occur several times.
 */
export function createTally(listed: readonly string[], { turns, sends, ownValues }: TallySide): Tally {
  const ids = [...new Set(listed)];
  const outcomes = new Map<string, ContactOutcome>();
  /** One failure of each kind; one from upstream explains more than a refusal of this server. */
  const errors = new Map<Kind, Failure | Extract<ContactOutcome, { failure: object }>['failure']>();
  /** Contacts that failed without a change: if the job stops, they have their turn again. */
  const repeatable = new Set<string>();
  let waitSeconds = 0;

  function categoryOf(outcome: TurnOutcome): Category {
    if (isDone(outcome)) return 'done';
    if (isUnattempted(outcome) || (outcome.performed === 'no' && concernsAll(outcome, ownValues))) return 'remaining';
    return outcome.performed === 'unknown' && !outcome.retryable ? 'unknown' : 'failed';
  }

  /** Whether a failure is the first of its kind, or explains more than the first. */
  function explains({ kind, source, message }: { kind: Kind; source?: Failure['source']; message?: string }): boolean {
    const known = errors.get(kind);
    return message !== undefined && (known === undefined || (known.source === 'client' && source !== 'client'));
  }

  for (const [id, outcome] of turns.outcomes) {
    const settled = outcome === 'begun' ? unrecorded : outcome;
    outcomes.set(id, settled);
    if (settled.state !== 'done' && explains(settled.failure)) errors.set(settled.failure.kind, settled.failure);
  }
  const earlier = [...outcomes.values()].filter(({ state }) => state === 'done').length;

  function add(id: string, outcome: TurnOutcome): ContactOutcome | undefined {
    const category = categoryOf(outcome);
    if (isDone(outcome)) {
      const { outcome: did, channel } = outcome;
      outcomes.set(id, { state: 'done', ...(did === 'done before' && { before: true }), ...(channel && { channel }) });
      return outcomes.get(id);
    }
    if (isUnattempted(outcome)) waitSeconds = Math.max(waitSeconds, outcome.retry_after_s ?? 0);
    if (category === 'remaining' || category === 'done') return undefined;
    const { kind, message, hint, source } = outcome;
    const isFirst = explains(outcome);
    if (isFirst) errors.set(kind, { kind, message, hint, source });
    if (outcome.performed === 'no' && outcome.retryable) repeatable.add(id);
    const settled: ContactOutcome = { state: category, failure: isFirst ? { kind, message, hint, source } : { kind } };
    outcomes.set(id, settled);
    return settled;
  }

  const inState = (state: ContactOutcome['state']): string[] => ids.filter((id) => outcomes.get(id)?.state === state);

  /** Contacts by the kind of their failure. */
  function failedByKind(): { error: Kind; subscriber_ids: string[] }[] {
    const byKind = new Map<Kind, string[]>();
    for (const id of inState('failed')) byKind.set(kindOf(id), [...(byKind.get(kindOf(id)) ?? []), id]);
    return [...byKind].map(([error, subscriber_ids]) => ({ error, subscriber_ids }));
  }

  function kindOf(id: string): Kind {
    const outcome = outcomes.get(id);
    return outcome === undefined || outcome.state === 'done' ? 'internal' : outcome.failure.kind;
  }

  /** How a later call goes on. */
  function rest(): Result {
    const begun = listed.findLastIndex((id) => outcomes.has(id)) + 1;
    const skipped = [...new Set(listed.slice(0, begun))].filter((id) => !outcomes.has(id));
    return {
      ...(turns.handle !== undefined && { resume: turns.handle }),
      next_index: begun,
      ...(skipped.length > 0 && { skipped }),
    };
  }

  /** How many were done on each channel that was found for them. */
  function channels(): Result {
    const counts: Record<string, number> = {};
    for (const outcome of outcomes.values()) {
      if (outcome.state !== 'done' || outcome.channel === undefined) continue;
      counts[outcome.channel] = (counts[outcome.channel] ?? 0) + 1;
    }
    return Object.keys(counts).length === 0 ? {} : { channels: counts };
  }

  function doneBeforeText(): string[] {
    const own = [...outcomes.values()].filter((outcome) => outcome.state === 'done' && outcome.before === true).length;
    const [count, wait] = turns.repeated ? [Math.max(earlier, own), 'an hour'] : [own, '5 minutes'];
    if (count === 0) return [];
    return [
      `${count} of them were already sent the same by an earlier call whose response may have been lost, so it was not sent again. To send it again on purpose, change it or wait ${wait}.`,
    ];
  }

  function result(stoppedBy: Failure | undefined): Result {
    const done = inState('done').length;
    const remaining = ids.length - outcomes.size;
    const warnings = [
      ...doneBeforeText(),
      ...(remaining > 0 && stoppedBy === undefined ? [remainingText(waitSeconds)] : []),
    ];
    const shown = [...errors.values()].filter(({ kind }) => [...outcomes.keys()].some((id) => kindOf(id) === kind));
    return {
      [sends ? 'accepted' : 'done']: done,
      failed: failedByKind(),
      unknown: inState('unknown'),
      remaining,
      ...(remaining > 0 && rest()),
      ...channels(),
      ...(shown.length > 0 && { errors: shown.map(({ kind, message, hint }) => ({ kind, message, hint })) }),
      ...(remaining > 0 && waitSeconds > 0 && { retry_after_s: waitSeconds }),
      ...(warnings.length > 0 && { warnings }),
      ...(stoppedBy !== undefined && { stopped: failureLine(stoppedBy) }),
    };
  }

  return {
    add,
    takeBack() {
      for (const id of repeatable) outcomes.delete(id);
      return [...repeatable];
    },
    settledCount: () => outcomes.size,
    progressText() {
      const done = inState('done').length;
      const problems = outcomes.size - done;
      return `${done} ${sends ? 'accepted' : 'done'}${problems === 0 ? '' : `, ${problems} failed or unknown`}`;
    },
    isUntouched: () => outcomes.size === 0,
    problems: () => [...inState('unknown'), ...inState('failed')],
    result,
  };
}
