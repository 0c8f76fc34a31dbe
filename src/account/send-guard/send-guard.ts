import { createHash } from 'node:crypto';
import type { Endpoint } from '../../../tools/contract/endpoint.js';
import type { Failure } from '../../../tools/contract/failure.js';
import { isObject, type Result } from '../../../tools/contract/json.js';
import type { Departure } from '../../upstream/departure.js';
import type { Delivery } from './delivery.js';

/**
 * How long a send is remembered after its call has ended, in milliseconds: longer than clients retry by themselves,
 * shorter than a person needs to look.
 */
export const rememberedMs = 300_000;

/** A call answered later than this after its arrival may have been given up by its caller, in milliseconds. */
export const promptMs = 3_000;

/** A send as it was asked for. */
export interface Send {
  /** Tells accounts apart, since their ids may be equal. */
  readonly account: string;
  readonly connection: string | undefined;
  readonly endpoint: Endpoint;
  readonly input: Result;
  /** Custom fields that the same call sets first: a flow that shows other values is another send. */
  readonly fields?: Result | undefined;
}

/** What a send is remembered by. Both are hashes: no text of a message is kept. */
export interface SendKey {
  readonly send: string;
  /** The contact whose fields the flow shows; absent for what is no flow. */
  readonly flowOf?: string;
}

/** The call that a send is a part of. */
export interface SendingCall {
  readonly delivery: Delivery;
  /** One of many contacts: such a call is repeated whole, so what it has done counts as done whether it was answered or not. */
  readonly oneOfMany: boolean;
  /** When its work ended, by the clock of its delivery: a cancelled call still waits for what has left. */
  readonly endedAt: number | undefined;
}

/** The right to make a send. It must be settled in one of three ways; the first one counts. */
export interface Claim {
  /** Told when the send's request leaves. */
  readonly departure: Departure;
  done(data: unknown): Promise<void>;
  unknown(failure: Failure): Promise<void>;
  /** Nothing was sent: whoever waits for it may try. */
  release(): Promise<void>;
}

/** A send that must not be made, since the same was made before. */
export type Earlier =
  /** `why` it is not a new send: its call was still open when this one arrived, was not answered in time, or was one of many. */
  | {
      readonly state: 'done';
      readonly data: unknown;
      readonly agoMs: number;
      /** Until it is forgotten. */
      readonly leftMs: number;
      readonly why: 'open' | 'unanswered' | 'many';
    }
  | { readonly state: 'unknown'; readonly failure: Failure; readonly agoMs: number; readonly leftMs: number };

/**
 * Remembers sends, so that what a client repeats because it has not heard of the outcome is not sent again. One that
 * processes share can stand in for it.
 */
export interface SendGuard {
  /**
   * Claims a send. Where the same is on its way its outcome is waited for.
   * @throws the signal's reason on abort.
   */
  claim(
    key: SendKey,
    call: SendingCall,
    signal: AbortSignal,
  ): Promise<{ readonly state: 'claimed'; readonly claim: Claim } | Earlier>;
  /** Custom fields of a contact were set: its flows show something else than before, and starting one is a new send. */
  fieldsSet(contact: string): Promise<void>;
}

/** Strings of a message in which white space does not tell one message from another. */
const folded: ReadonlySet<string> = new Set(['text', 'caption']);

/** A value in the form in which equal sends are equal: ids as strings, Unicode composed, no empty lists, keys in order. */
function canonical(value: unknown, key?: string): unknown {
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') {
    const text = value.normalize('NFC');
    return key !== undefined && folded.has(key) ? text.replace(/\s+/g, ' ').trim() : text;
  }
  if (Array.isArray(value)) return value.map((each) => canonical(each));
  if (!isObject(value)) return value;
  return Object.entries(value)
    .filter(([, each]) => each !== undefined && !(Array.isArray(each) && each.length === 0))
    .map(([name, each]) => [name, canonical(each, name)] as const)
    .toSorted(([one], [other]) => (one < other ? -1 : 1));
}

/** Fields by their names, which are the same in any case. */
const canonicalFields = (fields: Result): unknown =>
  canonical(
    Object.fromEntries(Object.entries(fields).map(([name, value]) => [name.trim().toLowerCase(), String(value)])),
  );

const hash = (parts: readonly unknown[]): string => createHash('sha256').update(JSON.stringify(parts)).digest('base64');

/** A contact of an account, as the guard knows it. */
export const contactKey = (account: string, connection: string | undefined, subscriberId: unknown): string =>
  hash([account, connection?.toLowerCase() ?? '', String(subscriberId)]);

/** What makes a send the same as another. */
export function keyOf({ account, connection, endpoint, input, fields = {} }: Send): SendKey {
  const { data, ...rest } = input;
  const parts = [account, connection?.toLowerCase() ?? '', endpoint.path, canonical(rest), canonical(data)];
  const send = hash([...parts, canonicalFields(fields)]);
  const isFlow = input.flow_ns !== undefined;
  return isFlow ? { send, flowOf: contactKey(account, connection, input.subscriber_id) } : { send };
}
