import type { Declaration, Endpoint } from '../../../tools/contract/endpoint.js';
import type { Result } from '../../../tools/contract/json.js';
import type { Workflow } from '../../../tools/contract/workflow.js';
import type { AccountSettings } from '../../config/accounts/settings.js';
import type { Redactor } from '../../text/redaction.js';
import { openDeadline, stopError, yielding } from '../../upstream/deadline.js';
import { asCallError } from '../../upstream/failures/call-error.js';
import { linkSignals } from '../../upstream/linked-signal.js';
import type { Host } from '../host.js';
import { type CallInput, callInput } from '../jobs/job-of-call.js';
import { forgetOnChange } from '../lookups/change-notices.js';
import { deletedIn, refuseKeys } from '../lookups/connections/chooser.js';
import { createConnectionLookups } from '../lookups/connections/connection-lookups.js';
import { createLookups } from '../lookups/lookups.js';
import type { OwnRead, ReadAnswer } from '../lookups/own-read.js';
import { explainUnknown } from '../send-guard/explain-unknown.js';
import { createSends, noSends } from '../send-guard/guarded-sends.js';
import { sendingCall } from '../send-guard/send-guard.js';
import {
  type AccountParts,
  type CallContext,
  type CallOptions,
  confirmedNames,
  type EndpointCall,
  endpointCall,
  failureContext,
  newJobMemory,
  newNames,
  newRecord,
  progressOf,
} from './call-context.js';
import { checkPolicy } from './stages/check-policy.js';
import { chooseConnection, connectionFor } from './stages/choose-connection.js';
import { explainRefusal } from './stages/explain-refusal.js';
import { fitFieldValues } from './stages/fit-field-values.js';
import { guardSend } from './stages/guard-send.js';
import { confirmedCall, meaningsOf, type NameMeanings, resolveNames, withTrueNames } from './stages/resolve-names.js';
import { sendRequest } from './stages/send-request.js';
import { shapeResult, showPages } from './stages/shape-result.js';
import { showDryRun } from './stages/show-dry-run.js';
import { cleanError, performWorkflow } from './workflow/perform-workflow.js';

/**
 * The stages of an endpoint call, in order. A stage fills in the call, ends it by setting its result, or refuses it with
 * a CallError. The name of the stage that refused a call is the `rule` of its log line. Other rules are `arguments`,
 * `exclusion`, `confirmation`, `cancelled` (before the call began) and `workflow` (a workflow's own decision).
 */
const stages = [
  ['connection', chooseConnection],
  ['names', resolveNames],
  ['field_values', fitFieldValues],
  ['dry_run', showDryRun],
  ['policy', checkPolicy],
  ['send_guard', guardSend],
  ['request', sendRequest],
  ['result', shapeResult],
] as const;

/** The circumstances of what is no call of a tool. */
interface Circumstances {
  readonly signal: AbortSignal;
  readonly connectionId: string | undefined;
  readonly deadlineMs: number;
}

/** Runs the calls of one account. */
export interface Pipeline {
  /**
   * The result of one call.
   * @throws CallError
   */
  call(declaration: Endpoint | Workflow, input: Result, options: CallOptions): Promise<Result>;
  /**
   * The connection that a call would use.
   * @throws CallError if the call would be refused.
   */
  connectionOf(
    declaration: Declaration,
    requested: string | undefined,
    signal: AbortSignal,
  ): Promise<string | undefined>;
  /** The arguments that a call runs with; those of a job that it resumes, as far as they are still to be carried out. */
  inputOf(
    declaration: Endpoint | Workflow,
    given: CallInput,
    principal: string | undefined,
  ): Promise<CallInput | undefined>;
  /** What the names in the input of a call mean. Never rejects. */
  namesIn(declaration: Declaration, input: Result, circumstances: Circumstances): Promise<NameMeanings>;
}

