import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../src/account/call/call-tool.js';
import { inputSchema } from '../../src/mcp/listing/json-schema.js';
import type { Declaration } from '../../tools/contract/endpoint.js';
import { asObject, isObject, type Result } from '../../tools/contract/json.js';
import { createCaller } from '../support/caller.js';
import { drivenClock } from '../support/driven.js';
import { everyTurnAtOnce } from '../support/pacer.js';
import { maria } from '../support/people.js';
import { through } from '../support/program.js';
import { requesting } from '../support/requesting.js';
import { useSandbox } from '../support/sandboxed.js';

const seed = 20_260_731;
const clock = drivenClock();
const sandbox = useSandbox({ limits: false, clock: clock.wallClock });

/** Calls a tool on a host of its own, with one connection that is not pinned: the outcome, and the requests it made. */
async function called(name: string, args: unknown): Promise<{ outcome: Outcome; requests: unknown[] }> {
  sandbox.reset();
  const headers = { authorization: `Bearer ${sandbox.matonKey}` };
  await fetch(`${sandbox.url}/connections/${sandbox.secondConnectionId}`, { method: 'DELETE', headers });
  const caller = createCaller(through(sandbox.url, sandbox.matonKey), { clock, pacer: everyTurnAtOnce });
  const outcome = await caller.call(name, args);
  await caller.close();
  const requests = sandbox.requests().map(({ method, path, query, body }) => ({ method, path, query, body }));
  return { outcome, requests };
}

/** The optional arguments that the example of a tool does not set, as clients see them. */
function unsetOf({ input, api, example }: Declaration): string[] {
  const { properties, required } = inputSchema(input);
  const isRequired = (key: string) => Array.isArray(required) && required.includes(key);
  const keys = [...Object.keys(asObject(properties)), ...(api === 'manychat' ? ['connection_id'] : [])];
  return keys.filter((key) => !isRequired(key) && !(key in example));
}

const withEach = (args: Result, keys: readonly string[], value: unknown): Result => ({
  ...args,
  ...Object.fromEntries(keys.map((key) => [key, value])),
});

const asText = (value: unknown): unknown =>
  typeof value === 'boolean' || (typeof value === 'object' && value !== null) ? JSON.stringify(value) : value;

/** Arguments whose lists, objects and booleans are JSON text; inner ones too, so that a text holds texts. */
function textsIn(args: Result): Result {
  const inner = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map((each) => asText(inner(each)))
      : isObject(value)
        ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, asText(inner(each))]))
        : value;
  return asObject(inner(args));
}

const outerTexts = (args: Result): Result =>
  Object.fromEntries(Object.entries(args).map(([key, value]) => [key, asText(value)]));

/** Arguments whose JSON texts are the lists and objects they hold. */
const valuesIn = (args: Result): Result =>
  Object.fromEntries(
    Object.entries(args).map(([key, value]) => [
      key,
      typeof value === 'string' && value.startsWith('{') ? JSON.parse(value) : value,
    ]),
  );

const clientKeys = { sessionId: 'a', toolCallId: 'b', random_string: 'c' };

/** Checks that arguments in another form make the same requests as the plain ones, and are warned about unless clients are shown that form. */
async function expectSame(name: string, plain: Result, form: Result, isShown = false): Promise<void> {
  const [expected, actual] = [await called(name, plain), await called(name, form)];
  expect(expected.outcome, JSON.stringify(expected.outcome)).toMatchObject({ ok: true });
  expect(actual.outcome, JSON.stringify([form, actual.outcome])).toMatchObject({ ok: true });
  expect(actual.requests).toEqual(expected.requests);
  if (!expected.outcome.ok || !actual.outcome.ok) return;
  const { warnings: before = [], data: _, ...result } = expected.outcome.result;
  const { warnings: after = [], data: __, ...same } = actual.outcome.result;
  expect(same).toEqual(result);
  if (JSON.stringify(form) !== JSON.stringify(plain) && !isShown) expect(after).not.toEqual(before);
}

