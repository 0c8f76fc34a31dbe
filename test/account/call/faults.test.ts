import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FaultEffect } from '../../../src/sandbox/index.js';
import type { Failure } from '../../../tools/contract/failure.js';
import { createCaller } from '../../support/caller.js';
import { beginning, drivenClock } from '../../support/driven.js';
import { john } from '../../support/people.js';
import { pinnedId, pinnedTo, through } from '../../support/program.js';
import { useCaller } from '../../support/sandboxed.js';

const data = { version: 'v2', content: { messages: [{ type: 'text', text: 'once' }] } };

/** One call per effect, and the path of its requests. */
const effects = {
  read: ['manychat_get_subscriber', { subscriber_id: john }, '/fb/subscriber/getInfo'],
  set: ['manychat_add_tag_to_subscriber', { subscriber_id: john, tag_id: 2 }, '/fb/subscriber/addTag'],
  remove: ['manychat_remove_tag_from_subscriber', { subscriber_id: john, tag_id: 1 }, '/fb/subscriber/removeTag'],
  create: ['manychat_create_tag', { name: 'Once' }, '/fb/page/createTag'],
  destroy: ['manychat_delete_tag', { tag_id: 3 }, '/fb/page/removeTag'],
  send: ['manychat_send_content', { subscriber_id: john, data }, '/fb/sending/sendContent'],
} as const;
type EffectName = keyof typeof effects;
const names = Object.keys(effects) as EffectName[];
/** The effects that are retried although a request may have been performed. */
const repeatable: ReadonlySet<EffectName> = new Set(['read', 'set', 'remove']);

/** What is expected of a fault: the kind of failure, and whether the request was performed. */
interface Expected {
  kind: Failure['kind'];
  outcome: 'unsent' | 'refused' | 'ambiguous';
  /** Requests that arrive; by default three for a repeatable effect and one for another. */
  requests?: 'several' | 'one';
  /** The same request would fail in the same way, so that it is neither retried nor said to be. */
  lasting?: boolean;
}

const json = (status: number, body: unknown, headers?: Record<string, string>): FaultEffect => ({
  status,
  body,
  ...(headers && { headers }),
});
/** An error page of a proxy between ManyChat and us. */
const errorPage = (status: number): FaultEffect => ({
  status,
  body: '<h1>Bad gateway</h1>',
  content_type: 'text/html',
});

const faults: [string, FaultEffect, Expected][] = [
  ['reset before headers', { reset: 'before_headers' }, { kind: 'network', outcome: 'ambiguous' }],
  ['reset in the body', { reset: 'in_body' }, { kind: 'network', outcome: 'ambiguous' }],
  ['truncated body', { truncate: true }, { kind: 'network', outcome: 'ambiguous' }],
  ['trickle', { trickle_ms: 3_000 }, { kind: 'timeout', outcome: 'ambiguous' }],
  ['hang', { hang: true }, { kind: 'timeout', outcome: 'ambiguous' }],
  [
    '429 with seconds',
    json(429, { message: 'Slow down', code: 429 }, { 'retry-after': '2' }),
    { kind: 'rate_limited', outcome: 'refused', requests: 'several' },
  ],
  [
    '429 with a date',
    json(429, { message: 'Slow down', code: 429 }, { 'retry-after': new Date(beginning + 1_000).toUTCString() }),
    { kind: 'rate_limited', outcome: 'refused', requests: 'several' },
  ],
  [
    '429 with neither',
    json(429, { message: 'Slow down', code: 429 }),
    { kind: 'rate_limited', outcome: 'refused', requests: 'several' },
  ],
  [
    '500 with JSON',
    json(500, { status: 'exception', message: 'Something went wrong' }),
    { kind: 'manychat_unavailable', outcome: 'ambiguous' },
  ],
  ['500 with HTML', errorPage(500), { kind: 'gateway_error', outcome: 'ambiguous' }],
  ['500, empty', { status: 500, body: '' }, { kind: 'gateway_error', outcome: 'ambiguous' }],
  ['502', errorPage(502), { kind: 'gateway_error', outcome: 'ambiguous' }],
  ['503', json(503, { error: { message: 'Overloaded' } }), { kind: 'gateway_error', outcome: 'ambiguous' }],
  ['504', errorPage(504), { kind: 'gateway_error', outcome: 'ambiguous' }],
  ['200 with HTML', { html: true }, { kind: 'bad_response', outcome: 'ambiguous' }],
  ['200 with broken JSON', { status: 200, body: '{"status":"succ' }, { kind: 'bad_response', outcome: 'ambiguous' }],
  [
    '200 with an error',
    json(200, { status: 'error', message: 'Not today' }),
    { kind: 'rejected', outcome: 'refused', requests: 'one' },
  ],
  [
    '301',
    { status: 301, headers: { location: 'https://elsewhere.example/' }, body: '' },
    { kind: 'bad_response', outcome: 'ambiguous' },
  ],
  [
    '9 MB',
    { body_bytes: 9 * 1024 * 1024 },
    { kind: 'bad_response', outcome: 'ambiguous', requests: 'one', lasting: true },
  ],
  [
    'gzip bomb',
    { gzip_bomb: 64 * 1024 * 1024 },
    { kind: 'bad_response', outcome: 'ambiguous', requests: 'one', lasting: true },
  ],
];

