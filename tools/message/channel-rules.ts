import { clipped } from '../contract/quoted.js';
import { type Channel, characterCount, maxTextLength } from './channels.js';
import type { Content } from './content.js';

/** The channel that content is for. */
export const channelOf = (content: Content): Channel => content.type ?? 'messenger';

/** What ManyChat's reference says that a channel does not take. */
const refusedParts: Readonly<Record<Channel, ReadonlySet<string>>> = {
  messenger: new Set(),
  instagram: new Set(['video', 'audio', 'file', 'call', 'dynamic_block_callback', 'webview_size']),
  whatsapp: new Set(['video', 'audio', 'file', 'cards', 'quick_replies']),
  telegram: new Set(['cards', 'quick_replies']),
};

/** What ManyChat's reference does not say whether a channel takes it. */
const openParts: Readonly<Record<Channel, ReadonlySet<string>>> = {
  messenger: new Set(),
  instagram: new Set(),
  whatsapp: new Set(['image', 'url', 'buy', 'call', 'dynamic_block_callback', 'webview_size']),
  telegram: new Set(['call', 'dynamic_block_callback', 'webview_size']),
};

/** Where something stands in content. */
type Path = readonly (string | number)[];

/** Every part of content that not all channels take, with its place. */
function* partsOf(given: Content): Generator<{ part: string; path: Path }> {
  for (const [index, each] of given.messages.entries()) {
    const path = ['messages', index];
    if (each.type !== 'text') yield { part: each.type, path };
    const rows =
      each.type === 'cards'
        ? each.elements.map((one, at) => ({ row: one.buttons, path: [...path, 'elements', at] }))
        : [];
    if ('buttons' in each) rows.push({ row: each.buttons, path });
    for (const { row, path: above } of rows) {
      for (const [at, one] of (row ?? []).entries()) {
        const place = [...above, 'buttons', at];
        if (one.type !== 'flow') yield { part: one.type, path: place };
        if (one.type === 'url' && one.webview_size !== undefined)
          yield { part: 'webview_size', path: [...place, 'webview_size'] };
      }
    }
  }
  if (given.quick_replies !== undefined && given.quick_replies.length > 0) {
    yield { part: 'quick_replies', path: ['quick_replies'] };
    for (const [at, one] of given.quick_replies.entries()) {
      if (one.type !== 'flow') yield { part: one.type, path: ['quick_replies', at] };
    }
  }
}

/** What may go wrong with content that keeps the grammar, because ManyChat's reference leaves it open. */
function undocumentedParts(given: Content): string[] {
  const channel = channelOf(given);
  const open = [...partsOf(given)].filter(({ part }) => openParts[channel].has(part)).map(({ part }) => part);
  return [...new Set(open)].map(
    (part) => `ManyChat does not document whether ${channel} takes ${part}; it may refuse or drop it.`,
  );
}

/** What is wrong with content for its channel although it keeps the grammar, each with its place. */
export function* channelProblems(given: Content): Generator<{ path: Path; problem: string }> {
  const channel = channelOf(given);
  for (const { part, path } of partsOf(given)) {
    if (refusedParts[channel].has(part)) {
      yield { path, problem: `${part} does not work on ${channel}; use another form or channel` };
    }
  }
  for (const [index, each] of given.messages.entries()) {
    if (each.type === 'text' && characterCount(each.text) > maxTextLength[channel]) {
      const problem = `has ${characterCount(each.text)} characters; ${channel} takes ${maxTextLength[channel]}: split it into several messages`;
      yield { path: ['messages', index, 'text'], problem };
    }
  }
}

/** The first `{{field}}` in a text: only flows fill them in, everywhere else the contact would read it as it stands. */
export const placeholderIn = (text: string): string | undefined => /\{\{[^{}]+\}\}/.exec(text)?.[0];

/** What may go wrong with content that is right as far as ManyChat documents it. */
export function contentWarnings(content: Content, messageTag?: unknown): string[] {
  const placeholder = placeholderIn(JSON.stringify(content.messages));
  return [
    ...undocumentedParts(content),
    ...(placeholder === undefined ? [] : [`${clipped(placeholder)} is sent as it stands: only flows fill in fields.`]),
    ...(messageTag === undefined ? [] : ['ManyChat refuses message tags since 2026.']),
  ];
}
