import type { Result } from '../../../tools/contract/json.js';
import type { Step } from './draw.js';
import { type Answered, deadlineMs, type Observed } from './run.js';

/*
 * The rules for every sequence, judged from outside: what each call reported, and what was performed. They know nothing
 * of how the send guard works; the two times below are those promised to users.
 */

/** A send may be repeated if its call was answered within this time: its caller knows that it was made. */
const promptMs = 3_000;
/** Otherwise an identical send is not made again within this time of its outcome. */
const rememberedMs = 300_000;

/** What a call reports about a deed. A call for many contacts reports only how many were done before. */
type Said = 'done' | 'done before' | 'done, perhaps before' | 'not done' | 'unknown';

const holds = (list: unknown, id: string): boolean => Array.isArray(list) && list.includes(id);

/** What a call for many contacts reports about the contact of a deed. */
function saidOfContact({ args }: Step, result: Result, deed: string): Said {
  const { unknown, failed, skipped, next_index: next, warnings } = result;
  const [id = ''] = deed.split(' ');
  const listed = Array.isArray(args.subscriber_ids) ? args.subscriber_ids : [];
  const isOpen = holds(skipped, id) || (typeof next === 'number' && listed.indexOf(id) >= next);
  if (holds(unknown, id)) return 'unknown';
  const refused = Array.isArray(failed) && failed.some(({ subscriber_ids: ids }) => holds(ids, id));
  if (refused || isOpen) return 'not done';
  return JSON.stringify(warnings ?? '').includes('of them were already sent the same')
    ? 'done, perhaps before'
    : 'done';
}

function saidOf({ outcome, step }: Answered, deed: string): Said {
  // A call that threw reported nothing; another rule reports that it threw.
  if (outcome === undefined) return 'unknown';
  if (!outcome.ok) return outcome.failure.performed === 'no' ? 'not done' : 'unknown';
  if (step.many) return saidOfContact(step, outcome.result, deed);
  return outcome.result.warnings === undefined ? 'done' : 'done before';
}

/** Whether a call may perform a deed although an earlier call may have performed it. */
function mayDoAgain(call: Answered, earlier: readonly Answered[], deed: string): boolean {
  return earlier.some((other) => {
    if (other.answeredAt > call.askedAt) return false;
    if (call.askedAt - other.answeredAt >= rememberedMs) return true;
    const prompt = !other.cancelled && other.answeredAt - other.askedAt <= promptMs;
    return saidOf(other, deed) === 'done' && prompt && !other.step.many;
  });
}

/** The calls of a deed in order, and how often it was performed. */
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

/** The violations of a deed. */
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

/** The violations of a single call. */
function wrongIn({ step: { tool, cancel, deeds }, outcome, askedAt, answeredAt }: Answered): string[] {
  if (outcome === undefined) return [`${tool} threw`];
  const failure = outcome.ok ? undefined : outcome.failure;
  const givenUp = failure?.kind === 'cancelled';
  const untouched = givenUp && failure.performed === 'no';
  const early = answeredAt - askedAt < 0.9 * deadlineMs;
  return [
    ...(failure?.kind === 'internal' ? [`${tool}: ${failure.message}`] : []),
    // Once a non-idempotent request has departed, its response is awaited until the deadline.
    ...(givenUp && !untouched && early && deeds.length > 0 ? [`${tool} was cancelled while in flight`] : []),
    ...(cancel === 'before' && !untouched ? [`${tool} was cancelled beforehand but made`] : []),
  ];
}

/** The violations of a sequence as sentences; empty if there are none. */
export function violations(observed: Observed): string[] {
  const { calls, logLines } = observed;
  return [
    ...tallied(observed).flatMap(wrongOf),
    ...calls.flatMap(wrongIn),
    ...(logLines === calls.length ? [] : [`${calls.length} calls, ${logLines} log lines`]),
  ];
}
