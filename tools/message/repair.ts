import type { Repaired } from '../contract/endpoint.js';
import { isObject } from '../contract/json.js';
import { quoted } from '../contract/quoted.js';
import { saysNothing } from '../values/reading/absent.js';
import { readPart } from '../values/reading/argument-reader.js';
import { isJsonText } from '../values/reading/client-form.js';
import { parseContainer, structuralProblem } from '../values/reading/json-text.js';
import { type Channel, channelError, channels } from './channels.js';
import type { messageData } from './message-data.js';

type Json = Record<string, unknown>;

/** Adds a sentence about a correction. */
type Warn = (warning: string) => void;

/** How the ns of a flow begins, as in `content20180221085508_278589`. */
const flowNs = /^content\d/;

/** A list, also from JSON text. */
function listIn(value: unknown): unknown[] | undefined {
  const parsed = typeof value === 'string' ? parseContainer(value) : { value };
  return parsed !== undefined && 'value' in parsed && Array.isArray(parsed.value) ? parsed.value : undefined;
}

const isAbsent = (value: unknown): boolean => value === undefined || saysNothing(value);

/** `data` as `{version, content}`, also if the wrapper or all but the list of messages is missing. */
function wrapped(data: unknown, warn: Warn): unknown {
  if (Array.isArray(data)) {
    warn('data was a list of messages; it was put into {version: "v2", content: {messages}}.');
    return { version: 'v2', content: { messages: data } };
  }
  if (!isObject(data)) return data;
  const isOurs = isAbsent(data.version) || data.version === 'v2';
  if (isOurs && isAbsent(data.content) && listIn(data.messages) !== undefined) {
    warn('data lacked its wrapper; it was put into {version: "v2", content}.');
    const { version: _, content: __, ...content } = data;
    return { version: 'v2', content };
  }
  if (isObject(data.content) && isAbsent(data.version)) {
    warn('data lacked its version; "v2" was added.');
    return { ...data, version: 'v2' };
  }
  return data;
}

/** Moves quick replies from messages to the content, where ManyChat expects them. */
function withQuickRepliesMoved(content: Json, warn: Warn): Json {
  if (!Array.isArray(content.messages)) return content;
  // What is there besides must not be lost; validation says what is wrong with it.
  const { quick_replies: own } = content;
  if (!isAbsent(own) && !Array.isArray(own)) return content;
  const moved: unknown[] = [];
  const messages = content.messages.map((message: unknown, index) => {
    if (!isObject(message)) return message;
    const replies = listIn(message.quick_replies);
    if (replies === undefined || structuralProblem(replies, []) !== undefined) return message;
    const { quick_replies: _, ...rest } = message;
    for (const reply of replies) moved.push(reply);
    warn(`The quick replies of messages[${index}] were moved to content.quick_replies.`);
    return rest;
  });
  if (moved.length === 0) return { ...content, messages };
  const present = Array.isArray(content.quick_replies) ? content.quick_replies : [];
  return { ...content, messages, quick_replies: [...present, ...moved] };
}

/** The keys that only a button of manychat_send_text has, by the type that the button has here. */
const foreignKeys: Readonly<Record<string, readonly string[]>> = { url: ['flow_ns'], flow: ['flow_ns', 'url'] };

/** Whether a key of a button holds nothing and is not of its type; without a type, it may be of any. */
const isLeftOver = (button: Json, key: string): boolean =>
  isAbsent(button[key]) && (isAbsent(button.type) || foreignKeys[String(button.type)]?.includes(key) === true);

/** A button in the shape of manychat_send_text, `{caption, url}` or `{caption, flow_ns}`, as a button of content. */
function contentButton(button: Json, path: string, list: string, warn: Warn): Json {
  const left = Object.keys(button).filter((key) => isLeftOver(button, key));
  if (left.length > 0) warn(`${path}: ${left.join(', ')} taken as not given, because null or empty.`);
  const filled = Object.fromEntries(Object.entries(button).filter(([key]) => !left.includes(key)));
  const { flow_ns: flow, url, type, target, ...rest } = filled;
  if (typeof flow === 'string' && url === undefined && isAbsent(target) && (type === undefined || type === 'flow')) {
    warn(`${path}: a button with flow_ns was read as one of type flow with this target.`);
    return { type: 'flow', ...rest, target: flow };
  }
  const isPlainLink = Object.keys(filled).every((key) => key === 'caption' || key === 'url');
  if (url === undefined || !isPlainLink || list !== 'buttons') return filled;
  warn(`${path}: a button with url and no type was read as one of type url.`);
  return { type: 'url', ...filled };
}

const buttonHolders = ['messages', 'elements', 'buttons', 'quick_replies', 'content'];
const buttonLists = ['buttons', 'quick_replies'];

/** Turns buttons into those of content: of manychat_send_text's shape, and of type node whose target is a flow. */
function withContentButtons(value: unknown, path: string, key: string, warn: Warn): unknown {
  if (Array.isArray(value)) return value.map((each, index) => withContentButtons(each, `${path}[${index}]`, key, warn));
  if (!isObject(value)) return value;
  if (buttonLists.includes(key)) {
    if (value.type !== 'node' || typeof value.target !== 'string' || !flowNs.test(value.target)) {
      return contentButton(value, path, key, warn);
    }
    warn(`${path}: type node was changed to flow, because its target is a flow.`);
    return { ...value, type: 'flow' };
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      name,
      buttonHolders.includes(name) ? withContentButtons(each, `${path}.${name}`, name, warn) : each,
    ]),
  );
}

