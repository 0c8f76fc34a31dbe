import { asObject } from '../../../../tools/contract/json.js';
import type { Job } from '../job/job.js';
import type { Entry } from '../journal/entry.js';

const again = 'run the same command with --retry-failed';
const leaveOut = 'Leave the contact out.';

/** What a person at a shell does about each kind of failure. */
const advices: Readonly<Record<string, string>> = {
  invalid_input: `Correct this row in your own table, not in the list of failures, then ${again}.`,
  invalid_content: 'Correct the message, then go on with --skip-done-of and a new --journal.',
  not_found: `Correct the id, or the tag, field or flow that the message names, then ${again}.`,
  channel_refused:
    "The contact is on another channel, perhaps Telegram: go on with --channel, or a column of channels as --channel '{{channel}}', and with --skip-done-of and a new --journal.",
  subscriber_inactive: `The contact opted out, never wrote or belongs to another page. ${leaveOut}`,
  otn_unavailable: leaveOut,
  message_tag_refused: 'Remove message_tag from the content, then go on with --skip-done-of and a new --journal.',
  permission_denied: `Have the permission that the message names granted, then ${again}.`,
};

/** What a job sends on: a channel, or `auto`. A flow chooses its own. */
function channelOf({ action, channel = 'auto', data }: Job['action']): unknown {
  if (action === 'send_text') return channel;
  return action === 'send_content' ? (asObject(asObject(data).content).type ?? 'messenger') : 'auto';
}

/** What to do about a closed window. Templates are there on WhatsApp only. */
function windowAdvice(action: Job['action']): string {
  const wait = `Wait until the contact writes, then ${again}`;
  const channel = String(channelOf(action));
  if (channel === 'whatsapp') return `${wait}; or start a flow with a WhatsApp template (--send-flow).`;
  return channel === 'messenger' || channel === 'instagram'
    ? `${wait}.`
    : `${wait}; on WhatsApp, a flow with a WhatsApp template (--send-flow) needs no open window.`;
}

/** What to do about an entry of the list of failures of a job. */
export function adviceFor({ state, kind = '' }: Entry, action: Job['action']): string {
  if (kind === 'window_closed' && state !== 'unknown') return windowAdvice(action);
  if (state === 'unknown') {
    return 'Look at the chat: if nothing arrived, --retry-unknown repeats it, for all unknown contacts.';
  }
  return advices[kind] ?? `Do what the message says, then ${again}.`;
}

const lookedUpAgain = 'then run the same command: it looks the contact up again';

/** What to do about rows whose contact was not found. */
const lookupAdvices: Readonly<Record<string, string>> = {
  none: `Correct this cell in your own table, not in the list of failures, or the contact in ManyChat, ${lookedUpAgain}.`,
  several: `Correct the contacts in ManyChat, ${lookedUpAgain}; or put the row into a table of its own, with the id of the contact that is meant.`,
};

/** What to do about a row that cannot be used. */
export const rowAdviceFor = ({ found = '' }: { readonly found?: string | undefined }): string =>
  lookupAdvices[found] ?? 'Correct this row in your own table, not in the list of failures, then run the same command.';
