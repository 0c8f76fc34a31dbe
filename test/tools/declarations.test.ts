import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type * as z from 'zod';
import { offeredTools } from '../../src/account/policy/tool.js';
import { jsonSchema } from '../../src/mcp/listing/json-schema.js';
import { capabilityNames } from '../../tools/contract/capabilities.js';
import { effectRules } from '../../tools/contract/effect.js';
import { declarations, endpoints, toolsFor } from '../../tools/index.js';
import { configOf } from '../support/config.js';

interface Published {
  method: string;
  path: string;
  per_second: number | null;
  per_subscriber_per_hour?: number;
  parameters: Record<string, string>;
  required: string[];
  one_of?: string[];
  any_of?: string[];
  max_items?: Record<string, number>;
  deprecated?: boolean;
}

const published: Published[] = JSON.parse(readFileSync(new URL('published.json', import.meta.url), 'utf8'));
const current = published.filter((entry) => entry.deprecated !== true);
const manychat = endpoints.filter((endpoint) => endpoint.api === 'manychat');
const names = new Set<string>(declarations.map(({ name }) => name));

/** A value that a published type takes. */
const sample: Record<string, unknown> = {
  integer: 7,
  string: 'seven',
  boolean: true,
  any: 'seven',
  array: [{ field_id: 7, field_value: 'seven' }],
  object: { version: 'v2', content: { messages: [{ type: 'text', text: 'seven' }] } },
};

const properties = (input: z.ZodObject) =>
  jsonSchema(input, 'input').properties as Record<string, { description?: string }>;

/** Parts of a JSON Schema that some clients cannot take: a list of types, or a schema that says nothing. */
function unportable(schema: unknown, path = '#'): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { type, properties, items, anyOf } = schema as Record<string, unknown>;
  return [
    ...(Array.isArray(type) ? [`${path}: list of types`] : []),
    ...(type === undefined && anyOf === undefined ? [`${path}: says nothing`] : []),
    ...Object.entries(properties ?? {}).flatMap(([name, each]) => unportable(each, `${path}/${name}`)),
    ...(items === undefined ? [] : unportable(items, `${path}/items`)),
    ...(Array.isArray(anyOf) ? anyOf.flatMap((each, index) => unportable(each, `${path}/anyOf/${index}`)) : []),
  ];
}

describe('declarations against what ManyChat publishes', () => {
  test('every published endpoint is declared, and nothing else', () => {
    const route = ({ method, path }: { method: string; path: string }) => `${method} ${path}`;
    expect(manychat.map(route).sort()).toEqual(current.map(route).sort());
    expect(endpoints).toHaveLength(37);
    expect(names.size).toBe(declarations.length);
  });

  test.each(current.map((entry) => [entry.path, entry] as const))('%s', (path, entry) => {
    const endpoint = manychat.find((each) => each.path === path);
    if (endpoint === undefined) throw new Error(`${path} is not declared`);
    expect(jsonSchema(endpoint.input, 'input').required ?? []).toEqual(expect.arrayContaining(entry.required));
    expect(jsonSchema(endpoint.input, 'input').required ?? []).toHaveLength(entry.required.length);
    const sent = Object.keys(endpoint.input.shape).filter((name) => endpoint.localInputs?.includes(name) !== true);
    expect(sent.sort()).toEqual(Object.keys(entry.parameters).sort());
    expect(endpoint.perSecond ?? null).toBe(entry.per_second);
    expect(endpoint.perSubscriberHour).toBe(entry.per_subscriber_per_hour);

    const valueFor = (name: string) => (name === 'type' ? 'text' : sample[entry.parameters[name] ?? '']);
    const choices = entry.one_of ?? entry.any_of ?? [];
    const least = Object.fromEntries([...entry.required, ...choices.slice(0, 1)].map((name) => [name, valueFor(name)]));
    const consent = path.endsWith('createSubscriber') ? { has_opt_in_sms: false } : {};
    const more = path.endsWith('updateSubscriber') ? { first_name: 'Seven' } : {};
    const whole = { ...least, ...consent, ...more };
    expect(endpoint.input.safeParse(whole).error?.issues ?? []).toEqual([]);
    for (const name of [...entry.required, ...choices.slice(0, 1)]) {
      const { [name]: _, ...rest } = whole as Record<string, unknown>;
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

test.each(capabilityNames)('at least one tool is there for %s', (capability) => {
  expect(toolsFor(capability)).not.toEqual([]);
});

describe('every declaration', () => {
  const tools = offeredTools(declarations, configOf({ MATON_API_KEY: 'k' }).account);

  test.each(tools.map((tool) => [tool.declaration.name, tool] as const))('%s', (_, { declaration, input }) => {
    expect(input.safeParse(declaration.example).error?.issues ?? []).toEqual([]);
    expect(input.safeParse({ ...declaration.example, surprise: 1 }).success).toBe(false);

    const schema = jsonSchema(input, 'input');
    expect(schema.type).toBe('object');
    for (const keyword of ['anyOf', 'oneOf', 'allOf', '$ref', '$schema']) expect(schema).not.toHaveProperty(keyword);
    for (const [name, property] of Object.entries(properties(input))) {
      expect(property.description, `${name} has a description`).toBeTruthy();
    }
    expect(jsonSchema(declaration.output.schema, 'output').type).toBe('object');
    expect([...unportable(schema), ...unportable(jsonSchema(declaration.output.schema, 'output'))]).toEqual([]);

    for (const [mentioned] of declaration.description.matchAll(/manychat_\w+/g)) expect(names).toContain(mentioned);
    expect(declaration.effect === 'read').toBe(effectRules[declaration.effect].readOnly);
    if (!effectRules[declaration.effect].repeatable)
      expect([...names]).toEqual(expect.arrayContaining([...(declaration.verifyWith ?? ['missing'])]));
  });
});
