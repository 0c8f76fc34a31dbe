import { asObject, isObject, type Result } from '../../../../tools/contract/json.js';
import type { Channel } from '../../../../tools/message/channels.js';
import type { Content } from '../../../../tools/message/content.js';
import { messageData } from '../../../../tools/message/message-data.js';
import { contentOf } from '../../../../tools/message/plain-message.js';
import type { AnswerContent } from '../inbox.js';
import { type Callback, fillCallbacks, hasCallbackMarker } from './callbacks.js';

type Found = { readonly content: Content } | { readonly problem: string };

/** The content of an answer for a channel, or why it does not fit. */
function contentFor(answer: AnswerContent, channel: Channel | undefined): Result | undefined {
  if ('text' in answer) return asObject(contentOf({ text: answer.text, channel: channel ?? 'messenger' }));
  const content = asObject(answer.data.content);
  if (content.type === undefined)
    return { ...content, ...(channel !== undefined && channel !== 'messenger' && { type: channel }) };
  return channel === undefined || content.type === channel ? content : undefined;
}

function checkedContent(answer: AnswerContent, channel: Channel | undefined): Found {
  const found = contentFor(answer, channel);
  if (found === undefined) return { problem: 'the content is for another channel' };
  const checked = messageData.safeParse({ version: 'v2', content: found }, { jitless: true });
  return checked.success
    ? { content: checked.data.content }
    : { problem: `the content is not valid at ${(checked.error.issues[0]?.path ?? []).join('.')}` };
}

/** Whether a response with content can hold an answer. @param callbacks whether callbacks can be filled in. */
export function fitsResponse(answer: AnswerContent, channel: Channel | undefined, callbacks: boolean): boolean {
  const found = checkedContent(answer, channel);
  return 'content' in found && (callbacks || !hasCallbackMarker(found.content));
}

/** The content of a response for an answer, or why it cannot be written. The reason holds no part of the answer. */
export function responseContent(
  answer: AnswerContent,
  channel: Channel | undefined,
  callback: Callback | undefined,
): Found {
  const found = checkedContent(answer, channel);
  if ('problem' in found || !hasCallbackMarker(found.content)) return found;
  if (callback === undefined) return { problem: 'the content has a callback, which needs --public-url' };
  const filled = fillCallbacks(found.content, callback);
  return isObject(filled) ? { content: { ...found.content, ...filled } } : found;
}
