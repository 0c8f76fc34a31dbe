import { asObject, type Result } from '../../tools/contract/json.js';
import { clipped } from '../../tools/contract/quoted.js';
import { type Channel, channels } from '../../tools/message/channels.js';
import type { ToolCall } from '../apps/tool-call.js';
import { channelIn } from '../message-view/reading.js';
import { fieldsIn, listIn, rawText, textIn } from '../message-view/values.js';

/** A fact about a call. What strangers wrote in the value is drawn in isolation. */
export interface Fact {
  readonly label: string;
  readonly value: string;
}

/** A message to draw. */
export interface Drawing {
  /** Whose it is, if there are several. */
  readonly to?: string | undefined;
  readonly content: unknown;
  readonly channel?: Channel | undefined;
  readonly splitTexts: boolean;
}

/** What a call would do, from its arguments. */
export interface Planned {
  readonly facts: readonly Fact[];
  readonly drawings: readonly Drawing[];
  /** What is not drawn. */
  readonly left?: string | undefined;
}

/** Up to this many contacts with messages of their own are drawn. */
const drawnItems = 3;

/** Up to this many fields are listed. */
const listedFields = 10;

const fact = (label: string, value: unknown): Fact[] => {
  const text = textIn(value) ?? (value === undefined || value === null ? undefined : rawText(value));
  return text === undefined || text.trim() === '' ? [] : [{ label, value: clipped(text, 300) }];
};

const channelNamed = (value: unknown): Channel | undefined => channels.find((channel) => channel === value);

/** Names and values of fields, in the forms that the tools read. */
function fieldEntries(fields: unknown): (readonly [string, unknown])[] {
  const list = listIn(fields);
  if (list === undefined) return Object.entries(fieldsIn(fields) ?? {});
  return list.map((each) => {
    const { field_name, field_id, field_value, name, value } = fieldsIn(each) ?? {};
    return [textIn(field_name ?? field_id ?? name) ?? '', field_value ?? value ?? ''] as const;
  });
}

function fieldFacts(fields: unknown): Fact[] {
  const entries = fieldEntries(fields);
  const left = entries.length - listedFields;
  return [
    ...entries.slice(0, listedFields).map(([name, value]) => ({
      label: 'Sets',
      value: `${clipped(name)} = ${clipped(textIn(value) ?? rawText(value), 200)}`,
    })),
    ...(left > 0 ? [{ label: 'Sets', value: `${left} more fields` }] : []),
  ];
}

/** The message in arguments: a text, or content. */
function drawingIn(input: Result, found: Channel | undefined, to?: string): Drawing[] {
  const { text, data, buttons, quick_replies, channel } = input;
  const named = channelNamed(channel);
  if (data !== undefined && data !== '') return [{ to, content: data, channel: found ?? named, splitTexts: false }];
  const words = textIn(text);
  if (words === undefined) return [];
  const content = {
    messages: [{ type: 'text', text: words, ...(buttons !== undefined && { buttons }) }],
    ...(quick_replies !== undefined && { quick_replies }),
  };
  return [{ to, content, channel: found ?? named, splitTexts: true }];
}

/** The name of a channel, as people write it. */
export const channelName = (channel: string): string =>
  channel === 'whatsapp' ? 'WhatsApp' : channel.replace(/^[a-z]/, (first) => first.toUpperCase());

/** The channel of a message, as far as it is known before it is sent. An answer goes where the message came from. */
function channelFact({ content, channel, splitTexts }: Drawing, input: Result): Fact[] {
  if (channel !== undefined) return fact('Channel', channelName(channel));
  if (input.message_id !== undefined) return [];
  if (splitTexts) return fact('Channel', 'found when it is sent');
  const named = channelIn(content);
  return named === 'messenger' ? [] : fact('Channel', channelName(named));
}

const count = (list: unknown): number => listIn(list)?.length ?? 0;

/** For whom a call is. */
function recipientFacts({ subscriber_id, user_ref, message_id, subscriber_ids, items, resume }: Result): Fact[] {
  const many = count(subscriber_ids) + count(items);
  return [
    ...fact('Contact id', subscriber_id),
    ...fact('Opt-in', user_ref),
    ...fact('Answers', message_id === undefined ? undefined : `message ${textIn(message_id) ?? ''}`),
    ...fact('Contacts', many === 0 ? undefined : many),
    ...fact('Goes on with job', resume),
  ];
}

/** Reads the arguments of a call, which may be incomplete or wrong. */
export function plannedIn({ input = {} }: ToolCall, result: Result): Planned {
  const { action, tag_name, fields, flow_ns, account, connection_id, otn_topic_name, items } = input;
  const found = channelNamed(result.channel);
  const own = (listIn(items) ?? []).map(asObject);
  const drawings =
    own.some((item) => 'text' in item) && action !== 'set_fields'
      ? own.slice(0, drawnItems).flatMap((item) => drawingIn({ ...input, ...item }, found, textIn(item.subscriber_id)))
      : drawingIn(input, found);
  const ownFields = own.filter((item) => 'fields' in item).length;
  const [first] = drawings;
  return {
    facts: [
      ...fact('Account', account),
      ...fact('Connection', connection_id),
      ...recipientFacts(input),
      ...(action === 'add_tag' ? fact('Adds tag', tag_name) : []),
      ...(action === 'remove_tag' ? fact('Removes tag', tag_name) : []),
      ...fieldFacts(fields),
      ...fact('Sets', ownFields === 0 ? undefined : `fields of ${ownFields} contacts, each with own values`),
      ...fact('Starts flow', flow_ns),
      ...fact('OTN topic', otn_topic_name),
      ...(first === undefined ? [] : channelFact(first, input)),
    ],
    drawings,
    left: own.length > drawnItems && drawings.length > 0 ? `${own.length - drawnItems} more are not drawn.` : undefined,
  };
}
