import type { Endpoint, NamedKind } from '../../../tools/contract/endpoint.js';
import type { FieldKind, FieldRef } from '../../../tools/contract/field-values.js';
import { asObject, isObject, type Result, toList } from '../../../tools/contract/json.js';
import { referenceKinds } from '../../../tools/contract/reference.js';
import type { RecordedChannel } from '../../../tools/contract/workflow.js';
import { getPage } from '../../../tools/endpoints/page.js';
import { recordedChannels } from '../../../tools/message/window.js';
import { lists } from './names.js';

/** How long names, addresses of chats and channels on record are kept, in milliseconds. */
const keptMs = 3_600_000;

/** How long what may change at any time is taken for true: what a field holds, and that no channel is on record. */
const freshMs = 60_000;

/** Names of each kind, and holders of values: contacts, and the page for its bot fields. */
const maxNames = 2_000;
const maxHolders = 50;

/** Characters of a name or a value, values of a holder. Longer texts are not remembered. */
const maxNameLength = 500;
const maxValueLength = 1_000;
const maxValues = 100;

/** The address of a chat in ManyChat. It becomes a part of our own sentences, so nothing else is taken for one. */
const chatAddress = /^https:\/\/(?:[a-z]+\.)?manychat\.com\/[\w/-]+$/;

/** Something of the account that a response named. */
interface SeenThing {
  readonly kind: NamedKind;
  readonly id: string;
  readonly data: Result;
}

/** What the responses of an account showed. Reading it costs no request. */
export interface SeenThings {
  /** How many changes have begun or ended. */
  changes(): number;
  /**
   * Notes what a response shows.
   * @param changes how many there had been when its request was made: a later change of a value is not in it.
   */
  note(endpoint: Endpoint, connection: string | undefined, data: unknown, changes: number): void;
  name(connection: string | undefined, kind: NamedKind, id: unknown): string | undefined;
  /** The channels on record for a contact; that there are none is only known for a minute. */
  channels(connection: string | undefined, contact: unknown): readonly RecordedChannel[] | undefined;
  /** The address of a contact's chat: its own, or formed like that of another contact of the connection. */
  chatLink(connection: string | undefined, contact: unknown): string | undefined;
  /** Forgets the values of a holder, because a change of them begins or ends, and returns what they were. */
  takeValues(
    connection: string | undefined,
    kind: FieldKind,
    contact: unknown,
  ): (field: FieldRef) => string | number | boolean | undefined;
}

const keyOf = (connection: string | undefined, kind: string, id: unknown): string =>
  JSON.stringify([connection?.toLowerCase() ?? '', kind, String(id)]);

/** A page is known by its connection alone: the call that deletes a connection uses none. */
const nameKeyOf = (connection: string | undefined, kind: NamedKind, id: unknown): string =>
  kind === 'page' ? keyOf(undefined, kind, String(id).toLowerCase()) : keyOf(connection, kind, id);

/** Adds to a map that drops its oldest entries. */
function put<Value>(map: Map<string, Value>, key: string, value: Value, limit: number): void {
  map.delete(key);
  map.set(key, value);
  for (const oldest of map.keys()) {
    if (map.size <= limit) break;
    map.delete(oldest);
  }
}

/** The things in the data of a response. */
function thingsIn({ path, effect, verifyWith = [] }: Endpoint, data: unknown, page: string): SeenThing[] {
  const asThings = (kind: NamedKind, items: unknown): SeenThing[] =>
    (toList(items) ?? []).filter(isObject).flatMap((item): SeenThing[] => {
      const id = kind === 'flow' ? item.ns : item.id;
      return typeof id === 'string' || typeof id === 'number' ? [{ kind, id: String(id), data: item }] : [];
    });
  if (path === getPage.path) return [{ kind: 'page', id: page, data: asObject(data) }];
  if (path.startsWith('/fb/subscriber/')) return asThings('contact', toList(data) ?? [data]);
  const kind = referenceKinds.find((each) => lists[each].endpoint.path === path);
  if (kind !== undefined) return asThings(kind, kind === 'flow' ? asObject(data).flows : data);
  const created = referenceKinds.find((each) => effect === 'create' && verifyWith.includes(lists[each].endpoint.name));
  const { tag, field } = asObject(data);
  return created === undefined ? [] : asThings(created, [tag ?? field]);
}

type Value = string | number | boolean;

