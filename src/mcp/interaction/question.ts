import type { Declaration } from '../../../tools/contract/endpoint.js';
import { isObject, type Result } from '../../../tools/contract/json.js';
import { readable } from '../../text/readable.js';
import { withoutHidden } from '../../text/safe-text.js';
import { createNaming, type NamedThing, type Names, noNames, numberText, quotedName } from './naming.js';

/** Characters of a question: what a dialog shows and a person reads. */
export const maxQuestionLength = 4_000;

/** Characters to which each text is cut, by and by, until the question fits. */
const textLimits = [Number.POSITIVE_INFINITY, 2_000, 1_200, 800, 500, 300, 200];

/** Arguments that the sentence tells whole. */
const inSentence: ReadonlySet<string> = new Set([
  'action',
  'subscriber_id',
  'subscriber_ids',
  'user_ref',
  'connection_id',
]);

/** A text whole, or its beginning and end and how much is left out: what is meant to pass unseen stands at the end. */
function shortened(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const [head, tail] = [Math.ceil((limit * 2) / 3), Math.floor(limit / 3)];
  const left = numberText(text.length - head - tail);
  return `${text.slice(0, head).toWellFormed()}\n… ${left} of ${numberText(text.length)} characters not shown …\n${text.slice(-tail).toWellFormed()}`;
}

/** A key that somebody has made up must not look like a line of its own. */
const keyText = (key: string): string => (/^[\w .-]+$/.test(key) ? key : JSON.stringify(withoutHidden(key)));

/** A value whole but for long texts; no item and no key is left out. */
function shown(value: unknown, limit: number, names: Names, key = ''): unknown {
  if (typeof value === 'string') {
    const flow = key === 'flow_ns' || key === 'target' ? names.flows.get(value) : undefined;
    return shortened(withoutHidden(value), limit) + (flow === undefined ? '' : ` (${quotedName(flow)})`);
  }
  if (Array.isArray(value)) return value.map((each) => shown(each, limit, names));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [keyText(name), shown(each, limit, names, name)]),
  );
}

/** The arguments in the order in which the tool declares them, whatever order they came in. */
function detailsOf({ input: { shape } }: Declaration, input: Result): Result {
  const told = Object.keys(shape).flatMap((key): [string, unknown][] => {
    const value = input[key];
    if (value === undefined || inSentence.has(key)) return [];
    return key === 'data' && isObject(value) && 'content' in value ? [['content', value.content]] : [[key, value]];
  });
  return Object.fromEntries(told);
}

/** Flows that arguments name, at any depth. */
function flowsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(flowsIn);
  if (!isObject(value)) return [];
  const own = [value.flow_ns, value.type === 'flow' ? value.target : undefined].filter(
    (each) => typeof each === 'string',
  );
  return [...own, ...Object.values(value).flatMap(flowsIn)];
}

/** The things whose names make a question clearer, each once, in the order in which they stand in it. */
export function namedThings(declaration: Declaration, input: Result): NamedThing[] {
  const named = new Map<string, NamedThing>();
  const note = (each: NamedThing): void => void named.set(each.join(' '), each);
  declaration.question?.(input, createNaming(noNames, note));
  for (const ns of flowsIn(input)) note(['flow', ns]);
  return [...named.values()];
}

function placeOf({ api }: Declaration, names: Names, connectionId: string | undefined): string {
  if (api !== 'manychat') return '';
  if (names.page !== undefined) return ` on page ${quotedName(names.page)}`;
  return connectionId === undefined ? '' : ` on connection ${connectionId}`;
}

/**
 * What the user is asked about a call: what it does, to whom, on which page, and every argument. Undefined where that
 * is too long to be shown: nobody consents to what they were not shown.
 */
export function questionText(
  declaration: Declaration,
  input: Result,
  names: Names,
  connectionId: string | undefined,
): string | undefined {
  const what = declaration.question?.(input, createNaming(names)) ?? declaration.title;
  const sentence = `${what}${placeOf(declaration, names, connectionId)}?`;
  const lasting = declaration.effect === 'destroy' ? ['This cannot be undone.'] : [];
  const details = detailsOf(declaration, input);
  for (const limit of textLimits) {
    const arguments_ = readable(shown(details, limit, names));
    const question = [sentence, ...(arguments_ === '' ? [] : [arguments_]), ...lasting].join('\n\n');
    if (question.length <= maxQuestionLength) return question;
  }
  return undefined;
}
