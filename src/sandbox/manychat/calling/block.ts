import { Refusal, refusalText } from '../../http/refusal.js';
import type { Account, Contact } from '../account.js';
import { resolveAction } from '../content/actions.js';
import { closedWindow } from '../content/channels.js';
import { type Content, parseContent } from '../content/content.js';
import { windowIsOpen } from '../messaging-window.js';
import type { SandboxRequest } from '../request.js';
import type { RunningCall } from './call.js';

/** What a delivery needs. */
export type Delivering = Pick<SandboxRequest, 'account' | 'now' | 'deliver'>;

/** Sends the answer of a dynamic block and performs its actions; returns why it cannot be used, and then does nothing. */
export function sendBlock(context: Delivering, { plan, call }: RunningCall, answer: unknown): string | undefined {
  const { account, contact } = plan;
  const read = readBlock(account, answer);
  if (typeof read === 'string') return read;
  const { content, actions } = read;
  const { channel, messages, quickReplies, callback } = content;
  if (plan.channel !== null && channel !== plan.channel) {
    const type = plan.channel === 'messenger' ? 'no content.type' : `"type":"${plan.channel}"`;
    return `The answer is for ${channel}, but the contact is being answered on ${plan.channel}: that needs ${type}.`;
  }
  for (const act of actions) act(contact);
  if (callback !== undefined) account.emit({ kind: 'callback_armed', contact, channel, callback });
  if (messages.length === 0) return undefined;
  const reason = undeliveredReason(context, contact, content);
  const id = context.deliver({
    subscriber_id: contact.id,
    user_ref: null,
    channel,
    source: 'block',
    call: call.id,
    messages,
    quick_replies: quickReplies,
    delivered: reason === undefined,
    ...(reason !== undefined && { reason }),
  });
  call.deliveries.push(id);
  return undefined;
}

function readBlock(account: Account, answer: unknown) {
  try {
    const content = parseContent(account, answer, 'block');
    const actions = content.actions.map((action) => resolveAction(account, action));
    for (const action of content.buttonActions) resolveAction(account, action);
    return { content, actions };
  } catch (error) {
    if (error instanceof Refusal) return refusalText(error.response) ?? error.message;
    throw error;
  }
}

function undeliveredReason(context: Delivering, contact: Contact, { channel }: Content): string | undefined {
  if (!contact.active) return 'The contact opted out.';
  if (!contact.channels.includes(channel)) return `The contact is not on ${channel}.`;
  if (closedWindow[channel] === undefined || windowIsOpen(context, contact)) return undefined;
  return 'The 24-hour window is closed.';
}
