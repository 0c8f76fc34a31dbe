import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Outcome } from '../../src/account/call/call-tool.js';
import { rememberedMs } from '../../src/account/send-guard/send-guard.js';
import { outputSchema } from '../../src/mcp/listing/json-schema.js';
import type { Declaration, Endpoint } from '../../tools/contract/endpoint.js';
import { kinds } from '../../tools/contract/failure.js';
import type { Workflow } from '../../tools/contract/workflow.js';
import { findSubscriberBySystemField } from '../../tools/endpoints/contact-searches.js';
import { sendContent, sendFlow } from '../../tools/endpoints/sending.js';
import { getSubscriber } from '../../tools/endpoints/subscribers.js';
import { declarations } from '../../tools/index.js';
import { sendText } from '../../tools/workflows/sending/send-text.js';
import { type Caller, createCaller } from '../support/caller.js';
import { drivenClock } from '../support/driven.js';
import { everyTurnAtOnce } from '../support/pacer.js';
import { pinnedId, through } from '../support/program.js';
import { requesting } from '../support/requesting.js';
import { startUpstream, type Upstream } from '../support/upstream.js';

const seed = 20_260_731;
const numRuns = 100;

/** A key that changes when it is percent-encoded. */
const key = 'maton/Key+of=9f&3c%very~secret';
const token = 'tok3n0fAOneTimeLink';
const names = new Set<string>(declarations.map(({ name }) => name));

/** A response of the upstream. */
interface Reply {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** Lists or objects nested `depth` levels deep. */
const nested = (depth: number, list: boolean): unknown => {
  let value: unknown = null;
  for (let level = 0; level < depth; level += 1) value = list ? [value] : { a: value };
  return value;
};

const json = fc.jsonValue({ maxDepth: 2 });
const odd = fc.oneof(
  { weight: 6, arbitrary: json },
  { weight: 3, arbitrary: fc.string({ unit: 'binary' }) },
  { weight: 2, arbitrary: fc.integer() },
  fc.constantFrom<unknown>(2 ** 53, -1, 1e308, '24958501110451908', '', ' ', null, '\u202eabc\u200b', '\ud800'),
);
const large = fc.constantFrom(
  'x'.repeat(500),
  'y'.repeat(200_000),
  Array(5_000).fill(0),
  nested(500, true),
  nested(2_000, false),
  nested(2_000, true),
);
const oddOrLarge = fc.oneof({ weight: 9, arbitrary: odd }, large);
const oddKey = fc.constantFrom('__proto__', 'constructor', 'toString', 'hasOwnProperty', 'surprise', '', '0');

/** An object with these entries as own properties, whatever their names. */
const ownObject = (entries: readonly (readonly [string, unknown])[]): unknown => Object.fromEntries(entries);

/** Objects with some of these keys and any values. */
const withKeys = (keys: readonly string[]): fc.Arbitrary<unknown> =>
  keys.length === 0
    ? json
    : fc
        .uniqueArray(fc.tuple(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...keys) }, oddKey), oddOrLarge), {
          selector: ([name]) => name,
        })
        .map(ownObject);

function argumentsOf({ input, example }: Declaration): fc.Arbitrary<unknown> {
  const valid = Object.entries(example);
  const changed = fc
    .tuple(
      fc.nat({ max: valid.length }),
      fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, oddKey),
      oddOrLarge,
      fc.boolean(),
    )
    .map(([place, other, value, left]) => {
      const rest = valid.filter((_, index) => index !== place || !left);
      const name = other ?? valid[place]?.[0] ?? 'surprise';
      return ownObject(left ? rest : [...rest, [name, value]]);
    });
  return fc.oneof(
    { weight: 8, arbitrary: fc.constant(example) },
    { weight: 3, arbitrary: changed },
    { weight: 2, arbitrary: withKeys(Object.keys(input.shape)) },
    json,
    fc.anything({ maxDepth: 2, withBigInt: true, withDate: true, withMap: true, withNullPrototype: true }),
  );
}

/** Every key of an output schema, at any depth. */
function keysIn(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const own =
    'properties' in schema && typeof schema.properties === 'object' ? Object.keys(schema.properties ?? {}) : [];
  return [...new Set([...own, ...Object.values(schema).flatMap(keysIn)])];
}

