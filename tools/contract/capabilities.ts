/** The name of a tool. */
export type ToolName = `manychat_${string}`;

/** Something that a call can do to the account or its contacts. */
interface CapabilityText {
  /** Completes "This call can …". */
  readonly what: string;
  /** What else does it beside the tools with this purpose, for the documentation. */
  readonly elsewhere?: string;
}

const inContent = 'actions of content, of its buttons and quick replies; callbacks';
const forMany = '`manychat_for_each_subscriber`, `bulk`';

/** Everything that a call can do. Which tools are there for it is said by their `purposes`. */
export const capabilities = {
  create_tag: { what: 'create a tag' },
  delete_tag: { what: 'delete a tag' },
  add_tag: { what: 'add a tag to a contact', elsewhere: `${inContent}; ${forMany}` },
  remove_tag: { what: 'remove a tag from a contact', elsewhere: `${inContent}; ${forMany}` },
  create_custom_field: { what: 'create a custom field' },
  set_field: {
    what: 'set a custom field of a contact',
    elsewhere: `${inContent}; fields of \`manychat_set_fields_and_send_flow\`, whatsapp_field_id of \`manychat_find_or_create_subscriber\`; ${forMany}`,
  },
  // No tool only clears a field. It changes the same data as setting one, so it has the same tools.
  unset_field: { what: 'clear a custom field of a contact', elsewhere: inContent },
  create_bot_field: { what: 'create a bot field' },
  set_bot_field: { what: 'set a bot field' },
  create_contact: { what: 'create a contact' },
  update_contact: {
    what: 'change the data of a contact',
    elsewhere: 'whatsapp_phone without phone of `manychat_find_or_create_subscriber`',
  },
  verify_contact: { what: 'verify a contact' },
  send_text: { what: 'send a text', elsewhere: forMany },
  send_content: { what: 'send content', elsewhere: forMany },
  send_to_user_ref: { what: 'send to a user_ref' },
  start_flow: {
    what: 'start a flow',
    elsewhere: `buttons and quick replies that lead to a flow; callbacks; ${forMany}`,
  },
  reply: { what: 'answer a message of a contact' },
  forget_messages: { what: 'erase the messages of a contact' },
  act_on_many: { what: 'act on many contacts' },
  create_connection: { what: 'create a connection' },
  delete_connection: { what: 'delete a connection' },
} as const satisfies Readonly<Record<string, CapabilityText>>;

/** The name of a capability. */
export type Capability = keyof typeof capabilities;

const isCapability = (name: string): name is Capability => Object.hasOwn(capabilities, name);

/** Every capability, in reading order. */
export const capabilityNames: readonly Capability[] = Object.keys(capabilities).filter(isCapability);
