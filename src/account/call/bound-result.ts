import { isObject, type Result } from '../../../tools/contract/json.js';
import { cut, quoted } from '../../../tools/contract/quoted.js';
import { forEachSubscriber } from '../../../tools/workflows/for-each/for-each.js';
import type { Tool } from '../policy/tool.js';

/** Characters of one text in a result: of a name and the like, and of any other. */
const longestName = 500;
const longestText = 10_000;

/** Characters of a whole result, as JSON: what a client takes of one result without cutting it. */
const longestResult = 40_000;

/** Characters of a text where the result is at its end. */
const shortText = 200;

/** Keys of one object; those that are declared come first. */
const mostKeys = 200;

/** Keys under which a text is no longer than a name. */
const isName = (key: string): boolean =>
  /(?:name|caption|category|email|gender|language|locale|phone|status|timezone|type)$/.test(key);

/** How a list is narrowed, where it is. */
const narrowing: Readonly<Record<string, string>> = {
  subscribers: 'search for something that fewer contacts have',
  tags: 'the tools that take the name of a tag find the others as well',
  custom_fields: 'the tools that take the name of a field find the others as well',
  bot_fields: 'the tools that take the name of a field find the others as well',
  flows: 'ask for the ns of one that is not among them',
};

/** What was left out of a result, by the place where it was. */
interface Omitted {
  readonly texts: Set<string>;
  readonly lists: Map<string, { readonly kept: number; readonly total: number }>;
}

/** Copies a value as far as the space for it lasts, in its order. */
function createCopy(omitted: Omitted): (value: unknown, path: readonly string[]) => unknown {
  let left = longestResult;
  const copyText = (text: string, path: readonly string[]): string => {
    const limit = Math.min(isName(path.at(-1) ?? '') ? longestName : longestText, Math.max(shortText, left));
    if (text.length > limit) omitted.texts.add(path.join('.'));
    const told = cut(text, limit);
    left -= told.length + 3;
    return told;
  };
  function copyList(items: readonly unknown[], path: readonly string[]): unknown[] {
    const kept: unknown[] = [];
    for (const item of items) {
      if (left <= 0) break;
      kept.push(copy(item, path));
    }
    if (kept.length < items.length) omitted.lists.set(path.join('.'), { kept: kept.length, total: items.length });
    return kept;
  }
  function copy(value: unknown, path: readonly string[]): unknown {
    if (typeof value === 'string') return copyText(value, path);
    if (Array.isArray(value)) return copyList(value, path);
    if (!isObject(value)) {
      left -= 8;
      return value;
    }
    const entries = Object.entries(value);
    const kept = entries.slice(0, mostKeys);
    if (kept.length < entries.length) omitted.texts.add([...path, '…'].join('.'));
    return Object.fromEntries(
      kept.map(([key, each]) => {
        left -= key.length + 4;
        // Far beyond its space a result keeps its shape alone.
        return [key, left < -longestResult && isObject(each) ? {} : copy(each, [...path, key])];
      }),
    );
  }
  return copy;
}

const textsNamed = 10;

/** A place by the keys that lead there, which an answer may have of its own. */
const placeText = (place: string): string => (/^[\w.…]{1,100}$/.test(place) ? place : quoted(place));

function warningsOf({ texts, lists }: Omitted): string[] {
  const places = [...texts].slice(0, textsNamed).map(placeText);
  const more = texts.size > textsNamed ? ` and ${texts.size - textsNamed} more` : '';
  return [
    ...(texts.size === 0 ? [] : [`Too long and cut, marked with …: ${places.join(', ')}${more}.`]),
    ...[...lists].map(([place, { kept, total }]) => {
      const how = narrowing[place.split('.').at(-1) ?? ''];
      return `${placeText(place)}: the first ${kept} of ${total}${how === undefined ? '' : `; ${how}`}.`;
    }),
  ];
}

/** Results that say no more than was asked, or what a caller must have whole: the ids of those not reached. */
const isOwn = ({ api, name }: Tool['declaration'], { dry_run }: Result): boolean =>
  api === 'none' || name === forEachSubscriber.name || dry_run === true;

/** A result that its reader can take in: texts and lists cut, and what was cut told in `warnings`. */
export function bounded(declaration: Tool['declaration'], result: Result): Result {
  if (isOwn(declaration, result)) return result;
  const omitted: Omitted = { texts: new Set(), lists: new Map() };
  const copy = createCopy(omitted);
  const { warnings, ...rest } = result;
  const copied = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, copy(value, [key])]));
  const [first] = Object.keys(rest);
  const total = first === undefined ? undefined : omitted.lists.get(first)?.total;
  const own = Array.isArray(warnings) ? warnings : [];
  const all = [...own, ...warningsOf(omitted)];
  return { ...copied, ...(total !== undefined && { total }), ...(all.length > 0 && { warnings: all }) };
}
