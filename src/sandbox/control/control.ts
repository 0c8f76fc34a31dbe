import { type Incoming, jsonBody } from '../http/incoming.js';
import { isRecord } from '../http/json.js';
import { type Answer, orderRefusal, Refusal } from '../http/refusal.js';
import { createShapes, type World } from '../world/world.js';
import { oneOf, requireKnown, wholeNumber, yesOrNo } from './checks.js';
import { overview } from './overview.js';
import { faultKeys, matchKeys, readFault } from './parse-fault.js';

/** One thing the sandbox can be told or asked; keys that are not listed are refused. */
interface Control {
  /** Keys of the JSON body; none. */
  readonly body?: readonly string[];
  /** Keys of objects in the body, to say where one belongs. */
  readonly nested?: Readonly<Record<string, readonly string[]>>;
  /** Keys of the query; none. */
  readonly query?: readonly string[];
  /** Does it; what it returns is the answer. Throws Refusal. */
  perform(world: World, order: Readonly<Record<string, unknown>>, query: URLSearchParams): Record<string, unknown>;
}

const controls: Readonly<Record<string, Control>> = {
  'GET /sandbox': { perform: (world) => overview(world, Object.keys(controls)) },
  'GET /sandbox/messages': {
    query: ['subscriber_id', 'user_ref'],
    perform({ outbox }, _, query) {
      const subscriberId = query.get('subscriber_id');
      const userRef = query.get('user_ref');
      const messages = outbox.list({
        ...(subscriberId === null ? {} : { subscriber_id: subscriberId }),
        ...(userRef === null ? {} : { user_ref: userRef }),
      });
      return { messages, ...forgotten(outbox) };
    },
  },
  'GET /sandbox/requests': { perform: ({ requests }) => ({ requests: requests.list(), ...forgotten(requests) }) },
  'GET /sandbox/faults': { perform: ({ faults }) => ({ faults: faults.list() }) },
  'POST /sandbox/faults': {
    body: faultKeys,
    nested: { match: matchKeys },
    perform({ faults }, order) {
      faults.inject(readFault(order));
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
      const room = clock.room();
      if (Number(milliseconds) > room) {
        throw orderRefusal(
          `The clock goes 10 years forward at most, of which ${room} ms are left; a reset sets it back.`,
        );
      }
      clock.advance(wholeNumber('advance_ms', milliseconds, [0, room]));
      return { now: new Date(clock.now()).toISOString() };
    },
  },
  'POST /sandbox/settings': {
    body: ['limits', 'create_shape'],
    perform(world, { limits, create_shape: shape }) {
      world.settings = {
        limits: limits === undefined ? world.settings.limits : yesOrNo('limits', limits),
        create_shape: shape === undefined ? world.settings.create_shape : oneOf('create_shape', shape, createShapes),
      };
      return { settings: world.settings };
    },
  },
};

/** How many entries a log has lost, where it has. */
function forgotten(log: { forgotten(): number }): { forgotten?: number } {
  const count = log.forgotten();
  return count === 0 ? {} : { forgotten: count };
}

/** Serves the control API under /sandbox. */
export function control(world: World, incoming: Incoming): Answer {
  const { method, path, query } = incoming;
  const found = controls[`${method} ${path}`];
  if (found === undefined) return { status: 404, body: { error: 'Not found', controls: Object.keys(controls) } };
  try {
    requireKnown(query.keys(), found.query ?? [], 'query');
    const order = jsonBody(incoming);
    if (!isRecord(order)) throw orderRefusal('The body must be a JSON object of at most 1 MB.');
    requireKnown(Object.keys(order), found.body ?? [], path.split('/').at(-1) ?? path, found.nested);
    return { status: 200, body: found.perform(world, order, query) };
  } catch (error) {
    if (error instanceof Refusal) return error.answer;
    throw error;
  }
}
