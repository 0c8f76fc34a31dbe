import type { Endpoint } from '../../../tools/contract/endpoint.js';
import { type FieldKind, type FieldRef, type FieldType, fieldTypes } from '../../../tools/contract/field-values.js';
import { asObject, type Result, toList } from '../../../tools/contract/json.js';
import { type AdaptedInput, adaptValues, hasValues, type TypeOf } from '../../../tools/values/field-values.js';
import { callError } from '../../upstream/failures/call-error.js';
import { lists } from './names.js';

/** How long types are believed, which never change while a field lives, and how long one does not ask again in vain. */
const believedMs = 300_000;
const failedMs = 30_000;

/** How old types may be where a value is changed or refused, or a field is not among them. */
const freshMs = 5_000;

const byId = (id: unknown): string => `#${String(id)}`;
const byName = (name: unknown): string => `"${String(name).toLowerCase()}`;

/** The types of an account's fields. */
export interface FieldTypes {
  /** Types as they were known at most `maxAgeMs` ago; nothing is known where they cannot be read. */
  of(
    kind: FieldKind,
    connection: string,
    read: (list: Endpoint) => Promise<Result>,
    maxAgeMs?: number,
  ): Promise<TypeOf>;
  /** What a call may have created is not known yet. */
  forgetAfter(endpoint: Endpoint, connection: string): void;
}

const keyOf = (connection: string, kind: FieldKind): string => `${connection} ${kind}`;

function typesIn(fields: unknown): ReadonlyMap<string, FieldType> {
  const types = new Map<string, FieldType>();
  for (const field of toList(fields) ?? []) {
    const { id, name, type } = asObject(field);
    const known = fieldTypes.find((each) => each === type);
    if (known === undefined) continue;
    types.set(byId(id), known);
    types.set(byName(name), known);
  }
  return types;
}

/**
 * Remembers the types of each connection's fields, read when they are first needed.
 * @param now milliseconds, from any fixed point.
 */
export function createFieldTypes(now: () => number): FieldTypes {
  const remembered = new Map<
    string,
    { types: Promise<ReadonlyMap<string, FieldType>>; since: number; good: boolean }
  >();
  return {
    async of(kind, connection, read, maxAgeMs = believedMs) {
      const key = keyOf(connection, kind);
      let entry = remembered.get(key);
      const age = entry === undefined ? 0 : now() - entry.since;
      if (entry === undefined || age > (entry.good ? Math.min(maxAgeMs, believedMs) : failedMs)) {
        const { endpoint, key: listKey } = lists[kind];
        const fresh = { types: read(endpoint).then((result) => typesIn(result[listKey])), since: now(), good: true };
        // Types that are too old for this call are better than none, as long as they are believed at all.
        const before = age <= believedMs ? entry?.types : undefined;
        fresh.types = fresh.types.catch(() => {
          fresh.good = false;
          return before ?? new Map<string, FieldType>();
        });
        entry = fresh;
        remembered.set(key, entry);
      }
      const types = await entry.types;
      return ({ field_id: id, field_name: name }: FieldRef) => types.get(id === undefined ? byName(name) : byId(id));
    },
    forgetAfter({ effect, verifyWith = [] }, connection) {
      if (effect !== 'create') return;
      for (const kind of ['custom field', 'bot field'] as const) {
        if (verifyWith.includes(lists[kind].endpoint.name)) remembered.delete(keyOf(connection, kind));
      }
    },
  };
}

/**
 * An endpoint's input with the values of fields in the form their types take, as it is where the types are not known.
 * @param typesOf types as they were known at most so many milliseconds ago.
 * @throws CallError where a value does not fit.
 */
export async function adaptedTo(
  context: { readonly declaration: Endpoint; readonly direct: boolean },
  input: Result,
  typesOf: (kind: FieldKind, maxAgeMs?: number) => Promise<TypeOf>,
): Promise<Pick<AdaptedInput, 'input' | 'warnings'>> {
  const { fieldValues, effect } = context.declaration;
  if (fieldValues === undefined || !hasValues(fieldValues, input)) return { input, warnings: [] };
  const first = adaptValues(fieldValues, input, await typesOf(fieldValues.kind));
  // A value is changed or refused only by types as they are now, and a field may be new.
  const settled = first.typesKnown && first.problems.length + first.warnings.length === 0;
  const adapted = settled ? first : adaptValues(fieldValues, input, await typesOf(fieldValues.kind, freshMs));
  if (adapted.problems.length > 0) {
    const kind = effect === 'send' ? 'invalid_content' : 'invalid_input';
    throw callError(kind, context, { message: adapted.problems.join('; '), source: 'client' });
  }
  return adapted;
}
