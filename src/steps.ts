import type { Result } from '../tools/endpoint.js';
import { CallError } from '../tools/failure.js';
import type { Step, Steps, Workflow } from '../tools/workflow.js';

/** Where a workflow stands. */
interface Report {
  readonly done: string[];
  failed?: { readonly what: string; readonly error: unknown };
  open: readonly string[];
}

/** The failure with the steps that were done before it, the one that failed, and those that were not begun. */
function withReport(error: unknown, { done, failed, open }: Report): unknown {
  if (!(error instanceof CallError) || (done.length === 0 && open.length === 0)) return error;
  const lines = [
    ...(done.length === 0 ? [] : [`Done: ${done.join('; ')}.`]),
    ...(failed?.error === error ? [`Failed: ${failed.what}.`] : []),
    ...(open.length === 0 ? [] : [`Not done: ${open.join('; ')}.`]),
  ];
  return new CallError({ ...error.failure, details: [...lines, ...(error.failure.details ?? [])] }, error.reach);
}

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
  perform(step: Step): Promise<Result>;
}

/**
 * Runs a workflow.
 * @throws CallError of the step that failed, with a report of the steps in its details.
 */
export async function runWorkflow(workflow: Workflow, input: Result, side: StepSide): Promise<Result> {
  const report: Report = { done: [], open: [] };
  const warnings = new Set<unknown>();
  const shown: unknown[] = [];
  async function call(step: Step): Promise<Result> {
    try {
      const result = await side.perform(step);
      if (result.dry_run === true && Array.isArray(result.requests)) shown.push(...result.requests);
      if (step.plain !== true) report.done.push(step.what);
      for (const warning of warningsOf(result)) warnings.add(warning);
      return result;
    } catch (error) {
      report.failed = { what: step.what, error };
      throw error;
    }
  }
  async function inOrder(steps: readonly Step[]): Promise<void> {
    for (const [index, step] of steps.entries()) {
      report.open = steps.slice(index + 1).map(({ what }) => what);
      await call(step);
    }
  }
  try {
    const result = await workflow.run(input, { ...side, call, inOrder });
    const all = [...warnings, ...warningsOf(result)];
    if (shown.length > 0) return dryRunOf(shown, all);
    return all.length === 0 ? result : { ...result, warnings: all };
  } catch (error) {
    throw withReport(error, report);
  }
}