/** Moves a `message_tag` from inside the data to the argument beside it. */
function withTagMoved(args: Json, data: Json, warn: Warn): Json {
  if (!isObject(data.content)) return { ...args, data };
  const { message_tag: inData, ...withoutTag } = data;
  const { message_tag: inContent, ...content } = data.content;
  const tags = [args.message_tag, inData, inContent].filter((each) => !isAbsent(each));
  const [tag] = tags;
  // Two different tags: validation has the last word.
  if ((inData === undefined && inContent === undefined) || tags.some((each) => each !== tag)) return { ...args, data };
  if (tag === undefined) return { ...args, data: { ...withoutTag, content } };
  warn('message_tag was moved out of the content.');
  return { ...args, message_tag: tag, data: { ...withoutTag, content } };
}

const channelNamed = (name: unknown): Channel | undefined => {
  const word = typeof name === 'string' ? name.trim().toLowerCase() : '';
  return channels.find((channel) => channel === (word === 'facebook' ? 'messenger' : word));
};

/** Content whose type is a channel as ManyChat names it: none for Messenger. */
function withKnownType({ type: written, ...content }: Json, warn: Warn): Json {
  const channel = channelNamed(written);
  if (written === undefined || channel === undefined) return { type: written, ...content };
  const type = channel === 'messenger' ? {} : { type: channel };
  if (written !== channel) warn(`content.type ${quoted(written)} was read as "${channel}".`);
  return { ...type, ...content };
}

/** Reads a `channel` beside the data as the content's type, which is what ManyChat knows it as. */
function withChannelMoved(args: Json, data: unknown, warn: Warn): { args: Json; data: unknown; problem?: string } {
  const isOfText = args.action !== undefined && args.action !== 'send_content';
  if (!('channel' in args) || isOfText || !isObject(data) || !isObject(data.content)) return { args, data };
  const { channel: given, ...rest } = args;
  if (isAbsent(given)) {
    warn('channel taken as not given, because null or empty.');
    return { args: rest, data };
  }
  const channel = channelNamed(given);
  const { type, ...content } = data.content;
  if (channel === undefined) {
    const allowed = channels.map((each) => `"${each}"`).join(', ');
    return { args, data, problem: `channel: ${channelError({ input: given }) ?? `must be one of ${allowed}`}` };
  }
  if (!isAbsent(type) && channelNamed(type) !== channel) {
    return {
      args,
      data,
      problem: `channel: ${quoted(given)} contradicts content.type ${quoted(type)}; give the one that is meant, as content.type (none for Messenger)`,
    };
  }
  warn(`channel was read as the content's type, ${channel === 'messenger' ? 'none for Messenger' : `"${channel}"`}.`);
  return { args: rest, data: { ...data, content: channel === 'messenger' ? content : { type: channel, ...content } } };
}

/** What a tool declares of the message it takes. */
interface TakenMessage {
  /** The schema of `data`, which clients are shown as an object or as JSON text. */
  readonly data: typeof messageData;
  readonly takesTag?: boolean;
}

/**
 * Corrects unambiguous mistakes in the arguments of a tool that takes `data`, and reads it by the grammar of messages.
 * Everything else is left for the schema to reject.
 */
export const repairMessage =
  (taken: TakenMessage) =>
  (input: unknown): Repaired =>
    repair(input, taken);

function repair(input: unknown, { data: schema, takesTag = false }: TakenMessage): Repaired {
  if (!isObject(input)) return { input, warnings: [] };
  const warnings: string[] = [];
  const warn: Warn = (warning) => void warnings.push(warning);
  let problem: string | undefined;
  let args: Json = { ...input };
  let data = args.data;
  const read = (): void => {
    const reading = readPart(schema, data, ['data']);
    problem ??= reading.problem;
    warnings.push(...reading.warnings);
    data = reading.input;
  };
  const messages = typeof data === 'string' ? listIn(data) : undefined;
  if (messages !== undefined) {
    problem = structuralProblem(messages, ['data']);
    if (!isJsonText(schema)) warn('Read from JSON text: data.');
    data = messages;
  }
  if (problem === undefined) read();
  if (problem !== undefined) return { input, warnings, problem };
  data = wrapped(data, warn);
  read();
  if (takesTag && isObject(data)) {
    args = withTagMoved(args, data, warn);
    data = args.data;
  }
  ({ args, data, problem } = { problem, ...withChannelMoved(args, data, warn) });
  if (problem !== undefined) return { input, warnings, problem };
  if (isObject(data) && isObject(data.content)) data = { ...data, content: withKnownType(data.content, warn) };
  if (isObject(data) && isObject(data.content)) {
    data = withContentButtons({ ...data, content: withQuickRepliesMoved(data.content, warn) }, 'data', '', warn);
    // What was moved or typed is declared only now.
    read();
  }
  return { input: { ...args, ...('data' in args && { data }) }, warnings, problem };
}
