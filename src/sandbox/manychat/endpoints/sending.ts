import type { Refusal } from '../../http/refusal.js';
import type { Contact } from '../account.js';
import { actionOn } from '../content/actions.js';
import { channelCode, closedWindow } from '../content/channels.js';
import { type Content, readContent } from '../content/content.js';
import { windowIsOpen } from '../messaging-window.js';
import { optionalText, requiredContact, requiredId } from '../parameters.js';
import { codedRefusal, invalid, missing } from '../refusals.js';
import type { Call, Handler } from '../request.js';

const channelNames = { messenger: 'Messenger', instagram: 'Instagram', whatsapp: 'WhatsApp', telegram: 'Telegram' };

/** Sends content to a contact and performs its actions; refused as a whole before anything is done. */
export const sendContent: Handler = (call) => {
  const { account } = call;
  const contact = requiredContact(call);
  if (optionalText(call, 'message_tag') !== '') throw invalid('Message tags are no longer supported');
  const topicName = optionalText(call, 'otn_topic_name');
  if (call.parameters.data === undefined) throw missing('data');
  const content = readContent(account, call.parameters.data);
  const actions = content.actions.map((action) => actionOn(account, action));
  for (const action of content.buttonActions) actionOn(account, action);
  if (!contact.active || contact.lastInteraction === null) throw invalid('Subscriber is not active');
  requireChannel(contact, content);
  if (topicName === '') requireOpenWindow(call, contact, content);
  else spendToken(call, contact, topicName);
  for (const act of actions) act(contact);
  if (content.messages.length === 0) return;
  call.deliver({
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
    channelCode[channel],
    `Content can't be sent to subscriber via specific channel: ${channelNames[channel]}.`,
  );

function requireChannel(contact: Contact, { channel }: Content): void {
  if (contact.channels.includes(channel)) return;
  throw unreachable(channel);
}

function requireOpenWindow(call: Call, contact: Contact, { channel }: Content): void {
  const refusal = closedWindow[channel];
  if (refusal !== undefined && !windowIsOpen(call, contact)) throw codedRefusal(refusal.code, refusal.message);
}

/** Uses up one token, inside the 24-hour window as well (decided here). An unknown topic has no tokens either. */
function spendToken({ account }: Call, contact: Contact, topicName: string): void {
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

/** Sends content to whoever opted in under a user_ref, linked or not; its actions are not processed. */
export const sendContentByUserRef: Handler = (call) => {
  const userRef = requiredId(call, 'user_ref');
  const linked = call.account.userRefs.get(userRef);
  if (linked === undefined) throw codedRefusal(2011, "User_ref isn't registered");
  if (call.parameters.data === undefined) throw missing('data');
  const content = readContent(call.account, call.parameters.data);
  if (content.channel !== 'messenger') throw unreachable(content.channel);
  if (content.messages.length === 0) return;
  call.deliver({
    subscriber_id: linked,
    user_ref: userRef,
    channel: 'messenger',
    source: 'sendContentByUserRef',
    messages: content.messages,
    quick_replies: content.quickReplies,
    delivered: true,
  });
};
