import { booleanValue, integerWithin } from '../control/checks.js';
import { decimalId, isRecord } from '../http/json.js';
import { badRequest } from '../http/refusal.js';
import type { Account } from '../manychat/account.js';
import type { Random } from '../world/random.js';
import { addContact } from './contact.js';
import { type Add, copyOf, type Draft } from './draft.js';
import { addHook } from './hook.js';
import type { Problems } from './problems.js';
import { type Properties, propertiesOf } from './properties.js';
import { addField, addFlow, addFolder, addGrowthTool, addTag, addTopic } from './things.js';
import { name, text, userRef } from './values.js';

/** What can be added to a page, by the name of the list; each can refer to those before it. */
const collections = {
  tags: addTag,
  fields: addField,
  folders: addFolder,
  flows: addFlow,
  topics: addTopic,
  growth_tools: addGrowthTool,
  hooks: addHook,
  contacts: addContact,
} as const satisfies Record<string, Add>;

export type CollectionName = keyof typeof collections;

export const collectionNames: readonly CollectionName[] = [
  'tags',
  'fields',
  'folders',
  'flows',
  'topics',
  'growth_tools',
  'hooks',
  'contacts',
];

export const pageKeys: readonly string[] = ['page', 'permissions', ...collectionNames, 'user_refs', 'last_id'];

const descriptionKeys = [
  'id',
  'name',
  'category',
  'avatar_link',
  'username',
  'about',
  'description',
  'is_pro',
  'timezone',
];

function pageId(place: string, value: unknown): number {
  const id = Number(decimalId(value) ?? 0);
  if (id > 0 && Number.isSafeInteger(id)) return id;
  throw badRequest(`${place} must be an id of at most 15 digits.`);
}

/** An object as a property: its own properties, or those of an empty one. */
const nested = (keys: readonly string[], problems: Problems) => (place: string, value: unknown) =>
  propertiesOf(value, place, keys, problems);

/** Something to add, with its place in the input. */
interface Item {
  readonly place: string;
  readonly value: unknown;
}

type Surroundings = Pick<Draft, 'problems' | 'now'>;

function addAll(account: Account, collection: CollectionName, items: readonly Item[], rest: Surroundings) {
  const ids = items.map(({ value }) => (isRecord(value) && Number.isSafeInteger(value.id) ? Number(value.id) : 0));
  const draft = { ...rest, account, highestId: ids.reduce((highest, id) => Math.max(highest, id), 0) };
  return items.map(({ place, value }) => collections[collection](draft, value, place));
}

/** Builds a page from its properties; what is wrong is collected. */
export function buildPage(properties: Properties, rest: Surroundings, random: Random, defaultId: number): Account {
  const { problems } = rest;
  const none = propertiesOf({}, '', [], problems);
  const page = properties.get('page', nested(descriptionKeys, problems), none);
  const permissions = properties.get('permissions', nested(['phone', 'email', 'wa_id'], problems), none);
  const id = page.get('id', pageId, defaultId);
  const account: Account = {
    key: `${id}:${random.hex(32)}`,
    page: {
      id,
      name: page.get('name', name, 'Sandbox Page'),
      category: page.get('category', text, ''),
      avatar_link: page.get('avatar_link', text, ''),
      username: page.get('username', text, ''),
      about: page.get('about', text, ''),
      description: page.get('description', text, ''),
      is_pro: page.get('is_pro', booleanValue, true),
      timezone: page.get('timezone', name, 'UTC'),
    },
    permissions: {
      phone: permissions.get('phone', booleanValue, true),
      email: permissions.get('email', booleanValue, true),
      wa_id: permissions.get('wa_id', booleanValue, true),
    },
    tags: [],
    customFields: [],
    botFields: [],
    flows: [],
    folders: [],
    growthTools: [],
    otnTopics: [],
    hooks: [],
    contacts: new Map(),
    userRefs: new Map(),
    random,
    lastId: 0,
    changes: 0,
    emit: () => undefined,
  };
  for (const collection of collectionNames) {
    const items: Item[] = [];
    properties.each(collection, (place, value) => items.push({ place, value }));
    addAll(account, collection, items, rest);
  }
  properties.each('user_refs', (place, value) => {
    const ref = problems.during(() => userRef(place, value), '');
    if (account.userRefs.has(ref)) problems.add(`${place}: "${ref}" is taken.`);
    account.userRefs.set(ref, null);
  });
  account.lastId = Math.max(
    account.lastId,
    properties.get('last_id', (at, value) => integerWithin(at, value, [0, 2 ** 52]), 0),
  );
  return account;
}

/** Adds things to a page, all or none of them; returns them as an export shows them. @throws PreparationError */
export function addToPage(
  account: Account,
  collection: CollectionName,
  items: readonly Item[],
  rest: Surroundings,
): object[] {
  const copy = copyOf(account);
  const shown = addAll(copy, collection, items, rest);
  rest.problems.throwIfAny();
  Object.assign(account, copy);
  return shown.map((show) => show());
}
