import type { Pages } from '../../../../tools/contract/endpoint.js';
import { asObject, isObject, type Result, toList } from '../../../../tools/contract/json.js';
import { createSearch, type Search } from './search.js';
import { add, bytesOf, fitted, isName, nothingOmitted, type Omitted, shortened, type TextLimits } from './shorten.js';

/** The most bytes of one item, of one that was searched for by its very name, and of everything beside the lists. */
interface ItemBytes {
  readonly item: number;
  readonly named: number;
  readonly rest: number;
}

/** Sizes on a page of a whole result. With two lists, a page has room for an item of each. */
const onPage: ItemBytes = { item: 5_000, named: 14_000, rest: 5_000 };

/** Sizes within an item that has lists itself, such as a contact in a list of contacts. */
const inItem: ItemBytes = { item: 1_000, named: 1_000, rest: 2_000 };

/** The limits of texts of the item that was searched for by its very name. It always has the last. */
export const namedTextLimits = [24_000, 18_000, 12_000, 10_000];
const [longestText = 0] = namedTextLimits;

/** Bytes of an item's own totals and of the call that returns the rest of it, without the name of an account. */
const pointerBytes = 600;

/** How long the texts of an item may be; `named` is for the item that was searched for by its very name. */
export interface ItemLimits extends TextLimits {
  readonly named: number;
}

/** The limits of texts where even short ones do not leave room for every item. */
const smallTexts: ItemLimits = { bytes: 300, named: namedTextLimits.at(-1) ?? 0, names: true };

/** Lists by their keys, with the items that match the search. */
export type Lists = ReadonlyMap<string, readonly unknown[]>;

/** The lists of an object; a list that is absent is empty. */
export const listsIn = (holder: Result, { lists }: Pages): Lists =>
  new Map(lists.map((key) => [key, toList(holder[key]) ?? []]));

export const longest = (lists: Lists): number => Math.max(0, ...[...lists.values()].map(({ length }) => length));

/**
 * Lists whose items are filtered; the one that has the very name comes first. An item is also found by the name of what
 * holds it, and what holds an item that is found is there too.
 */
export function matching(lists: Lists, { lists: [main], holders }: Pages, { matches, isNamed }: Search): Lists {
  const idOf = (item: unknown): string => String(asObject(item).id);
  const holderOf = (item: unknown): string => String(asObject(item)[holders?.key ?? '']);
  const byId = new Map((lists.get(holders?.list ?? '') ?? []).map((item) => [idOf(item), item]));
  const found = (lists.get(main ?? '') ?? []).filter((item) => matches(item, byId.get(holderOf(item))));
  const holding = new Set(holders === undefined ? [] : found.map(holderOf));
  return new Map(
    [...lists].map(([key, items]) => {
      const isHolder = key === holders?.list;
      const hits =
        key === main ? found : items.filter((item) => matches(item) || (isHolder && holding.has(idOf(item))));
      return [key, [...hits.filter(isNamed), ...hits.filter((item) => !isNamed(item))]];
    }),
  );
}

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
  /** Arguments of every call that the page names: the account and the connection, if the caller named them. */
  readonly everyCall: Result;
  /** Whether a tool is offered, so that a page can name it. */
  offers(tool: string): boolean;
}

/** Characters of the longest search. */
const maxSearch = 200;

/** Whether a search can have exactly the name of an item. */
function isSearchable(item: unknown): boolean {
  const { name } = asObject(item);
  return typeof name === 'string' && name.length <= maxSearch && createSearch(name).isNamed(item);
}

/** An item with its texts shortened. One that was searched for by its very name has longer texts. */
export function shortenedItem(
  item: unknown,
  { search, pages }: Pick<PageRequest, 'search' | 'pages'>,
  limits: ItemLimits,
  omitted: Omitted,
  path: readonly string[],
): unknown {
  const isNamed = search.isNamed(item);
  const bytes = isNamed ? Math.max(limits.bytes, limits.named) : limits.bytes;
  const notes = nothingOmitted(omitted.cuts);
  const copy = shortened(item, { ...limits, bytes }, notes, path);
  const own = `${path.join('.')}.`;
  for (const text of notes.texts) {
    const place = text.slice(own.length);
    const isValue =
      pages.item === undefined ? isSearchable(item) : pages.item.lists.some((key) => place.startsWith(key));
    if (!isValue || isName(place)) continue;
    (isNamed || bytes >= longestText ? notes.final : notes.readable).add(text);
  }
  add(omitted, notes);
  return copy;
}

/** An item in at most `budget` bytes; one that has lists itself gets the beginning of them, and the call for the rest. */
function fittedItem(
  item: unknown,
  budget: number,
  { pages: { item: pages }, everyCall, offers }: Pick<PageRequest, 'pages' | 'everyCall' | 'offers'>,
  omitted: Omitted,
  path: string,
): unknown {
  if (bytesOf(item) <= budget) return item;
  if (pages === undefined || !isObject(item)) return fitted(item, budget, omitted, [path]);
  const lists = listsIn(item, pages);
  const pointer = pointerBytes + (everyCall.account === undefined ? 0 : bytesOf(everyCall.account));
  const request = { holder: item, lists, pages, search: createSearch(''), offset: 0, budget: budget - pointer };
  const { holder, end } = cutPage({ ...request, everyCall, offers }, omitted, [path], inItem);
  if (end === undefined) return holder;
  const next = pages.next?.(item);
  return {
    ...holder,
    ...totalsOf(lists),
    ...(next !== undefined &&
      offers(next.tool) && { next: { tool: next.tool, arguments: { ...next.arguments, ...everyCall, offset: end } } }),
  };
}

/**
 * A page: as many items from `offset` on as the budget has room for, at least one of each list. One offset counts in all
 * lists, which advance side by side, so that a page of flows has folders and a page of a contact has fields and tags.
 */
export function cutPage(
  request: PageRequest,
  omitted: Omitted,
  path: readonly string[],
  sizes: ItemBytes = onPage,
): Page {
  const { holder, lists, search, offset, budget } = request;
  const others = Object.fromEntries(Object.entries(holder).filter(([key]) => !lists.has(key)));
  const rest = asObject(fitted(shortened(others, smallTexts, omitted, path), sizes.rest, omitted, path));
  const kept = new Map([...lists.keys()].map((key): [string, unknown[]] => [key, []]));
  const size = longest(lists);
  let left = budget - bytesOf({ ...rest, ...Object.fromEntries(kept) });
  let end = offset;
  for (; end < size; end += 1) {
    const notes = nothingOmitted(omitted.cuts);
    const row = [...lists].flatMap(([key, items]) => {
      if (end >= items.length) return [];
      const item = items[end];
      const at = [...path, key];
      const texts = shortenedItem(item, request, smallTexts, notes, at);
      const room = search.isNamed(item) ? sizes.named : sizes.item;
      return [{ key, item: fittedItem(texts, room, request, notes, at.join('.')) }];
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
