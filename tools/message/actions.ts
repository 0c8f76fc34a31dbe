import type { Capability } from '../contract/capabilities.js';
import type { ChangeValue, FieldValues } from '../contract/field-values.js';
import { isObject } from '../contract/json.js';
import { type Reference, referencesTo } from '../contract/reference.js';
import type { Action, Content } from './content.js';

/** What may stand where buttons do; a quick reply is none, and has no actions of every kind. */
type Pressed = { readonly type: string; readonly target?: string; readonly actions?: readonly Action[] | undefined };

function namesInButton({ type, target, actions }: Pressed): Reference[] {
  return [...(type === 'flow' ? referencesTo('flow', target) : []), ...(actions ?? []).flatMap(namesInAction)];
}

const namesInAction = (action: Action): Reference[] =>
  'tag_name' in action ? referencesTo('tag', action.tag_name) : referencesTo('custom field', action.field_name);

/** Tags, fields and flows that a message's actions and buttons name. */
export function referencesInContent({ messages, quick_replies, actions }: Content): Reference[] {
  const buttons: readonly Pressed[] = [
    ...messages.flatMap((message) => ('buttons' in message ? (message.buttons ?? []) : [])),
    ...messages.flatMap((message) =>
      message.type === 'cards' ? message.elements.flatMap((card) => card.buttons ?? []) : [],
    ),
    ...(quick_replies ?? []),
  ];
  return [...(actions ?? []).flatMap(namesInAction), ...buttons.flatMap(namesInButton)];
}

const byAction: Readonly<Record<string, Capability>> = {
  add_tag: 'add_tag',
  remove_tag: 'remove_tag',
  set_field_value: 'set_field',
  unset_field_value: 'unset_field',
} satisfies Record<Action['action'], Capability>;

/** What the answer of a callback can make ManyChat do; nobody here sees that answer. */
const byCallback: readonly Capability[] = [...Object.values(byAction), 'start_flow'];

/** Whatever is below these is for the callback's server. */
const notOurs: ReadonlySet<string> = new Set(['payload', 'headers']);

function ownCapabilities(part: Readonly<Record<string, unknown>>): readonly Capability[] {
  const { action, type, success_target: target, external_message_callback: callback } = part;
  const known = typeof action === 'string' && Object.hasOwn(byAction, action) ? byAction[action] : undefined;
  return [
    ...(known === undefined ? [] : [known]),
    ...(type === 'flow' || type === 'node' || target !== undefined ? (['start_flow'] as const) : []),
    ...(type === 'dynamic_block_callback' || callback !== undefined ? byCallback : []),
  ];
}

/**
 * What a message does to its contact beside reaching it, at once or when one of its buttons or quick replies is
 * pressed. The message need not be checked yet, so that one with placeholders can be judged as well.
 */
export function contentCapabilities(content: unknown): readonly Capability[] {
  if (Array.isArray(content)) return content.flatMap(contentCapabilities);
  if (!isObject(content)) return [];
  const below = Object.entries(content).flatMap(([key, each]) => (notOurs.has(key) ? [] : contentCapabilities(each)));
  return [...ownCapabilities(content), ...below];
}

/** The parts of a message below which there can be actions; a callback's payload is not ours to read. */
const holdsActions: ReadonlySet<string> = new Set([
  'content',
  'messages',
  'elements',
  'buttons',
  'quick_replies',
  'actions',
]);

/** A message with each value that its actions or those of its buttons set put through `change`. */
function withSetValues(value: unknown, path: string, change: ChangeValue): unknown {
  if (Array.isArray(value)) return value.map((each, index) => withSetValues(each, `${path}[${index}]`, change));
  if (!isObject(value)) return value;
  if (value.action === 'set_field_value') return { ...value, value: change(`${path}.value`, value, value.value) };
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      holdsActions.has(key) ? withSetValues(each, `${path}.${key}`, change) : each,
    ]),
  );
}

/** Values that a message's actions set. */
export const actionFieldValues: FieldValues<{ data: unknown }> = {
  kind: 'custom field',
  datetimeForm: 'utc',
  map: (input, change) => ({ ...input, data: withSetValues(input.data, 'data', change) }),
};
