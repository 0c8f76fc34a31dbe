import type { Endpoint } from '../../../tools/contract/endpoint.js';
import type { Result } from '../../../tools/contract/json.js';
import type { Turns, Workflow } from '../../../tools/contract/workflow.js';
import { StoreAway } from '../../store/shared-store.js';
import { sleep } from '../../upstream/clock.js';
import { stopError } from '../../upstream/deadline.js';
import { asCallError, callError } from '../../upstream/failures/call-error.js';
import { type AccountParts, type CallContext, failureContext } from '../call/call-context.js';
import { fingerprintOf } from '../send-guard/send-guard.js';
import { type BusyJob, flowScope, type JobRun, jobOwner, type UnreadableJob } from './jobs.js';

/** The turns of a call that is no job, or changes nothing. */
export const noTurns: Turns = {
  handle: undefined,
  repeated: false,
  outcomes: new Map(),
  async begin() {},
  async record() {},
};

/** A call waits for another one on the same job while it has more of its time left than this share. */
const waitShare = 0.3;

/** How often it looks whether that has ended, in milliseconds. */
const lookEveryMs = 250;

const isBusy = (found: FreeJob | BusyJob): found is BusyJob => found.state === 'busy';

/** What a call finds if no other one is working on the job. */
type FreeJob =
  | { readonly state: 'new' | 'repeated' | 'resumed'; readonly run: JobRun }
  | { readonly state: 'lost' }
  | UnreadableJob;

/** How much longer than its time a call may work, in milliseconds: it awaits the responses to what has left. */
const graceMs = 60_000;

/** What a call runs with. */
export interface CallInput {
  readonly input: Result;
  readonly connectionId: string | undefined;
}

/** The caller of a call whose host has one user. */
const onlyUser = 'local';

/**
 * The arguments and the connection that a call runs with: its own, or those of the job that it resumes, for the contacts
 * whose turn is still to come. Undefined if that job is lost.
 */
export async function callInput(
  declaration: Endpoint | Workflow,
  { input, connectionId }: CallInput,
  principal: string = onlyUser,
  { host, settings }: AccountParts,
): Promise<CallInput | undefined> {
  const rules = declaration.kind === 'workflow' ? declaration.job : undefined;
  const handle = rules?.handleIn(input);
  if (rules === undefined || handle === undefined) return { input, connectionId };
  const job = await host.jobs.inputOf(jobOwner(principal, settings, declaration.name), handle);
  if (job === undefined) return undefined;
  const isOpen = (contact: string): boolean => typeof job.outcomes.get(contact) !== 'object';
  return { input: rules.onlyFor(job.input, isOpen), connectionId: connectionId ?? job.connection };
}

/** A call of a workflow. */
interface WorkflowCall {
  readonly workflow: Workflow;
  readonly input: Result;
  readonly context: CallContext;
  /** Identifies the caller. */
  readonly principal: string | undefined;
  /** The longest that the call takes, in milliseconds. */
  readonly deadlineMs: number;
  /** The connection that the call uses: this one, or the one that it asks for. */
  choose(connectionId?: string): Promise<string | undefined>;
}

/**
 * Runs the work of a call: on the job that it resumes, on the one that it repeats, or on a new one.
 * @throws CallError if the job is lost, or another call is working on it; what `work` throws.
 */
