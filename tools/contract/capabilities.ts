/** The name of a tool. */
export type ToolName = `manychat_${string}`;

/** Something that a call can do to the account or its contacts. */
interface Purpose {
  /** Completes "This call can …". */
  readonly what: string;
  /** The tools that are there for it. Who excludes them all does not want it done, whichever tool would do it. */
  readonly tools: readonly ToolName[];
  /** Where else it is done, as the README tells it; absent where nothing else does it. */
  readonly elsewhere?: string;
}

const inContent = 'actions of content, of its buttons and quick replies; callbacks';
const forMany = '`manychat_for_each_subscriber`, `bulk`';

const setCustomField = [
  'manychat_set_custom_field',
  'manychat_set_custom_field_by_name',
  'manychat_set_custom_fields',
] as const;

/** Everything that calls can do, with the tools whose purpose it is. */
export const capabilities = {
  create_tag: { what: 'create a tag', tools: ['manychat_create_tag'] },
  delete_tag: { what: 'delete a tag', tools: ['manychat_delete_tag', 'manychat_delete_tag_by_name'] },
  add_tag: {
    what: 'add a tag to a contact',
    tools: ['manychat_add_tag_to_subscriber', 'manychat_add_tag_to_subscriber_by_name'],
    elsewhere: `${inContent}; ${forMany}`,
  },
  remove_tag: {
    what: 'remove a tag from a contact',
    tools: ['manychat_remove_tag_from_subscriber', 'manychat_remove_tag_from_subscriber_by_name'],
    elsewhere: `${inContent}; ${forMany}`,
  },
  create_custom_field: { what: 'create a custom field', tools: ['manychat_create_custom_field'] },
  set_field: {
    what: 'set a custom field of a contact',
    tools: setCustomField,
    elsewhere: `${inContent}; fields of \`manychat_set_fields_and_send_flow\`, whatsapp_field_id of \`manychat_find_or_create_subscriber\`; ${forMany}`,
  },
  // No tool does nothing but that: it changes the same data.
  unset_field: { what: 'clear a custom field of a contact', tools: setCustomField, elsewhere: inContent },
  create_bot_field: { what: 'create a bot field', tools: ['manychat_create_bot_field'] },
  set_bot_field: {
    what: 'set a bot field',
    tools: ['manychat_set_bot_field', 'manychat_set_bot_field_by_name', 'manychat_set_bot_fields'],
  },
  create_contact: {
    what: 'create a contact',
    tools: ['manychat_create_subscriber', 'manychat_find_or_create_subscriber'],
  },
  update_contact: {
    what: 'change the data of a contact',
    tools: ['manychat_update_subscriber'],
    elsewhere: 'whatsapp_phone without phone of `manychat_find_or_create_subscriber`',
  },
  verify_contact: { what: 'verify a contact', tools: ['manychat_verify_subscriber'] },
  send_text: { what: 'send a text', tools: ['manychat_send_text', 'manychat_send_content'], elsewhere: forMany },
  send_content: { what: 'send content', tools: ['manychat_send_content'], elsewhere: forMany },
  send_to_user_ref: { what: 'send to a user_ref', tools: ['manychat_send_content_by_user_ref'] },
  start_flow: {
    what: 'start a flow',
    tools: ['manychat_send_flow', 'manychat_set_fields_and_send_flow'],
    elsewhere: `buttons and quick replies that lead to a flow; callbacks; ${forMany}`,
  },
  act_on_many: { what: 'act on many contacts', tools: ['manychat_for_each_subscriber'] },
  create_connection: { what: 'create a connection', tools: ['manychat_create_connection'] },
  delete_connection: { what: 'delete a connection', tools: ['manychat_delete_connection'] },
} as const satisfies Readonly<Record<string, Purpose>>;

/** One of the things that calls can do. */
export type Capability = keyof typeof capabilities;

const isCapability = (name: string): name is Capability => Object.hasOwn(capabilities, name);

/** All of them. */
export const capabilityNames: readonly Capability[] = Object.keys(capabilities).filter(isCapability);
