import type { Endpoint } from '../../../tools/contract/endpoint.js';
import { type FieldKind, type FieldRef, type FieldType, fieldTypes } from '../../../tools/contract/field-values.js';
import { asObject, toList } from '../../../tools/contract/json.js';
import type { TypeOf } from '../../../tools/values/field-values.js';
import { lists } from './names.js';
import { shownForm } from './true-names.js';

/** Cache lifetimes: a field's type never changes, so a list is kept five minutes; after a failed read we wait 30 s before asking again. */
const keptMs = 300_000;
const failedMs = 30_000;

const byId = (id: unknown): string => `#${String(id)}`;
const byName = (name: unknown): string => `"${String(name).toLowerCase()}`;

/** The types of an account's fields. */
export interface FieldTypes {
  /** Types that were read at most `maxAgeMs` ago; `read` returns the data of a list. No type is known if they cannot be read. */
  of(
    kind: FieldKind,
    connection: string,
    read: (list: Endpoint) => Promise<unknown>,
    maxAgeMs?: number,
  ): Promise<TypeOf>;
  /** Forgets the types of a connection after a call that may have created a field. */
  forgetAfter(endpoint: Endpoint, connection: string): void;
  /** Forgets all types, because another process may have created or deleted fields. */
  forgetAll(): void;
}

const keyOf = (connection: string, kind: FieldKind): string => `${connection} ${kind}`;

/** Types by id, by true name, and by name as it is shown, unless fields of several types are shown so. */
function typesIn(kind: FieldKind, fields: unknown): TypeOf {
  const types = new Map<string, FieldType>();
  const shown = new Map<string, FieldType | undefined>();
  for (const field of toList(fields) ?? []) {
    const { id, name, type } = asObject(field);
    const known = fieldTypes.find((each) => each === type);
    if (known === undefined) continue;
    types.set(byId(id), known);
    if (typeof name !== 'string') continue;
    types.set(byName(name), known);
    const form = shownForm(kind, name);
    shown.set(form, shown.has(form) && shown.get(form) !== known ? undefined : known);
  }
  return ({ field_id: id, field_name: name }: FieldRef) =>
    types.get(id === undefined ? byName(name) : byId(id)) ??
    (typeof name === 'string' ? shown.get(shownForm(kind, name)) : undefined);
}

/**
 * Caches the types of each connection's fields, which are read when they are first needed.
 * @param now milliseconds, from any fixed point.
 */
export function createFieldTypes(now: () => number): FieldTypes {
  const remembered = new Map<string, { types: Promise<TypeOf>; since: number; good: boolean }>();
  return {
    async of(kind, connection, read, maxAgeMs = keptMs) {
      const key = keyOf(connection, kind);
      let entry = remembered.get(key);
      const age = entry === undefined ? 0 : now() - entry.since;
      if (entry === undefined || age > (entry.good ? Math.min(maxAgeMs, keptMs) : failedMs)) {
        const types = read(lists[kind].endpoint).then((data) => typesIn(kind, data));
        const fresh = { types, since: now(), good: true };
        // If the read fails, types that are too old for this call are better than none.
        const before = age <= keptMs ? entry?.types : undefined;
        fresh.types = fresh.types.catch(() => {
          fresh.good = false;
          return before ?? (() => undefined);
        });
        entry = fresh;
        remembered.set(key, entry);
      }
      return entry.types;
    },
    forgetAfter({ effect, verifyWith = [] }, connection) {
      if (effect !== 'create') return;
      for (const kind of ['custom field', 'bot field'] as const) {
        if (verifyWith.includes(lists[kind].endpoint.name)) remembered.delete(keyOf(connection, kind));
      }
    },
    forgetAll: () => remembered.clear(),
  };
}