export async function withJob(
  call: WorkflowCall,
  account: AccountParts,
  work: (given: CallInput & { readonly turns: Turns }) => Promise<Result>,
): Promise<Result> {
  const { workflow, input, context, principal = onlyUser, deadlineMs, choose } = call;
  const { host, settings } = account;
  const { job: rules, name } = workflow;
  const failure = failureContext(workflow, settings);
  if (rules === undefined) return work({ input, connectionId: await choose(), turns: noTurns });

  const contactsIn = (of: Result): readonly string[] => rules.contactsIn(of);

  function lost() {
    return callError('not_found', failure, {
      message:
        "resume: there is no such job. It is another caller's or account's, it is over a day old, or this server was restarted",
      hint: 'This call did nothing. If there is an earlier result of the job, call again with the contacts in its skipped and those from its next_index on. If there is none, a person has to decide.',
      source: 'client',
    });
  }
  const unreadable = () =>
    callError('already_exists', failure, {
      message:
        'Another version of this server has begun a job with the same arguments, and this one cannot read which contacts it has reached',
      hint: 'This call did nothing. A person has to decide: to send to all of these contacts again on purpose, change the message.',
      source: 'client',
    });
  const busy = (leftMs: number) =>
    callError('rate_limited', failure, {
      message: 'Another call is working on this job',
      hint: 'This call did nothing. Wait for the result of that call, or call again with the same arguments later.',
      source: 'client',
      retry_after_s: Math.max(1, Math.ceil(leftMs / 1_000)),
    });

  const { deadline } = context;

  /** Waits while the store of jobs is away, for as long as a request can start in time. */
  async function whenReached<Found>(attempt: () => Promise<Found>): Promise<Found> {
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        if (!(error instanceof StoreAway)) throw error;
        if (deadline.stop.aborted || host.clock.now() >= deadline.latestStart)
          throw asCallError(error, failure, 'unsent');
        await sleep(host.clock, lookEveryMs, deadline.stop);
      }
    }
  }

  /** Waits while another call works on the job. */
  async function whenFree<Found extends FreeJob>(attempt: () => Promise<Found | BusyJob>): Promise<Found> {
    const latest = deadline.latestStart - (deadline.latestStart - deadline.arrived) * waitShare;
    for (;;) {
      const found = await whenReached(attempt);
      if (!isBusy(found)) return found;
      if (host.clock.now() >= latest) throw busy(found.leftMs);
      await sleep(host.clock, lookEveryMs, deadline.stop);
      if (deadline.stop.aborted) throw stopError(deadline, 'unsent', failure, host.clock.now());
    }
  }

  async function workOn(run: JobRun, repeated: boolean, connectionId: () => Promise<string | undefined>) {
    const settled = new Set(run.outcomes.keys());
    const turns: Turns = {
      handle: run.handle,
      repeated,
      outcomes: run.outcomes,
      async begin(contact) {
        if (!(await whenReached(() => run.begin(contact)))) throw busy(graceMs);
        settled.add(contact);
      },
      async record(contact, outcome) {
        if (outcome === undefined) settled.delete(contact);
        // Without a record, the outcome stays unknown.
        await run.record(contact, outcome).catch(() => false);
      },
    };
    try {
      return await work({ input: run.input, connectionId: await connectionId(), turns });
    } finally {
      const { delivery } = context.sending;
      delivery.whenAnswered?.then(() => (delivery.cancelled ? undefined : run.delivered())).catch(() => undefined);
      const complete = contactsIn(run.input).every((contact) => settled.has(contact));
      // A run that cannot be closed ends with its lease.
      await run.close(complete).catch(() => undefined);
    }
  }

  const owner = jobOwner(principal, settings, name);
  const leaseMs = deadlineMs + graceMs;
  const handle = rules.handleIn(input);
  if (handle === undefined) {
    const connectionId = await choose();
    if (settings.policy.dryRun) return work({ input, connectionId, turns: noTurns });
    const sends = rules.sends(input);
    const job = {
      input,
      connection: connectionId,
      fingerprint: sends && fingerprintOf([connectionId?.toLowerCase(), input]),
      flowsOn: sends === 'flows' ? flowScope(settings.identity, connectionId) : undefined,
    };
    const found = await whenFree(() => host.jobs.start(owner, job, leaseMs));
    if (found.state === 'unreadable') throw unreadable();
    return workOn(found.run, found.state === 'repeated', async () => connectionId);
  }
  const found = await whenFree(() => host.jobs.open(owner, handle, leaseMs));
  if (found.state === 'lost') throw lost();
  const { run } = found;
  return workOn(run, false, async () => {
    const named = context.connectionId ?? context.askedConnection ?? settings.connection;
    const connectionId = await choose(named === undefined ? run.connection : undefined);
    // The job may be older than what its caller may do now.
    await account.connections.refuseOthers([connectionId], failure, context.record.id);
    if (connectionId?.toLowerCase() === run.connection?.toLowerCase()) return connectionId;
    throw callError('invalid_input', failure, {
      message: 'connection_id: the job was begun on another connection; leave it out',
      source: 'client',
    });
  });
}
