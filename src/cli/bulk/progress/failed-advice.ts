import type { Entry } from '../journal/entry.js';

const again = 'run the same command with --retry-failed';
const leaveOut = 'Leave the contact out.';

/** What a person at a shell does about each kind of failure. */
const advices: Readonly<Record<string, string>> = {
  invalid_input: `Correct this line of the table, then ${again}.`,
  invalid_content: 'Correct the message, then go on with --skip-done-of and a new --journal.',
  not_found: `Correct the id, or the tag, field or flow that the message names, then ${again}.`,
  window_closed: `Wait until the contact writes, then ${again}; or start a flow with a WhatsApp template (--send-flow).`,
  channel_refused:
    "The contact is on another channel, perhaps Telegram: go on with --channel, or a column of channels as --channel '{{channel}}', and with --skip-done-of and a new --journal.",
  subscriber_inactive: `The contact opted out, never wrote or belongs to another page. ${leaveOut}`,
  otn_unavailable: leaveOut,
  message_tag_refused: 'Remove message_tag from the content, then go on with --skip-done-of and a new --journal.',
  permission_denied: `Have the permission that the message names granted, then ${again}.`,
};

/** What to do about an entry of the list of failures. */
export function adviceFor({ state, kind = '' }: Entry): string {
  if (state === 'unknown') {
    return 'Look at the chat: if nothing arrived, --retry-unknown repeats it, for all unknown contacts.';
  }
  return advices[kind] ?? `Do what the message says, then ${again}.`;
}

const lookedUpAgain = 'then run the same command: it looks the contact up again';

/** What to do about rows whose contact was not found. */
const lookupAdvices: Readonly<Record<string, string>> = {
  none: `Correct this cell, or the contact in ManyChat, ${lookedUpAgain}.`,
  several: `Correct the contacts in ManyChat, ${lookedUpAgain}; or put the row into a table of its own, with the id of the contact that is meant.`,
};

/** What to do about a row that cannot be used. */
export const rowAdviceFor = ({ found = '' }: { readonly found?: string | undefined }): string =>
  lookupAdvices[found] ?? 'Correct this line of the table, then run the same command.';
