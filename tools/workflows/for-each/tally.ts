import { type Failure, failureLine, type Kind } from '../../contract/failure.js';
import type { Result } from '../../contract/json.js';
import { concernsAll } from './stop-rules.js';

/** What became of one contact; `done before` if an earlier call had already sent it the same. */
type ContactOutcome = 'done' | 'done before' | Failure;

/** Where the result lists a contact. */
type Category = 'done' | 'failed' | 'unknown' | 'remaining';

/** Whether the contact's turn did not come in time: nothing was sent, and a later call can do it. */
const isUnattempted = ({ kind, performed }: Failure): boolean =>
  performed === 'no' && (kind === 'cancelled' || kind === 'timeout' || kind === 'rate_limited');

function categoryOf(outcome: ContactOutcome): Category {
  if (typeof outcome === 'string') return 'done';
  if (isUnattempted(outcome) || (outcome.performed === 'no' && concernsAll(outcome))) return 'remaining';
  return outcome.performed === 'unknown' && !outcome.retryable ? 'unknown' : 'failed';
}

/** The category once the job has stopped: a contact that an outage kept from its turn can have it after the outage. */
function categoryAfterStop(outcome: ContactOutcome): Category {
  const unsent = typeof outcome !== 'string' && outcome.performed === 'no' && outcome.retryable;
  return unsent ? 'remaining' : categoryOf(outcome);
}

const doneBeforeText = (count: number): string =>
  `${count} of those done were already sent the same by an earlier call whose response may have been lost, so it was not sent again. To send it again on purpose, change it or wait 5 minutes.`;

/** Why contacts remain although no failure stopped the job. */
const remainingText = (waitSeconds: number): string =>
  waitSeconds > 0
    ? `The rate limits left no room for those in remaining: call again with only them in ${waitSeconds} seconds.`
    : 'The time of this call was up: call again with only those in remaining.';

/** Records what becomes of each contact and puts the result together. */
export interface Tally {
  add(id: string, outcome: ContactOutcome): void;
  /** Contacts that are done, failed or unknown. */
  settledCount(): number;
  progressText(): string;
  /**
   * The result of the tool, each list in the order of the ids.
   * @param stoppedBy the failure that stopped the job.
   */
  result(stoppedBy: Failure | undefined): Result & { readonly remaining: readonly string[] };
}

/** Creates the tally of a job for these contacts. */
export function createTally(ids: readonly string[]): Tally {
  const outcomes = new Map<string, ContactOutcome>();
  const counts: Record<Category, number> = { done: 0, failed: 0, unknown: 0, remaining: 0 };
  /** One failure of each kind; one from upstream explains more than a refusal of this server. */
  const errors = new Map<Kind, Failure>();
  let doneBefore = 0;
  let waitSeconds = 0;

  function add(id: string, outcome: ContactOutcome): void {
    outcomes.set(id, outcome);
    const category = categoryOf(outcome);
    counts[category] += 1;
    if (outcome === 'done before') doneBefore += 1;
    if (typeof outcome === 'string') return;
    if (isUnattempted(outcome)) waitSeconds = Math.max(waitSeconds, outcome.retry_after_s ?? 0);
    const known = errors.get(outcome.kind);
    if (category !== 'remaining' && (known === undefined || known.source === 'client')) {
      errors.set(outcome.kind, outcome);
    }
  }

  function result(stoppedBy: Failure | undefined): ReturnType<Tally['result']> {
    const lists: Record<Category, string[]> = { done: [], failed: [], unknown: [], remaining: [] };
    const failed = new Map<Kind, string[]>();
    for (const id of ids) {
      const outcome = outcomes.get(id);
      const category =
        outcome === undefined
          ? 'remaining'
          : stoppedBy === undefined
            ? categoryOf(outcome)
            : categoryAfterStop(outcome);
      lists[category].push(id);
      if (category === 'failed' && outcome !== undefined && typeof outcome !== 'string') {
        failed.set(outcome.kind, [...(failed.get(outcome.kind) ?? []), id]);
      }
    }
    const { done, unknown, remaining } = lists;
    const warnings = [
      ...(doneBefore > 0 ? [doneBeforeText(doneBefore)] : []),
      ...(remaining.length > 0 && stoppedBy === undefined ? [remainingText(waitSeconds)] : []),
    ];
    return {
      done: done.length,
      failed: [...failed].map(([error, subscriber_ids]) => ({ error, subscriber_ids })),
      unknown,
      remaining,
      ...(errors.size > 0 && {
        errors: [...errors.values()].map(({ kind, message, hint }) => ({ kind, message, hint })),
      }),
      ...(waitSeconds > 0 && { retry_after_s: waitSeconds }),
      ...(warnings.length > 0 && { warnings }),
      ...(stoppedBy !== undefined && {
        stopped: failureLine(stoppedBy),
      }),
    };
  }

  return {
    add,
    settledCount: () => counts.done + counts.failed + counts.unknown,
    progressText() {
      const problems = counts.failed + counts.unknown;
      return `${counts.done} done${problems === 0 ? '' : `, ${problems} failed or unknown`}`;
    },
    result,
  };
}