/** Creates the pipeline of an account; `closing` aborts its calls. */
export function createPipeline(
  host: Host,
  settings: AccountSettings,
  redactor: Redactor,
  closing: AbortSignal,
): Pipeline {
  const { clock } = host;
  const { deadlineMs } = settings;
  const shared = host.connectionReads.of(settings.identity, closing);
  const account: AccountParts = {
    host,
    settings,
    redactor,
    ...createConnectionLookups(settings, read, shared, clock),
    ...createLookups(settings, clock.now),
    sends: createSends(host, settings.identity),
    perform,
    read,
  };

  const caches = [account.fieldTypes.forgetAll, () => account.connections.forget()];
  forgetOnChange(host.notices, settings.identity, closing, caches);

  async function perform(call: EndpointCall): Promise<Result> {
    for (const [rule, stage] of stages) {
      try {
        await stage(call, account);
      } catch (thrown) {
        const error = asCallError(thrown, failureContext(call.endpoint, settings), 'unsent').by(rule);
        const again = await withTrueNames(error, call, account);
        if (again !== undefined) return perform(again);
        throw explainUnknown(await explainRefusal(error, call, account), call, call.connection, account.seen);
      }
      if (call.result !== undefined) return call.result;
    }
    throw new Error('the last stage sets the result');
  }

  /** Runs the endpoint call of a client, which sees more than a step or a read of our own. */
  async function performAlone(call: EndpointCall): Promise<Result> {
    return showPages(call, await perform(call), account);
  }

  async function read({ endpoint, input, connection, deadlineMs, id }: OwnRead): Promise<ReadAnswer> {
    const { deadline, close } = openDeadline(clock, deadlineMs, closing);
    const about = { deadline, sending: noSends, connectionId: connection, readsContact: true };
    const own = { ...about, names: newNames(), job: newJobMemory() };
    const call = endpointCall(endpoint, input, { ...own, record: newRecord(id) });
    try {
      const result = await perform(call);
      return { result, data: call.response?.data };
    } finally {
      close();
    }
  }

  /** Does something that is no call of a tool. */
  async function within<Value>(
    { signal, connectionId, deadlineMs }: Circumstances,
    work: (context: CallContext) => Promise<Value>,
  ): Promise<Value> {
    const { signal: stop, unlink } = linkSignals(signal, closing);
    const { deadline, close } = openDeadline(clock, deadlineMs, stop);
    const about = { record: newRecord(), names: newNames(), job: newJobMemory() };
    const own = { ...about, sending: noSends, readsContact: false };
    try {
      return await work({ ...own, deadline, connectionId });
    } finally {
      close();
      unlink();
    }
  }

  return {
    async connectionOf(declaration, asked, signal) {
      try {
        refuseKeys([asked], redactor, failureContext(declaration, settings));
        return await within({ signal, connectionId: undefined, deadlineMs }, (context) =>
          connectionFor(declaration, { ...context, askedConnection: asked }, account),
        );
      } catch (thrown) {
        throw cleanError(asCallError(thrown, failureContext(declaration, settings), 'unsent'), asked, account);
      }
    },

    inputOf: (declaration, given, principal) => callInput(declaration, given, principal, account),

    namesIn: (declaration, input, circumstances) =>
      within(circumstances, (context) => meaningsOf(declaration, input, context, account)),

    async call(
      declaration,
      input,
      {
        signal,
        connectionId,
        askedConnection,
        onProgress,
        departure,
        delivery,
        record,
        names,
        known,
        job = newJobMemory(),
        principal,
        approved,
        ...own
      },
    ) {
      const failure = failureContext(declaration, settings);
      refuseKeys([askedConnection, input.connection_id], redactor, failure);
      const { progress, onWait } = progressOf(onProgress);
      const { signal: stop, unlink } = linkSignals(signal, closing);
      const waitsMs = (declaration.kind === 'workflow' && declaration.waitsMs?.(input)) || 0;
      const mostMs = Math.min(deadlineMs, own.deadlineMs ?? deadlineMs) + waitsMs;
      const opened = openDeadline(clock, mostMs, stop, onWait);
      const oneOfMany = declaration.kind === 'workflow' && declaration.job !== undefined;
      const deadline = oneOfMany || own.oneOfMany === true ? yielding(opened.deadline) : opened.deadline;
      const { sending, ended } = sendingCall(delivery, oneOfMany, principal);
      const ownNames = names === undefined ? newNames(known) : confirmedNames(names, connectionId);
      const about = { record, deadline, sending, departure, connectionId, askedConnection, job, names: ownNames };
      const context: CallContext = { ...about, readsContact: true };
      try {
        // Nothing has begun, so nothing else needs to be said.
        if (stop.aborted) throw stopError(deadline, 'unsent', failure, clock.now()).by('cancelled');
        await account.connections.refuseOthers([connectionId, input.connection_id], failure, record.id);
        return await (declaration.kind === 'workflow'
          ? performWorkflow(declaration, input, context, { progress, deadlineMs: mostMs, principal, approved }, account)
          : performAlone(confirmedCall(declaration, input, context)));
      } catch (thrown) {
        const error = asCallError(thrown, failure, 'unsent').by(declaration.kind);
        const { kind } = error.failure;
        if (kind === 'connection_not_found' || kind === 'no_connection') account.connections.forget(record.connection);
        throw cleanError(error, askedConnection ?? connectionId, account);
      } finally {
        ended(clock.now());
        opened.close();
        unlink();
        // After a call that looks at or changes connections, the next call must see the change.
        if (declaration.api === 'connections') account.connections.forget(deletedIn(declaration, input));
      }
    },
  };
}
