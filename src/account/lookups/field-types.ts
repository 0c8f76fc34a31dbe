import type { Endpoint } from '../../../tools/contract/endpoint.js';
import { type FieldKind, type FieldRef, type FieldType, fieldTypes } from '../../../tools/contract/field-values.js';
import { asObject, type Result, toList } from '../../../tools/contract/json.js';
import type { TypeOf } from '../../../tools/values/field-values.js';
import { lists } from './names.js';

/** Cache lifetimes: a field's type never changes, so a list is kept five minutes; after a failed read we wait 30 s before asking again. */
const keptMs = 300_000;
const failedMs = 30_000;

const byId = (id: unknown): string => `#${String(id)}`;
const byName = (name: unknown): string => `"${String(name).toLowerCase()}`;

/** The types of an account's fields. */
export interface FieldTypes {
  /** Types that were read at most `maxAgeMs` ago. No type is known if they cannot be read. */
  of(
    kind: FieldKind,
    connection: string,
    read: (list: Endpoint) => Promise<Result>,
    maxAgeMs?: number,
  ): Promise<TypeOf>;
  /** Forgets the types of a connection after a call that may have created a field. */
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
 * Caches the types of each connection's fields, which are read when they are first needed.
 * @param now milliseconds, from any fixed point.
 */
export function createFieldTypes(now: () => number): FieldTypes {
  const remembered = new Map<
    string,
    { types: Promise<ReadonlyMap<string, FieldType>>; since: number; good: boolean }
  >();
  return {
    async of(kind, connection, read, maxAgeMs = keptMs) {
      const key = keyOf(connection, kind);
      let entry = remembered.get(key);
      const age = entry === undefined ? 0 : now() - entry.since;
      if (entry === undefined || age > (entry.good ? Math.min(maxAgeMs, keptMs) : failedMs)) {
        const { endpoint, key: listKey } = lists[kind];
        const fresh = { types: read(endpoint).then((result) => typesIn(result[listKey])), since: now(), good: true };
        // If the read fails, types that are too old for this call are better than none.
        const before = age <= keptMs ? entry?.types : undefined;
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
