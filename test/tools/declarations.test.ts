import { describe, expect, test } from 'vitest';
import type * as z from 'zod';
import { offeredTools } from '../../src/account/policy/tool.js';
import { inputSchema, outputSchema } from '../../src/mcp/listing/json-schema.js';
import { capabilityNames } from '../../tools/contract/capabilities.js';
import { effectRules } from '../../tools/contract/effect.js';
import { asObject } from '../../tools/contract/json.js';
import { declarations, endpoints, toolsFor } from '../../tools/index.js';
import { readArguments } from '../../tools/values/reading/argument-reader.js';
import { configOf } from '../support/config.js';
import { inbound } from '../support/hearing-client.js';
import { requesting } from '../support/requesting.js';
import { useCaller } from '../support/sandboxed.js';
import { published } from './published.js';

const names = new Set<string>(declarations.map(({ name }) => name));

/** What identifies an endpoint upstream. */
const routeOf = ({ api = 'manychat', method, path }: { api?: string; method: string; path: string }) =>
  `${api} ${method} ${path}`;

/** A value of each published type. */
const sample: Record<string, unknown> = {
  integer: 7,
  string: 'seven',
  'field type': 'text',
  boolean: true,
  any: 'seven',
  array: [{ field_id: 7, field_value: 'seven' }],
  object: { version: 'v2', content: { messages: [{ type: 'text', text: 'seven' }] } },
};

/** Values of strings that must have a form. */
const addresses: Record<string, unknown> = {
  email: 'seven@example.com',
  phone: '+15550000007',
  whatsapp_phone: '+15550000007',
};

const properties = (input: z.ZodObject) => inputSchema(input).properties as Record<string, { description?: string }>;

/** The parts of a JSON Schema that some clients reject: a list of types, or a schema without a type. */
function unportable(schema: unknown, path = '#'): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { type, properties, items, anyOf } = schema as Record<string, unknown>;
  return [
    ...(Array.isArray(type) ? [`${path}: list of types`] : []),
    ...(type === undefined && anyOf === undefined ? [`${path}: no type`] : []),
    ...Object.entries(properties ?? {}).flatMap(([name, each]) => unportable(each, `${path}/${name}`)),
    ...(items === undefined ? [] : unportable(items, `${path}/items`)),
    ...(Array.isArray(anyOf) ? anyOf.flatMap((each, index) => unportable(each, `${path}/anyOf/${index}`)) : []),
  ];
}

describe('the declarations and what is published', () => {
  test('every published endpoint is declared, and no other', () => {
    const named = (tool: string, route: string) => `${tool}: ${route}`;
    expect(endpoints.map((endpoint) => named(endpoint.name, routeOf(endpoint))).sort()).toEqual(
      published.map((entry) => named(entry.tool, routeOf(entry))).sort(),
    );
    expect(names.size).toBe(declarations.length);
  });

  test.each(published.map((entry) => [entry.tool, entry] as const))('%s', (tool, entry) => {
    const endpoint = endpoints.find(({ name }) => name === tool);
    if (endpoint === undefined) throw new Error(`${tool} is not declared`);
    // An id that can be given by name is not required.
    const required = entry.required.filter((name) => name !== endpoint.idByName?.id);
    expect(inputSchema(endpoint.input).required ?? []).toEqual(expect.arrayContaining(required));
    expect(inputSchema(endpoint.input).required ?? []).toHaveLength(required.length);
    const sent = Object.keys(endpoint.input.shape).filter((name) => endpoint.localInputs?.includes(name) !== true);
    expect(sent.sort()).toEqual(Object.keys(entry.parameters).sort());
    expect(endpoint.perSecond ?? null).toBe(entry.per_second);
    expect(endpoint.perSubscriberHour).toBe(entry.per_subscriber_per_hour);

    const valueFor = (name: string) => addresses[name] ?? sample[entry.parameters[name] ?? ''];
    const needed = [...entry.required, ...(entry.one_of ?? entry.any_of ?? []).slice(0, 1)];
    const whole = entry.least_call ?? Object.fromEntries(needed.map((name) => [name, valueFor(name)]));
    expect(endpoint.input.safeParse(whole).error?.issues ?? []).toEqual([]);
    for (const name of needed) {
      const { [name]: _, ...rest } = whole;
      expect(endpoint.input.safeParse(rest).success, `without ${name}`).toBe(false);
    }
    if (entry.one_of !== undefined) {
      const both = Object.fromEntries(entry.one_of.map((name) => [name, valueFor(name)]));
      expect(endpoint.input.safeParse(both).success).toBe(false);
    }
    for (const [name, most] of Object.entries(entry.max_items ?? {})) {
      const items = (count: number) => ({ ...whole, [name]: Array(count).fill((sample.array as unknown[])[0]) });
      expect(endpoint.input.safeParse(items(most)).success).toBe(true);
      expect(endpoint.input.safeParse(items(most + 1)).success).toBe(false);
    }
  });
});

test.each(capabilityNames)('at least one tool has the purpose %s', (capability) => {
  expect(toolsFor(capability)).not.toEqual([]);
});

describe('every declaration', () => {
  const tools = offeredTools(declarations, { ...configOf({ MATON_API_KEY: 'k' }).account, inbound });

  test.each(tools.map((tool) => [tool.declaration.name, tool] as const))('%s', (_, { declaration, input }) => {
    const example = asObject(readArguments(input, declaration.example).input);
    const repaired = asObject(declaration.repair?.(example).input ?? example);
    expect(input.safeParse(repaired).error?.issues ?? []).toEqual([]);
    expect(input.safeParse({ ...repaired, surprise: 1 }).success).toBe(false);

    const schema = inputSchema(input);
    expect(schema.type).toBe('object');
    for (const keyword of ['anyOf', 'oneOf', 'allOf', '$ref', '$schema']) expect(schema).not.toHaveProperty(keyword);
    for (const [name, property] of Object.entries(properties(input))) {
      expect(property.description, `${name} has a description`).toBeTruthy();
    }
    expect(outputSchema(declaration.output.schema).type).toBe('object');
    expect([...unportable(schema), ...unportable(outputSchema(declaration.output.schema))]).toEqual([]);

    for (const [mentioned] of declaration.description.matchAll(/manychat_\w+/g)) expect(names).toContain(mentioned);
    expect(declaration.effect === 'read').toBe(effectRules[declaration.effect].readOnly);
    if (!effectRules[declaration.effect].repeatable)
      expect([...names]).toEqual(expect.arrayContaining([...(declaration.verifyWith ?? ['missing'])]));
  });
});

describe('the example of every declaration works in the sandbox', () => {
  const used = useCaller();
  test.each(requesting.map(({ name, example }) => [name, example] as const))('%s', async (name, example) => {
    await used.result(name, example);
  });
});
