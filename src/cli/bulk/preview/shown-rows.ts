import { asObject, type Result, toList } from '../../../../tools/contract/json.js';
import { clipped, quoted } from '../../../../tools/contract/quoted.js';
import { messageDataBrief } from '../../../../tools/message/message-data.js';
import { renderContent } from '../../../../tools/message/preview.js';
import { readMessagingStatus } from '../../../../tools/workflows/messaging-status/messaging-status.js';
import { plainTool } from '../../../account/policy/tool.js';
import { failureSentences } from '../../commands/failure-text.js';
import type { OpenRow } from '../account-job/scan.js';
import type { CheckedAccount } from './account-checks.js';

/** What ManyChat says about the contact of a row. */
export interface ShownContact {
  readonly name?: string | undefined;
  /** Why the contact cannot be reached, in a sentence without its subject. */
  readonly problem?: string | undefined;
  /** What else could go wrong. */
  readonly remark?: string | undefined;
  /** The channel that is found for a message to the contact. */
  readonly channel?: string | undefined;
}

const channelNames: Readonly<Record<string, string>> = { instagram: 'Instagram', whatsapp: 'WhatsApp' };

/** The channel of a message; undefined if the action is none, or a flow, which chooses its own. */
function channelOf({ action, channel, data }: Result): string | undefined {
  if (action === 'send_text') return typeof channel === 'string' ? channel : 'auto';
  const { type } = asObject(asObject(data).content);
  return action === 'send_content' ? String(type ?? 'messenger') : undefined;
}

/** A time, as ISO 8601 in UTC, to the minute. */
const minuteOf = (time: string): string => time.replace(/^(\S{10})T(\d\d:\d\d)Z$/, '$1 $2 UTC');

/** What a contact's messaging status says about a message on the channel that is found for it. */
function autoOutlook(status: Result): Omit<ShownContact, 'name'> {
  const [channel = 'messenger'] = (toList(status.channels) ?? []).map(String);
  return { ...messageOutlook(status, channel), channel };
}

/** What a contact's messaging status says about a message on a channel. */
function messageOutlook(status: Result, channel: string): Pick<ShownContact, 'problem' | 'remark'> {
  const channels = (toList(status.channels) ?? []).map(String);
  const name = channelNames[channel];
  if (name !== undefined && !channels.includes(channel)) {
    return { problem: `ManyChat has no ${name} on record for the contact` };
  }
  const own = Object.entries(channelNames).flatMap(([key, each]) => (channels.includes(key) ? [each] : []));
  const remark =
    name === undefined && own.length > 0
      ? `the contact is on ${own.join(' and ')}, and this goes to ${channel}: see --channel`
      : undefined;
  const { plain_message_now: answer, closed_since: since } = status;
  if (answer !== 'no' || channel === 'telegram') return { remark };
  const closed =
    since === undefined
      ? 'the contact never wrote'
      : `the 24-hour window of the contact is closed since ${minuteOf(String(since))}`;
  return { problem: closed, remark };
}

/** Reads the contact of a row. */
export async function readContact({ id, input }: OpenRow, account: CheckedAccount): Promise<ShownContact> {
  const { call, signal, connectionId } = account;
  const outcome = await call(plainTool(readMessagingStatus), { subscriber_id: id }, { signal, connectionId });
  if (!outcome.ok) {
    const { kind } = outcome.failure;
    const text = `${kind}: ${failureSentences(outcome.failure).replace(/\.$/, '')}`;
    return kind === 'not_found' || kind === 'invalid_input' ? { problem: text } : { remark: text };
  }
  const status = asObject(toList(outcome.result.contacts)?.[0]);
  const channel = channelOf(input);
  const name = typeof status.name === 'string' ? status.name : undefined;
  if (channel === 'auto') return { name, ...autoOutlook(status) };
  return { name, ...(channel !== undefined && messageOutlook(status, channel)) };
}

const valueText = (value: unknown): string =>
  typeof value === 'string' ? quoted(value) : clipped(JSON.stringify(value));

const fieldLines = (fields: unknown): string[] =>
  Object.entries(asObject(fields)).map(([name, value]) => `${quoted(name)}: ${valueText(value)}`);

/** What is done for one contact, as it is shown to a person. A message that names no channel is for Messenger. */
function doneText({ action, text, channel, data, tag_name, flow_ns, fields }: Result): string[] {
  switch (action) {
    case 'send_text':
      return [...(channel === 'messenger' ? [] : [`On ${String(channel)}`]), String(text)];
    case 'send_content': {
      const parsed = messageDataBrief.safeParse(data);
      return [parsed.success ? renderContent(parsed.data.content) : JSON.stringify(data)];
    }
    case 'add_tag':
      return [`Add the tag ${quoted(tag_name)}`];
    case 'remove_tag':
      return [`Remove the tag ${quoted(tag_name)}`];
    case 'send_flow':
      return [...fieldLines(fields), `Start the flow ${quoted(flow_ns)}`];
    default:
      return fieldLines(fields);
  }
}

const indent = '    ';

/** A row and what is done for its contact. */
export function rowText({ place, id, input }: OpenRow, { name, channel }: ShownContact = {}): string {
  const whom = name === undefined ? `contact ${id}` : `${quoted(name)} (${id})`;
  const { channel: choice = 'auto' } = input;
  const shown = { ...input, channel: choice === 'auto' ? (channel ?? 'messenger') : choice };
  const lines = doneText(shown).join('\n').split('\n');
  return [`line ${place}: ${whom}`, ...lines.map((each) => `${indent}${each}`)].join('\n');
}