/** The values that fields hold, by id and by name. */
function valuesOf(fields: unknown): Map<string, Value> {
  const values = new Map<string, Value>();
  for (const field of (toList(fields) ?? []).slice(0, maxValues)) {
    const { id, name, value } = asObject(field);
    const isText = typeof value === 'string' && value !== '' && value.length <= maxValueLength;
    if (!isText && typeof value !== 'number' && typeof value !== 'boolean') continue;
    values.set(`#${String(id)}`, value);
    values.set(`"${String(name).toLowerCase()}`, value);
  }
  return values;
}

/**
 * Creates the memory of what responses showed.
 * @param now milliseconds, from any fixed point.
 */
export function createSeenThings(now: () => number): SeenThings {
  const names = new Map<NamedKind, Map<string, { readonly name: string; readonly at: number }>>();
  const channels = new Map<string, { readonly recorded: readonly RecordedChannel[]; readonly at: number }>();
  const chats = new Map<string, string>();
  /** What the addresses of chats begin with, by connection. */
  const chatStems = new Map<string, string>();
  const values = new Map<string, { readonly of: ReturnType<typeof valuesOf>; readonly at: number }>();
  /** The number of the last change of each holder. */
  const changed = new Map<string, number>();
  let changes = 0;

  function noteName(connection: string | undefined, kind: NamedKind, id: unknown, name: unknown): void {
    if (typeof name !== 'string' || name.trim() === '' || name.length > maxNameLength) return;
    const own = names.get(kind) ?? new Map();
    names.set(kind, own);
    put(own, nameKeyOf(connection, kind, id), { name, at: now() }, maxNames);
  }

  function noteChat(connection: string | undefined, id: string, url: unknown): void {
    if (typeof url !== 'string' || url.length > maxNameLength || !chatAddress.test(url)) return;
    put(chats, keyOf(connection, 'contact', id), url, maxNames);
    if (url.endsWith(`/${id}`)) put(chatStems, keyOf(connection, 'chat', ''), url.slice(0, -id.length), maxHolders);
  }

  function noteValues(holder: string, fields: unknown, before: number): void {
    if (fields === undefined || before < (changed.get(holder) ?? 0)) return;
    put(values, holder, { of: valuesOf(fields), at: now() }, maxHolders);
  }

  const holderOf = (connection: string | undefined, kind: FieldKind, contact: unknown): string =>
    keyOf(connection, kind, kind === 'bot field' ? '' : contact);

  return {
    changes: () => changes,
    note(endpoint, connection, data, before) {
      if (endpoint.api !== 'manychat') return;
      for (const { kind, id, data: item } of thingsIn(endpoint, data, connection ?? '')) {
        noteName(connection, kind, id, item.name);
        if (kind !== 'contact') continue;
        put(channels, keyOf(connection, kind, id), { recorded: recordedChannels(item), at: now() }, maxNames);
        noteChat(connection, id, item.live_chat_url);
        noteValues(holderOf(connection, 'custom field', id), item.custom_fields, before);
        for (const { user_ref: ref } of (toList(item.user_refs) ?? []).map(asObject)) {
          if (ref !== undefined) noteName(connection, 'user_ref', ref, item.name);
        }
      }
      const isBotFields = endpoint.path === lists['bot field'].endpoint.path;
      if (isBotFields) noteValues(holderOf(connection, 'bot field', ''), data, before);
    },
    name(connection, kind, id) {
      const found = names.get(kind)?.get(nameKeyOf(connection, kind, id));
      return found !== undefined && now() - found.at <= keptMs ? found.name : undefined;
    },
    channels(connection, contact) {
      const found = channels.get(keyOf(connection, 'contact', contact));
      if (found === undefined) return undefined;
      return now() - found.at <= (found.recorded.length > 0 ? keptMs : freshMs) ? found.recorded : undefined;
    },
    chatLink(connection, contact) {
      const stem = chatStems.get(keyOf(connection, 'chat', ''));
      const isId = /^\d+$/.test(String(contact));
      return (
        chats.get(keyOf(connection, 'contact', contact)) ??
        (stem !== undefined && isId ? `${stem}${String(contact)}` : undefined)
      );
    },
    takeValues(connection, kind, contact) {
      const holder = holderOf(connection, kind, contact);
      const found = values.get(holder);
      values.delete(holder);
      changes += 1;
      put(changed, holder, changes, maxNames);
      if (found === undefined || now() - found.at > freshMs) return () => undefined;
      return ({ field_id: id, field_name: name }) =>
        found.of.get(id === undefined ? `"${String(name).toLowerCase()}` : `#${String(id)}`);
    },
  };
}
