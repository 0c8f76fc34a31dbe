import type { Repaired } from '../contract/endpoint.js';
import { isObject } from '../contract/json.js';
import { structuralProblem } from '../values/argument-limits.js';

type Json = Record<string, unknown>;

/** How the names of flows begin, as in `content20180221085508_278589`. */
const flowName = /^content\d/;

/** `data` read, where it was given as a text of JSON. */
function read(data: unknown, warn: (warning: string) => void): unknown {
  if (typeof data !== 'string' || !/^\s*[[{]/.test(data)) return data;
  try {
    const value: unknown = JSON.parse(data);
    warn('data was a text of JSON; it was read.');
    return value;
  } catch {
    return data;
  }
}

/** `data` as `{version, content}`: given without its wrapper, or as a bare list of messages. */
function wrapped(data: unknown, warn: (warning: string) => void): unknown {
  if (Array.isArray(data)) {
    warn('data was a list of messages; it was put into {version: "v2", content: {messages}}.');
    return { version: 'v2', content: { messages: data } };
  }
  if (!isObject(data)) return data;
  if (data.content === undefined && Array.isArray(data.messages)) {
    warn('data lacked its wrapper; it was put into {version: "v2", content}.');
    const { version: _, ...content } = data;
    return { version: 'v2', content };
  }
  if (isObject(data.content) && data.version === undefined) {
    warn('data lacked its version; "v2" was added.');
    return { ...data, version: 'v2' };
  }
  return data;
}

/** Quick replies of messages, put beside the messages where ManyChat takes them. */
function withQuickRepliesOutside(content: Json, warn: (warning: string) => void): Json {
  if (!Array.isArray(content.messages)) return content;
  const moved: unknown[] = [];
  const messages = content.messages.map((message: unknown, index) => {
    if (!isObject(message) || !Array.isArray(message.quick_replies)) return message;
    const { quick_replies: replies, ...rest } = message;
    moved.push(...replies);
    warn(`The quick replies of messages[${index}] were moved to content.quick_replies, below the whole.`);
    return rest;
  });
  if (moved.length === 0) return { ...content, messages };
  const outside = Array.isArray(content.quick_replies) ? content.quick_replies : [];
  return { ...content, messages, quick_replies: [...outside, ...moved] };
}

/** Buttons of type node whose target is a flow, which ManyChat's public API knows as flow buttons. */
function withFlowButtons(value: unknown, place: string, warn: (warning: string) => void): unknown {
  if (Array.isArray(value)) return value.map((each, index) => withFlowButtons(each, `${place}[${index}]`, warn));
  if (!isObject(value)) return value;
  if (value.type === 'node' && typeof value.target === 'string' && flowName.test(value.target)) {
    warn(`${place}: type node was changed to flow, since its target is a flow.`);
    return { ...value, type: 'flow' };
  }
  const inside = ['messages', 'elements', 'buttons', 'quick_replies', 'content'];
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      inside.includes(key) ? withFlowButtons(each, place === '' ? key : `${place}.${key}`, warn) : each,
    ]),
  );
}

/** `message_tag` that stands in the data, put beside it. */
function withTagOutside(args: Json, data: Json, warn: (warning: string) => void): Json {
  if (!isObject(data.content)) return { ...args, data };
  const { message_tag: inData, ...withoutTag } = data;
  const { message_tag: inContent, ...content } = data.content;
  const tag = inData ?? inContent;
  if (tag === undefined || (args.message_tag !== undefined && args.message_tag !== tag)) return { ...args, data };
  warn('message_tag was moved out of the content.');
  return { ...args, message_tag: tag, data: { ...withoutTag, content } };
}

/** Mends the arguments of a send where what was meant is beyond doubt; everything else is left for the check to refuse. */
export const repairSend = (given: unknown): Repaired => repaired(given, false);

/** The same for a tool that takes a `message_tag`. */
export const repairTaggedSend = (given: unknown): Repaired => repaired(given, true);

function repaired(given: unknown, takesTag: boolean): Repaired {
  if (!isObject(given)) return { input: given, warnings: [] };
  const warnings: string[] = [];
  const warn = (warning: string): void => void warnings.push(warning);
  let args: Json = { ...given };
  const whole = read(args.data, warn);
  // What stands in a text was not looked at when the arguments were.
  const problem = whole === args.data ? undefined : structuralProblem(whole, ['data']);
  if (problem !== undefined) return { input: given, warnings, problem };
  let data = wrapped(whole, warn);
  if (takesTag && isObject(data)) {
    args = withTagOutside(args, data, warn);
    data = args.data;
  }
  if (isObject(data) && isObject(data.content) && /^(messenger|facebook)$/.test(String(data.content.type))) {
    const { type, ...content } = data.content;
    warn(`content.type "${type}" was left out, as Messenger's content has none.`);
    data = { ...data, content };
  }
  if (isObject(data) && isObject(data.content)) {
    data = withFlowButtons({ ...data, content: withQuickRepliesOutside(data.content, warn) }, '', warn);
  }
  return { input: { ...args, ...('data' in args && { data }) }, warnings };
}
