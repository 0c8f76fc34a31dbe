import { isObject } from '../../../../tools/contract/json.js';
import { quoted } from '../../../../tools/contract/quoted.js';
import { markOf } from '../mark.js';

/** What was left out of a copy, by path: texts that were cut, and lists or objects that lost items. */
export interface Omitted {
  readonly texts: Set<string>;
  readonly parts: Map<string, { readonly kept: number; readonly total: number }>;
}

/** Starts a record of what is left out. */
export const nothingOmitted = (): Omitted => ({ texts: new Set(), parts: new Map() });

/** The size of a value as JSON, in bytes. */
export const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value) ?? '');

/** The most bytes that a UTF-16 unit takes as JSON. */
const maxUnitBytes = 6;

const fits = (text: string, limit: number): boolean =>
  text.length * maxUnitBytes <= limit || bytesOf(text) - '""'.length <= limit;

/** The mark of a text that was cut before. */
const markAtEnd = /… \[first \d+ of (\d+) characters\]$/;

/** Bytes of a mark. */
const markBytes = 60;

/** The beginning of a text, with how much of it that is. */
function marked(beginning: string, text: string): string {
  // Half of a surrogate pair is no character.
  const whole = beginning.replace(/[\ud800-\udbff]$/, '');
  return `${whole}${markOf(whole.length, Number(markAtEnd.exec(text)?.[1] ?? text.length))}`;
}

/** The beginning of a text that is too long, in at most `bytes` bytes with its mark. */
function cutText(text: string, bytes: number): string {
  const limit = Math.max(0, bytes - markBytes);
  let kept = text;
  while (!fits(kept, limit)) kept = kept.slice(0, Math.floor((kept.length * limit * 0.98) / (bytesOf(kept) - 2)));
  return marked(kept, text);
}

/** Keys whose texts are names or similarly short. */
const isName = (key: string): boolean =>
  /(?:name|caption|category|email|gender|language|locale|phone|status|timezone|type)$/.test(key);

/** Characters of a name. Longer ones are content from a stranger. */
const maxNameLength = 500;

/** How long texts may be. */
export interface TextLimits {
  /** Bytes of a text as JSON. */
  readonly bytes: number;
  /** Names are data of an account, and get a limit of their own. */
  readonly names: boolean;
}

/** A copy in which texts that are too long are cut and marked. */
export function shortened(value: unknown, limits: TextLimits, omitted: Omitted, path: readonly string[] = []): unknown {
  if (typeof value === 'string') {
    const isNameText = limits.names && isName(path.at(-1) ?? '');
    if (isNameText ? value.length <= maxNameLength : fits(value, limits.bytes)) return value;
    omitted.texts.add(path.join('.'));
    return isNameText ? marked(value.slice(0, maxNameLength), value) : cutText(value, limits.bytes);
  }
  if (Array.isArray(value)) return value.map((each) => shortened(each, limits, omitted, path));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, shortened(each, limits, omitted, [...path, key])]),
  );
}

/** Entries up to this size are kept before larger ones, in bytes. */
const smallEntry = 600;

/** Bytes of the punctuation around a value in a list or an object. */
const punctuation = 2;

/**
 * A copy of at most `budget` bytes as JSON: the first items of lists, and of objects the small entries before the large
 * ones. The last resort, for what no limit on texts makes small enough.
 */
export function fitted(value: unknown, budget: number, omitted: Omitted, path: readonly string[] = []): unknown {
  if (bytesOf(value) <= budget) return value;
  if (typeof value === 'string') {
    omitted.texts.add(path.join('.'));
    return cutText(value, budget - punctuation);
  }
  if (Array.isArray(value)) return fittedList(value, budget, omitted, path);
  return isObject(value) ? fittedObject(value, budget, omitted, path) : value;
}

function fittedList(items: readonly unknown[], budget: number, omitted: Omitted, path: readonly string[]): unknown[] {
  const kept: unknown[] = [];
  let left = budget - punctuation;
  for (const item of items) {
    const size = bytesOf(item) + 1;
    if (size > left) break;
    kept.push(item);
    left -= size;
  }
  omitted.parts.set(path.join('.'), { kept: kept.length, total: items.length });
  return kept;
}

function fittedObject(
  value: Readonly<Record<string, unknown>>,
  budget: number,
  omitted: Omitted,
  path: readonly string[],
): Record<string, unknown> {
  const entries = Object.entries(value).map(([key, each]) => ({ key, each, size: bytesOf(each), named: bytesOf(key) }));
  const kept = new Map<string, unknown>();
  let left = budget - punctuation;
  const inTurn = [
    ...entries.filter(({ size, named }) => size + named <= smallEntry),
    ...entries.filter(({ size, named }) => size + named > smallEntry),
  ];
  for (const { key, each, size, named } of inTurn) {
    const room = left - named - punctuation;
    const isDivisible = typeof each === 'object' || typeof each === 'string';
    if (size > room && (!isDivisible || room < smallEntry)) continue;
    const copy = fitted(each, room, omitted, [...path, key]);
    kept.set(key, copy);
    left = room - bytesOf(copy);
  }
  if (kept.size < entries.length)
    omitted.parts.set([...path, '…'].join('.'), { kept: kept.size, total: entries.length });
  return Object.fromEntries(entries.flatMap(({ key }) => (kept.has(key) ? [[key, kept.get(key)]] : [])));
}

/** Paths that one warning names. */
const maxNamed = 10;

/** A path as text. Its keys can come from a response, so they can contain anything. */
const pathText = (path: string): string => (/^[\w.…]{1,100}$/.test(path) ? path : quoted(path));

function namesOf(paths: Iterable<string>): string {
  const all = [...paths].map(pathText);
  return `${all.slice(0, maxNamed).join(', ')}${all.length > maxNamed ? ` and ${all.length - maxNamed} more` : ''}`;
}

/** Sentences that say what was left out; `more` follows the texts that were cut. */
export function omissions({ texts, parts }: Omitted, more = ''): string[] {
  const counts = [...parts].map(([path, { kept, total }]) => `${pathText(path)} (${kept} of ${total})`);
  return [
    ...(texts.size === 0
      ? []
      : [`Cut, as marked in the text: ${namesOf(texts)}. Do not write a cut text back.${more}`]),
    ...(counts.length === 0
      ? []
      : [
          `Too large to be shown as a whole: ${counts.slice(0, maxNamed).join(', ')}${counts.length > maxNamed ? ', …' : ''}.`,
        ]),
  ];
}
