import { CallError } from '../../../../tools/contract/failure.js';
import type { Step } from '../../../../tools/contract/workflow.js';
import { StoreAway } from '../../../store/shared-store.js';
import { stopError } from '../../../upstream/deadline.js';
import type { Held } from '../../send-guard/guarded-sends.js';
import { type AccountParts, type CallContext, type EndpointCall, failureContext, measuredAs } from '../call-context.js';

/**
 * Claims a send. Undefined for what is no send, and for a send that will not be made because of the policy.
 * @throws CallError if the same may have been sent before, or the call was stopped while it waited.
 */
export async function claimSend(
  send: Pick<Step, 'endpoint' | 'input' | 'fields'>,
  connection: string | undefined,
  { sending, deadline }: CallContext,
  { settings, sends, host }: AccountParts,
): Promise<Held | undefined> {
  const { policy } = settings;
  if (send.endpoint.effect !== 'send' || policy.dryRun || policy.readOnly) return undefined;
  const measures = host.telemetry.account(measuredAs(settings));
  try {
    const held = await sends.hold(send, connection, sending, deadline.stop);
    if (held.state === 'done') measures.guarded('repeated');
    return held;
  } catch (error) {
    const isAway = error instanceof StoreAway && !deadline.cancelled.aborted;
    const stopped = deadline.stop.aborted && !isAway;
    measures.guarded(error instanceof CallError && !stopped ? 'refused' : 'not_sent');
    throw stopped ? stopError(deadline, 'unsent', failureContext(send.endpoint, settings), host.clock.now()) : error;
  }
}

/** Stage: claims a send, unless a workflow has claimed it. */
export async function guardSend(call: EndpointCall, account: AccountParts): Promise<void> {
  const { endpoint, original, connection, context } = call;
  call.held ??= await claimSend({ endpoint, input: original }, connection, context, account);
}
