import { validateHeaderName, validateHeaderValue } from 'node:http';
import {
  type EffectName,
  effectNames,
  type Fault,
  type FaultEffect,
  type FaultMatch,
  type FaultTiming,
} from '../faults/fault.js';
import { isRecord } from '../http/json.js';
import { orderRefusal } from '../http/refusal.js';
import { filledText, oneOf, requireKnown, shortJson, wholeNumber, yesOrNo } from './checks.js';

/** What requests can be told apart by. */
export const matchKeys = ['method', 'path'] as const;
/** What goes with `status` only. */
const answerKeys = ['headers', 'body', 'content_type'] as const;

/** Every key that an order for a fault can have. */
export const faultKeys: readonly string[] = ['match', 'after', 'times', 'perform', ...effectNames, ...answerKeys];

/** More than any test needs, and less than would keep the sandbox busy for hours. */
const ranges = {
  status: [200, 599],
  after: [0, 1_000_000],
  times: [1, 1_000_000],
  delay_ms: [0, 600_000],
  trickle_ms: [1, 60_000],
  gzip_bomb: [0, 1_000_000_000],
  body_bytes: [0, 1_000_000_000],
} as const;
const longestBody = 100_000;

type Order = Readonly<Record<string, unknown>>;

/** Reads a fault from JSON whose keys are known. @throws Refusal that says what is wrong with it. */
export function readFault(order: Order): Fault {
  const [name, ...more] = effectNames.filter((each) => Object.hasOwn(order, each));
  if (name === undefined || more.length > 0) {
    throw orderRefusal(
      `A fault needs exactly one effect, such as {"status": 500}. Effects: ${effectNames.join(', ')}.`,
    );
  }
  const strayed = answerKeys.find((key) => name !== 'status' && Object.hasOwn(order, key));
  if (strayed !== undefined) throw orderRefusal(`"${strayed}" goes with status, not with ${name}.`);
  return { ...readTiming(order), ...effects[name](order) };
}

function readTiming({ match, after, times, perform }: Order): FaultTiming {
  return {
    ...(match !== undefined && { match: readMatch(match) }),
    ...(after !== undefined && { after: wholeNumber('after', after, ranges.after) }),
    ...(times !== undefined && { times: wholeNumber('times', times, ranges.times) }),
    ...(perform !== undefined && { perform: yesOrNo('perform', perform) }),
  };
}

function readMatch(match: unknown): FaultMatch {
  if (!isRecord(match)) throw orderRefusal('match must be an object, such as {"path": "sendContent"}.');
  requireKnown(Object.keys(match), matchKeys, 'match');
  const { method, path } = match;
  return {
    ...(method !== undefined && { method: filledText('match.method', method) }),
    ...(path !== undefined && { path: filledText('match.path', path) }),
  };
}

const effects: Readonly<Record<EffectName, (order: Order) => FaultEffect>> = {
  status: readAnswer,
  delay_ms: ({ delay_ms: value }) => ({ delay_ms: wholeNumber('delay_ms', value, ranges.delay_ms) }),
  trickle_ms: ({ trickle_ms: value }) => ({ trickle_ms: wholeNumber('trickle_ms', value, ranges.trickle_ms) }),
  close_connection: ({ close_connection: value }) => ({ close_connection: isTrue('close_connection', value) }),
  reset: ({ reset }) => ({ reset: oneOf('reset', reset, ['before_headers', 'in_body']) }),
  truncate: ({ truncate }) => ({ truncate: isTrue('truncate', truncate) }),
  html: ({ html }) => ({ html: isTrue('html', html) }),
  hang: ({ hang }) => ({ hang: isTrue('hang', hang) }),
  gzip_bomb: ({ gzip_bomb: value }) => ({ gzip_bomb: wholeNumber('gzip_bomb', value, ranges.gzip_bomb) }),
  body_bytes: ({ body_bytes: value }) => ({ body_bytes: wholeNumber('body_bytes', value, ranges.body_bytes) }),
};

function isTrue(name: string, value: unknown): true {
  if (value === true) return value;
  throw orderRefusal(`${name} must be true, or left out.`);
}

function readAnswer({ status, headers, body, content_type: type }: Order): FaultEffect {
  return {
    status: wholeNumber('status', status, ranges.status),
    ...(headers !== undefined && { headers: readHeaders(headers) }),
    ...(body !== undefined && { body: shortJson('body', body, longestBody, 'body_bytes makes longer answers') }),
    ...(type !== undefined && {
      content_type: readHeader('content_type', 'content-type', filledText('content_type', type)),
    }),
  };
}

function readHeaders(headers: unknown): Record<string, string> {
  if (!isRecord(headers)) throw orderRefusal('headers must be an object of strings.');
  const read = Object.entries(headers).map(([name, value]) => [name, readHeader(`headers.${name}`, name, value)]);
  return Object.fromEntries(read);
}

/** A header that can be sent: Node.js throws on others, in the middle of an answer. */
function readHeader(place: string, name: string, value: unknown): string {
  const text = typeof value === 'number' ? String(value) : filledText(place, value);
  try {
    validateHeaderName(name);
    validateHeaderValue(name, text);
  } catch {
    throw orderRefusal(`${place} is no HTTP header.`);
  }
  return text;
}
