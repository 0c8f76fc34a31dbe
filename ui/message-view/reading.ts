import { textProblem } from '../../tools/message/channel-rules.js';
import {
  type Channel,
  channels,
  characterCount,
  maxActions,
  maxCards,
  maxCardTextLength,
  maxMessages,
  maxQuickReplies,
  maxTextLength,
} from '../../tools/message/channels.js';
import { splitText } from '../../tools/message/split-text.js';
import { safeLink } from './links.js';
import { collectNotes, itemsOf, type Notes, type ReadingOptions } from './notes.js';
import { readButtons, readQuickReplies } from './read-buttons.js';
import { drawnText, type Fields, fieldsIn, listIn, rawText, textIn } from './values.js';
import { type Body, type CardView, type ContentModel, type MessageModel, media } from './view-model.js';
import { actionPhrases, type Phrase, requestPhrases } from './words.js';

/** `content` of any of the forms that the tools read: also with its wrapper, as a list of messages, or as JSON text. */
function contentFields(value: unknown): Fields {
  const messages = listIn(value);
  if (messages !== undefined) return { messages };
  const fields = fieldsIn(value) ?? {};
  return fields.messages === undefined ? (fieldsIn(fields.content) ?? fields) : fields;
}

/** The channel that a value names. */
const channelNamed = (value: unknown): Channel | undefined => {
  const word = textIn(value)?.trim().toLowerCase();
  return channels.find((channel) => channel === (word === 'facebook' ? 'messenger' : word));
};

/** The channel that content is for: Messenger, if it names none. */
export const channelIn = (content: unknown): Channel => channelNamed(contentFields(content).type) ?? 'messenger';

/** The name of the file that an address leads to; empty if it has none. */
function fileName(address: unknown): string {
  const text = textIn(address) ?? '';
  const { host, pathname } = URL.canParse(text) ? new URL(text) : { host: '', pathname: '' };
  const last = host === '' ? '' : (pathname.split('/').at(-1) ?? '');
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}

const optionalLink = (address: unknown, key: string, notes: Notes) =>
  address === undefined || address === null ? undefined : notes.address(address, key);

function readCard(
  value: unknown,
  place: { message: number; card: number },
  options: ReadingOptions,
  above: Notes,
): CardView {
  const isInUnsupported = above.worst() === 'unsupported';
  const notes = collectNotes(above.channel, { ...options, isInUnsupported });
  const card = fieldsIn(value);
  if (card === undefined) notes.incomplete(`unknown card: ${rawText(value)}`);
  const { title, subtitle, image_url: image, action_url: action, buttons } = card ?? {};
  if (card !== undefined && textIn(title) === undefined) notes.incomplete('a card needs `title`');
  for (const [key, text] of Object.entries({ title, subtitle })) {
    if (characterCount(textIn(text) ?? '') > maxCardTextLength) {
      notes.add('invalid', `\`${key}\` takes at most ${maxCardTextLength} characters`);
    }
  }
  const subtitleText = textIn(subtitle);
  return {
    title: drawnText(textIn(title) ?? ''),
    subtitle: subtitleText === undefined ? undefined : drawnText(subtitleText),
    image: optionalLink(image, 'image_url', notes),
    action: optionalLink(action, 'action_url', notes),
    buttons: readButtons(buttons, place, notes),
    notes: notes.list(),
  };
}

/** The bodies of a text message: several if it is split. */
function textBodies({ text: value }: Fields, notes: Notes): Body[] {
  const text = textIn(value);
  if (text === undefined) {
    notes.incomplete('a text message needs `text`');
    return [{ kind: 'text', text: '' }];
  }
  const { channel, options } = notes;
  if (options.splitTexts === true) {
    const split = splitText(text.trimEnd(), maxTextLength[channel], maxMessages);
    if ('parts' in split) {
      const { parts } = split;
      return parts.map((part, index) => ({
        kind: 'text',
        text: part.trimEnd(),
        ...(parts.length > 1 && { part: { number: index + 1, of: parts.length } }),
      }));
    }
    notes.add('invalid', split.problem);
  } else {
    const problem = textProblem(channel, text);
    if (problem !== undefined) notes.add('invalid', problem);
  }
  return [{ kind: 'text', text: drawnText(text) }];
}

