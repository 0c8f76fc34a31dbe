import type { Effect, Result } from '../tools/endpoint.js';
import type { Failure } from '../tools/failure.js';
import { isObject } from '../tools/object.js';
import { browsable } from './address.js';
import type { Config } from './config.js';
import { readable } from './readable.js';
import { cut, visible } from './results.js';
import type { Tool } from './tool.js';

/** Characters of a question, and of one text in it. */
const longestQuestion = 4_000;
const longestText = 300;

/** Items of a list that a question shows: of ids and the like, and of what takes several lines; and names of an object. */
const fewItems = 3;
const fewNames = 10;

/** What the user is asked to confirm, by setting. */
const asked: Readonly<Record<Config['confirm'], readonly Effect[]>> = {
  nothing: [],
  destroy: ['destroy'],
  sends: ['destroy', 'send'],
};

/** Whether the user is to be asked before a call of this tool. */
export const needsConfirmation = ({ declaration }: Tool, confirm: Config['confirm']): boolean =>
  asked[confirm].includes(declaration.effect);

/** Whether a value holds others; and whether, shown, it takes several lines for them. */
const isNested = (value: unknown): boolean => typeof value === 'object' && value !== null;
const takesLines = (value: unknown): boolean => !Array.isArray(value) || value.some(isNested);

/** A value as a question shows it: lists by their number and first items, each text cut by itself. */
function shortened(value: unknown): unknown {
  if (typeof value === 'string') return cut(value, longestText);
  if (Array.isArray(value)) {
    const first = value.slice(0, fewItems).map(shortened);
    const more = value.length > fewItems ? ['…'] : [];
    if (takesLines(value)) return [...(more.length > 0 ? [`${value.length} in all`] : []), ...first, ...more];
    return value.length === 0 ? value : `${value.length} (${[...first, ...more].join(', ')})`;
  }
  if (!isObject(value)) return value;
  const entries = Object.entries(value);
  const shown = entries.slice(0, fewNames).map(([key, each]) => [cut(key, longestText), shortened(each)] as const);
  const left = entries.length - shown.length;
  return Object.fromEntries(left > 0 ? [...shown, ['and', `${left} more`] as const] : shown);
}

/** Where an argument stands in a question: what takes one line before lists, and what is nested at the end. */
const place = (value: unknown): number => (!isNested(value) ? 0 : takesLines(value) ? 2 : 1);

/** What the user is asked: what would be done, with every argument, so that none hides another. */
export function questionOf({ declaration }: Tool, given: unknown): string {
  const args = Object.entries(isObject(given) ? given : {})
    .toSorted(([, one], [, other]) => place(one) - place(other))
    .map(([key, value]) => [key, shortened(value)] as const);
  const shown = cut(visible(readable(Object.fromEntries(args))), longestQuestion);
  const lasting = declaration.effect === 'destroy' ? '\nThis cannot be undone.' : '';
  return `${declaration.title}?\n\n${shown}\n${lasting}`.trim();
}

/** The failure of a call that the user did not confirm. */
export const notConfirmed: Failure = {
  kind: 'cancelled',
  message: 'The user did not confirm the call',
  hint: 'Do not call again unless the user asks for it.',
  retryable: false,
  performed: 'no',
  source: 'client',
};

/** The link for a person in a result, where there is one. */
export function linkIn({ connection }: Result): string | undefined {
  const url = isObject(connection) ? connection.url : undefined;
  return typeof url === 'string' && browsable(url) !== undefined ? url : undefined;
}
