import { asObject } from '../../../../tools/contract/json.js';
import { clipped, oneLine } from '../../../../tools/contract/quoted.js';
import { answerWords } from '../../../../tools/workflows/inbox/entries.js';
import { errorMessage } from '../../../text/error-text.js';
import { type AccountParts, callLine, type EndpointCall } from '../../call/call-context.js';
import { inboxOf } from './inbox-of-call.js';

/** Characters of what is noted of a send. */
const maxNoted = 500;

/** What was sent, in a few words; undefined for what is not sent to a contact by its id. */
function sentWords({ endpoint, input, connection }: EndpointCall, { seen }: AccountParts): string | undefined {
  if (endpoint.effect !== 'send' || input.subscriber_id === undefined) return undefined;
  const { flow_ns: flow } = input;
  if (flow !== undefined) return `flow ${seen.name(connection, 'flow', flow) ?? String(flow)}`;
  return answerWords({ data: asObject(input.data) });
}

/** Notes in the history what was sent to a contact. The call does not wait for that, and does not fail because of it. */
export function noteSent(call: EndpointCall, account: AccountParts): void {
  if (call.context.answers === true) return;
  const inbox = inboxOf(account);
  const words = inbox && sentWords(call, account);
  if (words === undefined) return;
  const { host, settings } = account;
  inbox?.noteSent(String(call.input.subscriber_id), clipped(words, maxNoted)).catch((error: unknown) => {
    host.log.warn({ ...callLine(call.context.record, settings), error: oneLine(errorMessage(error)) }, 'inbox');
  });
}
