import { effectRules } from '../../../../tools/contract/effect.js';
import { CallError, type Failure } from '../../../../tools/contract/failure.js';
import type { Result } from '../../../../tools/contract/json.js';
import { clipped } from '../../../../tools/contract/quoted.js';
import type { InOrder, Step, Steps, Workflow } from '../../../../tools/contract/workflow.js';
import type { Departure } from '../../../upstream/departure.js';
import { alreadySent, type Held } from '../../send-guard/guarded-sends.js';
import { sendInOneForm } from '../../send-guard/one-form.js';

type StepOutcome = 'Done' | 'Failed' | 'Outcome unknown' | 'Not done';

/** A finished step, as it is reported. */
interface FinishedStep {
  readonly what: string;
  readonly outcome: StepOutcome;
  /** It changes or sends something. */
  readonly changes: boolean;
}

/** Steps named in one line of the report, and characters of each. */
const maxNamed = 5;
const maxNameLength = 240;

function lineOf(outcome: StepOutcome, names: readonly string[]): string {
  const named = names.slice(0, maxNamed).map((name) => clipped(name, maxNameLength));
  const left = names.length - named.length;
  return `${outcome}: ${[...named, ...(left > 0 ? [`and ${left} more`] : [])].join('; ')}.`;
}

/** One line per run of consecutive steps with the same outcome; identical lines are merged. */
function reportOf(finished: readonly FinishedStep[]): string[] {
  const runs: { readonly outcome: StepOutcome; readonly names: string[] }[] = [];
  for (const { what, outcome } of finished) {
    const last = runs.at(-1);
    if (last?.outcome === outcome) last.names.push(what);
    else runs.push({ outcome, names: [what] });
  }
  return [...new Set(runs.map(({ outcome, names }) => lineOf(outcome, names)))];
}

/** Whether a failure reports steps that were carried out before it. */
export const reportsDone = ({ details = [] }: Failure): boolean =>
  details.some((detail) => detail.startsWith('Done: '));

/** The failure with the outcome of every step. A single step needs no report. */
function withReport(error: unknown, finished: readonly FinishedStep[]): unknown {
  if (!(error instanceof CallError) || finished.length <= 1) return error;
  const { hint, details = [] } = error.failure;
  const stays = finished.some(({ outcome, changes }) => outcome === 'Done' && changes);
  return error.with({
    ...error.failure,
    hint: stays ? `${hint} The steps that details list as Done were carried out and stay in effect.` : hint,
    details: [...reportOf(finished), ...details],
  });
}

const outcomeOf = (error: unknown): StepOutcome => {
  const performed = error instanceof CallError ? error.failure.performed : 'no';
  return performed === 'no' ? 'Failed' : performed === 'unknown' ? 'Outcome unknown' : 'Done';
};

const warningsOf = ({ warnings }: Result): readonly unknown[] => (Array.isArray(warnings) ? warnings : []);

/** Requests that a dry run shows; the others are counted. */
const maxShown = 20;

/** The result of a workflow in a dry run: the requests of its steps. */
function dryRunOf(requests: readonly unknown[], warnings: readonly unknown[]): Result {
  const more = requests.length - maxShown;
  return {
    dry_run: true,
    requests: requests.slice(0, maxShown),
    ...(more > 0 && { more_requests: more }),
    ...(warnings.length > 0 && { warnings }),
  };
}

/** What the steps of a workflow run with. */
export interface StepSide extends Omit<Steps, 'call' | 'inOrder' | 'inOneForm'> {
  /** Performs a step; `held` is the claim of its send, if it was claimed before. `departures` are told when it leaves. */
  perform(step: Step, held?: Held, departures?: readonly Departure[]): Promise<Result>;
  /**
   * Claims the send of a step; undefined if it sends nothing.
   * @throws CallError if it must not be sent.
   */
  hold(step: Step): Promise<Held | undefined>;
}

/**
 * Runs a workflow.
 * @throws CallError of the step that failed, with a report of all steps in its details.
 */
export async function runWorkflow(workflow: Workflow, input: Result, side: StepSide): Promise<Result> {
  const finished: FinishedStep[] = [];
  const warnings = new Set<unknown>();
  const shown: unknown[] = [];
  function record({ what, quiet, endpoint }: Step, outcome: StepOutcome): void {
    if (quiet !== true) finished.push({ what, outcome, changes: !effectRules[endpoint.effect].readOnly });
  }
  async function call(step: Step, held?: Held, departures?: readonly Departure[]): Promise<Result> {
    try {
      const result = await side.perform(step, held, departures);
      if (result.dry_run === true && Array.isArray(result.requests)) shown.push(...result.requests);
      record(step, result.dry_run === true ? 'Not done' : 'Done');
      // Warnings of a read are for its direct caller.
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
  /** Claims the send at the end of the steps, so that nothing is changed before a send that will be refused. */
  async function holdLast(steps: readonly Step[]): Promise<Held | undefined> {
    const last = steps.at(-1);
    try {
      return last && (await side.hold(last));
    } catch (error) {
      for (const step of steps) record(step, 'Not done');
      throw error;
    }
  }
  async function inOrder(steps: readonly Step[]): Promise<InOrder> {
    const held = await holdLast(steps);
    if (held?.state === 'done') {
      if (steps.at(-1)?.quiet !== true) warnings.add(alreadySent(held));
      return { outcome: 'done before' };
    }
    const results: Result[] = [];
    try {
      for (const [index, step] of steps.entries()) {
        const isLast = index === steps.length - 1;
        const result = await call(step, isLast ? held : undefined).catch((error: unknown) => {
          for (const open of steps.slice(index + 1)) record(open, 'Not done');
          throw error;
        });
        results.push(result);
      }
      return { outcome: 'done', results };
    } finally {
      await held?.claim.release();
    }
  }
  const inOneForm: Steps['inOneForm'] = (asked, forms, send) =>
    sendInOneForm(asked, forms, send, { hold: side.hold, perform: call, onWarning: (text) => warnings.add(text) });
  try {
    const result = await workflow.run(input, { ...side, call: (step) => call(step), inOrder, inOneForm });
    const all = [...warnings, ...warningsOf(result)];
    if (shown.length > 0) return dryRunOf(shown, all);
    return all.length === 0 ? result : { ...result, warnings: all };
  } catch (error) {
    throw withReport(error, finished);
  }
}
