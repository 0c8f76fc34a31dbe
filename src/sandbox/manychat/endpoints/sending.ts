import type { Refusal } from '../../http/refusal.js';
import type { Contact } from '../account.js';
import { resolveAction } from '../content/actions.js';
import { channelNames, closedWindow, unreachableCode } from '../content/channels.js';
import { type Content, parseContent } from '../content/content.js';
import { windowIsOpen } from '../messaging-window.js';
import { optionalText, requiredContact, requiredId } from '../parameters.js';
import { codedRefusal, missingParameter, validationError } from '../refusals.js';
import type { Handler, SandboxRequest } from '../request.js';

/** Sends content to a contact and performs its actions. A refused request has no effect. */
export const sendContent: Handler = (request) => {
  const { account } = request;
  const contact = requiredContact(request);
  if (optionalText(request, 'message_tag') !== '') throw validationError('Message tags are no longer supported');
  const topicName = optionalText(request, 'otn_topic_name');
  if (request.parameters.data === undefined) throw missingParameter('data');
  const content = parseContent(account, request.parameters.data);
  const actions = content.actions.map((action) => resolveAction(account, action));
  for (const action of content.buttonActions) resolveAction(account, action);
  if (!contact.active || contact.lastInteraction === null) throw validationError('Subscriber is not active');
  requireChannel(contact, content);
  if (topicName === '') requireOpenWindow(request, contact, content);
  else spendToken(request, contact, topicName);
  for (const act of actions) act(contact);
  const { channel, callback } = content;
  if (callback !== undefined) account.emit({ kind: 'callback_armed', contact, channel, callback });
  if (content.messages.length === 0) return;
  request.deliver({
    subscriber_id: contact.id,
    user_ref: null,
    channel: content.channel,
    source: 'sendContent',
    ...(topicName === '' ? {} : { otn_topic_name: topicName }),
    messages: content.messages,
    quick_replies: content.quickReplies,
    delivered: true,
  });
};

const unreachable = (channel: Content['channel']): Refusal =>
  codedRefusal(
    unreachableCode[channel],
    `Content can't be sent to subscriber via specific channel: ${channelNames[channel]}.`,
  );

function requireChannel(contact: Contact, { channel }: Content): void {
  if (contact.channels.includes(channel)) return;
  throw unreachable(channel);
}

function requireOpenWindow(request: SandboxRequest, contact: Contact, { channel }: Content): void {
  const refusal = closedWindow[channel];
  if (refusal !== undefined && !windowIsOpen(request, contact)) throw codedRefusal(refusal.code, refusal.message);
}

/** Spends one token. Assumption: inside the 24-hour window too. For an unknown topic there are no tokens. */
function spendToken({ account }: SandboxRequest, contact: Contact, topicName: string): void {
  const topic = account.otnTopics.find(({ name }) => name === topicName);
  const tokens = topic === undefined ? 0 : (contact.otnTokens.get(topic.id) ?? 0);
  if (topic === undefined || tokens === 0) {
    throw codedRefusal(
      3021,
      "Content can't be sent to subscriber. The subscriber has no One-Time Notification tokens for the selected topic.",
    );
  }
  contact.otnTokens.set(topic.id, tokens - 1);
}

/** Sends content to a registered user_ref, linked to a contact or not. Its actions are ignored. */
export const sendContentByUserRef: Handler = (request) => {
  const userRef = requiredId(request, 'user_ref');
  const linked = request.account.userRefs.get(userRef);
  if (linked === undefined) throw codedRefusal(2011, "User_ref isn't registered");
  if (request.parameters.data === undefined) throw missingParameter('data');
  const content = parseContent(request.account, request.parameters.data);
  if (content.channel !== 'messenger') throw unreachable(content.channel);
  if (content.messages.length === 0) return;
  request.deliver({
    subscriber_id: linked,
    user_ref: userRef,
    channel: 'messenger',
    source: 'sendContentByUserRef',
    messages: content.messages,
    quick_replies: content.quickReplies,
    delivered: true,
  });
};