describe('the example of each tool makes the same request', () => {
  const tools = requesting.map((each) => [each.name, each] as const);

  test.each(tools)('of %s, in each form that clients send', async (name, declaration) => {
    const { example } = declaration;
    const unset = unsetOf(declaration);
    await expectSame(name, example, withEach(example, unset, null));
    await expectSame(name, example, withEach(example, unset, ''));
    await expectSame(name, example, outerTexts(example));
    await expectSame(name, example, textsIn(example));
    await expectSame(name, example, valuesIn(example), true);
    await expectSame(name, example, { ...clientKeys, ...example });
    const n8n = { action: 'sendMessage', tool: name, chatInput: 'find Ana', _meta: {}, dummy: '' };
    await expectSame(name, example, { ...n8n, ...clientKeys, ...example });
  });

  test('in any mixture of these forms', { timeout: 120_000 }, async () => {
    const mixture = fc.constantFrom(...requesting).chain((declaration) => {
      const unset = unsetOf(declaration);
      return fc
        .tuple(
          fc.subarray(unset),
          fc.array(fc.constantFrom<unknown>(null, ''), { minLength: unset.length, maxLength: unset.length }),
          fc.constantFrom(outerTexts, textsIn, (args: Result) => args),
          fc.constantFrom({}, clientKeys, { toolCallId: null }),
        )
        .map(([keys, values, texts, added]) => ({
          declaration,
          form: {
            ...added,
            ...texts(declaration.example),
            ...Object.fromEntries(keys.map((key, index) => [key, values[index]])),
          },
        }));
    });
    const property = fc.asyncProperty(mixture, ({ declaration: { name, example }, form }) =>
      expectSame(name, example, form),
    );
    await fc.assert(property, { seed, numRuns: 120 });
  });
});

describe('content', () => {
  const flow = 'content20240311101502_501223';
  const link = { type: 'url', caption: 'Track', url: 'https://example.com/track' };
  const start = { type: 'flow', caption: 'Start', target: flow };
  const content = {
    messages: [
      { type: 'text', text: 'Hi', buttons: [{ ...link, actions: [{ action: 'add_tag', tag_name: 'VIP' }] }, start] },
      { type: 'cards', elements: [{ title: 'Shoes', buttons: [link] }], image_aspect_ratio: 'square' },
    ],
    quick_replies: [start],
    actions: [{ action: 'set_field_value', field_name: 'favourite_roast', value: '' }],
  };
  const plain = { subscriber_id: maria, data: { version: 'v2', content } };

  test.each([
    ['JSON text at every level', textsIn(plain)],
    [
      'JSON text of the list of messages',
      { ...plain, data: { content: { ...content, messages: JSON.stringify(content.messages) } } },
    ],
    [
      'messages as JSON text without a wrapper',
      { ...plain, data: { ...content, messages: JSON.stringify(content.messages) } },
    ],
    [
      'null at every level',
      {
        ...plain,
        message_tag: null,
        data: {
          version: 'v2',
          content: {
            ...content,
            type: null,
            external_message_callback: null,
            messages: [
              {
                ...content.messages[0],
                buttons: [
                  { ...link, webview_size: null, actions: [{ action: 'add_tag', tag_name: 'VIP' }] },
                  { ...start, actions: null },
                ],
              },
              {
                ...content.messages[1],
                elements: [
                  {
                    title: 'Shoes',
                    subtitle: '',
                    image_url: null,
                    action_url: null,
                    buttons: [{ ...link, actions: null }],
                  },
                ],
              },
            ],
          },
        },
      },
    ],
    [
      'buttons in the shape of manychat_send_text',
      {
        ...plain,
        data: {
          version: 'v2',
          content: {
            ...content,
            messages: [
              {
                type: 'text',
                text: 'Hi',
                buttons: [
                  { ...link, flow_ns: null, actions: [{ action: 'add_tag', tag_name: 'VIP' }] },
                  { caption: 'Start', url: '', flow_ns: flow },
                ],
              },
              {
                type: 'cards',
                elements: [{ title: 'Shoes', buttons: [{ caption: link.caption, url: link.url }] }],
                image_aspect_ratio: 'square',
              },
            ],
            quick_replies: [{ caption: 'Start', flow_ns: flow }],
          },
        },
      },
    ],
    ['the channel beside it', { ...plain, channel: 'messenger' }],
  ])('is sent the same with %s', async (_, form) => {
    await expectSame('manychat_send_content', plain, form);
  });
});

test('a connection under another name is refused, and makes no request', async () => {
  const { outcome } = await called('manychat_create_tag', { name: 'VIP', connection: sandbox.connectionId });
  expect(outcome).toMatchObject({
    ok: false,
    failure: { message: '"connection" not known (did you mean connection_id?); known: name, connection_id' },
  });
  expect(sandbox.requests().map(({ method }) => method)).toEqual(['DELETE']);
});
