import { isObject, type Result } from '../../../tools/contract/json.js';
import { cut, quoted } from '../../../tools/contract/quoted.js';
import { forEachSubscriber } from '../../../tools/workflows/for-each/for-each.js';
import type { Tool } from '../policy/tool.js';

/** Maximum characters of one text in a result: of a name or similar, and of any other text. */
const maxNameLength = 500;
const maxTextLength = 10_000;

/** Maximum characters of a result, as JSON: clients truncate longer ones. */
const maxResultLength = 40_000;

/** Characters that a text keeps when the result is full. */
const minTextLength = 200;

/** Maximum keys of one object; declared keys come first. */
const maxKeys = 200;

/** Keys whose texts are names or similarly short. */
const isName = (key: string): boolean =>
  /(?:name|caption|category|email|gender|language|locale|phone|status|timezone|type)$/.test(key);

/** How a caller gets the rest of a list. */
const narrowing: Readonly<Record<string, string>> = {
  subscribers: 'search for something that fewer contacts match',
  tags: 'the tools that take a tag name also find the others',
  custom_fields: 'the tools that take a field name also find the others',
  bot_fields: 'the tools that take a field name also find the others',
  flows: 'ask the user for the ns of a flow that is not listed',
};

/** What was omitted from a result, by its path. */
interface Omitted {
  readonly texts: Set<string>;
  readonly lists: Map<string, { readonly kept: number; readonly total: number }>;
}

/** Copies values in order until the result is full. */
function createCopy(omitted: Omitted): (value: unknown, path: readonly string[]) => unknown {
  let left = maxResultLength;
  const copyText = (text: string, path: readonly string[]): string => {
    const limit = Math.min(isName(path.at(-1) ?? '') ? maxNameLength : maxTextLength, Math.max(minTextLength, left));
    if (text.length > limit) omitted.texts.add(path.join('.'));
    const kept = cut(text, limit);
    left -= kept.length + 3;
    return kept;
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
    const kept = entries.slice(0, maxKeys);
    if (kept.length < entries.length) omitted.texts.add([...path, '…'].join('.'));
    return Object.fromEntries(
      kept.map(([key, each]) => {
        left -= key.length + 4;
        // Far beyond the limit, only the outer shape is kept.
        return [key, left < -maxResultLength && isObject(each) ? {} : copy(each, [...path, key])];
      }),
    );
  }
  return copy;
}

const textsNamed = 10;

/** A path as text. Its keys can come from a response, so they can contain anything. */
const pathText = (place: string): string => (/^[\w.…]{1,100}$/.test(place) ? place : quoted(place));

function warningsOf({ texts, lists }: Omitted): string[] {
  const places = [...texts].slice(0, textsNamed).map(pathText);
  const more = texts.size > textsNamed ? ` and ${texts.size - textsNamed} more` : '';
  return [
    ...(texts.size === 0 ? [] : [`Truncated, marked with …: ${places.join(', ')}${more}.`]),
    ...[...lists].map(([place, { kept, total }]) => {
      const how = narrowing[place.split('.').at(-1) ?? ''];
      return `${pathText(place)}: the first ${kept} of ${total}${how === undefined ? '' : `; ${how}`}.`;
    }),
  ];
}

/** Results that contain only what was asked, or that a caller needs in full, such as the ids that were not reached. */
const isExempt = ({ api, name }: Tool['declaration'], { dry_run }: Result): boolean =>
  api === 'none' || name === forEachSubscriber.name || dry_run === true;

/** Limits a result to what a model can read: texts and lists are truncated, and `warnings` says so. */
export function bounded(declaration: Tool['declaration'], result: Result): Result {
  if (isExempt(declaration, result)) return result;
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
