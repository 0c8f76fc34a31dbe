import type { Pages } from '../../../../tools/contract/endpoint.js';
import { asObject, isObject, type Result } from '../../../../tools/contract/json.js';
import { quoted } from '../../../../tools/contract/quoted.js';
import type { Tool } from '../../policy/tool.js';
import {
  cutPage,
  from,
  type Lists,
  listsIn,
  longest,
  matching,
  shortenedItem,
  smallTexts,
  totalsOf,
  withLists,
} from './page.js';
import { createSearch } from './search.js';
import { bytesOf, fitted, nothingOmitted, type Omitted, omissions, shortened } from './shorten.js';

/** A result has fewer bytes than this as JSON. Some clients refuse more than 25,000 tokens, and many cut at 30,000 characters. */
const maxResultBytes = 28_000;

/** The limits of texts that are tried, in bytes: the first with which a result fits as a whole is used. */
const textLimits = [24_000, 12_000, 5_000, 2_000, 800, smallTexts.bytes];
const [longestText = smallTexts.bytes] = textLimits;

/** Bytes of all warnings that a result brings with it, and of one. */
const maxWarningsBytes = 2_500;
const maxWarningBytes = 1_000;

/** Bytes of the totals and of our own warnings. */
const reserve = 1_500;

/** The call that a result belongs to. */
export interface BoundedCall {
  readonly declaration: Tool['declaration'];
  readonly input: Result;
  /** The connection that the caller named. */
  readonly connectionId: string | undefined;
}

/** The warnings of a result, as far as there is room for them. */
function warningsIn({ warnings }: Result): unknown[] {
  if (!Array.isArray(warnings)) return [];
  const omitted = nothingOmitted();
  const texts = shortened(warnings, { bytes: maxWarningBytes, names: false }, omitted);
  const kept = fitted(texts, maxWarningsBytes, omitted);
  const list = Array.isArray(kept) ? kept : [];
  const left = warnings.length - list.length;
  return left === 0 ? list : [...list, `${left} more warnings are not shown.`];
}

const withWarnings = (result: Result, warnings: readonly unknown[]): Result =>
  warnings.length === 0 ? result : { ...result, warnings };

/** A result without lists that come in pages. */
function boundedWhole({ declaration: { api } }: BoundedCall, data: Result, warnings: readonly unknown[]): Result {
  // What the caller wrote itself has no names of strangers.
  const names = api !== 'none' && data.dry_run !== true;
  const budget = maxResultBytes - bytesOf(warnings) - reserve;
  for (const bytes of textLimits) {
    const omitted = nothingOmitted();
    const shown = asObject(shortened(data, { bytes, names }, omitted));
    if (bytesOf(shown) <= budget) return withWarnings(shown, [...warnings, ...omissions(omitted)]);
  }
  const omitted = nothingOmitted();
  const texts = shortened(data, { bytes: smallTexts.bytes, names }, omitted);
  return withWarnings(asObject(fitted(texts, budget, omitted)), [...warnings, ...omissions(omitted)]);
}

/** Lists in words: "3000 tags", "800 custom fields and 1 tag". */
const countsText = (lists: Lists): string =>
  [...lists]
    .map(([key, { length }]) => `${length} ${(length === 1 ? key.replace(/s$/, '') : key).replaceAll('_', ' ')}`)
    .join(' and ');

/** How a text that was cut is read at more length; empty if it is not. */
function longerTexts({ declaration }: BoundedCall, pages: Pages, bytes: number | undefined): string {
  if (bytes === longestText) return '';
  const tool = (pages.item ?? pages).next === undefined ? declaration.name : 'manychat_get_subscriber';
  const searches = tool !== declaration.name || 'search' in declaration.input.shape;
  return searches ? ` To read more of one: ${tool} with its name as search.` : '';
}

/** What a list of a result says about a page that is empty. */
function emptyPage({ input }: BoundedCall, offset: number, lists: Lists, every: Lists): string[] {
  const size = longest(lists);
  if (size === 0 && input.search !== undefined) {
    const unset = every.has('custom_fields') && every.size > 1 ? ' Fields without a value are not shown.' : '';
    return [`No name contains ${quoted(input.search)} (${countsText(every)} in all).${unset}`];
  }
  if (offset === 0 || offset < size) return [];
  return [
    `offset ${offset} is past the end (${countsText(lists)} ${input.search === undefined ? 'in all' : 'match'}).`,
  ];
}

