import { isObject } from '../../../../tools/contract/json.js';
import { markOf } from '../mark.js';

interface Count {
  readonly kept: number;
  readonly total: number;
}

/** The texts that were cut and marked, with their characters: one that is cut again states the same total. */
export type Cuts = Map<string, Count>;

/** What was left out of a copy, by path: texts that were cut, and lists or objects that lost items. */
export interface Omitted {
  readonly texts: Set<string>;
  /** The texts that the name of their item as search shows at more length. */
  readonly readable: Set<string>;
  /** The texts that no call shows at more length. */
  readonly final: Set<string>;
  readonly parts: Map<string, Count>;
  readonly cuts: Cuts;
}

/** Starts a record of what is left out. */
export const nothingOmitted = (cuts: Cuts): Omitted => ({
  texts: new Set(),
  readable: new Set(),
  final: new Set(),
  parts: new Map(),
  cuts,
});

/** Adds what was left out of a part. */
export function add({ texts, readable, final, parts }: Omitted, more: Omitted): void {
  for (const text of more.texts) texts.add(text);
  for (const text of more.readable) readable.add(text);
  for (const text of more.final) final.add(text);
  for (const [path, counts] of more.parts) parts.set(path, counts);
}

/** The size of a value as JSON, in bytes. */
export const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value) ?? '');

/** The most bytes that a UTF-16 unit takes as JSON. */
const maxUnitBytes = 6;

const fits = (text: string, limit: number): boolean =>
  text.length * maxUnitBytes <= limit || bytesOf(text) - '""'.length <= limit;

/** Bytes of a mark. */
const markBytes = 60;

/** The first characters of a text, without the mark of an earlier cut and with one of its own. */
function marked(text: string, length: number, { cuts }: Omitted): string {
  const earlier = cuts.get(text);
  const kept = text
    .slice(0, Math.min(length, earlier?.kept ?? length))
    // Half of a surrogate pair is no character.
    .replace(/[\ud800-\udbff]$/, '');
  const total = earlier?.total ?? text.length;
  const result = `${kept}${markOf(kept.length, total)}`;
  cuts.set(result, { kept: kept.length, total });
  return result;
}

/** The beginning of a text that is too long, in at most `bytes` bytes with its mark. */
function cutText(text: string, bytes: number, omitted: Omitted): string {
  const limit = Math.max(0, bytes - markBytes);
  let kept = text;
  while (!fits(kept, limit)) kept = kept.slice(0, Math.floor((kept.length * limit * 0.98) / (bytesOf(kept) - 2)));
  return marked(text, kept.length, omitted);
}

/** Keys whose texts are names or similarly short. */
export const isName = (key: string): boolean =>
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
    return isNameText ? marked(value, maxNameLength, omitted) : cutText(value, limits.bytes, omitted);
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
    return cutText(value, budget - punctuation, omitted);
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
