import { createHash } from 'node:crypto';
import type { Endpoint } from '../../../tools/contract/endpoint.js';
import type { Failure } from '../../../tools/contract/failure.js';
import { isObject, type Result } from '../../../tools/contract/json.js';
import type { ChangeName } from '../../../tools/contract/reference.js';
import type { Departure } from '../../upstream/departure.js';
import { shownForm } from '../lookups/true-names.js';
import type { Delivery } from './delivery.js';

/**
 * How long a send is remembered after its call has ended, in milliseconds: longer than clients retry on their own, and
 * short enough that a person who wants to send the same again can wait.
 */
export const rememberedMs = 300_000;

/** If the answer takes longer than this, the caller may have stopped waiting for it; in milliseconds. */
export const promptMs = 3_000;

/** A requested send. */
export interface Send {
  /** The identity of the account. Ids of contacts and connections can be equal in several accounts. */
  readonly account: string;
  readonly connection: string | undefined;
  readonly endpoint: Endpoint;
  readonly input: Result;
  /** Custom fields that the same call sets first. A flow that shows other values is a different send. */
  readonly fields?: Result | undefined;
}

/** The key of a send. Both parts are hashes, so no message text is stored. */
export interface SendKey {
  readonly send: string;
  /** The contact whose fields the flow can show; absent if the send is not a flow. */
  readonly flowOf?: string;
}

/** The call that a send is part of. */
export interface SendingCall {
  readonly delivery: Delivery;
  /** A call for many contacts is repeated as a whole, so its sends count as done whether it was answered or not. */
  readonly oneOfMany: boolean;
  /** Who makes it; absent: the person at this machine. */
  readonly principal?: string | undefined;
  /** When its work ended, by the clock of its delivery. A cancelled call still waits for requests that have left. */
  readonly endedAt: number | undefined;
  /** Resolves when its work has ended; absent if that will not be known. */
  readonly whenEnded?: Promise<void>;
}

/** A call whose work begins, and the function that notes when it has ended. */
export function sendingCall(
  delivery: Delivery,
  oneOfMany: boolean,
  principal: string | undefined,
): { readonly sending: SendingCall; readonly ended: (at: number) => void } {
  let endedAt: number | undefined;
  let resolve = (): void => undefined;
  const whenEnded = new Promise<void>((settle) => {
    resolve = settle;
  });
  return {
    sending: {
      delivery,
      oneOfMany,
      principal,
      get endedAt() {
        return endedAt;
      },
      whenEnded,
    },
    ended(at) {
      endedAt = at;
      resolve();
    },
  };
}

/** The right to perform a send. It is settled in one of three ways; the first one counts. */
export interface Claim {
  /** Notified when the request leaves. */
  readonly departure: Departure;
  done(data: unknown): Promise<void>;
  unknown(failure: Failure): Promise<void>;
  /** Nothing was sent: a call that waits for the claim may try. */
  release(): Promise<void>;
}

/** What is known of any earlier send. */
interface EarlierSend {
  readonly agoMs: number;
  /** Milliseconds until it is forgotten. */
  readonly leftMs: number;
  /** Whether another principal made it, whose outcome this one may not read. */
  readonly isOthers: boolean;
}

/**
 * A send that must not be performed, because the same was sent before. The contact is protected, so it does not matter which
 * principal made it.
 */
export type Earlier =
  /** `why`: the earlier call was still open when this one arrived, was not answered in time, or was for many contacts. */
  | (EarlierSend & { readonly state: 'done'; readonly data: unknown; readonly why: 'open' | 'unanswered' | 'many' })
  | (EarlierSend & { readonly state: 'unknown'; readonly failure: Failure });

/**
 * Remembers sends, so that a client that repeats a call because it has not seen the outcome does not send twice. An
 * implementation may be shared by processes.
 */
export interface SendGuard {
  /**
   * Claims a send. If the same send is in flight, waits for its outcome.
   * @throws the signal's reason on abort; StoreAway if the state that processes share could not be reached until then.
   */
  claim(
    key: SendKey,
    call: SendingCall,
    signal: AbortSignal,
  ): Promise<{ readonly state: 'claimed'; readonly claim: Claim } | Earlier>;
  /** Notes that custom fields of a contact were set just now: its flows can show other values, so starting one is a new send. */
  fieldsSet(contact: string): Promise<void>;
  /** Waits briefly for what is still being recorded. */
  close(): Promise<void>;
}

/** Message strings in which differences in white space are ignored. */
const foldedKeys: ReadonlySet<string> = new Set(['text', 'caption']);

/** The canonical form of a value: ids as strings, Unicode composed, no empty lists, keys sorted. */
function canonical(value: unknown, key?: string): unknown {
  // Values of fields are texts to clients, and typed to ManyChat.
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') {
    const text = value.normalize('NFC');
    return key !== undefined && foldedKeys.has(key) ? text.replace(/\s+/g, ' ').trim() : text;
  }
  if (Array.isArray(value)) return value.map((each) => canonical(each));
  if (!isObject(value)) return value;
  return Object.entries(value)
    .filter(([, each]) => each !== undefined && !(Array.isArray(each) && each.length === 0))
    .map(([name, each]) => [name, canonical(each, name)] as const)
    .toSorted(([one], [other]) => (one < other ? -1 : 1));
}

/** A name as it is shown: a client may repeat a call with the name that it was shown. The ns of a flow is an id. */
const shownName: ChangeName = ({ kind, name }) => (kind === 'flow' ? name : shownForm(kind, name));

/** Fields in canonical form; their names are case-insensitive. */
const canonicalFields = (fields: Result): unknown =>
  canonical(
    Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [shownName({ kind: 'custom field', name }), String(value)]),
    ),
  );

const hash = (parts: readonly unknown[]): string => createHash('sha256').update(JSON.stringify(parts)).digest('base64');

/** Equal for values that mean the same in the arguments of a send. */
export const fingerprintOf = (value: unknown): string => hash([canonical(value)]);

/** Identifies who makes a send. Its name is not stored where processes share what was sent. */
export const senderOf = ({ principal = 'local' }: Pick<SendingCall, 'principal'>): string => hash([principal]);

/** The key of a contact. */
export const contactKey = (account: string, connection: string | undefined, subscriberId: unknown): string =>
  hash([account, connection?.toLowerCase() ?? '', String(subscriberId)]);

/** The key of a send: equal for sends that are the same. */
export function keyOf({ account, connection, endpoint, input, fields = {} }: Send): SendKey {
  const { data, ...rest } = endpoint.mapNames?.(input, shownName) ?? input;
  const parts = [account, connection?.toLowerCase() ?? '', endpoint.path, canonical(rest), canonical(data)];
  const send = hash([...parts, canonicalFields(fields)]);
  const isFlow = input.flow_ns !== undefined;
  return isFlow ? { send, flowOf: contactKey(account, connection, input.subscriber_id) } : { send };
}
