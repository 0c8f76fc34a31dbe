/*
 * Replaces the module in which the MCP SDK chooses its parts for Node.js. The SDK would load a JSON Schema compiler to validate
 * what users enter in forms: a third of its code and a sixth of the startup time. Forms are flat, and we parse every
 * answer with a schema of our own, so this small validator is enough.
 */
import { isObject } from '../../tools/contract/json.js';

export { default as process } from 'node:process';

type Verdict =
  | { readonly valid: true; readonly data: unknown; readonly errorMessage: undefined }
  | { readonly valid: false; readonly data: undefined; readonly errorMessage: string };

const types: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  integer: Number.isInteger,
  boolean: (value) => typeof value === 'boolean',
  array: Array.isArray,
};

/** What is wrong with the answer to a form; undefined if it is valid. */
function problemIn(schema: unknown, answer: unknown): string | undefined {
  if (!isObject(answer)) return 'must be an object';
  const { properties = {}, required = [] } = isObject(schema) ? schema : {};
  const missing = Array.isArray(required) ? required.find((name) => answer[name] === undefined) : undefined;
  if (missing !== undefined) return `${missing} is required`;
  for (const [name, field] of Object.entries(isObject(properties) ? properties : {})) {
    const value = answer[name];
    if (value === undefined || !isObject(field)) continue;
    if (types[String(field.type)]?.(value) === false) return `${name} must be of type ${field.type}`;
    if (Array.isArray(field.enum) && !field.enum.includes(value))
      return `${name} must be one of ${field.enum.join(', ')}`;
  }
  return undefined;
}

/** Validates what a user entered in a form. The name and the interface are the SDK's. */
export class DefaultJsonSchemaValidator {
  getValidator(schema: unknown): (answer: unknown) => Verdict {
    return (answer) => {
      const errorMessage = problemIn(schema, answer);
      return errorMessage === undefined
        ? { valid: true, data: answer, errorMessage }
        : { valid: false, data: undefined, errorMessage };
    };
  }
}
