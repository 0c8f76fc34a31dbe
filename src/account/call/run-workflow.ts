import { effectRules } from '../../../tools/contract/effect.js';
import { CallError, type Failure } from '../../../tools/contract/failure.js';
import type { Result } from '../../../tools/contract/json.js';
import { clipped } from '../../../tools/contract/quoted.js';
import type { Step, Steps, Workflow } from '../../../tools/contract/workflow.js';
import { alreadySent, type Held } from '../send-guard/guarded-sends.js';

/** What came of a step. */
type StepOutcome = 'Done' | 'Failed' | 'Outcome unknown' | 'Not done';

/** A step as it is reported. */
interface Taken {
  readonly what: string;
  readonly outcome: StepOutcome;
  /** Whether it changes or sends something when it is done. */
  readonly changes: boolean;
}

/** Steps that one line of a report names, and characters of each. */
const mostNamed = 5;
const longestName = 240;

function lineOf(outcome: StepOutcome, names: readonly string[]): string {
  const named = names.slice(0, mostNamed).map((name) => clipped(name, longestName));
  const left = names.length - named.length;
  return `${outcome}: ${[...named, ...(left > 0 ? [`and ${left} more`] : [])].join('; ')}.`;
}

/** A line for each run of steps that came to the same; equal lines, as of a search that was repeated, once. */
function reportOf(taken: readonly Taken[]): string[] {
  const runs: { readonly outcome: StepOutcome; readonly names: string[] }[] = [];
  for (const { what, outcome } of taken) {
    const last = runs.at(-1);
    if (last?.outcome === outcome) last.names.push(what);
    else runs.push({ outcome, names: [what] });
  }
  return [...new Set(runs.map(({ outcome, names }) => lineOf(outcome, names)))];
}

/** Whether a failure reports steps that were done before it. */
export const reportsDone = ({ details = [] }: Failure): boolean =>
  details.some((detail) => detail.startsWith('Done: '));

/** The failure with all steps and what came of them; where there was one step, the failure says it all. */
function withReport(error: unknown, taken: readonly Taken[]): unknown {
  if (!(error instanceof CallError) || taken.length <= 1) return error;
  const { hint, details = [] } = error.failure;
  const stays = taken.some(({ outcome, changes }) => outcome === 'Done' && changes);
  return new CallError(
    {
      ...error.failure,
      hint: stays ? `${hint} What details tell as Done was carried out and stays.` : hint,
      details: [...reportOf(taken), ...details],
    },
    error.outcome,
  );
}

const outcomeOf = (error: unknown): StepOutcome => {
  const performed = error instanceof CallError ? error.failure.performed : 'no';
  return performed === 'no' ? 'Failed' : performed === 'unknown' ? 'Outcome unknown' : 'Done';
};

const warningsOf = ({ warnings }: Result): readonly unknown[] => (Array.isArray(warnings) ? warnings : []);

/** Requests that a dry run shows at most. */
const mostShown = 20;

/** What a dry run tells of a workflow: the requests of its steps, those after the first ones counted. */
function dryRunOf(requests: readonly unknown[], warnings: readonly unknown[]): Result {
  const more = requests.length - mostShown;
  return {
    dry_run: true,
    requests: requests.slice(0, mostShown),
    ...(more > 0 && { more_requests: more }),
    ...(warnings.length > 0 && { warnings }),
  };
}

/** What a workflow's steps are made with. */
export interface StepSide extends Pick<Steps, 'now' | 'timeLeft' | 'progress'> {
  /** `held` is what was claimed for the step before. */
  perform(step: Step, held?: Held): Promise<Result>;
  /**
   * Claims the send that a step makes; undefined where it makes none.
   * @throws CallError where it must not be made.
   */
  hold(step: Step): Promise<Held | undefined>;
}

/**
 * Runs a workflow.
 * @throws CallError of the step that failed, with a report of all steps in its details.
 */
export async function runWorkflow(workflow: Workflow, input: Result, side: StepSide): Promise<Result> {
  const taken: Taken[] = [];
  const warnings = new Set<unknown>();
  const shown: unknown[] = [];
  function record({ what, oneOfMany, endpoint }: Step, outcome: StepOutcome): void {
    if (oneOfMany !== true) taken.push({ what, outcome, changes: !effectRules[endpoint.effect].readOnly });
  }
  async function call(step: Step, held?: Held): Promise<Result> {
    try {
      const result = await side.perform(step, held);
      if (result.dry_run === true && Array.isArray(result.requests)) shown.push(...result.requests);
      record(step, result.dry_run === true ? 'Not done' : 'Done');
      // What a search warns of is for those who search.
      const own = effectRules[step.endpoint.effect].readOnly ? [] : warningsOf(result);
      for (const warning of own) warnings.add(warning);
      return result;
    } catch (error) {
      const instead = error instanceof CallError ? step.recover?.(error.failure) : undefined;
      record(step, instead === undefined ? outcomeOf(error) : 'Done');
      if (instead === undefined) throw error;
      return instead;
    }
  }
  /** Claims the send at the end of some steps, so that nothing is changed for one that will not be made. */
  async function holdLast(steps: readonly Step[]): Promise<Held | undefined> {
    const last = steps.at(-1);
    try {
      return last && (await side.hold(last));
    } catch (error) {
      for (const step of steps) record(step, 'Not done');
      throw error;
    }
  }
  async function inOrder(steps: readonly Step[]): Promise<'done' | 'done before'> {
    const held = await holdLast(steps);
    if (held?.state === 'done') {
      if (steps.at(-1)?.oneOfMany !== true) warnings.add(alreadySent(held));
      return 'done before';
    }
    try {
      for (const [index, step] of steps.entries()) {
        const isLast = index === steps.length - 1;
        await call(step, isLast ? held : undefined).catch((error: unknown) => {
          for (const open of steps.slice(index + 1)) record(open, 'Not done');
          throw error;
        });
      }
      return 'done';
    } finally {
      await held?.claim.release();
    }
  }
  try {
    const result = await workflow.run(input, { ...side, call, inOrder });
    const all = [...warnings, ...warningsOf(result)];
    if (shown.length > 0) return dryRunOf(shown, all);
    return all.length === 0 ? result : { ...result, warnings: all };
  } catch (error) {
    throw withReport(error, taken);
  }
}
