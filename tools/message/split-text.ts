import { characterCount } from './channels.js';

/** Links with their scheme, and without it as people write them; the counts keep a search through any text short. */
const link =
  /(?:https?:\/\/|(?<![a-z\d])[a-z][a-z\d+.-]{0,15}:\/\/|www\.|mailto:|(?<![a-z\d.-])(?:[a-z\d-]{1,63}\.){1,4}[a-z]{2,24}[/?])\S+/gi;

/** A stretch of text that must stay whole. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/** The links of a text. One that no part holds ends where another script follows it without a blank. */
function linksIn(text: string, longest: number): Span[] {
  const links: Span[] = [];
  const pattern = new RegExp(link);
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const [whole] = match;
    const plain = /^[!-~]+/.exec(whole)?.[0] ?? whole;
    // Characters are counted where it takes counting: a run of links makes one long word.
    const tooLong = whole.length > 2 * longest || characterCount(whole) > longest;
    const end = match.index + (tooLong ? plain : whole).length;
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

/** What a sentence ends with where the next one may begin; a full stop alone may stand inside an address. */
const sentenceEnd = /(?:\s|[。．｡！？][」』”’）]*)$/u;

const endsOf = (pattern: RegExp, text: string): number[] =>
  Array.from(text.matchAll(pattern), ({ index, 0: match }) => index + match.length);

/** Ways to find places where a text can be cut, the best first; each gives places as indices into the text. */
const cuts: readonly ((text: string) => number[])[] = [
  (text) => endsOf(/\n[^\S\n]*\n\s*/g, text),
  (text) => startsOf(sentences, text).filter((index) => sentenceEnd.test(text.slice(Math.max(0, index - 4), index))),
  (text) => endsOf(/\s+/g, text),
  (text) => startsOf(words, text),
  (text) => startsOf(graphemes, text),
  // A character that is made of more code points than a whole part takes.
  (text) => endsOf(/[\s\S]/gu, text),
];
const byWord = 2;

/** The least share of a part that it should fill where it ends with a paragraph or a sentence. */
const leastFilled = 1 / 3;

/** The index after so many characters, a surrogate pair being one. */
function indexAfter(text: string, from: number, characters: number): number {
  let index = from;
  for (let count = 0; count < characters && index < text.length; count += 1) {
    index += (text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1;
  }
  return index;
}

const isBlank = (text: string): boolean => text.trim() === '';

/** The last place up to `limit` where the text can be cut, by the first way of cutting that has one. */
function cutBefore(text: string, from: number, limit: number, links: readonly Span[], first: number) {
  // A boundary is found by what follows it as well.
  const window = text.slice(from, limit + 50);
  const allowed = (at: number, least: number): boolean =>
    at > from + least &&
    at <= limit &&
    !links.some(({ start, end }) => at > start && at < end) &&
    !isBlank(text.slice(from, at)) &&
    !isBlank(text.slice(at));
  for (const [way, places] of cuts.entries()) {
    if (way < first) continue;
    const least = way < byWord ? (limit - from) * leastFilled : 0;
    const place = places(window).findLast((index) => allowed(from + index, least));
    if (place !== undefined) return from + place;
  }
  return undefined;
}

/** Cuts from the front, by the ways from `first` on; undefined where that would break what must stay whole. */
function cutUp(text: string, longest: number, first: number): string[] | undefined {
  const links = linksIn(text, longest);
  const parts: string[] = [];
  let from = 0;
  for (;;) {
    const limit = indexAfter(text, from, longest);
    if (limit >= text.length) return [...parts, text.slice(from)];
    const at = cutBefore(text, from, limit, links, first);
    if (at === undefined) return undefined;
    parts.push(text.slice(from, at));
    from = at;
  }
}

/** A text in parts, or what keeps it from being cut. */
export type SplitText = { readonly parts: readonly string[] } | { readonly problem: string };

/**
 * Splits a text into parts of at most `longest` characters, at the ends of paragraphs, else of sentences, else of words,
 * never inside a link or a surrogate pair. The parts joined are the text. Where that makes more than `most` parts, words
 * are taken to fill them.
 */
export function splitText(text: string, longest: number, most: number): SplitText {
  const length = characterCount(text);
  if (length > longest * most) {
    return { problem: `has ${length} characters; one call takes ${most} messages of ${longest} at the most` };
  }
  const links = linksIn(text, longest).map(({ start, end }) => characterCount(text.slice(start, end)));
  const tooLong = links.find((each) => each > longest);
  if (tooLong !== undefined) {
    return { problem: `holds a link of ${tooLong} characters; one message takes ${longest}` };
  }
  const nice = cutUp(text, longest, 0);
  const parts = nice !== undefined && nice.length <= most ? nice : cutUp(text, longest, byWord);
  if (parts === undefined) {
    return { problem: `cannot be cut into messages of ${longest} characters: there are too many blanks in a row` };
  }
  if (parts.length > most) {
    const needed = `needs ${parts.length} messages of ${longest} characters at the most, as it can be cut`;
    return { problem: `${needed}; one call takes ${most}` };
  }
  return { parts };
}