function cardsBody({ elements, image_aspect_ratio: ratio }: Fields, message: number, notes: Notes): Body {
  const list = listIn(elements) ?? [];
  if (list.length === 0) notes.incomplete('needs at least one card');
  const cards = itemsOf(list, maxCards, 'cards', notes).map((each, card) =>
    readCard(each, { message, card }, notes.options, notes),
  );
  return { kind: 'cards', isSquare: ratio === 'square', cards };
}

function bodiesOf(message: Fields, index: number, notes: Notes): Body[] {
  const { type, url } = message;
  if (type === 'text') return textBodies(message, notes);
  if (type === 'cards') {
    notes.support(type);
    return [cardsBody(message, index, notes)];
  }
  const medium = media.find((each) => each === type);
  if (medium !== undefined) {
    notes.support(medium);
    if (textIn(url) === undefined) notes.incomplete(`a message of type ${medium} needs \`url\``);
    return [{ kind: 'media', medium, name: fileName(url), link: notes.address(url, 'url') }];
  }
  if (type === undefined) notes.incomplete('a message needs `type`');
  else notes.incomplete('a message must have one of the types text, image, video, audio, file, cards');
  if (notes.options.isPartial === true) return [{ kind: 'text', text: '' }];
  return [{ kind: 'unknown', text: `unknown: ${textIn(type) ?? rawText(message)}` }];
}

function readMessage(value: unknown, index: number, channel: Channel, options: ReadingOptions): MessageModel[] {
  const notes = collectNotes(channel, options);
  const message = fieldsIn(value);
  if (message === undefined) notes.add('invalid', 'a message must be an object');
  const bodies: Body[] =
    message === undefined ? [{ kind: 'unknown', text: `unknown: ${rawText(value)}` }] : bodiesOf(message, index, notes);
  const severity = index < maxMessages ? notes.worst() : 'invalid';
  const buttons = readButtons(message?.buttons, { message: index }, notes);
  if (message?.type === 'file' && buttons.length > 0) notes.add('invalid', 'a file takes no buttons');
  notes.literal(value);
  // The buttons are below the last part.
  return bodies.map((body, at) => {
    const isLast = at === bodies.length - 1;
    return {
      key: `${index}.${at}`,
      body,
      buttons: isLast ? buttons : [],
      notes: isLast ? notes.list() : [],
      severity,
    };
  });
}

function callbackPhrases(value: unknown): readonly Phrase[] {
  const callback = fieldsIn(value);
  if (callback === undefined) return [];
  return [
    ['The next message of the contact goes to ', { link: safeLink(callback.url ?? '') }],
    ...requestPhrases(callback),
  ];
}

/** Quick replies, also those that are in a message, from where the tools move them. */
function quickRepliesIn(content: Fields, messages: readonly unknown[]): readonly unknown[] {
  const inMessages = messages.slice(0, maxMessages).flatMap((each) => listIn(fieldsIn(each)?.quick_replies) ?? []);
  return [...(listIn(content.quick_replies) ?? []), ...inMessages];
}

/**
 * Reads content of any form as its channel shows it: `{messages, quick_replies?, actions?, …}`, also with its wrapper
 * `{version, content}`, as a list of messages, as JSON text, or in part. What is wrong becomes a note. It never throws.
 */
export function readContent(value: unknown, options: ReadingOptions = {}): ContentModel {
  const content = contentFields(value);
  const channel = options.channel ?? channelIn(content);
  const notes = collectNotes(channel, options);
  const type = textIn(content.type);
  if (type !== undefined && channelNamed(type) === undefined) notes.incomplete(`unknown channel: ${rawText(type)}`);
  const messages = listIn(content.messages) ?? [];
  const actions = listIn(content.actions) ?? [];
  if (messages.length === 0 && actions.length === 0) notes.incomplete('needs at least one message');
  const drawn = itemsOf(messages, maxMessages, 'messages', notes);
  itemsOf(actions, maxActions, 'actions', notes);
  const replies = quickRepliesIn(content, messages);
  const replyNotes = collectNotes(channel, options);
  replyNotes.literal(replies);
  return {
    channel,
    messages: drawn.flatMap((each, index) => readMessage(each, index, channel, options)),
    quickReplies: replies.length === 0 ? [] : readQuickReplies(replies, maxQuickReplies, replyNotes),
    quickReplyNotes: replies.length === 0 ? [] : replyNotes.list(),
    actions: actionPhrases(actions),
    callback: callbackPhrases(content.external_message_callback),
    notes: notes.list(),
  };
}
