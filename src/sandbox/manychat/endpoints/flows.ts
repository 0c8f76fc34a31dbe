import { hour } from '../../world/clock.js';
import { type Account, type Contact, type Flow, fullName } from '../account.js';
import { closedWindow } from '../content/channels.js';
import { windowIsOpen } from '../messaging-window.js';
import { requiredContact, requiredText } from '../parameters.js';
import { plainRefusal, validationError } from '../refusals.js';
import type { Handler, SandboxRequest } from '../request.js';

const maxFlowsPerContactAndHour = 100;

/**
 * Starts a flow. The request succeeds even if the messages cannot be sent, and the delivery then gives the reason:
 * ManyChat queues a flow, and each step decides for itself. Documented: a WhatsApp template may be sent outside the
 * window. The rest is an assumption.
 */
export const sendFlow: Handler = (request) => {
  const { account } = request;
  const contact = requiredContact(request);
  const flowNs = requiredText(request, 'flow_ns');
  const flow = account.flows.find(({ ns }) => ns === flowNs);
  if (flow === undefined) throw validationError('Flow not found');
  if (!contact.active) throw validationError('Subscriber is not active');
  if (!request.admits(`sendFlow ${contact.id}`, maxFlowsPerContactAndHour, hour)) {
    throw plainRefusal('Too many requests', 429);
  }
  const reason = undeliveredReason(request, contact, flow);
  request.deliver({
    subscriber_id: contact.id,
    user_ref: null,
    channel: flow.channel,
    source: 'sendFlow',
    flow_ns: flow.ns,
    messages: flow.texts.map((text) => ({ type: 'text', text: render(account, contact, text) })),
    quick_replies: [],
    delivered: reason === undefined,
    ...(reason === undefined ? {} : { reason }),
  });
};

function undeliveredReason(request: SandboxRequest, contact: Contact, flow: Flow): string | undefined {
  if (!contact.channels.includes(flow.channel)) return `The contact is not on ${flow.channel}.`;
  if (flow.template || closedWindow[flow.channel] === undefined || windowIsOpen(request, contact)) return undefined;
  return 'The 24-hour window is closed.';
}

/** Replaces `{{first_name}}`, `{{last_name}}`, `{{name}}` and `{{custom field name}}`; unknown or empty ones become ''. */
function render(account: Account, contact: Contact, text: string): string {
  return text.replace(/\{\{([^{}]+)\}\}/g, (_, inner: string) => {
    const name = inner.trim().toLowerCase();
    if (name === 'first_name') return contact.firstName;
    if (name === 'last_name') return contact.lastName;
    if (name === 'name') return fullName(contact);
    const field = account.customFields.find((candidate) => candidate.name.toLowerCase() === name);
    return String((field && contact.fields.get(field.id)?.value) ?? '');
  });
}
