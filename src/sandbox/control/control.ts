import type { Incoming } from '../http/incoming.js';
import { isRecord } from '../http/json.js';
import { badRequest, Refusal, type SandboxResponse } from '../http/refusal.js';
import type { Calls } from '../manychat/calling/calls.js';
import { eventsPath } from '../page/events-path.js';
import { pageReads, readAccount, readCalls, readConversation, readRequests } from '../page/reads.js';
import { collectionNames } from '../preparation/page.js';
import { createShapes, type World } from '../world/world.js';
import { addTunnel, callFaultKeys, callMatchKeys, parseCallFault, testHook } from './calls.js';
import { booleanValue, integerWithin, oneOf, rejectUnknownKeys } from './checks.js';
import { contactClicks, contactWrites } from './contact-acts.js';
import type { ControlEndpoint } from './endpoint.js';
import { moveClock } from './move-clock.js';
import { overview } from './overview.js';
import { faultKeys, matchKeys, parseFault } from './parse-fault.js';
import { addThings } from './preparation.js';

/** An endpoint that reads its body itself, which can be a list; `id` is the part of the path in braces. */
interface PreparationEndpoint {
  prepare(world: World, body: unknown, page: string | null, id: string): object;
}

const controls: Readonly<Record<string, ControlEndpoint>> = {
  'GET /sandbox': { perform: (world) => overview(world, endpointNames) },
  ...pageReads,
  'GET /sandbox/account': { query: ['contacts'], perform: (world, _, query) => readAccount(world, query) },
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
  'GET /sandbox/requests': {
    query: ['limit', 'before'],
    perform: (world, _, query) => ({ ...readRequests(world, query), ...droppedCount(world.requests) }),
  },
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
  'GET /sandbox/calls': {
    query: ['subscriber_id', 'wait', 'limit', 'before'],
    async perform(world, _, query) {
      await waitIfAsked(world.calls, query);
      return { ...readCalls(world, query), ...droppedCount(world.calls) };
    },
  },
  'GET /sandbox/contacts/{id}/conversation': {
    query: ['page', 'wait', 'limit', 'before'],
    async perform(world, _, query, id) {
      await waitIfAsked(world.calls, query);
      return readConversation(world, id, query);
    },
  },
  'DELETE /sandbox/hooks': {
    perform({ accounts, changes }) {
      for (const account of Object.values(accounts)) account.hooks = [];
      changes.part('account');
      return { hooks: [] };
    },
  },
  'POST /sandbox/hooks/test': {
    body: ['hook', 'subscriber_id'],
    query: ['page'],
    perform: async (world, input, query) => ({ call: await testHook(world, input, query.get('page')) }),
  },
  'GET /sandbox/calls/faults': { perform: ({ calls }) => ({ faults: calls.faults.list() }) },
  'POST /sandbox/calls/faults': {
    body: callFaultKeys,
    nested: { match: callMatchKeys },
    perform({ calls }, input) {
      calls.faults.inject(parseCallFault(input));
      return { faults: calls.faults.list() };
    },
  },
  'DELETE /sandbox/calls/faults': {
    perform({ calls }) {
      calls.faults.clear();
      calls.release();
      return { faults: [] };
    },
  },
  'POST /sandbox/tunnels': { body: ['from', 'to'], perform: addTunnel },
  'POST /sandbox/reset': {
    perform(world) {
      world.reset();
      return { ok: true };
    },
  },
  'POST /sandbox/clock': {
    body: ['advance_ms', 'now'],
    perform: ({ clock }, input) => moveClock(clock, input),
  },
  'POST /sandbox/settings': {
    body: ['limits', 'create_shape', 'call_timeout_ms'],
    perform(world, { limits, create_shape: shape, call_timeout_ms: timeout }) {
      world.settings = {
        limits: limits === undefined ? world.settings.limits : booleanValue('limits', limits),
        create_shape: shape === undefined ? world.settings.create_shape : oneOf('create_shape', shape, createShapes),
        call_timeout_ms:
          timeout === undefined
            ? world.settings.call_timeout_ms
            : integerWithin('call_timeout_ms', timeout, [1, 600_000]),
      };
      world.changes.part('account');
      return { settings: world.settings };
    },
  },
};

const preparations: Readonly<Record<string, PreparationEndpoint>> = {
  ...Object.fromEntries(
    collectionNames.map((collection): [string, PreparationEndpoint] => [
      `POST /sandbox/${collection}`,
      { prepare: (world, body, page) => addThings(world, collection, body, page) },
    ]),
  ),
  'POST /sandbox/contacts/{id}/writes': {
    prepare: (world, body, page, id) => contactWrites(world, id, body, page),
  },
  'POST /sandbox/contacts/{id}/clicks': {
    prepare: (world, body, page, id) => contactClicks(world, id, body, page),
  },
};

const endpointNames = [...Object.keys(controls), ...Object.keys(preparations), `GET ${eventsPath}`];

/** Waits until no call is under way, with `wait=true`. @throws Refusal for another value */
async function waitIfAsked(calls: Calls, query: URLSearchParams): Promise<void> {
  if (query.get('wait') === null) return;
  oneOf('wait', query.get('wait'), ['true']);
  await calls.settled();
}

/** The number of dropped entries as the property `forgotten`, left out if there are none. */
function droppedCount(log: { dropped(): number }): { forgotten?: number } {
  const count = log.dropped();
  return count === 0 ? {} : { forgotten: count };
}

function performControl(world: World, incoming: Incoming, endpoint: ControlEndpoint, id: string) {
  const { path, query } = incoming;
  rejectUnknownKeys(query.keys(), endpoint.query ?? [], 'query');
  const input = incoming.json();
  if (!isRecord(input)) throw badRequest('The body must be a JSON object of at most 1 MB.');
  rejectUnknownKeys(Object.keys(input), endpoint.body ?? [], path.split('/').at(-1) ?? path, endpoint.nested);
  return endpoint.perform(world, input, query, id);
}

function prepare(world: World, incoming: Incoming, endpoint: PreparationEndpoint, id: string): object {
  const { query } = incoming;
  rejectUnknownKeys(query.keys(), ['page'], 'query');
  const input = incoming.json();
  if (!isRecord(input) && !Array.isArray(input)) {
    throw badRequest('The body must be a JSON object or a list, of at most 1 MB.');
  }
  return endpoint.prepare(world, input, query.get('page'), id);
}

/** Serves the control API, the paths under /sandbox. */
export async function serveControl(world: World, incoming: Incoming): Promise<SandboxResponse> {
  const { method, path } = incoming;
  const [, id = '', act = ''] = /^\/sandbox\/contacts\/([^/]+)(\/\w+)?$/.exec(path) ?? [];
  const wanted = `${method} ${id === '' ? path : `/sandbox/contacts/{id}${act}`}`;
  const control = Object.hasOwn(controls, wanted) ? controls[wanted] : undefined;
  const preparation = Object.hasOwn(preparations, wanted) ? preparations[wanted] : undefined;
  try {
    if (control !== undefined) return { status: 200, body: await performControl(world, incoming, control, id) };
    if (preparation !== undefined) return { status: 200, body: prepare(world, incoming, preparation, id) };
    return { status: 404, body: { error: 'Not found', controls: endpointNames } };
  } catch (error) {
    if (error instanceof Refusal) return error.response;
    throw error;
  }
}
