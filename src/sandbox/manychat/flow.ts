import type { Account, Contact, Flow } from './account.js';
import { pickedValue } from './calling/field-picker.js';
import { closedWindow } from './content/channels.js';
import { windowIsOpen } from './messaging-window.js';
import type { Delivery } from './outbox.js';
import type { SandboxRequest } from './request.js';

/** What a flow needs to run. */
export type FlowContext = Pick<SandboxRequest, 'account' | 'now' | 'deliver'>;

/**
 * Starts a flow: it sends its texts, and then calls what it calls. The start succeeds even if the messages cannot be
 * sent, and the delivery then gives the reason: ManyChat queues a flow, and each step decides for itself. Documented: a
 * WhatsApp template may be sent outside the window. The rest is an assumption.
 */
export function startFlow(
  context: FlowContext,
  contact: Contact,
  flow: Flow,
  cause: Pick<Delivery, 'source' | 'call'>,
): void {
  const { account } = context;
  const texts = flow.texts.map((text) => render(account, contact, text)).filter((text) => text !== '');
  const reason = undeliveredReason(context, contact, flow, texts);
  context.deliver({
    subscriber_id: contact.id,
    user_ref: null,
    channel: flow.channel,
    ...cause,
    flow_ns: flow.ns,
    messages: texts.map((text) => ({ type: 'text', text })),
    quick_replies: [],
    delivered: reason === undefined,
    ...(reason === undefined ? {} : { reason }),
  });
  account.emit({ kind: 'flow_started', contact, flow });
}

function undeliveredReason(
  context: FlowContext,
  contact: Contact,
  flow: Flow,
  texts: readonly string[],
): string | undefined {
  if (texts.length === 0 && flow.texts.length > 0) return 'Its fields are empty, so that no text is left.';
  if (!contact.channels.includes(flow.channel)) return `The contact is not on ${flow.channel}.`;
  if (flow.template || closedWindow[flow.channel] === undefined || windowIsOpen(context, contact)) return undefined;
  return 'The 24-hour window is closed.';
}

/** Replaces `{{first_name}}`, `{{custom field name}}` and all others of the field picker; unknown or empty ones become ''. */
function render(account: Account, contact: Contact, text: string): string {
  return text.replace(/\{\{([^{}]+)\}\}/g, (_, name: string) => pickedValue(account, contact, name) ?? '');
}
