import { isObject } from '../../../../tools/contract/json.js';
import type { RunStart } from './machine.js';

/**
 * States of a contact. `intent`: a request that must not be repeated is about to leave; `left`: it has been written to its
 * connection; `not_sent`: it did not leave after all, or was refused, and the contact is open again.
 */
export const states = ['intent', 'left', 'done', 'failed', 'unknown', 'not_sent'] as const;

/** One of the states. */
export type State = (typeof states)[number];

/** A journal entry about one contact. */
export interface Entry {
  readonly id: string;
  readonly state: State;
  /** Line of the table. */
  readonly line?: number;
  /** Number of the row in a spreadsheet. A journal does not keep it. */
  readonly row?: number;
  /** Kind and message of a failure. */
  readonly kind?: string;
  readonly message?: string;
  /** When a run came to this outcome, in milliseconds since 1970. Journals of older versions have no times. */
  readonly at?: number;
}

/** The contact that a row means by what it is known by. It stays the contact of the row, whoever has the email later. */
export interface MatchedContact {
  /** What was looked up, such as `email:maria@example.com`. */
  readonly match: string;
  readonly id: string;
}

/** A line of a journal after the heading: an entry, where and when a run begins, or a contact that was found. */
export type Line = { readonly entry: Entry } | { readonly run: RunStart } | { readonly matched: MatchedContact };

/** Parses JSON; undefined if it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The latest time that a Date can hold, in milliseconds since 1970. */
const latestTime = 8.64e15;

/** A time as a property; `{}` for what is none, which would fail where it is written as a date. */
const readTime = (at: unknown): { readonly at?: number } =>
  typeof at === 'number' && Math.abs(at) <= latestTime ? { at } : {};

function readRun(run: unknown): Line | undefined {
  if (!isObject(run)) return undefined;
  const { host, boot, at } = run;
  if (typeof host !== 'string' || (typeof boot !== 'string' && typeof boot !== 'number')) return undefined;
  return { run: { host, boot, ...readTime(at) } };
}

function readMatch({ match, id }: Readonly<Record<string, unknown>>): Line | undefined {
  return typeof match === 'string' && typeof id === 'string' ? { matched: { match, id } } : undefined;
}

/** Reads a line after the heading; undefined if it does not belong into a journal. */
export function readLine(text: string): Line | undefined {
  const value = parseJson(text);
  if (!isObject(value)) return undefined;
  if ('run' in value) return readRun(value.run);
  if ('match' in value) return readMatch(value);
  const state = states.find((each) => each === value.state);
  const { id, line, kind, message, at } = value;
  if (state === undefined || typeof id !== 'string') return undefined;
  const entry: Entry = {
    id,
    state,
    ...(typeof line === 'number' && { line }),
    ...(typeof kind === 'string' && { kind }),
    ...(typeof message === 'string' && { message }),
    ...readTime(at),
  };
  return { entry };
}