/** Secrets that a response could contain. */
const secrets = fc.constantFrom(
  `session_token: ${token}`,
  `Invalid key ${key}`,
  `authorization: Bearer ${key}`,
  `https://api.example/?key=${encodeURIComponent(key)}`,
  `\u200b${key}\u200b`,
  `${'x'.repeat(480)}${key}`,
  `Open https://connect.maton.ai/?session_token=${token} now`,
  `next=https%3A%2F%2Fconnect.maton.ai%2F%3Fsession_token%3D${token}`,
  `{"session_token":"${token}"}`,
  `<a href="https://connect.maton.ai/?app=manychat&session_token=${token}">${key}</a>`,
);

function dataOf({ output }: Endpoint): fc.Arbitrary<unknown> {
  const keys = [...keysIn(outputSchema(output.schema)), 'field', 'connection'];
  const { item } = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 2 }, odd, secrets, fc.nat(), tie('item'), fc.array(tie('item'), { maxLength: 3 })),
    item: fc
      .uniqueArray(
        fc.tuple(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...keys) }, oddKey, secrets), tie('value')),
        {
          selector: ([name]) => name,
          maxLength: 6,
        },
      )
      .map(ownObject),
  }));
  const items = fc.array(item, { maxLength: 8 });
  const wrapped = fc.tuple(items, items, item).map(([some, others, one]) => ({
    flows: some,
    folders: others,
    connections: some,
    connection: { ...Object(one), connection_id: 'c-1' },
  }));
  const one = fc.constantFrom(...keys).chain((name) => oddOrLarge.map((each) => ({ [name]: each })));
  // Most data is what the tool accepts as an answer.
  const { isAnswer } = output;
  const fitting = isAnswer?.([]) === true ? items : isAnswer?.({ a: 1 }) === false ? wrapped : item;
  return fc.oneof({ weight: 8, arbitrary: fitting }, item, items, wrapped, one, oddOrLarge);
}

function replyOf(endpoint: Endpoint): fc.Arbitrary<Reply> {
  const data = dataOf(endpoint);
  const manychat = endpoint.api === 'manychat';
  const text = fc.oneof(secrets, fc.string({ unit: 'binary' }), odd);
  const refusal = fc.record(
    {
      status: fc.constantFrom('error', 'exception', 'odd'),
      message: text,
      code: odd,
      details: data,
      error: text,
      errors: data,
    },
    { requiredKeys: ['status'] },
  );
  const gatewayRefusal = fc.oneof(
    text.map((message) => ({ error: { message, type: message } })),
    fc.record({ message: text, error: text }),
  );
  const body = fc.oneof(
    { weight: manychat ? 12 : 2, arbitrary: data.map((each) => JSON.stringify({ status: 'success', data: each })) },
    { weight: manychat ? 2 : 12, arbitrary: data.map((each) => JSON.stringify(each) ?? '') },
    { weight: 3, arbitrary: refusal.map((each) => JSON.stringify(each)) },
    { weight: 2, arbitrary: gatewayRefusal.map((each) => JSON.stringify(each)) },
    { weight: 2, arbitrary: secrets.map((said) => `<!doctype html><title>Oops</title><p>${said}</p>`) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(data, odd, fc.nat(60))
        .map(([whole, cut, length]) =>
          // Not cut inside a key: the start of a key cannot be recognized as one.
          length < 20
            ? JSON.stringify(whole)?.slice(0, -1)
            : JSON.stringify({ status: 'success', data: cut }).slice(0, length),
        )
        .map((broken) => broken ?? ''),
    },
    fc.string({ unit: 'binary' }),
    secrets,
  );
  return fc.record({
    status: fc.oneof(
      { weight: 12, arbitrary: fc.constant(200) },
      { weight: 3, arbitrary: fc.constantFrom(201, 301, 400, 401, 403, 404, 408, 409, 422) },
      fc.constantFrom(500, 502, 503, 504),
      fc.constant(429),
    ),
    headers: fc.constantFrom<Record<string, string>>(
      {},
      { 'content-type': 'application/json' },
      { 'retry-after': '1' },
      { 'retry-after': '86400' },
      { location: `https://connect.maton.ai/${encodeURIComponent(key)}?session_token=${token}` },
    ),
    body,
  });
}