/** The call that returns the next page, from an offset on. */
function nextCall({ declaration, input }: BoundedCall, pages: Pages, holder: Result, everyCall: Result) {
  const { tool, arguments: args } = pages.next?.(holder) ?? { tool: declaration.name, arguments: input };
  const { search } = input;
  return (offset: number): Result => ({
    tool,
    arguments: {
      ...args,
      ...(search !== undefined && { search }),
      ...everyCall,
      offset,
    },
  });
}

/** A page of a result with lists, and the call that returns the next. */
function boundedPage(
  call: BoundedCall,
  data: Result,
  warnings: readonly unknown[],
  pages: Pages,
  holder: Result,
): Result {
  const { input, connectionId } = call;
  const everyCall = connectionId === undefined ? {} : { connection_id: connectionId };
  const path = pages.within === undefined ? [] : [pages.within];
  const every = listsIn(holder, pages);
  const none = new Map([...every.keys()].map((key) => [key, []]));
  const search = createSearch(input.search);
  const lists = matching(every, search);
  const offset = typeof input.offset === 'number' ? input.offset : 0;
  const next = nextCall(call, pages, holder, everyCall);
  const { [pages.within ?? '']: _, ...around } = pages.within === undefined ? {} : data;
  const budget = maxResultBytes - reserve - bytesOf(warnings) - bytesOf(next(longest(lists))) - bytesOf(around);

  const shortenedTo = (bytes: number, omitted: Omitted): Result => {
    const limits = { bytes, names: true };
    const items = [...lists].map(
      ([key, list]) => [key, list.map((item) => shortenedItem(item, search, limits, omitted, [...path, key]))] as const,
    );
    const rest = asObject(shortened(withLists(holder, none), limits, omitted, path));
    return withLists(rest, new Map(items));
  };
  const fits = (bytes: number): boolean => bytesOf(shortenedTo(bytes, nothingOmitted())) <= budget;
  const omitted = nothingOmitted();
  // If small texts are too long as well, longer ones need not be tried.
  const bytes = fits(smallTexts.bytes) ? textLimits.find(fits) : undefined;
  const complete = bytes === undefined ? undefined : shortenedTo(bytes, omitted);
  const { holder: shown, end } =
    complete === undefined
      ? cutPage({ holder, lists, pages, search, offset, budget, limits: smallTexts, everyCall }, omitted, path)
      : { holder: withLists(complete, from(offset, listsIn(complete, pages))), end: undefined };

  const isPart = end !== undefined || offset > 0 || input.search !== undefined;
  const [main, ...others] = pages.lists;
  const totals = (keys: readonly unknown[]): Result =>
    isPart ? totalsOf(new Map([...lists].filter(([key]) => keys.includes(key)))) : {};
  const page: Result =
    pages.within === undefined
      ? { ...(pages.counted !== true && { total: lists.get(String(main))?.length }), ...shown, ...totals(others) }
      : { ...data, [pages.within]: withoutEmpty(shown, pages), ...totals(pages.lists) };
  return withWarnings({ ...page, ...(end !== undefined && { next: next(end) }) }, [
    ...warnings,
    ...emptyPage(call, offset, lists, every),
    ...omissions(omitted, longerTexts(call, pages, bytes)),
  ]);
}

/** An object without its lists that are empty. */
const withoutEmpty = (holder: Result, { lists }: Pages): Result =>
  Object.fromEntries(
    Object.entries(holder).filter(([key, value]) => !lists.includes(key) || !Array.isArray(value) || value.length > 0),
  );

/**
 * Limits a result to what a model can read: lists come in pages, long texts are cut and marked, and the result says how
 * the rest is read.
 */
export function bounded(call: BoundedCall, result: Result): Result {
  const { warnings: _, ...data } = result;
  const warnings = warningsIn(result);
  const { pages } = call.declaration.output;
  const holder = pages?.within === undefined ? data : data[pages.within];
  const shown =
    pages !== undefined && isObject(holder)
      ? boundedPage(call, data, warnings, pages, holder)
      : boundedWhole(call, data, warnings);
  return bytesOf(shown) < maxResultBytes ? shown : asObject(fitted(shown, maxResultBytes - 1, nothingOmitted()));
}
