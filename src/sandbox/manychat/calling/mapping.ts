import { type CustomField, type FieldValue, writeField } from '../account.js';
import { expectedValue, parseStoredValue } from '../field-values.js';
import type { RunningCall } from './call.js';
import { valueAt } from './json-path.js';

/** Maps an answer into the custom fields of the contact. What does not fit is left out, and listed. */
export function mapAnswer({ plan: { account, contact, hook }, call }: RunningCall, answer: unknown): void {
  for (const [name, path] of Object.entries(hook?.mapping ?? {})) {
    const field = account.customFields.find((each) => each.name.toLowerCase() === name.toLowerCase());
    const found = valueAt(path, answer);
    if (field === undefined) call.problems.push(`There is no custom field ${JSON.stringify(name)}.`);
    else if (found === undefined || found === null) call.problems.push(`${path} is not in the answer.`);
    else {
      const value = fitting(field, found);
      if (value === undefined) {
        call.problems.push(
          `${path} does not fit the field ${JSON.stringify(name)}, which takes ${expectedValue(field)}.`,
        );
        continue;
      }
      writeField(account, contact, field.id, value);
      call.mapped.push({ field: field.name, value });
    }
  }
}

/** A value in the type of a field. Assumption: scalars become text in a text field, and digits numbers. */
function fitting(field: CustomField, value: unknown): FieldValue | undefined {
  const isScalar = typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean';
  if (field.type === 'text' && isScalar) return String(value);
  if (field.type === 'number' && typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value)) return Number(value);
  return parseStoredValue(field, value);
}
