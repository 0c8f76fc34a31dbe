import { isObject } from '../../../tools/contract/json.js';
import type { JsonSchema } from './json-schema.js';

/** Up to this many accounts are listed as choices with each tool; of more, only the instructions have the names. */
export const maxChoices = 8;

/** The argument that names the account of a call. A list of choices keeps a model from inventing a name. */
const accountArgument = (names: readonly string[]): JsonSchema =>
  names.length > maxChoices
    ? { type: 'string', description: 'Name of the account, from the instructions' }
    : { type: 'string', description: 'Account', enum: [...names] };

/**
 * The input schema of a tool whose calls name their account.
 * @param names the accounts that are offered the tool; with none, the schema is returned unchanged.
 */
export function withAccount(schema: JsonSchema, names: readonly string[]): JsonSchema {
  if (names.length === 0) return schema;
  const own = isObject(schema.properties) ? schema.properties : {};
  const required = Array.isArray(schema.required) ? schema.required : [];
  return {
    ...schema,
    properties: { account: accountArgument(names), ...own },
    required: ['account', ...required],
  };
}
