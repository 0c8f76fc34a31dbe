import { type Answered, deadlineMs, type Observed } from './run.js';

/*
 * What must hold of every sequence, by what is seen from outside: what each call was told, and what was done. It knows
 * nothing of how sends are guarded; the two times below are those that are promised to users.
 */

/** A send whose call was answered as fast as this may be asked for again: its caller knows that it was made. */
const promptMs = 3_000;
/** A send is not made again within this time of its outcome. */
const rememberedMs = 300_000;

/** What a call says of its deed. */
type Said = 'done' | 'done before' | 'not done' | 'unknown';

function saidOf({ outcome }: Answered): Said {
  // A call that threw has said nothing; that it threw is told by a rule of its own.
  if (outcome === undefined) return 'unknown';
  if (outcome.ok) return outcome.result.warnings === undefined ? 'done' : 'done before';
  return outcome.failure.performed === 'no' ? 'not done' : 'unknown';
}

/** Whether a call may do the deed although an earlier call of the same may have done it. */
function mayDoAgain(call: Answered, earlier: readonly Answered[]): boolean {
  return earlier.some((other) => {
    if (other.answeredAt > call.askedAt) return false;
    if (call.askedAt - other.answeredAt >= rememberedMs) return true;
    return saidOf(other) === 'done' && !other.cancelled && other.answeredAt - other.askedAt <= promptMs;
  });
}

/** The calls of a deed, in the order in which they were asked for, and how often it was done. */
interface Tally {
  readonly deed: string;
  readonly calls: readonly Answered[];
  readonly done: number;
}

function tallied({ calls, deeds }: Observed): Tally[] {
  const all = new Set([...calls.flatMap(({ step }) => step.deed ?? []), ...deeds]);
  return [...all].map((deed) => ({
    deed,
    calls: calls.filter(({ step }) => step.deed === deed),
    done: deeds.filter((each) => each === deed).length,
  }));
}

/** What does not hold of a deed, in words. */
function wrongOf({ deed, calls, done }: Tally): string[] {
  const said = (...words: Said[]): number => calls.filter((call) => words.includes(saidOf(call))).length;
  const again = calls.filter((call, index) => mayDoAgain(call, calls.slice(0, index))).length;
  const most = Math.min(calls.length, 1 + again);
  return [
    done > most && `was done ${done} times, for ${calls.length} call(s) of which ${again} may do it again`,
    done < said('done') && `was done ${done} times and said to be done ${said('done')} times`,
    done > said('done', 'unknown') && 'was done and said not to be',
    done === 0 && said('done before') > 0 && 'was said to have been done before, and was not',
  ].flatMap((wrong) => (wrong === false ? [] : [`"${deed}" ${wrong}`]));
}

/** What does not hold of a call by itself. */
function wrongIn({ step: { tool, cancel, deed }, outcome, askedAt, answeredAt }: Answered): string[] {
  if (outcome === undefined) return [`${tool} threw`];
  const failure = outcome.ok ? undefined : outcome.failure;
  const givenUp = failure?.kind === 'cancelled';
  const untouched = givenUp && failure.performed === 'no';
  const early = answeredAt - askedAt < 0.9 * deadlineMs;
  return [
    ...(failure?.kind === 'internal' ? [`${tool}: ${failure.message}`] : []),
    // Once it has left, the answer of what must not be done twice is waited for until the deadline.
    ...(givenUp && !untouched && early && deed !== undefined ? [`${tool} was given up on its way`] : []),
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
