import { type Account, applyTag, type Contact, removeTag, writeField } from '../account.js';
import { parseActionValue } from '../field-values.js';
import { fieldByName } from '../parameters.js';
import { invalidContent, validationError } from '../refusals.js';
import { textAt, wordAt } from './grammar.js';

/** Resolves the names of a message action and returns what it does to a contact. @throws Refusal for unknown names */
export function resolveAction(account: Account, action: Record<string, unknown>): (contact: Contact) => void {
  const kind = wordAt(action.action, 'action', ['add_tag', 'remove_tag', 'set_field_value', 'unset_field_value']);
  if (kind === 'add_tag' || kind === 'remove_tag') {
    const name = textAt(action.tag_name, `${kind}.tag_name`);
    const tag = account.tags.find((candidate) => candidate.name === name);
    if (tag === undefined) throw validationError('Tag not found');
    const change = kind === 'add_tag' ? applyTag : removeTag;
    return (contact) => change(account, contact, tag);
  }
  const field = fieldByName(account.customFields, textAt(action.field_name, `${kind}.field_name`));
  if (kind === 'unset_field_value') return (contact) => writeField(account, contact, field.id, null);
  const value = parseActionValue(field, action.value);
  if (value === undefined) throw invalidContent(`set_field_value.value does not fit the ${field.type} field`);
  return (contact) => writeField(account, contact, field.id, value);
}