/** Checks the failure of a call with an effect. */
function check(name: EffectName, failure: Failure, { kind, outcome, lasting }: Expected): void {
  const isRepeatable = repeatable.has(name);
  const unknown = outcome === 'ambiguous' && name !== 'read';
  expect(failure).toMatchObject({ kind, performed: unknown ? 'unknown' : 'no' });
  expect(failure.retryable).toBe(kind !== 'rejected' && lasting !== true && (outcome !== 'ambiguous' || isRepeatable));
  if (unknown && !isRepeatable) expect(failure.hint).toMatch(/before/);
}

describe.each(faults)('the fault: %s', (_, fault, expected) => {
  const clock = drivenClock();
  const used = useCaller({ clock });

  test('gives every effect its kind, `performed` and number of requests, before the deadline', async () => {
    const ambiguous = expected.outcome === 'ambiguous';
    for (const name of names) {
      const path = effects[name][2];
      used.sandbox.injectFault({ match: { path }, times: 1_000, ...(ambiguous && { perform: true }), ...fault });
    }
    await Promise.all(
      names.map(async (name) => {
        const [tool, args, path] = effects[name];
        const outcome = await used.caller.call(tool, args);
        expect(clock.now()).toBeLessThan(used.caller.config.account.deadlineMs);
        if (outcome.ok) throw new Error(`${name} succeeded`);
        check(name, outcome.failure, expected);
        const arrived = used.sandbox.requests().filter((request) => request.path.endsWith(path)).length;
        // All effects share the pause after a 429, so only the sum shows that there were retries.
        if (expected.requests === 'several') expect(arrived, name).toBeGreaterThan(0);
        else expect(arrived, name).toBe(expected.requests === 'one' || !repeatable.has(name) ? 1 : 3);
      }),
    );
    if (expected.requests === 'several') expect(used.sandbox.requests().length).toBeGreaterThan(names.length);
    const delivered = used.sandbox.messages({ subscriber_id: john }).length;
    expect(delivered).toBe(ambiguous ? 1 : 0);
  });
});

