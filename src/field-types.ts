import type { Endpoint, Result } from '../tools/endpoint.js';
import { type FieldKind, type FieldRef, type FieldType, fieldTypes, type TypeOf } from '../tools/field-values.js';
import { asObject, listed } from '../tools/lenient.js';
import { lists } from './lists.js';

/** How long types are believed, which never change while a field lives, and how long one does not ask again in vain. */
const believedMs = 300_000;
const failedMs = 30_000;

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
}

function typesIn(fields: unknown): ReadonlyMap<string, FieldType> {
  const types = new Map<string, FieldType>();
  for (const field of listed(fields) ?? []) {
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
      const key = `${connection} ${kind}`;
      let entry = remembered.get(key);
      const age = entry === undefined ? 0 : now() - entry.since;
      if (entry === undefined || age > (entry.good ? Math.min(maxAgeMs, believedMs) : failedMs)) {
        const { endpoint, key: listKey } = lists[kind];
        const fresh = { types: read(endpoint).then((result) => typesIn(result[listKey])), since: now(), good: true };
        fresh.types = fresh.types.catch(() => {
          fresh.good = false;
          return new Map<string, FieldType>();
        });
        entry = fresh;
        remembered.set(key, entry);
      }
      const types = await entry.types;
      return ({ field_id: id, field_name: name }: FieldRef) => types.get(id === undefined ? byName(name) : byId(id));
    },
  };
}
