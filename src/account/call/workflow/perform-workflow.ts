import type { Declaration } from '../../../../tools/contract/endpoint.js';
import { CallError } from '../../../../tools/contract/failure.js';
import type { Result } from '../../../../tools/contract/json.js';
import type { Step, Steps, Workflow } from '../../../../tools/contract/workflow.js';
import { cleanLine } from '../../../text/safe-text.js';
import { allOf } from '../../../upstream/departure.js';
import { asCallError } from '../../../upstream/failures/call-error.js';
import { inboxOfCall } from '../../inbox/calls/inbox-of-call.js';
import { withJob } from '../../jobs/job-of-call.js';
import { connectionHint } from '../../lookups/connections/chooser.js';
import { refuseExcluded } from '../../policy/exclusion.js';
import { explainUnknown } from '../../send-guard/explain-unknown.js';
import {
  type AccountParts,
  type CallContext,
  type CallOptions,
  endpointCall,
  failureContext,
} from '../call-context.js';
import { connectionFor } from '../stages/choose-connection.js';
import { claimSend } from '../stages/guard-send.js';
import { refuseFieldsShownAlike } from '../stages/resolve-names.js';
import { knownIn } from '../stages/shape-result.js';
import { runWorkflow } from './run-workflow.js';

/** The failure without secrets, and with a hint that fits how the connection was chosen. */
export function cleanError(
  error: CallError,
  requested: string | undefined,
  { redactor, settings }: Pick<AccountParts, 'redactor' | 'settings'>,
): CallError {
  const { failure } = error;
  const clean = (text: string): string => cleanLine(text, redactor.forFailure);
  const details = failure.details?.map(clean);
  const hint = connectionHint(failure, settings, requested) ?? failure.hint;
  return error.with({ ...failure, message: clean(failure.message), hint, ...(details !== undefined && { details }) });
}

/** The caller of a workflow, and the longest that its call may take in milliseconds. */
interface WorkflowCaller extends Pick<Steps, 'progress'>, Pick<CallOptions, 'principal' | 'approved'> {
  readonly deadlineMs: number;
}

/**
 * Runs the steps of a workflow, all on one connection.
 * @throws CallError
 */
export function performWorkflow(
  workflow: Workflow,
  ownInput: Result,
  given: CallContext,
  { progress, principal, approved, deadlineMs }: WorkflowCaller,
  account: AccountParts,
): Promise<Result> {
  const { host, settings, perform } = account;
  const { clock } = host;
  const { deadline } = given;

  /** Does a part of a call that is not a stage; an error names it as its rule. */
  async function under<Value>(
    rule: string,
    declaration: Declaration,
    work: () => Value | Promise<Value>,
  ): Promise<Value> {
    try {
      return await work();
    } catch (thrown) {
      throw asCallError(thrown, failureContext(declaration, settings), 'unsent').by(rule);
    }
  }

  const choose = (connectionId = given.connectionId) =>
    under('connection', workflow, () => connectionFor(workflow, { ...given, connectionId }, account));
  const call = { workflow, input: ownInput, context: given, choose, principal, deadlineMs };
  return withJob(call, account, async ({ input, connectionId, turns }) => {
    refuseFieldsShownAlike(workflow, input, account);
    const answers = workflow.api === 'inbox';
    let connection = connectionId;
    /** The context of a step. What answers a message chooses its connection only if it sends something. */
    async function contextFor({ endpoint }: Pick<Step, 'endpoint'>): Promise<CallContext> {
      if (answers) connection ??= await under('connection', endpoint, () => connectionFor(endpoint, given, account));
      return { ...given, connectionId: connection, answers };
    }
    const inbox = inboxOfCall(given, failureContext(workflow, settings), { principal, approved }, account);
    const running = runWorkflow(workflow, input, {
      turns,
      job: given.job,
      inbox: inbox.steps,
      whatsappField: account.whatsappFields(connectionId),
      now: host.now,
      progress,
      name: (kind, id) => knownIn(connection, account).name(kind, id),
      channelsOf: (contact) => account.seen.channels(connection, contact),
      timeLeft: () =>
        deadline.stop.aborted ? 0 : (deadline.latestStart - clock.now()) / (deadline.latestStart - deadline.arrived),
      async hold(step) {
        const context = await contextFor(step);
        return under('send_guard', step.endpoint, () => claimSend(step, connection, context, account)).catch(
          (error) => {
            throw error instanceof CallError ? explainUnknown(error, step, connection, account.seen) : error;
          },
        );
      },
      async perform(step, held, departures = []) {
        const { endpoint, input: stepInput, quiet } = step;
        try {
          const context = await contextFor(step);
          // A step queues from the moment it starts, so that a long job does not overtake everybody else's calls.
          const more = [...departures, context.departure].filter((each) => each !== undefined);
          const own = {
            ...context,
            departure: more.length === 0 ? undefined : allOf(more),
            readsContact: quiet !== true,
            deadline: { ...deadline, arrived: clock.now() },
          };
          // Whoever may answer may send the answer.
          if (!answers) refuseExcluded(settings.policy, failureContext(endpoint, settings), stepInput);
          return await perform(endpointCall(endpoint, stepInput, own, held));
        } catch (thrown) {
          // A workflow may put the text of a failure into its result.
          throw cleanError(
            asCallError(thrown, failureContext(endpoint, settings), 'unsent'),
            given.askedConnection,
            account,
          );
        }
      },
    });
    return running.catch((error: unknown) => {
      inbox.failed();
      throw error;
    });
  });
}
