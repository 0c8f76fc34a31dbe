import type { Declaration } from '../../../tools/contract/endpoint.js';
import { isObject, type Result } from '../../../tools/contract/json.js';
import { idText } from '../../../tools/contract/quoted.js';
import type { MeantName } from '../../account/call/call-context.js';
import { isReplaced } from '../../account/call/call-names.js';
import { readable } from '../../text/readable.js';
import { withoutHidden } from '../../text/safe-text.js';
import { createNaming, type NamedThing, type Names, noNames, numberText, quotedName } from './naming.js';

/** Maximum length of a question in characters: about what a dialog shows and a person reads. */
export const maxQuestionLength = 4_000;

/** Lengths to which texts are shortened, tried in turn until the question fits. */
const textLimits = [Number.POSITIVE_INFINITY, 2_000, 1_200, 800, 500, 300, 200];

/** Arguments that the first sentence states in full. */
const statedInSentence: ReadonlySet<string> = new Set([
  'action',
  'subscriber_id',
  'subscriber_ids',
  'user_ref',
  'connection_id',
]);

/** A text, or its beginning and end with the number of characters left out. The end is where a text can hide its point. */
function shortened(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const [head, tail] = [Math.ceil((limit * 2) / 3), Math.floor(limit / 3)];
  const omitted = numberText(text.length - head - tail);
  return `${text.slice(0, head).toWellFormed()}\n… ${omitted} of ${numberText(text.length)} characters not shown …\n${text.slice(-tail).toWellFormed()}`;
}

/** Keys can be chosen by others; a key must not look like a separate line. */
const keyText = (key: string): string => (/^[\w .-]+$/.test(key) ? key : JSON.stringify(withoutHidden(key)));

/** A value with long texts shortened. No item and no key is left out. */
function displayed(value: unknown, limit: number, names: Names, key = ''): unknown {
  if (typeof value === 'string') {
    const flow = key === 'flow_ns' || key === 'target' ? names.flows.get(value) : undefined;
    return shortened(withoutHidden(value), limit) + (flow === undefined ? '' : ` (${quotedName(flow)})`);
  }
  if (Array.isArray(value)) return value.map((each) => displayed(each, limit, names));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [keyText(name), displayed(each, limit, names, name)]),
  );
}

/** The arguments in the order of the tool's declaration, so that a caller cannot choose it. */
function detailsOf({ input: { shape } }: Declaration, input: Result): Result {
  const entries = Object.keys(shape).flatMap((key): [string, unknown][] => {
    const value = input[key];
    if (value === undefined || statedInSentence.has(key)) return [];
    return key === 'data' && isObject(value) && 'content' in value ? [['content', value.content]] : [[key, value]];
  });
  return Object.fromEntries(entries);
}

/** The ns of flows in the arguments, at any depth. */
function flowsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(flowsIn);
  if (!isObject(value)) return [];
  const own = [value.flow_ns, value.type === 'flow' ? value.target : undefined].filter(
    (each) => typeof each === 'string',
  );
  return [...own, ...Object.values(value).flatMap(flowsIn)];
}

/** The things that a question mentions by name, each once, in order of appearance. */
export function namedThings(declaration: Declaration, input: Result): NamedThing[] {
  const things = new Map<string, NamedThing>();
  const onMention = (thing: NamedThing): void => void things.set(thing.join(' '), thing);
  declaration.question?.(input, createNaming(noNames, onMention));
  for (const ns of flowsIn(input)) onMention(['flow', ns]);
  return [...things.values()];
}

/** Where a call acts, apart from the page. */
export interface CallPlace {
  readonly connectionId?: string | undefined;
  /** The name of the account, if calls choose from several. */
  readonly account?: string | undefined;
}

function placeOf({ api }: Declaration, names: Names, { connectionId, account }: CallPlace): string {
  const inAccount = account === undefined ? '' : ` in account ${quotedName(account)}`;
  if (api !== 'manychat') return inAccount;
  if (names.page !== undefined) return ` on page ${quotedName(names.page)}${inAccount}`;
  return `${connectionId === undefined ? '' : ` on connection ${connectionId}`}${inAccount}`;
}

/** Says which thing a name means, if its true name is another. */
const meantText = ({ kind, name, thing }: MeantName): string =>
  `The ${kind} ${quotedName(name)} is the one with id ${idText(thing.id)}. Its true name differs in characters that are not shown.`;

/**
 * The question about a call: what it does, to which contact, on which page and in which account, and every argument. Undefined if it would be
 * too long, since a user cannot consent to what they do not see.
 */
export function questionText(
  declaration: Declaration,
  input: Result,
  names: Names,
  place: CallPlace = {},
): string | undefined {
  const action = declaration.question?.(input, createNaming(names)) ?? declaration.title;
  const sentence = `${action}${placeOf(declaration, names, place)}?`;
  const warnings = declaration.effect === 'destroy' ? ['This cannot be undone.'] : [];
  const details = detailsOf(declaration, input);
  const meant = names.meanings.meant.filter(isReplaced).map(meantText);
  for (const limit of textLimits) {
    const arguments_ = readable(displayed(details, limit, names));
    const question = [sentence, ...(arguments_ === '' ? [] : [arguments_]), ...meant, ...warnings].join('\n\n');
    if (question.length <= maxQuestionLength) return question;
  }
  return undefined;
}
