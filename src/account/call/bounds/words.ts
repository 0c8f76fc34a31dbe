import type { Pages } from '../../../../tools/contract/endpoint.js';
import { asObject, type Result } from '../../../../tools/contract/json.js';
import { quoted } from '../../../../tools/contract/quoted.js';
import { type Lists, longest } from './page.js';
import type { Omitted } from './shorten.js';

/** The key of a list in words, for this many items. */
const itemsText = (key: string, count: number): string =>
  (count === 1 ? key.replace(/s$/, '') : key).replaceAll('_', ' ');

/** Lists in words: "3000 tags", "800 custom fields and 1 tag". */
const countsText = (lists: Lists): string =>
  [...lists].map(([key, { length }]) => `${length} ${itemsText(key, length)}`).join(' and ');

/** An item of a list in words. Of a contact, only fields with a value are shown. */
function itemText(key: string, { within }: Pages): string {
  if (within === undefined) return itemsText(key, 1);
  return key === 'custom_fields' ? 'field with a value' : 'tag of this contact';
}

/** The lists of a page: all items, those that match a search, and how a page is asked for. */
export interface Listed {
  readonly pages: Pages;
  readonly every: Lists;
  readonly lists: Lists;
  readonly input: Result;
  readonly offset: number;
  offers(tool: string): boolean;
}

/** What a result says about lists without items. */
export function emptyLists({ pages, every, lists, input, offset, offers }: Listed): string[] {
  const size = longest(lists);
  if (input.search !== undefined && offset === 0) {
    const empty = [...every].filter(([key]) => lists.get(key)?.length === 0);
    if (empty.length === 0) return [];
    const items = empty.map(([key]) => `no ${itemText(key, pages)}`).join(' and ');
    const sentence = `${items} has ${quoted(input.search)} in its name (${countsText(new Map(empty))} in all)`;
    const fields = 'manychat_list_custom_fields';
    const isField = pages.within !== undefined && empty.some(([key]) => key === 'custom_fields') && offers(fields);
    return [`${sentence.replace('no', 'No')}${isField ? `; ${fields} shows all fields` : ''}.`];
  }
  if (offset === 0 || offset < size) return [];
  const known = input.search === undefined ? 'in all' : 'match';
  return [`offset ${offset} is past the end (${countsText(lists)} ${known}).`];
}

/** Which items of its lists a contact shows, if not all; in a list of contacts, that some show a part. */
export function partsText({ pages, lists, offset }: Listed, shown: Lists): string[] {
  if (pages.item !== undefined) {
    const keys = pages.item.lists.map((key) => `total_${key}`);
    const cut = [...shown.values()].flat().filter((item) => keys.some((key) => key in asObject(item)));
    const rest = 'total_tags and total_custom_fields count all, and next of the contact has the rest';
    return cut.length === 0 ? [] : [`Of ${cut.length} contacts only a part of the tags or fields is shown: ${rest}.`];
  }
  if (pages.within === undefined) return [];
  const parts = [...lists].flatMap(([key, { length }]) => {
    const count = shown.get(key)?.length ?? 0;
    if (count === length || offset >= length) return [];
    const place = offset === 0 ? String(count) : `${offset + 1} to ${offset + count}`;
    return [`${itemsText(key, 2)} ${place} of ${length}`];
  });
  return parts.length === 0 ? [] : [`Only a part is shown: ${parts.join(', ')}.`];
}

/** That the pages of a list shift, on the first of several. */
export function shiftText({ pages, offset }: Listed, end: number | undefined): string[] {
  if (end === undefined || offset > 0 || pages.within !== undefined || pages.counted === true) return [];
  return ['Pages shift when the list changes: read all of them first.'];
}

/** Paths that one warning names. */
const maxNamed = 10;

/** A path as text. Its keys can come from a response, so they can contain anything. */
const pathText = (path: string): string => (/^[\w.…]{1,100}$/.test(path) ? path : quoted(path));

function namesOf(paths: Iterable<string>): string {
  const all = [...paths].map(pathText);
  return `${all.slice(0, maxNamed).join(', ')}${all.length > maxNamed ? ` and ${all.length - maxNamed} more` : ''}`;
}

/** How texts that were cut are read at more length; `tool` is the one that searches their items. */
function moreText({ texts, readable, final }: Omitted, tool: string | undefined): string {
  const which = readable.size === texts.size ? 'one' : `one of ${namesOf(readable)}`;
  const more =
    readable.size === 0 || tool === undefined ? '' : ` To read more of ${which}: ${tool} with its name as search.`;
  if (final.size === 0) return more;
  const subject = final.size === texts.size && more === '' ? 'They' : 'Those with the most characters';
  return `${more} ${subject} cannot be read at more length here.`;
}

/** Sentences that say what was left out. */
export function omissions(omitted: Omitted, tool: string | undefined): string[] {
  const { texts, parts } = omitted;
  const counts = [...parts].map(([path, { kept, total }]) => `${pathText(path)} (${kept} of ${total})`);
  const cut = `Cut, as marked in the text: ${namesOf(texts)}. Do not write a cut text back.`;
  const large = `Too large to be shown as a whole: ${counts.slice(0, maxNamed).join(', ')}${counts.length > maxNamed ? ', …' : ''}.`;
  return [...(texts.size === 0 ? [] : [`${cut}${moreText(omitted, tool)}`]), ...(counts.length === 0 ? [] : [large])];
}
