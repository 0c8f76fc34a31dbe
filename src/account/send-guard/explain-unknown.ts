import type { CallError } from '../../../tools/contract/failure.js';
import { quoted } from '../../../tools/contract/quoted.js';
import type { Step } from '../../../tools/contract/workflow.js';
import { withoutHidden } from '../../text/safe-text.js';
import type { SeenThings } from '../lookups/seen-things.js';

/** Where the hint of an unknown send refers to the address of the chat. */
const whereToLook = / \(live_chat_url of [\w ]+\)/;

/**
 * Adds to a send whose outcome is unknown the address of the contact's chat, if that is known, and which one-time
 * notification may be spent.
 */
export function explainUnknown(
  error: CallError,
  { endpoint, input }: Pick<Step, 'endpoint' | 'input'>,
  connection: string | undefined,
  seen: Pick<SeenThings, 'chatLink'>,
): CallError {
  const { failure } = error;
  if (endpoint.effect !== 'send' || failure.performed !== 'unknown') return error;
  const { subscriber_id: contact, otn_topic_name: topic } = input;
  const link = contact === undefined ? undefined : seen.chatLink(connection, contact);
  const spent =
    topic === undefined
      ? []
      : [`The contact's one-time notification for ${quoted(withoutHidden(String(topic)))} may be spent.`];
  const details = [...(failure.details ?? []), ...spent];
  return error.with({
    ...failure,
    ...(details.length > 0 && { details }),
    ...(link !== undefined && { hint: failure.hint.replace(whereToLook, ' (chat_link)'), chat_link: link }),
  });
}
