import type { Declaration } from '../../../../tools/contract/endpoint.js';
import { withinDeadline } from '../../../upstream/deadline.js';
import { type AccountParts, type CallContext, type EndpointCall, failureContext } from '../call-context.js';

/**
 * The connection that a call uses; undefined for calls that use none.
 * @throws CallError if there is none to use, or more than one.
 */
export async function connectionFor(
  declaration: Declaration,
  { connectionId, askedConnection, deadline, record }: CallContext,
  { settings, connections, host }: AccountParts,
): Promise<string | undefined> {
  if (settings.access.mode !== 'maton' || declaration.api !== 'manychat') return undefined;
  if (connectionId !== undefined) {
    record.connection = connectionId;
    return connectionId;
  }
  const context = failureContext(declaration, settings);
  const choice = connections.choose(askedConnection, context, record.id);
  const { id, warning } = await withinDeadline(deadline, choice, context, host.clock);
  record.connection = id;
  if (warning !== undefined) record.warning = warning;
  return id;
}

/** Stage: chooses the connection. */
export async function chooseConnection(call: EndpointCall, account: AccountParts): Promise<void> {
  call.connection = await connectionFor(call.endpoint, call.context, account);
}
