import { Ajv } from 'ajv';
import { describe, expect, inject, test } from 'vitest';
import { asObject, isObject } from '../../tools/contract/json.js';
import { examples, wholeGrammar } from './support/cases.js';
import { fitted } from './support/forms.js';

const { schemas } = inject('reference');
const tools = Object.entries(schemas);

/** The schemas in a schema, itself included, with their paths. */
function* parts(schema: unknown, path = '#'): Generator<[string, Record<string, unknown>]> {
  const part = asObject(schema);
  yield [path, part];
  for (const [key, each] of Object.entries(asObject(part.properties))) yield* parts(each, `${path}/${key}`);
  if (part.items !== undefined) yield* parts(part.items, `${path}[]`);
  for (const keyword of ['anyOf', 'oneOf', 'allOf']) {
    const alternatives = part[keyword];
    if (Array.isArray(alternatives)) for (const each of alternatives) yield* parts(each, path);
  }
}

/** The fields of `Schema` in Google's Gen AI API. An unknown one makes it refuse the whole request. */
const geminiFields = new Set(
  `type format title description nullable enum maxItems minItems properties required minProperties maxProperties
  minimum maximum minLength maxLength pattern example anyOf propertyOrdering default items`.split(/\s+/),
);
const geminiTypes = ['string', 'number', 'integer', 'boolean', 'array', 'object'];

/** What Gemini's API would refuse in the parameters of a function. Functions without parameters leave the schema out. */
const refusedByGemini = (schema: unknown): string[] =>
  [...parts(schema)].flatMap(([path, part]) => {
    const { type, items, properties, enum: choices, required } = part;
    const names = Object.keys(asObject(properties));
    return [
      ...Object.keys(part)
        .filter((field) => !geminiFields.has(field))
        .map((field) => `${path}: unknown field ${field}`),
      ...(geminiTypes.includes(String(type)) ? [] : [`${path}: type ${JSON.stringify(type)}`]),
      ...(type === 'object' && names.length === 0 && path !== '#' ? [`${path}: an object without properties`] : []),
      ...(type === 'array' && !isObject(items) ? [`${path}: a list without items`] : []),
      ...(choices !== undefined && type !== 'string' ? [`${path}: enum of a ${String(type)}`] : []),
      ...(Array.isArray(required) && required.some((name) => !names.includes(name)) ? [`${path}: required`] : []),
    ];
  });

/** How deep objects are in each other. */
const depth = (path: string): number => path.split('/').length;

/** What OpenAI's structured outputs would refuse in the parameters of a strict function. */
function refusedByOpenAi(schema: unknown): string[] {
  const all = [...parts(schema)];
  const objects = all.filter(([, { type }]) => type === 'object');
  const properties = objects.flatMap(([, part]) => Object.keys(asObject(part.properties)));
  return [
    ...objects
      .filter(([, { additionalProperties }]) => additionalProperties !== undefined && additionalProperties !== false)
      .map(([path]) => `${path}: an open object`),
    ...objects
      .filter(([path, part]) => path !== '#' && Object.keys(asObject(part.properties)).length === 0)
      .map(([path]) => `${path}: an object in which nothing can be sent`),
    ...all.filter(([, { type }]) => typeof type !== 'string').map(([path]) => `${path}: no type`),
    ...all.filter(([, part]) => 'default' in part).map(([path]) => `${path}: default, which Azure refuses`),
    ...all.filter(([path]) => depth(path) > 10).map(([path]) => `${path}: more than ten levels`),
    ...(properties.length > 5000 ? ['more than 5000 properties'] : []),
  ];
}

describe.each(tools)('%s', (_, schema) => {
  test('is a schema for Gemini', () => {
    expect(refusedByGemini(schema)).toEqual([]);
  });

  test('is a schema for strict modes', () => {
    expect(refusedByOpenAi(schema)).toEqual([]);
  });
});

test.each(examples.map((each) => [each.tool, each] as const))('the example of %s fits its schema', (tool, { args }) => {
  const validate = new Ajv({ strict: false }).compile(schemas[tool] ?? {});
  expect([validate(args), validate.errors]).toEqual([true, null]);
});

test('a client that sends only what is declared can send every kind of content', () => {
  const { tool, args } = wholeGrammar;
  const validate = new Ajv({ strict: false }).compile(schemas[tool] ?? {});
  expect([validate(fitted(schemas[tool], args)), validate.errors]).toEqual([true, null]);
});

test('the longest name leaves room for a prefix', () => {
  const longest = Math.max(...tools.map(([name]) => name.length));
  // docs/clients.md says how long the name of the server may be: 64 − 43 − `mcp__` and `__`, and 60 − 43 − one.
  expect(longest).toBe(43);
});
