import type { Repaired } from '../contract/endpoint.js';
import { isObject } from '../contract/json.js';
import { structuralProblem } from '../values/argument-limits.js';

type Json = Record<string, unknown>;

/** Adds a sentence about a correction. */
type Warn = (warning: string) => void;

/** How the ns of a flow begins, as in `content20180221085508_278589`. */
const flowNs = /^content\d/;

/** Parses `data` that was given as JSON text. */
function parseData(data: unknown, warn: Warn): unknown {
  if (typeof data !== 'string' || !/^\s*[[{]/.test(data)) return data;
  try {
    const value: unknown = JSON.parse(data);
    warn('data was JSON text; it was parsed.');
    return value;
  } catch {
    return data;
  }
}

/** `data` as `{version, content}`, also if the wrapper or all but the list of messages is missing. */
function wrapped(data: unknown, warn: Warn): unknown {
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

/** Moves quick replies from messages to the content, where ManyChat expects them. */
function withQuickRepliesMoved(content: Json, warn: Warn): Json {
  if (!Array.isArray(content.messages)) return content;
  const moved: unknown[] = [];
  const messages = content.messages.map((message: unknown, index) => {
    if (!isObject(message) || !Array.isArray(message.quick_replies)) return message;
    const { quick_replies: replies, ...rest } = message;
    moved.push(...replies);
    warn(`The quick replies of messages[${index}] were moved to content.quick_replies.`);
    return rest;
  });
  if (moved.length === 0) return { ...content, messages };
  const present = Array.isArray(content.quick_replies) ? content.quick_replies : [];
  return { ...content, messages, quick_replies: [...present, ...moved] };
}

const buttonHolders = ['messages', 'elements', 'buttons', 'quick_replies', 'content'];

/** Turns buttons of type node whose target is a flow into flow buttons, as the public API calls them. */
function withFlowButtons(value: unknown, path: string, warn: Warn): unknown {
  if (Array.isArray(value)) return value.map((each, index) => withFlowButtons(each, `${path}[${index}]`, warn));
  if (!isObject(value)) return value;
  if (value.type === 'node' && typeof value.target === 'string' && flowNs.test(value.target)) {
    warn(`${path}: type node was changed to flow, because its target is a flow.`);
    return { ...value, type: 'flow' };
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      buttonHolders.includes(key) ? withFlowButtons(each, path === '' ? key : `${path}.${key}`, warn) : each,
    ]),
  );
}

/** Moves a `message_tag` from inside the data to the argument beside it. */
function withTagMoved(args: Json, data: Json, warn: Warn): Json {
  if (!isObject(data.content)) return { ...args, data };
  const { message_tag: inData, ...withoutTag } = data;
  const { message_tag: inContent, ...content } = data.content;
  const tag = inData ?? inContent;
  if (tag === undefined || (args.message_tag !== undefined && args.message_tag !== tag)) return { ...args, data };
  warn('message_tag was moved out of the content.');
  return { ...args, message_tag: tag, data: { ...withoutTag, content } };
}

/** Corrects unambiguous mistakes in the arguments of a send. Everything else is left for the schema to reject. */
export const repairSend = (input: unknown): Repaired => repair(input, false);

/** `repairSend` for a tool that takes a `message_tag`. */
export const repairTaggedSend = (input: unknown): Repaired => repair(input, true);

function repair(input: unknown, takesTag: boolean): Repaired {
  if (!isObject(input)) return { input, warnings: [] };
  const warnings: string[] = [];
  const warn: Warn = (warning) => void warnings.push(warning);
  let args: Json = { ...input };
  const parsed = parseData(args.data, warn);
  // The structure of the arguments was checked while this was still text.
  const problem = parsed === args.data ? undefined : structuralProblem(parsed, ['data']);
  if (problem !== undefined) return { input, warnings, problem };
  let data = wrapped(parsed, warn);
  if (takesTag && isObject(data)) {
    args = withTagMoved(args, data, warn);
    data = args.data;
  }
  if (isObject(data) && isObject(data.content) && /^(messenger|facebook)$/.test(String(data.content.type))) {
    const { type, ...content } = data.content;
    warn(`content.type "${type}" was left out, because content for Messenger has no type.`);
    data = { ...data, content };
  }
  if (isObject(data) && isObject(data.content)) {
    data = withFlowButtons({ ...data, content: withQuickRepliesMoved(data.content, warn) }, '', warn);
  }
  return { input: { ...args, ...('data' in args && { data }) }, warnings };
}
