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
import { badRequest } from '../http/refusal.js';
import { booleanValue, boundedJson, integerWithin, nonEmptyString, oneOf, rejectUnknownKeys } from './checks.js';

/** Keys of `match`. */
export const matchKeys = ['method', 'path'] as const;
/** Keys that are only allowed with `status`. */
const responseKeys = ['headers', 'body', 'content_type'] as const;

/** Every key that a fault can have. */
export const faultKeys: readonly string[] = ['match', 'after', 'times', 'perform', ...effectNames, ...responseKeys];

// Wider than any test needs, and too narrow to keep the sandbox busy for hours.
const ranges = {
  status: [200, 599],
  after: [0, 1_000_000],
  times: [1, 1_000_000],
  delay_ms: [0, 600_000],
  trickle_ms: [1, 60_000],
  gzip_bomb: [0, 1_000_000_000],
  body_bytes: [0, 1_000_000_000],
} as const;
const maxBodyCharacters = 100_000;

type Input = Readonly<Record<string, unknown>>;

/** Parses a fault whose keys were checked against `faultKeys`. @throws Refusal that says what is wrong with it */
export function parseFault(input: Input): Fault {
  const [name, ...more] = effectNames.filter((each) => Object.hasOwn(input, each));
  if (name === undefined || more.length > 0) {
    throw badRequest(`A fault needs exactly one effect, such as {"status": 500}. Effects: ${effectNames.join(', ')}.`);
  }
  const misplaced = responseKeys.find((key) => name !== 'status' && Object.hasOwn(input, key));
  if (misplaced !== undefined) throw badRequest(`"${misplaced}" is only allowed with status, not with ${name}.`);
  return { ...parseTiming(input), ...effects[name](input) };
}

function parseTiming({ match, after, times, perform }: Input): FaultTiming {
  return {
    ...(match !== undefined && { match: parseMatch(match) }),
    ...(after !== undefined && { after: integerWithin('after', after, ranges.after) }),
    ...(times !== undefined && { times: integerWithin('times', times, ranges.times) }),
    ...(perform !== undefined && { perform: booleanValue('perform', perform) }),
  };
}

function parseMatch(match: unknown): FaultMatch {
  if (!isRecord(match)) throw badRequest('match must be an object, such as {"path": "sendContent"}.');
  rejectUnknownKeys(Object.keys(match), matchKeys, 'match');
  const { method, path } = match;
  return {
    ...(method !== undefined && { method: nonEmptyString('match.method', method) }),
    ...(path !== undefined && { path: nonEmptyString('match.path', path) }),
  };
}

const effects: Readonly<Record<EffectName, (input: Input) => FaultEffect>> = {
  status: parseResponse,
  delay_ms: ({ delay_ms: value }) => ({ delay_ms: integerWithin('delay_ms', value, ranges.delay_ms) }),
  trickle_ms: ({ trickle_ms: value }) => ({ trickle_ms: integerWithin('trickle_ms', value, ranges.trickle_ms) }),
  close_connection: ({ close_connection: value }) => ({ close_connection: requireTrue('close_connection', value) }),
  reset: ({ reset }) => ({ reset: oneOf('reset', reset, ['before_headers', 'in_body']) }),
  truncate: ({ truncate }) => ({ truncate: requireTrue('truncate', truncate) }),
  html: ({ html }) => ({ html: requireTrue('html', html) }),
  hang: ({ hang }) => ({ hang: requireTrue('hang', hang) }),
  gzip_bomb: ({ gzip_bomb: value }) => ({ gzip_bomb: integerWithin('gzip_bomb', value, ranges.gzip_bomb) }),
  body_bytes: ({ body_bytes: value }) => ({ body_bytes: integerWithin('body_bytes', value, ranges.body_bytes) }),
};

function requireTrue(name: string, value: unknown): true {
  if (value === true) return value;
  throw badRequest(`${name} must be true or left out.`);
}

function parseResponse({ status, headers, body, content_type: type }: Input): FaultEffect {
  return {
    status: integerWithin('status', status, ranges.status),
    ...(headers !== undefined && { headers: parseHeaders(headers) }),
    ...(body !== undefined && {
      body: boundedJson('body', body, maxBodyCharacters, 'use body_bytes for longer responses'),
    }),
    ...(type !== undefined && {
      content_type: parseHeader('content_type', 'content-type', nonEmptyString('content_type', type)),
    }),
  };
}

function parseHeaders(headers: unknown): Record<string, string> {
  if (!isRecord(headers)) throw badRequest('headers must be an object of strings.');
  const parsed = Object.entries(headers).map(([name, value]) => [name, parseHeader(`headers.${name}`, name, value)]);
  return Object.fromEntries(parsed);
}

/** Checks a header here, because Node.js would throw on it in the middle of a response. */
function parseHeader(place: string, name: string, value: unknown): string {
  const text = typeof value === 'number' ? String(value) : nonEmptyString(place, value);
  try {
    validateHeaderName(name);
    validateHeaderValue(name, text);
  } catch {
    throw badRequest(`${place} is not a valid HTTP header.`);
  }
  return text;
}
