import type { Action, Content } from './content.js';

/** What an account has by name. */
export type ReferenceKind = 'tag' | 'custom field' | 'bot field' | 'flow' | 'OTN topic';

/** A thing of the account that a call names; a flow by its ns. */
export interface Reference {
  readonly kind: ReferenceKind;
  readonly name: string;
}

/** The references to things of one kind, of those names that are there. */
export const referencesTo = (kind: ReferenceKind, ...names: readonly (string | undefined)[]): Reference[] =>
  names.flatMap((name) => (name === undefined ? [] : [{ kind, name }]));

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
