import { isRecord } from '../../http/json.js';
import type { Account, Channel, MessageCallback } from '../account.js';
import { invalidContent } from '../refusals.js';
import { checkButton, checkButtons, quickReplyTypes, type Scope } from './buttons.js';
import { channelOfType, maxTextLength, unsupportedBlocks } from './channels.js';
import { listAt, objectAt, optionalTextAt, textAt, urlAt, wordAt } from './grammar.js';

/** Valid message content (the grammar of ManyChat's dynamic blocks), in the parts that sending needs. */
export interface Content {
  channel: Channel;
  messages: readonly unknown[];
  quickReplies: readonly unknown[];
  /** Actions to perform on sending; their names are not resolved yet. */
  actions: readonly Record<string, unknown>[];
  /** Actions of buttons, performed when pressed; their names must exist on sending too. */
  buttonActions: readonly Record<string, unknown>[];
  callback: MessageCallback | undefined;
}

const maxMessages = 10;
const maxCards = 10;
const maxActions = 5;
const maxQuickReplies = 11;
const maxCardTextLength = 80;
// Assumption: a callback without a timeout waits as long as one can.
const maxCallbackSeconds = 86_400;

/**
 * Parses the `data` of a send, or the answer of a dynamic block, which may be empty and may have buttons of type node.
 * @throws Refusal "Wrong dynamic message format" with the first invalid place
 */
export function parseContent(account: Account, value: unknown, place: 'sending' | 'block' = 'sending'): Content {
  const data = objectAt(value, 'data');
  if (data.version !== 'v2') throw invalidContent('data.version must be v2');
  const content = objectAt(data.content, 'content');
  const channel = channelOfType.get(content.type);
  if (channel === undefined) throw invalidContent('content.type must be one of instagram, whatsapp, telegram');
  if (content.messages === undefined) throw invalidContent('content.messages is required');
  const scope: Scope = { channel, account, nodes: place === 'block', actions: [] };
  const messages = listAt(content.messages, 'content.messages', maxMessages);
  for (const [index, message] of messages.entries()) checkMessage(message, `content.messages[${index}]`, scope);
  const quickReplies = parseQuickReplies(content.quick_replies, scope);
  const actions = listAt(content.actions, 'content.actions', maxActions).map((action, index) =>
    objectAt(action, `content.actions[${index}]`),
  );
  if (place === 'sending' && messages.length === 0 && actions.length === 0)
    throw invalidContent('content.messages must not be empty');
  const waiting = content.external_message_callback;
  const callback = waiting === undefined ? undefined : parseCallback(waiting);
  return { channel, messages, quickReplies, actions, buttonActions: scope.actions, callback };
}

function checkMessage(value: unknown, place: string, scope: Scope): void {
  const message = objectAt(value, place);
  const type = wordAt(message.type, `${place}.type`, ['text', 'cards', 'image', 'video', 'audio', 'file']);
  if (unsupportedBlocks[scope.channel].has(type)) {
    throw invalidContent(`${place}: ${type} is not supported for ${scope.channel}`);
  }
  // Maton's guide shows quick replies here, but ManyChat's reference allows them only beside `messages`.
  if (message.quick_replies !== undefined) {
    throw invalidContent(`${place}.quick_replies is not allowed, use content.quick_replies`);
  }
  if (type === 'cards') checkCards(message, place, scope);
  else if (type === 'text') textAt(message.text, `${place}.text`, maxTextLength[scope.channel]);
  else urlAt(message.url, `${place}.url`);
  if (type !== 'cards') checkButtons(message.buttons, `${place}.buttons`, scope);
}

function checkCards(message: Record<string, unknown>, place: string, scope: Scope): void {
  const elements = listAt(message.elements, `${place}.elements`, maxCards);
  if (elements.length === 0) throw invalidContent(`${place}.elements must not be empty`);
  if (message.image_aspect_ratio !== undefined) {
    wordAt(message.image_aspect_ratio, `${place}.image_aspect_ratio`, ['horizontal', 'square']);
  }
  for (const [index, element] of elements.entries()) {
    const cardPlace = `${place}.elements[${index}]`;
    const card = objectAt(element, cardPlace);
    textAt(card.title, `${cardPlace}.title`, maxCardTextLength);
    optionalTextAt(card.subtitle, `${cardPlace}.subtitle`, maxCardTextLength);
    if (card.image_url !== undefined) urlAt(card.image_url, `${cardPlace}.image_url`);
    if (card.action_url !== undefined) urlAt(card.action_url, `${cardPlace}.action_url`);
    checkButtons(card.buttons, `${cardPlace}.buttons`, scope);
  }
}

function parseQuickReplies(value: unknown, scope: Scope): readonly unknown[] {
  const replies = listAt(value, 'content.quick_replies', maxQuickReplies);
  if (replies.length > 0 && unsupportedBlocks[scope.channel].has('quick_replies')) {
    throw invalidContent(`content.quick_replies: not supported for ${scope.channel}`);
  }
  for (const [index, reply] of replies.entries()) {
    checkButton(reply, `content.quick_replies[${index}]`, quickReplyTypes(scope), scope);
  }
  return replies;
}

function parseCallback(value: unknown): MessageCallback {
  const place = 'content.external_message_callback';
  const callback = objectAt(value, place);
  urlAt(callback.url, `${place}.url`, 'https');
  const method = textAt(callback.method, `${place}.method`);
  const { url, headers, payload = {}, timeout = maxCallbackSeconds } = callback;
  if (typeof timeout !== 'number' || !Number.isInteger(timeout) || timeout < 1 || timeout > maxCallbackSeconds) {
    throw invalidContent(`${place}.timeout must be a number of seconds up to ${maxCallbackSeconds}`);
  }
  return { url: String(url), method, headers: headersOf(headers), payload, seconds: timeout };
}

/** The headers of a callback as texts. */
export function headersOf(value: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(isRecord(value) ? value : {}).map(([name, text]) => [name, String(text)]));
}
