import type { Capability } from '../contract/capabilities.js';
import type { ChangeValue, FieldValues } from '../contract/field-values.js';
import { isObject } from '../contract/json.js';
import { type Reference, referencesTo } from '../contract/reference.js';
import type { Action, Content } from './content.js';

/** A button or quick reply; quick replies have no `actions` in every variant. */
type Pressable = { readonly type: string; readonly target?: string; readonly actions?: readonly Action[] | undefined };

function referencesOfButton({ type, target, actions }: Pressable): Reference[] {
  return [...(type === 'flow' ? referencesTo('flow', target) : []), ...(actions ?? []).flatMap(referencesOfAction)];
}

const referencesOfAction = (action: Action): Reference[] =>
  'tag_name' in action ? referencesTo('tag', action.tag_name) : referencesTo('custom field', action.field_name);

/** The tags, fields and flows that the actions and buttons of content refer to. */
export function referencesInContent({ messages, quick_replies, actions }: Content): Reference[] {
  const buttons: readonly Pressable[] = [
    ...messages.flatMap((message) => ('buttons' in message ? (message.buttons ?? []) : [])),
    ...messages.flatMap((message) =>
      message.type === 'cards' ? message.elements.flatMap((card) => card.buttons ?? []) : [],
    ),
    ...(quick_replies ?? []),
  ];
  return [...(actions ?? []).flatMap(referencesOfAction), ...buttons.flatMap(referencesOfButton)];
}

const capabilityOfAction: Readonly<Record<string, Capability>> = {
  add_tag: 'add_tag',
  remove_tag: 'remove_tag',
  set_field_value: 'set_field',
  unset_field_value: 'unset_field',
} satisfies Record<Action['action'], Capability>;

/** What the response to a callback can make ManyChat do; that response does not pass through this server. */
const callbackCapabilities: readonly Capability[] = [...Object.values(capabilityOfAction), 'start_flow'];

/** Keys whose values are meant for the callback's server. */
const callbackData: ReadonlySet<string> = new Set(['payload', 'headers']);

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

/** A copy of content in which each value that an action sets is replaced by what `change` returns. */
function mapSetValues(value: unknown, path: string, change: ChangeValue): unknown {
  if (Array.isArray(value)) return value.map((each, index) => mapSetValues(each, `${path}[${index}]`, change));
  if (!isObject(value)) return value;
  if (value.action === 'set_field_value') return { ...value, value: change(`${path}.value`, value, value.value) };
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      actionHolders.has(key) ? mapSetValues(each, `${path}.${key}`, change) : each,
    ]),
  );
}

/** For an input whose `data` has actions that set fields. */
export const actionFieldValues: FieldValues<{ data: unknown }> = {
  kind: 'custom field',
  datetimeForm: 'utc',
  map: (input, change) => ({ ...input, data: mapSetValues(input.data, 'data', change) }),
};
