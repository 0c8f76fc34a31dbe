import { clipped } from '../contract/quoted.js';
import { type Channel, characterCount, maxTextLength } from './channels.js';
import type { Button, Content } from './content.js';

/** The channel that content is for. */
export const channelOf = (content: Content): Channel => content.type ?? 'messenger';

/** Parts that a channel does not support, according to ManyChat's reference. */
const unsupportedParts: Readonly<Record<Channel, ReadonlySet<string>>> = {
  messenger: new Set(),
  instagram: new Set(['video', 'audio', 'file', 'call', 'dynamic_block_callback', 'webview_size']),
  whatsapp: new Set(['video', 'audio', 'file', 'cards', 'quick_replies']),
  telegram: new Set(['cards', 'quick_replies']),
};

/** Parts of which ManyChat's reference does not say whether a channel supports them. */
const undocumentedParts: Readonly<Record<Channel, ReadonlySet<string>>> = {
  messenger: new Set(),
  instagram: new Set(),
  whatsapp: new Set(['image', 'url', 'buy', 'call', 'dynamic_block_callback', 'webview_size']),
  telegram: new Set(['call', 'dynamic_block_callback', 'webview_size']),
};

type Path = readonly (string | number)[];

/** The parts of content that not every channel supports, with their paths. */
function* partsOf({ messages, quick_replies: replies = [] }: Content): Generator<{ part: string; path: Path }> {
  for (const [index, message] of messages.entries()) {
    const path = ['messages', index];
    if (message.type !== 'text') yield { part: message.type, path };
    if (message.type === 'cards') {
      for (const [at, card] of message.elements.entries()) yield* buttonParts(card.buttons, [...path, 'elements', at]);
    }
    if ('buttons' in message) yield* buttonParts(message.buttons, path);
  }
  if (replies.length > 0) yield { part: 'quick_replies', path: ['quick_replies'] };
  for (const [at, { type }] of replies.entries()) {
    if (type !== 'flow') yield { part: type, path: ['quick_replies', at] };
  }
}

function* buttonParts(buttons: readonly Button[] = [], above: Path): Generator<{ part: string; path: Path }> {
  for (const [at, button] of buttons.entries()) {
    const path = [...above, 'buttons', at];
    if (button.type !== 'flow') yield { part: button.type, path };
    if (button.type === 'url' && button.webview_size !== undefined) {
      yield { part: 'webview_size', path: [...path, 'webview_size'] };
    }
  }
}

/** Why a channel cannot take a part of content: a type of message or button, `webview_size` or `quick_replies`. */
export const partProblem = (channel: Channel, part: string): string | undefined =>
  unsupportedParts[channel].has(part) ? `${part} does not work on ${channel}; use another form or channel` : undefined;

/** The warning about a part of content if ManyChat does not document whether its channel supports it. */
export const partWarning = (channel: Channel, part: string): string | undefined =>
  undocumentedParts[channel].has(part)
    ? `ManyChat does not document whether ${channel} supports ${part}; it may refuse or drop it.`
    : undefined;

/** Why a channel cannot take a text. */
export function textProblem(channel: Channel, text: string): string | undefined {
  const [length, limit] = [characterCount(text), maxTextLength[channel]];
  return length > limit
    ? `has ${length} characters; ${channel} takes ${limit}: split it into several messages`
    : undefined;
}

function undocumentedWarnings(content: Content): string[] {
  const channel = channelOf(content);
  const warnings = [...partsOf(content)].map(({ part }) => partWarning(channel, part));
  return [...new Set(warnings)].filter((warning) => warning !== undefined);
}

/** What makes valid content unsuitable for its channel, with paths. */
export function* channelProblems(content: Content): Generator<{ path: Path; problem: string }> {
  const channel = channelOf(content);
  for (const { part, path } of partsOf(content)) {
    const problem = partProblem(channel, part);
    if (problem !== undefined) yield { path, problem };
  }
  for (const [index, message] of content.messages.entries()) {
    const problem = message.type === 'text' ? textProblem(channel, message.text) : undefined;
    if (problem !== undefined) yield { path: ['messages', index, 'text'], problem };
  }
}

/** The warning about a `{{field}}` in a text. */
export const placeholderWarning = (placeholder: string): string =>
  `${clipped(placeholder)} is sent literally: only flows fill in fields.`;

/** The first `{{field}}` in a text. Only flows fill placeholders in; elsewhere the contact would read them literally. */
export const placeholderIn = (text: string): string | undefined => /\{\{[^{}]+\}\}/.exec(text)?.[0];

/** Keys whose texts ManyChat passes to the server of a callback, with its own placeholders filled in. */
export const callbackData: ReadonlySet<string> = new Set(['payload', 'headers']);

/** The first `{{field}}` that a contact would read literally. */
export const placeholderInMessages = ({ messages }: Pick<Content, 'messages'>): string | undefined =>
  placeholderIn(JSON.stringify(messages, (key, value: unknown) => (callbackData.has(key) ? undefined : value)));

/** Addresses of cards that do not use https, as ManyChat advises. */
const plainAddresses = ({ messages }: Content): string[] =>
  messages.flatMap((message, index) =>
    message.type === 'cards'
      ? message.elements.flatMap(({ action_url: url }, at) =>
          url !== undefined && new URL(url).protocol === 'http:'
            ? [
                `messages[${index}].elements[${at}].action_url uses http; ManyChat advises https, and a channel may not open it.`,
              ]
            : [],
        )
      : [],
  );

/** What may go wrong with valid content. */
export function contentWarnings(content: Content, messageTag?: unknown): string[] {
  const placeholder = placeholderInMessages(content);
  return [
    ...undocumentedWarnings(content),
    ...plainAddresses(content),
    ...(placeholder === undefined ? [] : [placeholderWarning(placeholder)]),
    ...(messageTag === undefined ? [] : ['ManyChat has refused message tags since 2026.']),
  ];
}
