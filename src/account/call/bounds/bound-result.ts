import type { Pages } from '../../../../tools/contract/endpoint.js';
import { asObject, isObject, type Result } from '../../../../tools/contract/json.js';
import type { Tool } from '../../policy/tool.js';
import {
  cutPage,
  from,
  type ItemLimits,
  listsIn,
  longest,
  matching,
  namedTextLimits,
  shortenedItem,
  totalsOf,
  withLists,
} from './page.js';
import { createSearch } from './search.js';
import { bytesOf, type Cuts, fitted, nothingOmitted, type Omitted, shortened } from './shorten.js';
import { emptyLists, type Listed, omissions, partsText, shiftText } from './words.js';

/** A result has fewer bytes than this as JSON. Some clients refuse more than 25,000 tokens, and many cut at 30,000 characters. */
const maxResultBytes = 28_000;

/** The limits of texts that are tried, in bytes: the first with which a result fits as a whole is used. */
const textLimits = [24_000, 12_000, 5_000, 2_000, 800, 300];
const smallText = Math.min(...textLimits);

/** The limits that are tried for lists: the texts of the item that was searched for by its name are cut last. */
const itemLimits: readonly ItemLimits[] = namedTextLimits.flatMap((named) =>
  textLimits.filter((bytes) => bytes <= named).map((bytes) => ({ bytes, named, names: true })),
);

/** Bytes of all warnings that a result brings with it, and of one. */
const maxWarningsBytes = 2_500;
const maxWarningBytes = 1_000;

/** Bytes of our own warnings, and of the totals and warnings of a page. */
const reserve = 1_500;
const pageReserve = 2_000;

/** The call that a result belongs to. */
export interface BoundedCall {
  readonly declaration: Tool['declaration'];
  readonly input: Result;
  /** The account and the connection that the caller named. */
  readonly account?: string | undefined;
  readonly connectionId: string | undefined;
  /** Whether the client is offered a tool, so that a result can name it. */
  offers(tool: string): boolean;
}

/** A call with what is cut of its result. */
interface Bounding extends BoundedCall {
  readonly cuts: Cuts;
}

/** The warnings of a result, as far as there is room for them. */
function warningsIn({ warnings }: Result, cuts: Cuts): unknown[] {
  if (!Array.isArray(warnings)) return [];
  const omitted = nothingOmitted(cuts);
  const texts = shortened(warnings, { bytes: maxWarningBytes, names: false }, omitted);
  const kept = fitted(texts, maxWarningsBytes, omitted);
  const list = Array.isArray(kept) ? kept : [];
  const left = warnings.length - list.length;
  return left === 0 ? list : [...list, `${left} more warnings are not shown.`];
}

const withWarnings = (result: Result, warnings: readonly unknown[]): Result =>
  warnings.length === 0 ? result : { ...result, warnings };

/** A result without lists that come in pages. */
function boundedWhole({ declaration: { api }, cuts }: Bounding, data: Result, warnings: readonly unknown[]): Result {
  // What the caller wrote itself has no names of strangers.
  const names = api !== 'none' && data.dry_run !== true;
  const budget = maxResultBytes - bytesOf(warnings) - reserve;
  for (const bytes of textLimits) {
    const omitted = nothingOmitted(cuts);
    const shown = asObject(shortened(data, { bytes, names }, omitted));
    if (bytesOf(shown) <= budget) return withWarnings(shown, [...warnings, ...omissions(omitted, undefined)]);
  }
  const omitted = nothingOmitted(cuts);
  const texts = shortened(data, { bytes: smallText, names }, omitted);
  return withWarnings(asObject(fitted(texts, budget, omitted)), [...warnings, ...omissions(omitted, undefined)]);
}

/** The call that shows more of what holds the lists, but for its offset; undefined if no tool that is offered does. */
function moreCall({ declaration, input, offers }: BoundedCall, pages: Pages, holder: Result) {
  const named = pages.next?.(holder);
  if (named !== undefined) return offers(named.tool) ? named : undefined;
  return 'offset' in declaration.input.shape ? { tool: declaration.name, arguments: input } : undefined;
}

