import type { Account, BotField, Contact, CustomField, Flow, Hook } from '../manychat/account.js';
import type { PreparedContact, PreparedField, PreparedFlow, PreparedHook, PreparedPage } from './shape.js';

/** The times at which a contact's fields were set; undefined if their order says the same. */
type Changes = 'by order' | 'by number';

export const exportField = (field: CustomField | BotField): PreparedField => ({
  id: field.id,
  name: field.name,
  type: field.type,
  description: field.description,
  ...('value' in field && { bot: true, value: field.value }),
});

export const exportFlow = ({ folder_id: folder, ...flow }: Flow): PreparedFlow => ({
  ns: flow.ns,
  name: flow.name,
  folder,
  channel: flow.channel,
  template: flow.template,
  texts: flow.texts,
});

export const exportHook = ({ about, ...hook }: Hook): PreparedHook => ({
  name: hook.name,
  kind: hook.kind,
  on: hook.on,
  ...(hook.on === 'flow' && { flow: about }),
  ...((hook.on === 'tag_applied' || hook.on === 'tag_removed') && { tag: about }),
  ...(hook.on === 'field_changed' && { field: about }),
  ...(hook.channel !== null && { channel: hook.channel }),
  url: hook.url,
  method: hook.method,
  headers: hook.headers,
  ...(hook.body !== null && { body: hook.body }),
  ...(hook.kind === 'request' && { mapping: hook.mapping }),
  success: hook.success,
  fallback: hook.fallback,
});

/** Whether what a hook is about still exists: only tags can be removed. */
const isWhole = ({ tags }: Account, { on, about }: Hook): boolean =>
  (on !== 'tag_applied' && on !== 'tag_removed') || tags.some(({ name }) => name === about);

/** The values that a contact has, in the order in which they were set. */
function fieldsOf(account: Account, contact: Contact) {
  const names = new Map(account.customFields.map(({ id, name }) => [id, name]));
  return [...contact.fields]
    .flatMap(([id, { value, change }]) => {
      const name = names.get(id);
      return name === undefined ? [] : [{ name, value, change }];
    })
    .sort((one, other) => one.change - other.change);
}

/** A contact in the form in which one is prepared. */
export function exportContact(account: Account, contact: Contact, changes: Changes = 'by order'): PreparedContact {
  const fields = fieldsOf(account, contact);
  const tokens = account.otnTopics.flatMap(({ id, name }) => {
    const count = contact.otnTokens.get(id);
    return count === undefined ? [] : [[name, count] as const];
  });
  return {
    id: contact.id,
    channels: contact.channels,
    first_name: contact.firstName,
    last_name: contact.lastName,
    gender: contact.gender,
    locale: contact.locale,
    language: contact.language,
    timezone: contact.timezone,
    last_input_text: contact.lastInputText,
    phone: contact.phone,
    optin_phone: contact.optinPhone,
    email: contact.email,
    optin_email: contact.optinEmail,
    subscribed: new Date(contact.subscribed).toISOString(),
    last_interaction: contact.lastInteraction === null ? null : new Date(contact.lastInteraction).toISOString(),
    opted_out: !contact.active,
    ig_username: contact.igUsername,
    ig_id: contact.igId === null ? null : String(contact.igId),
    whatsapp_phone: contact.whatsappPhone,
    whatsapp_bsuid: contact.whatsappBsuid,
    user_refs: contact.userRefs.map(({ user_ref, opted_in }) => ({ user_ref, opted_in })),
    tags: account.tags.filter(({ id }) => contact.tags.has(id)).map(({ name }) => name),
    fields: Object.fromEntries(fields.map(({ name, value }) => [name, value])),
    ...(changes === 'by number' &&
      fields.length > 0 && {
        fields_changed: Object.fromEntries(fields.map(({ name, change }) => [name, change])),
      }),
    otn_tokens: Object.fromEntries(tokens),
  };
}

/** Whether contacts one after the other, and their fields in order, give the order in which all were set. */
function isInOrder(account: Account): boolean {
  let last = 0;
  for (const contact of account.contacts.values()) {
    for (const { name, change } of fieldsOf(account, contact)) {
      // A number as a key would come first in a JSON object, whatever the order.
      if (change <= last || /^\d+$/.test(name)) return false;
      last = change;
    }
  }
  return true;
}

function exportContacts(account: Account): PreparedContact[] {
  const changes = isInOrder(account) ? 'by order' : 'by number';
  return [...account.contacts.values()].map((contact) => exportContact(account, contact, changes));
}

/** A page in the form in which one is prepared, with everything in it, or with all but its contacts. */
export function exportPage(account: Account, withContacts: boolean): PreparedPage {
  return {
    page: { ...account.page },
    permissions: { ...account.permissions },
    tags: account.tags,
    fields: [...account.customFields, ...account.botFields].map(exportField),
    folders: account.folders.map(({ id, name, parent_id: parent }) => ({ id, name, parent })),
    flows: account.flows.map(exportFlow),
    topics: account.otnTopics,
    growth_tools: account.growthTools,
    hooks: account.hooks.filter((hook) => isWhole(account, hook)).map(exportHook),
    ...(withContacts && { contacts: exportContacts(account) }),
    user_refs: [...account.userRefs].flatMap(([userRef, contactId]) => (contactId === null ? [userRef] : [])),
    last_id: account.lastId,
  };
}
