import { isObject, type Result } from '../../tools/contract/json.js';

/** Where the arguments of a call may come from. */
export interface Sources {
  readonly words: string;
  /** The texts of the earlier results. */
  readonly results: readonly string[];
  /** The input schema of the tool, whose own names and choices are known to all. */
  readonly schema: Result;
}

const months = 'january february march april may june july august september october november december'.split(' ');

/** The dates in a text that are written like "12 April 1990", in the form of ISO 8601. */
const datesIn = (text: string): string[] =>
  Array.from(text.matchAll(/\b(\d{1,2}) ([a-z]+) (\d{4})\b/gi), ([, day = '', month = '', year = '']) => {
    const number = months.indexOf(month.toLowerCase()) + 1;
    return number === 0 ? '' : `${year}-${String(number).padStart(2, '0')}-${day.padStart(2, '0')}`;
  });

/**
 * The only values that need not stand in the sources as they are. Each is made from what stands there, without further
 * knowledge.
 */
const derivations: readonly ((value: string, isFound: (part: string) => boolean, text: string) => boolean)[] = [
  // A date in the form of ISO 8601.
  (value, _, text) => datesIn(text).includes(value),
  // A query "field:value".
  (value, isFound) => {
    const [field = '', ...rest] = value.split(':');
    return rest.length > 0 && isFound(field) && isFound(rest.join(':'));
  },
];

const plain = (text: string): string => text.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ');

/** A key or a leaf of a value, as text. */
interface Part {
  readonly text: string;
  readonly isKey: boolean;
}

function* partsOf(value: unknown): Generator<Part> {
  if (Array.isArray(value)) for (const each of value) yield* partsOf(each);
  else if (isObject(value))
    for (const [key, each] of Object.entries(value)) {
      yield { text: key, isKey: true };
      yield* partsOf(each);
    }
  else yield { text: String(value), isKey: false };
}

/** A result as its keys and values, so that its text has no escapes. */
function unescaped(text: string): string {
  try {
    return Array.from(partsOf(JSON.parse(text)), (part) => part.text).join('\n');
  } catch {
    return text;
  }
}

/** What a schema lists, at any depth. */
interface Listed {
  readonly names: Set<string>;
  readonly choices: Set<string>;
}

function listedIn(schema: unknown, listed: Listed = { names: new Set(), choices: new Set() }): Listed {
  if (Array.isArray(schema)) for (const each of schema) listedIn(each, listed);
  if (!isObject(schema)) return listed;
  if (isObject(schema.properties)) for (const name of Object.keys(schema.properties)) listed.names.add(name);
  if (Array.isArray(schema.enum)) for (const choice of schema.enum) listed.choices.add(String(choice));
  if ('const' in schema) listed.choices.add(String(schema.const));
  for (const each of Object.values(schema)) listedIn(each, listed);
  return listed;
}

const isWordCharacter = (character: string | undefined): boolean =>
  character !== undefined && /[\p{L}\p{N}]/u.test(character);

/** Whether a text contains a value that is not a part of a longer word or number. */
function contains(text: string, value: string): boolean {
  for (let at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + 1)) {
    const [before, after] = [text.slice(0, at), text.slice(at + value.length)];
    const startsWord = !isWordCharacter(value[0]) || !isWordCharacter(before.at(-1));
    const endsWord = !isWordCharacter(value.at(-1)) || !isWordCharacter(after[0]);
    const isPartOfNumber = /^\d+$/.test(value) && (/\d\.$/.test(before) || /^\.\d/.test(after));
    if (startsWord && endsWord && !isPartOfNumber) return true;
  }
  return false;
}

/** The names and values in arguments that are found neither in the person's words nor in an earlier result. */
export function unfoundIn(args: Result, { words, results, schema }: Sources): string[] {
  const listed = listedIn(schema);
  const text = [words, ...results.map(unescaped)].join('\n');
  const searched = plain(text);
  const isFound = (value: string): boolean => value !== '' && contains(searched, plain(value));
  const isAllowed = ({ text: value, isKey }: Part): boolean =>
    (isKey ? listed.names : listed.choices).has(value) ||
    isFound(value) ||
    derivations.some((derives) => derives(value, isFound, text));
  return [...new Set(Array.from(partsOf(args)).flatMap((part) => (isAllowed(part) ? [] : part.text)))];
}
