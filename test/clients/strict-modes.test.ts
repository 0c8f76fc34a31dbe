import { Ajv } from 'ajv';
import { asObject } from '../../tools/contract/json.js';
import { describeClient } from './support/matrix.js';
import { type Check, sdkWith } from './support/sdk.js';

type Schema = Record<string, unknown>;

/**
 * A schema as a strict mode holds a model to it: objects are closed. OpenAI's also requires every property, with null for
 * what is not set; Anthropic's has no null.
 */
function strict(schema: Schema, nullForUnset: boolean): Schema {
  const { properties, items, required, type, ...rest } = schema;
  const isRequired = (key: string) => Array.isArray(required) && required.includes(key);
  const closed = (key: string, each: unknown): Schema => {
    const inner = strict(asObject(each), nullForUnset);
    return nullForUnset && !isRequired(key) ? { anyOf: [inner, { type: 'null' }] } : inner;
  };
  const isObject = type === 'object';
  const entries = Object.entries(asObject(properties));
  return {
    ...rest,
    type,
    ...(items !== undefined && { items: strict(asObject(items), nullForUnset) }),
    ...(isObject && {
      properties: Object.fromEntries(entries.map(([key, each]) => [key, closed(key, each)])),
      required: nullForUnset ? entries.map(([key]) => key) : (required ?? []),
      additionalProperties: false,
    }),
  };
}

/** A model that can write nothing but what the strict schema allows. */
const heldTo =
  (nullForUnset: boolean) =>
  (schema: Schema): Check => {
    const allows = new Ajv({ strict: false }).compile(strict(schema, nullForUnset));
    return (args) => (allows(args) ? args : undefined);
  };

describeClient('OpenAI strict', sdkWith(heldTo(true)));
describeClient('Anthropic strict', sdkWith(heldTo(false)));
