import { characterCount } from './channels.js';

/** Links with a scheme, and without one as people write them. The counts bound the search through any text. */
const link =
  /(?:https?:\/\/|(?<![a-z\d])[a-z][a-z\d+.-]{0,15}:\/\/|www\.|mailto:|(?<![a-z\d.-])(?:[a-z\d-]{1,63}\.){1,4}[a-z]{2,24}[/?])\S+/gi;

/** A stretch of text that must not be cut. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/** The links of a text. A link that is too long for a part is ended where another script follows without a blank. */
function linksIn(text: string, maxLength: number): Span[] {
  const links: Span[] = [];
  const pattern = new RegExp(link);
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const [matched] = match;
    const ascii = /^[!-~]+/.exec(matched)?.[0] ?? matched;
    // Counting characters is slow for a run of links that makes one long word, so it is avoided where possible.
    const tooLong = matched.length > 2 * maxLength || characterCount(matched) > maxLength;
    const end = match.index + (tooLong ? ascii : matched).length;
    links.push({ start: match.index, end });
    pattern.lastIndex = end;
  }
  return links;
}

const sentences = new Intl.Segmenter(undefined, { granularity: 'sentence' });
const words = new Intl.Segmenter(undefined, { granularity: 'word' });
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

const startsOf = (segmenter: Intl.Segmenter, text: string): number[] =>
  Array.from(segmenter.segment(text), ({ index }) => index);

/** The end of a sentence. A full stop alone is not enough, because it may be part of an address. */
const sentenceEnd = /(?:\s|[。．｡！？][」』”’）]*)$/u;

const endsOf = (pattern: RegExp, text: string): number[] =>
  Array.from(text.matchAll(pattern), ({ index, 0: match }) => index + match.length);

/** Functions that return the indices at which a text can be cut, the best kind of boundary first. */
const boundaries: readonly ((text: string) => number[])[] = [
  (text) => endsOf(/\n[^\S\n]*\n\s*/g, text),
  (text) => startsOf(sentences, text).filter((index) => sentenceEnd.test(text.slice(Math.max(0, index - 4), index))),
  (text) => endsOf(/\s+/g, text),
  (text) => startsOf(words, text),
  (text) => startsOf(graphemes, text),
  // For a character of more code points than fit into a part.
  (text) => endsOf(/[\s\S]/gu, text),
];
const wordBoundaries = 2;

/** A part that ends with a paragraph or a sentence is at least this full. */
const minFill = 1 / 3;

/** The index after a number of characters; a surrogate pair is one character. */
function indexAfter(text: string, from: number, characters: number): number {
  let index = from;
  for (let count = 0; count < characters && index < text.length; count += 1) {
    index += (text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1;
  }
  return index;
}

const isBlank = (text: string): boolean => text.trim() === '';

/** The last index up to `limit` where the text can be cut, at the best kind of boundary that has one. */
function cutBefore(text: string, from: number, limit: number, links: readonly Span[], first: number) {
  // Finding a boundary takes some text after it.
  const window = text.slice(from, limit + 50);
  const allowed = (at: number, least: number): boolean =>
    at > from + least &&
    at <= limit &&
    !links.some(({ start, end }) => at > start && at < end) &&
    !isBlank(text.slice(from, at)) &&
    !isBlank(text.slice(at));
  for (const [way, places] of boundaries.entries()) {
    if (way < first) continue;
    const least = way < wordBoundaries ? (limit - from) * minFill : 0;
    const place = places(window).findLast((index) => allowed(from + index, least));
    if (place !== undefined) return from + place;
  }
  return undefined;
}

/** Cuts a text from the front at boundaries of kind `first` or worse; undefined if a link would be broken. */
function cutUp(text: string, maxLength: number, first: number): string[] | undefined {
  const links = linksIn(text, maxLength);
  const parts: string[] = [];
  let from = 0;
  for (;;) {
    const limit = indexAfter(text, from, maxLength);
    if (limit >= text.length) return [...parts, text.slice(from)];
    const at = cutBefore(text, from, limit, links, first);
    if (at === undefined) return undefined;
    parts.push(text.slice(from, at));
    from = at;
  }
}

/** A text in parts, or why it cannot be split. */
export type SplitText = { readonly parts: readonly string[] } | { readonly problem: string };

/**
 * Splits a text into at most `maxParts` parts of at most `maxLength` characters, after a paragraph, else after a sentence, else
 * between words, never inside a link or a surrogate pair. If that takes too many parts, they are filled word by word. The
 * parts joined are the text.
 */
export function splitText(text: string, maxLength: number, maxParts: number): SplitText {
  const length = characterCount(text);
  if (length > maxLength * maxParts) {
    return { problem: `has ${length} characters; one call takes at most ${maxParts} messages of ${maxLength}` };
  }
  const links = linksIn(text, maxLength).map(({ start, end }) => characterCount(text.slice(start, end)));
  const tooLong = links.find((each) => each > maxLength);
  if (tooLong !== undefined) {
    return { problem: `holds a link of ${tooLong} characters; one message takes ${maxLength}` };
  }
  const natural = cutUp(text, maxLength, 0);
  const parts = natural !== undefined && natural.length <= maxParts ? natural : cutUp(text, maxLength, wordBoundaries);
  if (parts === undefined) {
    return { problem: `cannot be cut into messages of ${maxLength} characters: it has too many blanks in a row` };
  }
  if (parts.length > maxParts) {
    const needed = `needs ${parts.length} messages of at most ${maxLength} characters, given where it can be cut`;
    return { problem: `${needed}; one call takes ${maxParts}` };
  }
  return { parts };
}
