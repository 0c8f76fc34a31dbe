import { stringifyJson } from '../../http/json.js';
import { boundedLog, maxKeptCharacters } from '../../world/bounded-log.js';
import type { Account, Channel, Contact, FieldValue, Hook, hookEvents } from '../account.js';

/** What made the account call: an event of a hook, a click, or a text for which a callback waited. */
export type CallTrigger = (typeof hookEvents)[number] | 'button' | 'quick_reply' | 'callback' | 'test';

/** A call that is to be made. */
export interface CallPlan {
  readonly account: Account;
  readonly contact: Contact;
  /** The hook, unless content said what to call. */
  readonly hook: Hook | null;
  readonly trigger: CallTrigger;
  /** What becomes of the answer: a request's is mapped, a block's is sent. */
  readonly kind: 'request' | 'block';
  /** The channel on which a block's answer is sent. */
  readonly channel: Channel | null;
  readonly target: {
    readonly url: string;
    readonly method: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string | null;
  };
}

/** A call and what came of it. */
export interface Call {
  /** Sequence number from 1. */
  id: number;
  /** ISO 8601. */
  time: string;
  page_id: string;
  subscriber_id: string;
  hook: string | null;
  trigger: CallTrigger;
  kind: 'request' | 'block';
  /** The id of the call that this one repeats, because of a fault. */
  repeats?: number;
  /** The property that names the effect of the fault that applied. */
  fault?: string;
  /** Values of headers that may be secret are masked. */
  request: { method: string; url: string; headers: Readonly<Record<string, string>>; body?: unknown };
  /** `waiting`: a fault keeps it back. */
  state: 'waiting' | 'under way' | 'ended';
  /** ISO 8601; undefined until it ended. */
  ended?: string;
  /** Status of the answer; null without one. */
  status: number | null;
  /** The parsed body of the answer; its beginning as text if it is not JSON, or long. */
  response?: unknown;
  /** Where the flow went on; null until the call ended, and for the Test button, which changes nothing. */
  branch: 'success' | 'fallback' | null;
  /** Why the flow took the fallback branch. */
  reason?: string;
  mapped: { field: string; value: FieldValue }[];
  /** Ids of the deliveries that it led to. */
  deliveries: number[];
  /** What of the answer could not be used. */
  problems: string[];
}

/** A call that goes on, and how deep it is in a chain of calls that led to each other. */
export interface RunningCall {
  readonly plan: CallPlan;
  readonly call: Call;
  readonly depth: number;
}

const maxCalls = 5_000;
/** How much of an answer is kept. */
export const maxKeptAnswer = 10_000;

/** The latest calls, oldest first. */
export const callLog = () => boundedLog<Call>(maxCalls, ({ request }) => stringifyJson(request).length + maxKeptAnswer);

const openHeaders = new Set(['content-type', 'accept', 'user-agent']);

/** Headers whose values may be shown. */
export const maskedHeaders = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, openHeaders.has(name.toLowerCase()) ? value : '***']),
  );

/** The beginning of a body that is too long to keep. */
export const keptBody = (body: string): string => body.slice(0, maxKeptCharacters);
