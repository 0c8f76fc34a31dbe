import { showConnection } from './connections.js';
import { readFault } from './faults.js';
import { type Incoming, jsonBody } from './incoming.js';
import { isRecord } from './json.js';
import type { Answer } from './refusal.js';
import { routes } from './routes.js';
import { createShapes, type World } from './world.js';

const controls: Readonly<Record<string, (world: World, incoming: Incoming) => Answer>> = {
  'GET /sandbox': (world) => ok(overview(world)),
  'GET /sandbox/messages': (world, { query }) => {
    const subscriberId = query.get('subscriber_id');
    const userRef = query.get('user_ref');
    const messages = world.outbox.list({
      ...(subscriberId === null ? {} : { subscriber_id: subscriberId }),
      ...(userRef === null ? {} : { user_ref: userRef }),
    });
    return ok({ messages });
  },
  'GET /sandbox/requests': (world) => ok({ requests: world.requests.list() }),
  'GET /sandbox/faults': (world) => ok({ faults: world.faults.list() }),
  'POST /sandbox/faults': (world, incoming) => {
    const fault = readFault(jsonBody(incoming));
    if (fault === undefined)
      return wrong('A fault needs exactly one effect, such as {"status": 500} or {"hang": true}.');
    world.faults.order(fault);
    return ok({ faults: world.faults.list() });
  },
  'DELETE /sandbox/faults': (world) => {
    world.faults.clear();
    return ok({ faults: [] });
  },
  'POST /sandbox/reset': (world) => {
    world.reset();
    return ok({ ok: true });
  },
  'POST /sandbox/clock': (world, incoming) => {
    const body = jsonBody(incoming);
    const milliseconds = isRecord(body) ? body.advance_ms : undefined;
    if (typeof milliseconds !== 'number' || !(milliseconds >= 0))
      return wrong('advance_ms must be a number, 0 or more.');
    world.clock.advance(milliseconds);
    return ok({ now: new Date(world.clock.now()).toISOString() });
  },
  'POST /sandbox/settings': (world, incoming) => {
    const body = jsonBody(incoming);
    if (!isRecord(body)) return wrong('The settings must be a JSON object.');
    const { create_shape: wanted, limits } = body;
    const shape = createShapes.find((candidate) => candidate === wanted);
    if (wanted !== undefined && shape === undefined) return wrong(`create_shape is one of ${createShapes.join(', ')}.`);
    if (limits !== undefined && typeof limits !== 'boolean') return wrong('limits must be true or false.');
    world.settings = {
      create_shape: shape ?? world.settings.create_shape,
      limits: limits ?? world.settings.limits,
    };
    return ok({ settings: world.settings });
  },
};

function ok(body: unknown): Answer {
  return { status: 200, body };
}

function wrong(message: string): Answer {
  return { status: 400, body: { error: message } };
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
  const perform = controls[`${incoming.method} ${incoming.path}`];
  return perform?.(world, incoming) ?? { status: 404, body: { error: 'Not found', controls: Object.keys(controls) } };
}
