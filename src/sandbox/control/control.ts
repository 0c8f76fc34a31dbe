import { type Incoming, jsonBody } from '../http/incoming.js';
import { isRecord } from '../http/json.js';
import { badRequest, Refusal, type SandboxResponse } from '../http/refusal.js';
import { createShapes, type World } from '../world/world.js';
import { booleanValue, integerWithin, oneOf, rejectUnknownKeys } from './checks.js';
import { overview } from './overview.js';
import { faultKeys, matchKeys, parseFault } from './parse-fault.js';

/** One endpoint of the control API. Keys that are not listed are rejected. */
interface ControlEndpoint {
  /** Keys of the JSON body; default none. */
  readonly body?: readonly string[];
  /** Keys of nested objects, to suggest where a misplaced key belongs. */
  readonly nested?: Readonly<Record<string, readonly string[]>>;
  /** Keys of the query; default none. */
  readonly query?: readonly string[];
  /** Returns the response body. @throws Refusal */
  perform(world: World, input: Readonly<Record<string, unknown>>, query: URLSearchParams): Record<string, unknown>;
}

const endpoints: Readonly<Record<string, ControlEndpoint>> = {
  'GET /sandbox': { perform: (world) => overview(world, Object.keys(endpoints)) },
  'GET /sandbox/messages': {
    query: ['subscriber_id', 'user_ref'],
    perform({ outbox }, _, query) {
      const subscriberId = query.get('subscriber_id');
      const userRef = query.get('user_ref');
      const messages = outbox.list({
        ...(subscriberId === null ? {} : { subscriber_id: subscriberId }),
        ...(userRef === null ? {} : { user_ref: userRef }),
      });
      return { messages, ...droppedCount(outbox) };
    },
  },
  'GET /sandbox/requests': { perform: ({ requests }) => ({ requests: requests.list(), ...droppedCount(requests) }) },
  'GET /sandbox/faults': { perform: ({ faults }) => ({ faults: faults.list() }) },
  'POST /sandbox/faults': {
    body: faultKeys,
    nested: { match: matchKeys },
    perform({ faults }, input) {
      faults.inject(parseFault(input));
      return { faults: faults.list() };
    },
  },
  'DELETE /sandbox/faults': {
    perform({ faults }) {
      faults.clear();
      return { faults: [] };
    },
  },
  'POST /sandbox/reset': {
    perform(world) {
      world.reset();
      return { ok: true };
    },
  },
  'POST /sandbox/clock': {
    body: ['advance_ms'],
    perform({ clock }, { advance_ms: milliseconds }) {
      const remaining = clock.remaining();
      if (Number(milliseconds) > remaining) {
        throw badRequest(
          `The clock can move forward 10 years in total, of which ${remaining} ms are left; a reset sets it back.`,
        );
      }
      clock.advance(integerWithin('advance_ms', milliseconds, [0, remaining]));
      return { now: new Date(clock.now()).toISOString() };
    },
  },
  'POST /sandbox/settings': {
    body: ['limits', 'create_shape'],
    perform(world, { limits, create_shape: shape }) {
      world.settings = {
        limits: limits === undefined ? world.settings.limits : booleanValue('limits', limits),
        create_shape: shape === undefined ? world.settings.create_shape : oneOf('create_shape', shape, createShapes),
      };
      return { settings: world.settings };
    },
  },
};

/** The number of dropped entries as the property `forgotten`, left out if there are none. */
function droppedCount(log: { dropped(): number }): { forgotten?: number } {
  const count = log.dropped();
  return count === 0 ? {} : { forgotten: count };
}

/** Serves the control API, the paths under /sandbox. */
export function serveControl(world: World, incoming: Incoming): SandboxResponse {
  const { method, path, query } = incoming;
  const endpoint = endpoints[`${method} ${path}`];
  if (endpoint === undefined) return { status: 404, body: { error: 'Not found', controls: Object.keys(endpoints) } };
  try {
    rejectUnknownKeys(query.keys(), endpoint.query ?? [], 'query');
    const input = jsonBody(incoming);
    if (!isRecord(input)) throw badRequest('The body must be a JSON object of at most 1 MB.');
    rejectUnknownKeys(Object.keys(input), endpoint.body ?? [], path.split('/').at(-1) ?? path, endpoint.nested);
    return { status: 200, body: endpoint.perform(world, input, query) };
  } catch (error) {
    if (error instanceof Refusal) return error.response;
    throw error;
  }
}
