import type { Result } from '../../../tools/contract/json.js';
import { type Answered, deadlineMs, type Observed } from './run.js';

/*
 * What must hold of every sequence, by what is seen from outside: what each call was told, and what was done. It knows
 * nothing of how sends are guarded; the two times below are those that are promised to users.
 */

/** A send whose call was answered as fast as this may be asked for again: its caller knows that it was made. */
const promptMs = 3_000;
/** A send is not made again within this time of its outcome. */
const rememberedMs = 300_000;

/** What a call says of a deed; of one for many contacts it says only how many were done before. */
type Said = 'done' | 'done before' | 'done, perhaps before' | 'not done' | 'unknown';

const holds = (list: unknown, id: string): boolean => Array.isArray(list) && list.includes(id);

/** What one for many says of the contact of a deed. */
function saidOfContact({ unknown, failed, remaining, warnings }: Result, deed: string): Said {
  const [id = ''] = deed.split(' ');
  if (holds(unknown, id)) return 'unknown';
  const refused = Array.isArray(failed) && failed.some(({ subscriber_ids: ids }) => holds(ids, id));
  if (refused || holds(remaining, id)) return 'not done';
  return JSON.stringify(warnings ?? '').includes('of those done were already sent the same')
    ? 'done, perhaps before'
    : 'done';
}

function saidOf({ outcome, step }: Answered, deed: string): Said {
  // A call that threw has said nothing; that it threw is told by a rule of its own.
  if (outcome === undefined) return 'unknown';
  if (!outcome.ok) return outcome.failure.performed === 'no' ? 'not done' : 'unknown';
  if (step.many) return saidOfContact(outcome.result, deed);
  return outcome.result.warnings === undefined ? 'done' : 'done before';
}

/** Whether a call may do the deed although an earlier call of the same may have done it. */
function mayDoAgain(call: Answered, earlier: readonly Answered[], deed: string): boolean {
  return earlier.some((other) => {
    if (other.answeredAt > call.askedAt) return false;
    if (call.askedAt - other.answeredAt >= rememberedMs) return true;
    const prompt = !other.cancelled && other.answeredAt - other.askedAt <= promptMs;
    return saidOf(other, deed) === 'done' && prompt && !other.step.many;
  });
}

/** The calls of a deed, in the order in which they were asked for, and how often it was done. */
interface Tally {
  readonly deed: string;
  readonly calls: readonly Answered[];
  readonly done: number;
}

function tallied({ calls, deeds }: Observed): Tally[] {
  const all = new Set([...calls.flatMap(({ step }) => step.deeds), ...deeds]);
  return [...all].map((deed) => ({
    deed,
    calls: calls.filter(({ step }) => step.deeds.includes(deed)),
    done: deeds.filter((each) => each === deed).length,
  }));
}

/** What does not hold of a deed, in words. */
function wrongOf({ deed, calls, done }: Tally): string[] {
  const said = (...words: Said[]): number => calls.filter((call) => words.includes(saidOf(call, deed))).length;
  const again = calls.filter((call, index) => mayDoAgain(call, calls.slice(0, index), deed)).length;
  const most = Math.min(calls.length, 1 + again);
  return [
    done > most && `was done ${done} times, for ${calls.length} call(s) of which ${again} may do it again`,
    done < said('done') && `was done ${done} times and said to be done ${said('done')} times`,
    done > said('done', 'unknown', 'done, perhaps before') && 'was done and said not to be',
    done === 0 && said('done before', 'done, perhaps before') > 0 && 'was said to have been done before, and was not',
  ].flatMap((wrong) => (wrong === false ? [] : [`"${deed}" ${wrong}`]));
}

/** What does not hold of a call by itself. */
function wrongIn({ step: { tool, cancel, deeds }, outcome, askedAt, answeredAt }: Answered): string[] {
  if (outcome === undefined) return [`${tool} threw`];
  const failure = outcome.ok ? undefined : outcome.failure;
  const givenUp = failure?.kind === 'cancelled';
  const untouched = givenUp && failure.performed === 'no';
  const early = answeredAt - askedAt < 0.9 * deadlineMs;
  return [
    ...(failure?.kind === 'internal' ? [`${tool}: ${failure.message}`] : []),
    // Once it has left, the answer of what must not be done twice is waited for until the deadline.
    ...(givenUp && !untouched && early && deeds.length > 0 ? [`${tool} was given up on its way`] : []),
    ...(cancel === 'before' && !untouched ? [`${tool} was cancelled beforehand and made all the same`] : []),
  ];
}

/** What does not hold of a sequence, in words; nothing where all is well. */
export function violations(observed: Observed): string[] {
  const { calls, logLines } = observed;
  return [
    ...tallied(observed).flatMap(wrongOf),
    ...calls.flatMap(wrongIn),
    ...(logLines === calls.length ? [] : [`${calls.length} calls, ${logLines} log lines`]),
  ];
}