/** The endpoints whose responses a tool may receive. */
function stepsOf(declaration: Endpoint | Workflow): readonly Endpoint[] {
  if (declaration.kind !== 'workflow') return [declaration];
  return declaration === sendText
    ? [getSubscriber, sendContent]
    : [getSubscriber, findSubscriberBySystemField, sendFlow];
}

const required = ['kind', 'message', 'hint', 'retryable', 'performed', 'source'];
const optional = ['http_status', 'code', 'details', 'retry_after_s', 'chat_link'];

/** Checks what must hold for every outcome. */
function check(outcome: Outcome, conforms: (result: unknown) => boolean, logged: readonly string[]): void {
  const report = JSON.stringify([outcome, logged]);
  // The start of a key shows that part of it was left.
  for (const secret of [key, encodeURIComponent(key)]) expect(report).not.toContain(secret.slice(0, 15));
  if (outcome.ok) {
    expect(conforms(JSON.parse(JSON.stringify(outcome.result))), report).toBe(true);
    return;
  }
  const { failure } = outcome;
  expect(report).not.toContain(token);
  expect(Object.keys(failure)).toEqual(expect.arrayContaining(required));
  expect([...required, ...optional]).toEqual(expect.arrayContaining(Object.keys(failure)));
  expect(kinds).toContain(failure.kind);
  expect(failure.kind, report).not.toBe('internal');
  expect(['no', 'unknown', 'yes']).toContain(failure.performed);
  expect([failure.message === '', failure.hint === '']).toEqual([false, false]);
  for (const [mentioned] of failure.hint.matchAll(/manychat_\w+/g)) expect(names).toContain(mentioned);
}

describe('any arguments and any response', () => {
  let upstream: Upstream;
  let callers: readonly Caller[] = [];
  let replies: readonly Reply[] = [];
  const clock = drivenClock();
  beforeAll(async () => {
    upstream = await startUpstream();
    upstream.reply = (_, response) => {
      const reply = replies[Math.min(upstream.arrived.length, replies.length) - 1];
      // A 429 is retried: more than a few of them only take time.
      const status = reply?.status === 429 && upstream.arrived.length > 4 ? 503 : (reply?.status ?? 200);
      response.writeHead(status, reply?.headers).end(reply?.body);
    };
    const parts = { clock, random: () => 0, pacer: everyTurnAtOnce };
    const access = through(upstream.url, key);
    callers = [createCaller({ ...access, MATON_CONNECTION_ID: pinnedId }, parts), createCaller(access, parts)];
  });
  afterAll(async () => {
    await Promise.all(callers.map((caller) => caller.close()));
    await upstream.close();
  });

  test.each(requesting.map((each) => [each.name, each] as const))('%s', async (name, declaration) => {
    const conforms = new Ajv2020({ strict: false }).compile(outputSchema(declaration.output.schema));
    const replyOfStep = fc.oneof(...stepsOf(declaration).map(replyOf));
    const someReplies = fc.array(replyOfStep, { minLength: 1, maxLength: 3 });
    let succeeded = 0;
    const property = fc.asyncProperty(
      fc.nat(9),
      argumentsOf(declaration),
      someReplies,
      async (which, args, answers) => {
        // Mostly the pinned connection, because without one the list of connections is read first and rarely valid.
        const caller = callers[which === 0 ? 1 : 0];
        if (caller === undefined) throw new Error('no caller');
        replies = answers;
        upstream.arrived.length = 0;
        caller.logged.length = 0;
        // Lets the send guard forget sends with an unknown outcome.
        clock.advance(rememberedMs);
        const outcome = await caller.call(name, args);
        check(outcome, conforms, caller.logged);
        expect(caller.logged).toHaveLength(1);
        if (outcome.ok) succeeded += 1;
      },
    );
    // A failing case is shrunk until the time of the test is up.
    await fc.assert(property, { seed, numRuns, interruptAfterTimeLimit: 150_000, markInterruptAsFailure: true });
    expect(succeeded).toBeGreaterThan(numRuns / 10);
  });
});
