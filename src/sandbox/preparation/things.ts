import { booleanValue, integerWithin, nonEmptyString, oneOf } from '../control/checks.js';
import { type BotField, type CustomField, type Flow, fieldTypes, newId } from '../manychat/account.js';
import { expectedValue, parseStoredValue } from '../manychat/field-values.js';
import type { Add, Draft } from './draft.js';
import { exportField, exportFlow } from './export.js';
import { type Properties, propertiesOf } from './properties.js';
import { channel, listOf, name, named, sameFieldName, text } from './values.js';

/** Far above what a page has, and far below what would fill the memory. */
const maxOfAKind = 10_000;
const maxId = 2 ** 52;

/** An id from 1. */
const smallId = (place: string, value: unknown): number => integerWithin(place, value, [1, maxId]);

/** The id of a new thing: the one that is asked for, if it is free, or the next one. */
function idFor(
  { problems }: Draft,
  properties: Properties,
  existing: readonly { id: number }[],
  next: () => number,
): number {
  if (existing.length >= maxOfAKind) problems.add(`${properties.place}: there can be at most ${maxOfAKind} of them.`);
  const id = properties.get('id', smallId, undefined);
  if (id === undefined) return next();
  if (existing.some((each) => each.id === id)) problems.add(`${properties.place}.id: ${id} is taken.`);
  return id;
}

const nextIn =
  (existing: readonly { id: number }[], { highestId }: Draft) =>
  (): number =>
    existing.reduce((highest, { id }) => Math.max(highest, id), highestId) + 1;

/** A required name that no other has. */
function uniqueName(
  { problems }: Draft,
  properties: Properties,
  existing: readonly { name: string }[],
  equal: (one: string, other: string) => boolean = (one, other) => one === other,
): string {
  const wanted = properties.need('name', name) ?? '';
  if (existing.some((each) => equal(each.name, wanted))) {
    problems.add(`${properties.place}.name: ${JSON.stringify(wanted)} is taken.`);
  }
  return wanted;
}

/** An id for a new tag or field. Their ids are never reused. */
function nextOwnId({ account, highestId }: Draft): number {
  account.lastId = Math.max(account.lastId, highestId);
  return newId(account);
}

export const addTag: Add = (draft, value, place) => {
  const { account, problems } = draft;
  const properties = propertiesOf(value, place, ['id', 'name'], problems);
  const tag = {
    id: idFor(draft, properties, account.tags, () => nextOwnId(draft)),
    name: uniqueName(draft, properties, account.tags),
  };
  account.lastId = Math.max(account.lastId, tag.id);
  account.tags.push(tag);
  return () => tag;
};

export const addField: Add = (draft, value, place) => {
  const { account, problems } = draft;
  const properties = propertiesOf(value, place, ['id', 'name', 'type', 'description', 'bot', 'value'], problems);
  const isBot = properties.get('bot', booleanValue, false);
  const existing: readonly CustomField[] = isBot ? account.botFields : account.customFields;
  const field: CustomField = {
    id: idFor(draft, properties, existing, () => nextOwnId(draft)),
    name: uniqueName(draft, properties, existing, sameFieldName),
    type: properties.need('type', (at, type) => oneOf(at, type, fieldTypes)) ?? 'text',
    description: properties.get('description', text, ''),
  };
  account.lastId = Math.max(account.lastId, field.id);
  if (!isBot) {
    if (properties.has('value')) problems.add(`${place}.value: only a bot field has one; contacts have their own.`);
    account.customFields.push(field);
    return () => exportField(field);
  }
  const stored = properties.get('value', (_, each) => parseStoredValue(field, each), null);
  if (stored === undefined) problems.add(`${place}.value must be ${expectedValue(field)}, or null.`);
  const botField: BotField = { ...field, value: stored ?? null };
  account.botFields.push(botField);
  return () => exportField(botField);
};

/** A folder by its id or name; 0 is the top level. */
function folderId({ account: { folders }, problems }: Draft, properties: Properties, key: string): number {
  const find = (place: string, value: unknown): number => {
    if (value === 0 || folders.some(({ id }) => id === value)) return Number(value);
    const { id, name: wanted } = named(place, folders, value, { kind: 'folder' });
    if (folders.filter((each) => each.name === wanted).length > 1) {
      problems.add(`${place}: several folders are called ${JSON.stringify(wanted)}; give the id.`);
    }
    return id;
  };
  return properties.get(key, find, 0);
}

export const addFolder: Add = (draft, value, place) => {
  const { folders } = draft.account;
  const properties = propertiesOf(value, place, ['id', 'name', 'parent'], draft.problems);
  const folder = {
    id: idFor(draft, properties, folders, nextIn(folders, draft)),
    name: properties.need('name', name) ?? '',
    parent_id: folderId(draft, properties, 'parent'),
  };
  folders.push(folder);
  return () => ({ id: folder.id, name: folder.name, parent: folder.parent_id });
};

/** A namespace like those of ManyChat: `content20240611120000_714450`. */
function newNamespace({ account: { flows }, now }: Draft): string {
  const time = new Date(now).toISOString().replace(/\D/g, '').slice(0, 14);
  const taken = new Set(flows.map(({ ns }) => ns));
  let number = 100_001 + flows.length;
  while (taken.has(`content${time}_${number}`)) number += 1;
  return `content${time}_${number}`;
}

export const addFlow: Add = (draft, value, place) => {
  const { account, problems } = draft;
  const known = ['ns', 'name', 'folder', 'channel', 'template', 'texts'];
  const properties = propertiesOf(value, place, known, problems);
  const flow: Flow = {
    ns: properties.get('ns', nonEmptyString, newNamespace(draft)),
    name: properties.need('name', name) ?? '',
    folder_id: folderId(draft, properties, 'folder'),
    channel: properties.get('channel', channel, 'messenger'),
    template: properties.get('template', booleanValue, false),
    texts: properties.get(
      'texts',
      (at, list) => listOf(at, list).map((each, index) => name(`${at}[${index}]`, each)),
      [],
    ),
  };
  if (account.flows.length >= maxOfAKind) problems.add(`${place}: there can be at most ${maxOfAKind} flows.`);
  if (account.flows.some(({ ns }) => ns === flow.ns)) problems.add(`${place}.ns: "${flow.ns}" is taken.`);
  if (flow.template && flow.channel !== 'whatsapp') {
    problems.add(`${place}.template: only a flow with "channel": "whatsapp" begins with a WhatsApp template.`);
  }
  account.flows.push(flow);
  return () => exportFlow(flow);
};

export const addTopic: Add = (draft, value, place) => {
  const { otnTopics } = draft.account;
  const properties = propertiesOf(value, place, ['id', 'name', 'description'], draft.problems);
  const topic = {
    id: idFor(draft, properties, otnTopics, nextIn(otnTopics, draft)),
    name: uniqueName(draft, properties, otnTopics),
    description: properties.get('description', text, ''),
  };
  otnTopics.push(topic);
  return () => topic;
};

export const addGrowthTool: Add = (draft, value, place) => {
  const { growthTools } = draft.account;
  const properties = propertiesOf(value, place, ['id', 'name', 'type'], draft.problems);
  const tool = {
    id: idFor(draft, properties, growthTools, nextIn(growthTools, draft)),
    name: properties.need('name', name) ?? '',
    type: properties.need('type', name) ?? '',
  };
  growthTools.push(tool);
  return () => tool;
};
