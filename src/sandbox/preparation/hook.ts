import { validateHeaderName, validateHeaderValue } from 'node:http';
import { oneOf, shallowJson } from '../control/checks.js';
import { isRecord } from '../http/json.js';
import { badRequest } from '../http/refusal.js';
import { type Hook, hookEvents } from '../manychat/account.js';
import { loopbackUrl, secureUrl } from '../manychat/calling/address.js';
import { pickerNames, unknownNames } from '../manychat/calling/field-picker.js';
import { jsonPathForm, parseJsonPath } from '../manychat/calling/json-path.js';
import { blankContact } from '../manychat/contact.js';
import type { Add, Draft } from './draft.js';
import { exportHook } from './export.js';
import { type Properties, propertiesOf } from './properties.js';
import { channel, name, named, sameFieldName } from './values.js';

const keys = [
  'name',
  'kind',
  'on',
  'flow',
  'tag',
  'field',
  'channel',
  'url',
  'method',
  'headers',
  'body',
  'mapping',
  'success',
  'fallback',
];

const hookKinds = ['request', 'block'] as const;
const maxHooks = 100;
const maxBodyCharacters = 100_000;

/** What an event is about, by the key that names it. */
const abouts = {
  flow: ['flow'],
  tag: ['tag_applied', 'tag_removed'],
  field: ['field_changed'],
} as const satisfies Record<string, readonly Hook['on'][]>;

function hookUrl(place: string, value: unknown): string {
  const url = name(place, value);
  if (loopbackUrl(url) !== undefined || secureUrl(url) !== undefined) return url;
  throw badRequest(
    `${place} must be an http URL on 127.0.0.1, localhost or [::1], or an https URL, whose origin a tunnel leads to one.`,
  );
}

function header(place: string, headerName: string, value: unknown): string {
  const content = name(place, value);
  try {
    validateHeaderName(headerName);
    validateHeaderValue(headerName, content);
  } catch {
    throw badRequest(`${place} is not a valid HTTP header.`);
  }
  if (!/^(host|connection|transfer-encoding|content-length|expect)$/i.test(headerName)) return content;
  throw badRequest(`${place}: the sandbox sets this header itself.`);
}

/** The flow that is meant by a namespace or a name. */
function flowNs({ account: { flows }, problems }: Draft, properties: Properties, key: string): string | null {
  const find = (place: string, value: unknown): string => {
    const ns = flows.find((flow) => flow.ns === value)?.ns ?? named(place, flows, value, { kind: 'flow' }).ns;
    if (flows.filter((flow) => flow.name === value).length > 1) {
      problems.add(`${place}: several flows are called ${JSON.stringify(value)}; give the ns.`);
    }
    return ns;
  };
  return properties.get(key, (place, value) => (value === null ? null : find(place, value)), null);
}

/** What the event is about: the namespace of a flow, or the name of a tag or field; '' for the other events. */
function aboutOf(draft: Draft, properties: Properties, on: Hook['on']): string {
  const { account, problems } = draft;
  const found = {
    flow: flowNs(draft, properties, 'flow'),
    tag: properties.get('tag', (at, value) => named(at, account.tags, value, { kind: 'tag' }).name, null),
    field: properties.get(
      'field',
      (at, value) => named(at, account.customFields, value, { kind: 'custom field', equal: sameFieldName }).name,
      null,
    ),
  };
  let about = '';
  for (const key of ['flow', 'tag', 'field'] as const) {
    const events: readonly Hook['on'][] = abouts[key];
    if (events.includes(on)) {
      about = found[key] ?? '';
      if (!properties.has(key)) problems.add(`${properties.place}.${key} is required with "on": "${on}".`);
    } else if (properties.has(key)) {
      problems.add(
        `${properties.place}.${key} is only allowed with "on": ${events.map((each) => `"${each}"`).join(' or ')}.`,
      );
    }
  }
  return about;
}

/** The body as a template: a text as it is, anything else as JSON. */
function bodyOf(draft: Draft, properties: Properties, method: Hook['method']): string | null {
  const { account, problems, now } = draft;
  if (method === 'GET') {
    if (properties.has('body')) problems.add(`${properties.place}.body: a GET has none.`);
    return null;
  }
  return properties.get(
    'body',
    (place, value) => {
      const template = typeof value === 'string' ? value : shallowJson(place, value);
      if (template.length > maxBodyCharacters) {
        throw badRequest(`${place} may have at most ${maxBodyCharacters} characters.`);
      }
      const [unknown] = unknownNames(account, blankContact('1', now), template);
      if (unknown === undefined) return template;
      const known = [...pickerNames, 'the names of fields'].join(', ');
      throw badRequest(`${place}: the field picker has no {{${unknown.slice(0, 60)}}}. It has ${known}.`);
    },
    '{{Full Contact Data}}',
  );
}

function mappingOf({ account, problems }: Draft, properties: Properties): Record<string, string> {
  const mapping: Record<string, string> = {};
  properties.entries('mapping', (place, fieldName, path) => {
    const fields = account.customFields;
    const field = problems.during(
      () => named(place, fields, fieldName, { kind: 'custom field', equal: sameFieldName }),
      undefined,
    );
    if (typeof path !== 'string' || parseJsonPath(path) === undefined)
      problems.add(`${place} must be ${jsonPathForm}.`);
    else if (field !== undefined) mapping[field.name] = path;
  });
  return mapping;
}

export const addHook: Add = (draft, value, place) => {
  const { account, problems } = draft;
  const properties = propertiesOf(value, place, keys, problems);
  const kind = properties.get('kind', (at, each) => oneOf(at, each, hookKinds), hookKinds[0]);
  const on = properties.get('on', (at, each) => oneOf(at, each, hookEvents), 'message');
  const methods = ['GET', 'POST', 'PUT', 'DELETE'] as const;
  const method = properties.get('method', (at, each) => oneOf(at, each, methods), 'POST');
  const headers: Record<string, string> = {};
  properties.entries('headers', (at, headerName, content) => {
    headers[headerName] = problems.during(() => header(at, headerName, content), '');
  });
  const hook: Hook = {
    name: properties.need('name', name) ?? '',
    kind,
    on,
    about: aboutOf(draft, properties, on),
    channel: properties.get('channel', (at, each) => (each === null ? null : channel(at, each)), null),
    url: properties.need('url', hookUrl) ?? '',
    method,
    headers,
    body: bodyOf(draft, properties, method),
    mapping: mappingOf(draft, properties),
    success: flowNs(draft, properties, 'success'),
    fallback: flowNs(draft, properties, 'fallback'),
  };
  if (kind === 'block' && on !== 'message' && on !== 'flow') {
    problems.add(`${place}.on: a Rule runs only an External Request, so "kind": "request"; a block is in a flow.`);
  }
  if (kind === 'block' && isRecord(value) && Object.hasOwn(value, 'mapping')) {
    problems.add(`${place}.mapping: the answer of a block is sent and not mapped.`);
  }
  if (hook.channel !== null && on !== 'message') problems.add(`${place}.channel is only allowed with "on": "message".`);
  if (account.hooks.some((each) => each.name === hook.name)) {
    problems.add(`${place}.name: ${JSON.stringify(hook.name)} is taken.`);
  }
  if (account.hooks.length >= maxHooks) problems.add(`${place}: there can be at most ${maxHooks} hooks.`);
  account.hooks.push(hook);
  return () => exportHook(hook);
};
