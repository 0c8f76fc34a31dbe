import type { Capability } from '../contract/capabilities.js';
import type { FieldValues } from '../contract/field-values.js';
import { isObject } from '../contract/json.js';
import type { ChangeName, ReferenceKind } from '../contract/reference.js';
import { callbackData } from './channel-rules.js';
import type { Action } from './content.js';

const capabilityOfAction: Readonly<Record<string, Capability>> = {
  add_tag: 'add_tag',
  remove_tag: 'remove_tag',
  set_field_value: 'set_field',
  unset_field_value: 'unset_field',
} satisfies Record<Action['action'], Capability>;

/** What the response to a callback can make ManyChat do; that response does not pass through this server. */
const callbackCapabilities: readonly Capability[] = [...Object.values(capabilityOfAction), 'start_flow'];

function ownCapabilities(part: Readonly<Record<string, unknown>>): readonly Capability[] {
  const { action, type, success_target: target, external_message_callback: callback } = part;
  const known =
    typeof action === 'string' && Object.hasOwn(capabilityOfAction, action) ? capabilityOfAction[action] : undefined;
  return [
    ...(known === undefined ? [] : [known]),
    ...(type === 'flow' || type === 'node' || target !== undefined ? (['start_flow'] as const) : []),
    ...(type === 'dynamic_block_callback' || callback !== undefined ? callbackCapabilities : []),
  ];
}

/**
 * What content does besides reaching its contact, at once or when a button or quick reply is pressed. It need not be
 * checked yet, so that content with placeholders can be judged as well.
 */
export function contentCapabilities(content: unknown): readonly Capability[] {
  if (Array.isArray(content)) return content.flatMap(contentCapabilities);
  if (!isObject(content)) return [];
  const below = Object.entries(content).flatMap(([key, each]) =>
    callbackData.has(key) ? [] : contentCapabilities(each),
  );
  return [...ownCapabilities(content), ...below];
}

/** Keys below which actions can be. The payload of a callback is not among them. */
const actionHolders: ReadonlySet<string> = new Set([
  'content',
  'messages',
  'elements',
  'buttons',
  'quick_replies',
  'actions',
]);

type Part = Readonly<Record<string, unknown>>;

/** A copy of content in which each of its objects, down to buttons and actions, is replaced by what `change` returns. */
function mapParts(value: unknown, path: string, change: (part: Part, path: string) => Part): unknown {
  if (Array.isArray(value)) return value.map((each, index) => mapParts(each, `${path}[${index}]`, change));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(change(value, path)).map(([key, each]) => [
      key,
      actionHolders.has(key) ? mapParts(each, `${path}.${key}`, change) : each,
    ]),
  );
}

/** For an input whose `data` has actions that set fields. */
export const actionFieldValues: FieldValues<{ data: unknown }> = {
  kind: 'custom field',
  datetimeForm: 'utc',
  map: (input, change) => ({
    ...input,
    data: mapParts(input.data, 'data', (part, path) =>
      part.action === 'set_field_value' ? { ...part, value: change(`${path}.value`, part, part.value) } : part,
    ),
  }),
};

/** For an input whose `data` names tags, fields and flows in its actions and buttons. */
export function mapContentNames<Input extends { readonly data: unknown }>(input: Input, change: ChangeName) {
  const renamed = (part: Part, key: string, kind: ReferenceKind): Part => {
    const name = part[key];
    return typeof name === 'string' ? { ...part, [key]: change({ kind, name }) } : part;
  };
  const data = mapParts(input.data, 'data', (part) => {
    if (typeof part.action === 'string') return renamed(renamed(part, 'tag_name', 'tag'), 'field_name', 'custom field');
    return part.type === 'flow' ? renamed(part, 'target', 'flow') : part;
  });
  return { ...input, data };
}
