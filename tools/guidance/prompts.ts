import type { ReferenceKind } from '../contract/reference.js';

/** An argument of a prompt. */
export interface PromptArgument {
  readonly description: string;
  readonly required: boolean;
  /** What of the account completes it. */
  readonly completes?: ReferenceKind;
}

/** A usual job, put into words for an agent when the user picks it. */
export interface Prompt {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly arguments: Readonly<Record<string, PromptArgument>>;
  /** What the agent is asked, given the arguments. */
  text(args: Readonly<Record<string, string | undefined>>): string;
}

/** Every prompt, in reading order. */
export const prompts: readonly Prompt[] = [
  {
    name: 'help_contact',
    title: 'Find and help a contact',
    description: 'Finds one contact for certain and does something for them',
    arguments: {
      who: { description: 'Name, email, phone or id of the contact', required: true },
      what: { description: 'What to do or tell them', required: true },
    },
    text: ({ who = '', what = '' }) => `Help one ManyChat contact.
Contact: ${who}
Task: ${what}

Find the contact first: an email or phone by manychat_find_subscriber_by_system_field, a name by manychat_find_subscribers_by_name (whole names only), an id by manychat_get_subscriber. If several fit, ask me which one is meant; if none does, ask me for the full name, email or phone. Before you write to them look at manychat_get_messaging_status; if nothing can be sent now, tell me so and what would be possible. Show me the text before you send it with manychat_send_text.`,
  },
  {
    name: 'announce',
    title: 'Announce something to a list',
    description: 'Sends one text to every contact whose custom field has a value',
    arguments: {
      message: { description: 'What to tell them', required: true },
      field: { description: 'Custom field by which they are found', required: true, completes: 'custom field' },
      value: { description: 'Value of the field that they have', required: true },
      channel: {
        description: 'Where they write: messenger (unless given), instagram, whatsapp, telegram',
        required: false,
      },
    },
    text: ({ message = '', field = '', value = '', channel = 'messenger' }) => `Announce something to ManyChat contacts.
Announcement: ${message}
Channel: ${channel}
To: contacts whose custom field "${field}" is "${value}"

Find the field's id with manychat_list_custom_fields, then the contacts with manychat_find_subscribers_by_custom_field. If it answers capped: true there may be more than 100: tell me. Show me the exact text and how many will get it, and wait for my yes. Then use manychat_for_each_subscriber with send_text on this channel, again with remaining until it is empty, once the cause in stopped is mended; never again with ids in unknown. At the end tell me how many got it, who did not, and why.`,
  },
  {
    name: 'start_flow',
    title: 'Start a flow for a contact',
    description: 'Starts a flow for one contact, with the texts that it shows',
    arguments: {
      flow: { description: 'ns or name of the flow', required: true, completes: 'flow' },
      who: { description: 'Name, email, phone or id of the contact', required: true },
      texts: { description: 'Custom fields that the flow shows, and their values', required: false },
    },
    text: ({ flow = '', who = '', texts }) => `Start the ManyChat flow ${flow} for one contact.
Contact: ${who}
${texts === undefined ? '' : `The flow shows: ${texts}\n`}
Look the flow's ns up with manychat_list_flows and make sure which contact is meant; if several fit, ask me. Use manychat_set_fields_and_send_flow when the flow shows texts of this contact, else manychat_send_flow. ok means that ManyChat accepted it, not that it arrived.`,
  },
  {
    name: 'tidy_tags',
    title: 'Tidy up tags',
    description: 'Finds tags that are double, misspelt or not used any more, and cleans up with consent',
    arguments: { tag: { description: 'Begin with this tag', required: false, completes: 'tag' } },
    text: ({ tag }) => `Tidy up the tags of my ManyChat account.${tag === undefined ? '' : ` Begin with "${tag}".`}

List them with manychat_list_tags and propose which are double, misspelt or outdated, with a reason each. ManyChat cannot list the contacts that have a tag, so ask me before anything is deleted: manychat_delete_tag takes a tag from every contact, for good. Do only what I agree to.`,
  },
];
