import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { offerFor } from '../../src/mcp/listing/offer.js';
import { asObject, isObject } from '../../tools/contract/json.js';
import { declarations } from '../../tools/index.js';
import { configOf } from '../support/config.js';
import { maria } from '../support/people.js';
import { useCaller } from '../support/sandboxed.js';

const keywords = ['type', 'description', 'enum', 'properties', 'required', 'items'];

/** What is in an input schema that some client or provider refuses or drops. */
function faultsIn(schema: unknown, path = '#'): string[] {
  if (!isObject(schema)) return [`${path}: no schema`];
  const { type, enum: choices, properties, items, required = [] } = schema;
  const shape = asObject(properties);
  return [
    ...Object.keys(schema).flatMap((key) => (keywords.includes(key) ? [] : [`${path}: ${key}`])),
    ...(['object', 'array', 'string', 'integer', 'number', 'boolean'].includes(String(type)) ? [] : [`${path}: type`]),
    ...(choices === undefined || (type === 'string' && Array.isArray(choices)) ? [] : [`${path}: enum`]),
    ...(type === 'object' && path !== '#' && Object.keys(shape).length === 0 ? [`${path}: open`] : []),
    ...((type === 'array') === isObject(items) ? [] : [`${path}: items`]),
    ...(Array.isArray(required) && required.every((key) => key in shape) ? [] : [`${path}: required`]),
    ...Object.entries(shape).flatMap(([key, each]) => faultsIn(each, `${path}/${key}`)),
    ...(items === undefined ? [] : faultsIn(items, `${path}/items`)),
  ];
}

/** A schema as strict clients convert it: what is not declared cannot be sent. */
function closed(schema: unknown): object {
  if (Array.isArray(schema)) return schema.map(closed);
  if (!isObject(schema)) throw new TypeError('not a schema');
  const { properties, items, ...rest } = schema;
  const shape = Object.entries(asObject(properties)).map(([key, each]) => [key, closed(each)]);
  return {
    ...rest,
    ...(rest.type === 'object' && { properties: Object.fromEntries(shape), additionalProperties: false }),
    ...(items !== undefined && { items: closed(items) }),
  };
}

const settings = {
  'one connection of several': {},
  'a pinned connection': { MATON_CONNECTION_ID: 'c' },
  'a dry run': { MANYCHAT_MCP_DRY_RUN: 'true' },
};

describe.each(Object.entries(settings))('with %s', (_, environment) => {
  const { tools } = offerFor(configOf({ MATON_API_KEY: 'k', ...environment }));

  test.each(tools.map((tool) => [tool.name, tool] as const))('%s uses the smallest dialect', (name, tool) => {
    expect(faultsIn(tool.inputSchema)).toEqual([]);
    expect(tool.outputSchema).not.toHaveProperty('required');
    const accepts = new Ajv2020().compile(closed(tool.inputSchema));
    const example = declarations.find((each) => each.name === name)?.example;
    accepts(example);
    expect(accepts.errors ?? []).toEqual([]);
  });
});

describe('content with everything that the grammar has', () => {
  const used = useCaller();
  const flow = 'content20240311101502_501223';
  const address = { url: 'https://example.com/hook', method: 'post' };
  const action = { action: 'add_tag', tag_name: 'VIP' };
  const actions = [
    action,
    { action: 'remove_tag', tag_name: 'VIP' },
    { action: 'set_field_value', field_name: 'favourite_roast', value: 'dark' },
    { action: 'unset_field_value', field_name: 'favourite_roast' },
  ];
  const url = { type: 'url', caption: 'Shop', url: 'https://example.com', webview_size: 'full', actions };
  const start = { type: 'flow', caption: 'Start', target: flow, actions: [action] };
  const call = { type: 'call', caption: 'Call', phone: '+34600111222', actions: [action] };

  /** The content, with open and rarely used objects in a form of their own. */
  const contentWith = (callback: object, buy: object) => {
    const ask = { type: 'dynamic_block_callback', caption: 'Ask', ...address, ...callback, actions: [action] };
    const sell = { type: 'buy', caption: 'Buy', ...buy, success_target: flow, actions: [action] };
    return {
      messages: [
        { type: 'text', text: 'Hi', buttons: [url, start, call] },
        { type: 'text', text: 'More', buttons: [sell, ask] },
        {
          type: 'cards',
          elements: [
            { title: 'A', subtitle: 'b', image_url: url.url, action_url: url.url, buttons: [url, start, call] },
            { title: 'B', buttons: [sell, ask] },
          ],
          image_aspect_ratio: 'square',
        },
        { type: 'image', url: url.url, buttons: [url] },
        { type: 'video', url: url.url },
        { type: 'audio', url: url.url },
        { type: 'file', url: url.url },
      ],
      quick_replies: [start, ask],
      actions,
      external_message_callback: { ...address, ...callback, timeout: 60 },
    };
  };
  const customer = { shipping_address: true, contact_name: true, contact_phone: false };
  const product = { label: 'Beans', cost: 1200 };
  const payload = { order: 24958501110451, items: ['a'] };
  const sent = contentWith({ headers: { 'X-Token': 'abc' }, payload }, { customer, product });
  const asText = (value: object) => JSON.stringify(value);
  const declared = {
    ...contentWith(
      { headers: asText({ 'X-Token': 'abc' }), payload: asText(payload) },
      { customer: asText(customer), product: asText(product) },
    ),
    external_message_callback: asText(sent.external_message_callback),
  };
  const withLists = contentWith({ headers: [{ name: 'X-Token', value: 'abc' }], payload }, { customer, product });
  const callOf = (content: object) => ({ subscriber_id: maria, data: { version: 'v2', content } });

  test('can be sent by a client that sends only what is declared', () => {
    const tool = offerFor(configOf({ MATON_API_KEY: 'k' })).tools.find(({ name }) => name === 'manychat_send_content');
    const accepts = new Ajv2020().compile(closed(tool?.inputSchema));
    accepts(callOf(declared));
    expect(accepts.errors ?? []).toEqual([]);
  });

  test.each([
    ['in the declared form', callOf(declared)],
    ['with lists of headers', callOf(withLists)],
    ["in ManyChat's own form", callOf(sent)],
  ])('%s reaches ManyChat in its own form, without a warning', async (_, args) => {
    const { warnings } = await used.result('manychat_send_content', args);
    expect(used.sandbox.requests().at(-1)?.body).toEqual({ ...callOf(sent), subscriber_id: maria });
    expect(warnings ?? []).not.toContainEqual(expect.stringMatching(/Read from|Taken as/));
  });

  test('can be sent as JSON text by tools that declare no grammar', async () => {
    const data = JSON.stringify({ version: 'v2', content: declared });
    const many = { subscriber_ids: [maria], action: 'send_content', data };
    const { accepted, warnings } = await used.result('manychat_for_each_subscriber', many);
    expect(accepted).toBe(1);
    expect(used.sandbox.requests().at(-1)?.body).toMatchObject(callOf(sent));
    expect(warnings ?? []).not.toContainEqual(expect.stringMatching(/Read from/));
  });
});
