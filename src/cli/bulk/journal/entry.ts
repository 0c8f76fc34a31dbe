import { isObject } from '../../../../tools/contract/json.js';
import type { Machine } from './machine.js';

/**
 * What is known of a contact. `intent`: a request that must not be made twice is about to leave; `left`: it has been
 * handed to its connection; `not_sent`: it did not leave after all, or was refused, and its turn comes again.
 */
export const states = ['intent', 'left', 'done', 'failed', 'unknown', 'not_sent'] as const;

/** One of them. */
export type State = (typeof states)[number];

/** What a journal tells of one contact. */
export interface Entry {
  readonly id: string;
  readonly state: State;
  /** Line of the table. */
  readonly line?: number;
  /** Kind and message of a failure. */
  readonly kind?: string;
  readonly message?: string;
}

/** One line of a journal but the first: a contact's, or the one with which a run begins. */
export type Line = { readonly entry: Entry } | { readonly run: Machine };

/** A line as JSON; undefined where it is none. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function asRun(run: unknown): Line | undefined {
  if (!isObject(run)) return undefined;
  const { host, boot } = run;
  if (typeof host !== 'string' || (typeof boot !== 'string' && typeof boot !== 'number')) return undefined;
  return { run: { host, boot } };
}

/** Reads a line; undefined where it is none of a journal. */
export function readLine(text: string): Line | undefined {
  const value = parsed(text);
  if (!isObject(value)) return undefined;
  if ('run' in value) return asRun(value.run);
  const state = states.find((each) => each === value.state);
  const { id, line, kind, message } = value;
  if (state === undefined || typeof id !== 'string') return undefined;
  const entry: Entry = {
    id,
    state,
    ...(typeof line === 'number' && { line }),
    ...(typeof kind === 'string' && { kind }),
    ...(typeof message === 'string' && { message }),
  };
  return { entry };
}
