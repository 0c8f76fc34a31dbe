import { oneOf, orderRefusal, requireKnown, wholeNumber, yesOrNo } from '../faults/orders.js';
import { faultKeys, matchKeys, readFault } from '../faults/read-fault.js';
import { type Incoming, jsonBody } from '../http/incoming.js';
import { isRecord } from '../http/json.js';
import { type Answer, Refusal } from '../http/refusal.js';
import { routes } from '../manychat/routes.js';
import { showConnection } from '../maton/connections.js';
import { createShapes, type World } from '../world/world.js';

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
  'GET /sandbox': { perform: overview },
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

function overview(world: World): Record<string, unknown> {
  const { first, second } = world.accounts;
  return {
    addresses: {
      gateway: `${world.base}/manychat/fb/page/getInfo`,
      connections: `${world.base}/connections`,
      manychat: `${world.base}/fb/page/getInfo`,
    },
    maton_key: world.matonKey,
    manychat_keys: [first, second].map(({ key, page, contacts }) => ({
      page: page.name,
      key,
      contacts: contacts.size,
    })),
    connections: world.connections.map((connection) => showConnection(world, connection)),
    examples: {
      'John Doe, Messenger, window open': '123456789',
      'Maria Garcia, Messenger, window open': '24958501110451908',
      'Tom Baker, Messenger, window closed, one token for "Back in Stock"': '24958501110460017',
      'Aisha Khan, WhatsApp, window open, no phone': '1523908742',
      'Lukas Weber, WhatsApp, window closed': '1523908743',
      'Sofia Rossi, Instagram, window open': '24958501110470023',
      'Noah Kim, Instagram, window closed': '24958501110470024',
      'Dmitri Volkov, Telegram, wrote 30 days ago': '1523908744',
      'Emma Brown, opted out': '24958501110480011',
      "Liam O'Brien, never wrote": '24958501110480012',
      'user_ref, not linked': '123456',
      'user_ref, linked to Maria Garcia': '-1543835812530302162',
    },
    settings: world.settings,
    now: new Date(world.clock.now()).toISOString(),
    controls: Object.keys(controls),
    manychat_routes: [...routes].map(([path, { method, perSecond }]) => ({
      method,
      path,
      per_second: perSecond ?? null,
    })),
  };
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