/** The tool that shows a text at more length if it is called with the name of its item as search. */
function searchTool(call: BoundedCall, pages: Pages, holder: Result): string | undefined {
  const { declaration, offers } = call;
  if (pages.item !== undefined) return offers('manychat_get_subscriber') ? 'manychat_get_subscriber' : undefined;
  const more = moreCall(call, pages, holder);
  const isOwn = more?.tool === declaration.name;
  return isOwn && !('search' in declaration.input.shape) ? undefined : more?.tool;
}

/** A page of a result with lists, and the call that returns the next. */
function boundedPage(call: Bounding, data: Result, warnings: readonly unknown[], pages: Pages, holder: Result): Result {
  const { input, account, connectionId, offers, cuts } = call;
  const everyCall = {
    ...(account !== undefined && { account }),
    ...(connectionId !== undefined && { connection_id: connectionId }),
  };
  const path = pages.within === undefined ? [] : [pages.within];
  const every = listsIn(holder, pages);
  const none = new Map([...every.keys()].map((key) => [key, []]));
  const search = createSearch(input.search);
  const lists = matching(every, pages, search);
  const offset = typeof input.offset === 'number' ? input.offset : 0;
  const more = moreCall(call, pages, holder);
  const nextFrom = (start: number): Result => {
    const searched = input.search === undefined ? {} : { search: input.search };
    return more === undefined
      ? {}
      : { next: { tool: more.tool, arguments: { ...more.arguments, ...searched, ...everyCall, offset: start } } };
  };
  const { [pages.within ?? '']: _, ...around } = pages.within === undefined ? {} : data;
  const budget = maxResultBytes - pageReserve - bytesOf(warnings) - bytesOf(nextFrom(longest(lists))) - bytesOf(around);

  const shortenedTo = (limits: ItemLimits, omitted: Omitted): Result => {
    const items = [...lists].map(
      ([key, list]) =>
        [key, list.map((item) => shortenedItem(item, { search, pages }, limits, omitted, [...path, key]))] as const,
    );
    const rest = asObject(shortened(withLists(holder, none), limits, omitted, path));
    return withLists(rest, new Map(items));
  };
  const fits = (limits: ItemLimits): boolean => bytesOf(shortenedTo(limits, nothingOmitted(cuts))) <= budget;
  const omitted = nothingOmitted(cuts);
  // If the smallest texts are too long as well, longer ones need not be tried.
  const smallest = itemLimits.at(-1);
  const limits = smallest !== undefined && fits(smallest) ? itemLimits.find(fits) : undefined;
  const complete = limits === undefined ? undefined : shortenedTo(limits, omitted);
  const { holder: shown, end } =
    complete === undefined
      ? cutPage({ holder, lists, pages, search, offset, budget, everyCall, offers }, omitted, path)
      : { holder: withLists(complete, from(offset, listsIn(complete, pages))), end: undefined };

  const isPart = end !== undefined || offset > 0 || input.search !== undefined;
  const [main, ...others] = pages.lists;
  const totals = (keys: readonly unknown[]): Result =>
    isPart ? totalsOf(new Map([...lists].filter(([key]) => keys.includes(key)))) : {};
  const page: Result =
    pages.within === undefined
      ? { ...(pages.counted !== true && { total: lists.get(String(main))?.length }), ...shown, ...totals(others) }
      : { ...data, [pages.within]: withoutEmpty(shown, pages), ...totals(pages.lists) };
  const listed: Listed = { pages, every, lists, input, offset, offers };
  return withWarnings({ ...page, ...(end !== undefined && nextFrom(end)) }, [
    ...warnings,
    ...emptyLists(listed),
    ...partsText(listed, listsIn(shown, pages)),
    ...shiftText(listed, end),
    ...(end === undefined || more !== undefined ? [] : ['No tool that is offered here shows the rest.']),
    ...omissions(omitted, searchTool(call, pages, holder)),
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
export function bounded(boundedCall: BoundedCall, result: Result): Result {
  const call: Bounding = { ...boundedCall, cuts: new Map() };
  const { warnings: _, ...data } = result;
  const warnings = warningsIn(result, call.cuts);
  const { pages } = call.declaration.output;
  const holder = pages?.within === undefined ? data : data[pages.within];
  const shown =
    pages !== undefined && isObject(holder)
      ? boundedPage(call, data, warnings, pages, holder)
      : boundedWhole(call, data, warnings);
  return bytesOf(shown) < maxResultBytes
    ? shown
    : asObject(fitted(shown, maxResultBytes - 1, nothingOmitted(call.cuts)));
}