describe('an answer over 8 MB', () => {
  const used = useCaller();
  const large: FaultEffect = { body_bytes: 9 * 1024 * 1024 };

  test.each([
    ['manychat_list_bot_fields', {}, /Tools that take a name or an id work without the list/],
    ['manychat_get_subscriber', { subscriber_id: john }, /Long values of the contact's fields can be cleared/],
    ['manychat_find_subscribers_by_name', { name: 'John', detail: 'full' }, /search for what fewer contacts have/],
    ['manychat_find_subscriber_by_system_field', { email: 'john@example.com' }, /Long values of the contact's fields/],
    ['manychat_get_page', {}, /^Do not repeat the call: [^.]*makes it smaller\.$/],
    ['manychat_find_or_create_subscriber', { email: 'a@example.com', has_opt_in_email: true }, /Long values of the/],
    ['manychat_add_tag_to_subscriber', { subscriber_id: john, tag_id: 2 }, /before you repeat it/],
    ['manychat_create_tag', { name: 'Once' }, /look with manychat_list_tags before you call again/],
  ])('to %s is called that, and its hint says what can be done', async (tool, args, hint) => {
    used.sandbox.injectFault({ times: 9, perform: true, ...large });
    expect(await used.failure(tool, args)).toMatchObject({
      kind: 'bad_response',
      message: 'The answer of Maton was over 8 MB, which is more than this server reads',
      hint: expect.stringMatching(hint),
      retryable: false,
    });
  });

  test.each([
    [401, 'gateway_auth'],
    [429, 'rate_limited'],
    [503, 'gateway_error'],
  ])('keeps what its status says: %d', async (status, kind) => {
    used.sandbox.injectFault({ times: 9, status, ...large });
    expect(await used.failure('manychat_list_tags')).toMatchObject({ kind });
  });

  test('is recognised if it arrived compressed', async () => {
    const bomb: FaultEffect = { gzip_bomb: 64 * 1024 * 1024 };
    used.sandbox.injectFault({ times: 1, ...bomb });
    expect(await used.failure('manychat_list_tags')).toMatchObject({
      message: expect.stringContaining('was over 8 MB'),
    });
  });
});

describe('a gateway that cannot be reached', () => {
  let server: Server;
  /** Addresses of a server without TLS, and of none. */
  let plain: string;
  let closed: string;
  beforeAll(async () => {
    const listen = (server: Server) => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = (server: Server) => {
      const at = server.address();
      return `127.0.0.1:${typeof at === 'object' ? at?.port : 0}`;
    };
    server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.end('HTTP/1.1 400 Not TLS\r\n\r\n', () => socket.destroy());
    });
    await listen(server);
    plain = address(server);
    const gone = createServer();
    await listen(gone);
    closed = address(gone);
    await new Promise((resolve) => gone.close(resolve));
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  test.each([
    ['connection refused', () => `http://${closed}`],
    ['unknown host', () => 'https://gateway.invalid'],
    ['no TLS', () => `https://${plain}`],
  ])('performs nothing: %s', async (_, url) => {
    const caller = createCaller({
      ...through(url()),
      MATON_CONNECTION_ID: pinnedId,
      MANYCHAT_MCP_DEADLINE_MS: '10000',
    });
    await Promise.all(
      names.map(async (name) => {
        const outcome = await caller.call(effects[name][0], effects[name][1]);
        if (outcome.ok) throw new Error(`${name} succeeded`);
        check(name, outcome.failure, { kind: 'network', outcome: 'unsent' });
        expect(outcome.failure.message).toMatch(/^No connection/);
      }),
    );
    await caller.close();
  });
});

describe('a fault that passes', () => {
  const used = useCaller();

  test.each(names)('is retried after a 429: %s', async (name) => {
    const [tool, args, path] = effects[name];
    used.sandbox.injectFault({
      match: { path },
      times: 2,
      status: 429,
      headers: { 'retry-after': '1' },
      body: { message: 'Slow down' },
    });
    expect(await used.caller.call(tool, args)).toMatchObject({ ok: true });
    expect(used.sandbox.requests().filter((request) => request.path.endsWith(path))).toHaveLength(3);
    expect(used.sandbox.messages({ subscriber_id: john })).toHaveLength(name === 'send' ? 1 : 0);
  });

  test.each(['read', 'set', 'remove'] as const)('is retried after a reset and a 502: %s', async (name) => {
    const [tool, args, path] = effects[name];
    used.sandbox.injectFault({ match: { path }, reset: 'before_headers', perform: true });
    used.sandbox.injectFault({ match: { path }, ...errorPage(502) });
    expect(await used.caller.call(tool, args)).toMatchObject({ ok: true });
    expect(used.caller.logged.at(-1)).toContain('"requests":3');
  });

  test('leaves the outcome unknown if a refusal follows a lost response', async () => {
    const [tool, args, path] = effects.set;
    used.sandbox.injectFault({ match: { path }, reset: 'before_headers', perform: true });
    used.sandbox.injectFault({ match: { path }, status: 400, body: { status: 'error', message: 'Tag not found' } });
    expect(await used.caller.call(tool, args)).toMatchObject({
      ok: false,
      failure: { kind: 'not_found', performed: 'unknown' },
    });
  });

  test('leaves the outcome unknown if the call is cancelled after a lost response', async () => {
    const [tool, args, path] = effects.set;
    used.sandbox.injectFault({ match: { path }, reset: 'before_headers', perform: true });
    const cancel = new AbortController();
    const cancelled = used.caller.call(tool, args, { signal: cancel.signal });
    await used.sandbox.waitForRequests(1);
    cancel.abort('no more');
    expect(await cancelled).toMatchObject({ ok: false, failure: { kind: 'cancelled', performed: 'unknown' } });
  });
});

describe('a wait', () => {
  const used = useCaller();

  test('that a 429 asks for beyond the deadline fails its call and the next one at once', async () => {
    used.sandbox.injectFault({
      match: { path: 'getInfo' },
      status: 429,
      headers: { 'retry-after': '86400' },
      body: {},
    });
    const caller = createCaller(pinnedTo(used.sandbox));
    const outcome = await caller.call('manychat_get_page');
    expect(outcome).toMatchObject({
      ok: false,
      failure: { kind: 'rate_limited', performed: 'no', retry_after_s: 86_400 },
    });
    // The pause holds for the account, so the next call is not sent.
    const next = await caller.call('manychat_list_tags');
    expect(next).toMatchObject({ ok: false, failure: { kind: 'rate_limited', source: 'client', performed: 'no' } });
    expect(used.sandbox.requests()).toHaveLength(1);
    await caller.close();
  });

  test('for the rate limit ends when its call is cancelled, which is not sent; other calls go on', async () => {
    const caller = createCaller(pinnedTo(used.sandbox));
    // More than the ten a second that Maton allows.
    const flood = Array.from({ length: 12 }, () => caller.call('manychat_list_tags'));
    const cancel = new AbortController();
    const waiting = caller.call('manychat_send_content', effects.send[1], { signal: cancel.signal });
    await flood[0];
    cancel.abort();
    expect(await waiting).toMatchObject({ ok: false, failure: { kind: 'cancelled', performed: 'no' } });
    expect((await Promise.all(flood)).every((outcome) => outcome.ok)).toBe(true);
    expect(used.sandbox.messages()).toHaveLength(0);
    await caller.close();
  });
});
