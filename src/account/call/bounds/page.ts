import type { Pages } from '../../../../tools/contract/endpoint.js';
import { asObject, isObject, type Result, toList } from '../../../../tools/contract/json.js';
import { createSearch, type Search } from './search.js';
import { bytesOf, fitted, nothingOmitted, type Omitted, shortened, type TextLimits } from './shorten.js';

/** The most bytes of one item, of one that was searched for by its very name, and of everything beside the lists. */
interface ItemBytes {
  readonly item: number;
  readonly named: number;
  readonly rest: number;
}

/** Sizes on a page of a whole result. With two lists, a page has room for an item of each. */
const onPage: ItemBytes = { item: 5_000, named: 12_000, rest: 5_000 };

/** Sizes within an item that has lists itself, such as a contact in a list of contacts. */
const inItem: ItemBytes = { item: 1_000, named: 1_000, rest: 2_000 };

/** Bytes of a text of the item that was searched for by its very name. */
const namedTextBytes = 10_000;

/** Bytes of an item's own totals and of the call that returns the rest of it. */
const pointerBytes = 600;

/** The limits of texts where even short ones do not leave room for every item. */
export const smallTexts: TextLimits = { bytes: 300, names: true };

/** Lists by their keys, with the items that match the search. */
export type Lists = ReadonlyMap<string, readonly unknown[]>;

/** The lists of an object; a list that is absent is empty. */
export const listsIn = (holder: Result, { lists }: Pages): Lists =>
  new Map(lists.map((key) => [key, toList(holder[key]) ?? []]));

export const longest = (lists: Lists): number => Math.max(0, ...[...lists.values()].map(({ length }) => length));

/** Lists whose items are filtered. */
export const matching = (lists: Lists, { matches }: Search): Lists =>
  new Map([...lists].map(([key, items]) => [key, items.filter(matches)]));

/** Lists without their first items. */
export const from = (offset: number, lists: Lists): Lists =>
  new Map([...lists].map(([key, items]) => [key, items.slice(offset)]));

/** An object with other items in its lists; keys stay in their order. */
export const withLists = (holder: Result, lists: Lists): Result => ({ ...holder, ...Object.fromEntries(lists) });

/** The totals of lists under keys of their own. */
export const totalsOf = (lists: Lists): Result =>
  Object.fromEntries([...lists].map(([key, { length }]) => [`total_${key}`, length]));

/** The items of one page. */
export interface Page {
  readonly holder: Result;
  /** The index of the first item that is on no page yet; undefined after the last page. */
  readonly end: number | undefined;
}

/** What a page is cut from. */
export interface PageRequest {
  readonly holder: Result;
  readonly lists: Lists;
  readonly pages: Pages;
  readonly search: Search;
  readonly offset: number;
  /** Bytes of the page. */
  readonly budget: number;
  readonly limits: TextLimits;
  /** Arguments of every call that the page names: the connection, if the caller named one. */
  readonly everyCall: Result;
}

/** An item with its texts shortened. One that was searched for by its very name has longer texts. */
export const shortenedItem = (
  item: unknown,
  search: Search,
  limits: TextLimits,
  omitted: Omitted,
  path: readonly string[],
): unknown =>
  shortened(
    item,
    search.isNamed(item) ? { ...limits, bytes: Math.max(limits.bytes, namedTextBytes) } : limits,
    omitted,
    path,
  );

/** An item in at most `budget` bytes; one that has lists itself gets the beginning of them, and the call for the rest. */
function fittedItem(
  item: unknown,
  budget: number,
  { pages: { item: pages }, everyCall }: Pick<PageRequest, 'pages' | 'everyCall'>,
  omitted: Omitted,
  path: string,
): unknown {
  if (bytesOf(item) <= budget) return item;
  if (pages === undefined || !isObject(item)) return fitted(item, budget, omitted, [path]);
  const lists = listsIn(item, pages);
  const request = { holder: item, lists, pages, search: createSearch(''), offset: 0, budget: budget - pointerBytes };
  const { holder, end } = cutPage({ ...request, limits: smallTexts, everyCall }, omitted, [path], inItem);
  if (end === undefined) return holder;
  const next = pages.next?.(item);
  return {
    ...holder,
    ...totalsOf(lists),
    ...(next && { next: { tool: next.tool, arguments: { ...next.arguments, ...everyCall, offset: end } } }),
  };
}

function add({ texts, parts }: Omitted, more: Omitted): void {
  for (const text of more.texts) texts.add(text);
  for (const [path, counts] of more.parts) parts.set(path, counts);
}

/**
 * A page: as many items from `offset` on as the budget has room for, at least one of each list. One offset counts in all
 * lists, which advance side by side, so that a page of flows has folders and a page of a contact has fields and tags.
 */
export function cutPage(
  { holder, lists, pages, search, offset, budget, limits, everyCall }: PageRequest,
  omitted: Omitted,
  path: readonly string[],
  sizes: ItemBytes = onPage,
): Page {
  const others = Object.fromEntries(Object.entries(holder).filter(([key]) => !lists.has(key)));
  const rest = asObject(fitted(shortened(others, limits, omitted, path), sizes.rest, omitted, path));
  const kept = new Map([...lists.keys()].map((key): [string, unknown[]] => [key, []]));
  const size = longest(lists);
  let left = budget - bytesOf({ ...rest, ...Object.fromEntries(kept) });
  let end = offset;
  for (; end < size; end += 1) {
    const notes = nothingOmitted();
    const row = [...lists].flatMap(([key, items]) => {
      if (end >= items.length) return [];
      const item = items[end];
      const at = [...path, key];
      const texts = shortenedItem(item, search, limits, notes, at);
      const room = search.isNamed(item) ? sizes.named : sizes.item;
      return [{ key, item: fittedItem(texts, room, { pages, everyCall }, notes, at.join('.')) }];
    });
    const bytes = row.reduce((sum, { item }) => sum + bytesOf(item) + 1, 0);
    if (bytes > left && end > offset) break;
    for (const { key, item } of row) kept.get(key)?.push(item);
    add(omitted, notes);
    left -= bytes;
  }
  const entries = Object.keys(holder).flatMap((key) => {
    const value = kept.get(key) ?? rest[key];
    return value === undefined ? [] : [[key, value] as const];
  });
  return { holder: Object.fromEntries(entries), end: end < size ? end : undefined };
}
