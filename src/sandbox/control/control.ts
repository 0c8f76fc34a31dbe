import { type Incoming, jsonBody } from '../http/incoming.js';
import { isRecord } from '../http/json.js';
import { badRequest, Refusal, type SandboxResponse } from '../http/refusal.js';
import { createShapes, type World } from '../world/world.js';
import { booleanValue, integerWithin, oneOf, rejectUnknownKeys } from './checks.js';
import { overview } from './overview.js';
import { faultKeys, matchKeys, parseFault } from './parse-fault.js';

/** One thing the sandbox can be told or asked; keys that are not listed are refused. */
interface ControlEndpoint {
  /** Keys of the JSON body; none. */
  readonly body?: readonly string[];
  /** Keys of objects in the body, to say where one belongs. */
  readonly nested?: Readonly<Record<string, readonly string[]>>;
  /** Keys of the query; none. */
  readonly query?: readonly string[];
  /** Does it; what it returns is the answer. Throws Refusal. */
  perform(world: World, order: Readonly<Record<string, unknown>>, query: URLSearchParams): Record<string, unknown>;
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
    perform({ faults }, order) {
      faults.inject(parseFault(order));
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
      const room = clock.remaining();
      if (Number(milliseconds) > room) {
        throw badRequest(
          `The clock goes 10 years forward at most, of which ${room} ms are left; a reset sets it back.`,
        );
      }
      clock.advance(integerWithin('advance_ms', milliseconds, [0, room]));
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

/** How many entries a log has lost, where it has. */
function droppedCount(log: { dropped(): number }): { forgotten?: number } {
  const count = log.dropped();
  return count === 0 ? {} : { forgotten: count };
}

/** Serves the control API under /sandbox. */
export function serveControl(world: World, incoming: Incoming): SandboxResponse {
  const { method, path, query } = incoming;
  const found = endpoints[`${method} ${path}`];
  if (found === undefined) return { status: 404, body: { error: 'Not found', controls: Object.keys(endpoints) } };
  try {
    rejectUnknownKeys(query.keys(), found.query ?? [], 'query');
    const order = jsonBody(incoming);
    if (!isRecord(order)) throw badRequest('The body must be a JSON object of at most 1 MB.');
    rejectUnknownKeys(Object.keys(order), found.body ?? [], path.split('/').at(-1) ?? path, found.nested);
    return { status: 200, body: found.perform(world, order, query) };
  } catch (error) {
    if (error instanceof Refusal) return error.response;
    throw error;
  }
}
