import type { ReferenceKind } from '../contract/reference.js';

/** An argument of a prompt. */
export interface PromptArgument {
  readonly description: string;
  readonly required: boolean;
  /** It names a contact, and is cleaned like the arguments of the tools. */
  readonly isContact?: true;
  /** The things of the account whose names complete it. */
  readonly completes?: ReferenceKind;
}

/** A common job that a user can pick, and its wording for the agent. */
export interface Prompt {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly arguments: Readonly<Record<string, PromptArgument>>;
  /** The message to the agent. */
  text(args: Readonly<Record<string, string | undefined>>): string;
}

/** Every prompt, in reading order. */
export const prompts: readonly Prompt[] = [
  {
    name: 'help_contact',
    title: 'Find and help a contact',
    description: 'Identifies one contact and does something for them',
    arguments: {
      who: { description: 'Name, email, phone or id of the contact', required: true, isContact: true },
      what: { description: 'What to do or tell them', required: true },
    },
    text: ({ who = '', what = '' }) => `Help one ManyChat contact.
Contact: ${who}
Task: ${what}

Find the contact first with manychat_find_subscribers. If several match, ask me which one is meant; if none does, tell me why_none, and ask me for the full name, email or phone. Before you message them, check manychat_get_messaging_status; if plain_message_now is no, tell me so, and what is possible instead. Show me the text before you send it with manychat_send_text.`,
  },
  {
    name: 'announce',
    title: 'Announce something to a list',
    description: 'Sends one text to every contact whose custom field has a value',
    arguments: {
      message: { description: 'What to tell them', required: true },
      field: { description: 'Custom field to find them by', required: true, completes: 'custom field' },
      value: { description: 'Value that the field has', required: true },
      channel: {
        description: 'messenger, instagram, whatsapp or telegram; by default the one on record for each',
        required: false,
      },
    },
    text: ({ message = '', field = '', value = '', channel = 'auto' }) => `Announce something to ManyChat contacts.
Announcement: ${message}
Channel: ${channel}
To: contacts whose custom field "${field}" is "${value}"

Find the field's id with manychat_list_custom_fields, then the contacts with manychat_find_subscribers_by_custom_field. If the result has capped: true, there may be more than 100: tell me. Show me the exact text and how many contacts will get it, and wait for my approval. Then use manychat_for_each_subscriber with send_text on this channel. While contacts remain, call it with only resume; if stopped is set, fix its cause first. Never send again to those in unknown. At the end, tell me for how many it was accepted, who did not get it, and why.`,
  },
  {
    name: 'start_flow',
    title: 'Start a flow for a contact',
    description: 'Starts a flow for one contact, with the texts that the flow shows',
    arguments: {
      flow: { description: 'ns or name of the flow', required: true, completes: 'flow' },
      who: { description: 'Name, email, phone or id of the contact', required: true, isContact: true },
      texts: { description: 'Custom fields that the flow shows, and their values', required: false },
    },
    text: ({ flow = '', who = '', texts }) => `Start the ManyChat flow ${flow} for one contact.
Contact: ${who}
${texts === undefined ? '' : `The flow shows: ${texts}\n`}
Look up the flow's ns with manychat_list_flows, and the contact with manychat_find_subscribers; if several match, ask me. Use manychat_set_fields_and_send_flow if the flow shows texts for this contact, else manychat_send_flow. ok means that ManyChat accepted it, not that it arrived.`,
  },
  {
    name: 'tidy_tags',
    title: 'Tidy up tags',
    description: 'Finds tags that are duplicate, misspelled or no longer used, and cleans up after approval',
    arguments: { tag: { description: 'Tag to start with', required: false, completes: 'tag' } },
    text: ({ tag }) => `Tidy up the tags of my ManyChat account.${tag === undefined ? '' : ` Start with "${tag}".`}

List them with manychat_list_tags, to the end (next in a result is the call for more; pages shift when a tag is deleted, so read all of them first), and propose which are duplicate, misspelled or outdated, with a reason for each. ManyChat cannot list the contacts that have a tag, so ask me before you delete anything: manychat_delete_tag deletes the tag itself, for every contact and permanently; a new tag of that name has a new id, which flows and rules do not follow. To only empty a tag, I do it on ManyChat's own screen. Do only what I approve.`,
  },
];
