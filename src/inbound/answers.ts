import { asObject, isObject, type Result } from '../../tools/contract/json.js';
import { channelOf } from '../../tools/message/channel-rules.js';
import type { Channel } from '../../tools/message/channels.js';
import type { Content } from '../../tools/message/content.js';
import { messageData } from '../../tools/message/message-data.js';
import { contentOf } from '../../tools/message/plain-message.js';
import { type Callback, fillCallbacks, hasCallbackMarker, textCallback } from '../account/inbox/callbacks.js';
import type { AnswerContent, Received } from '../account/inbox/inbox.js';

/** How a call of ManyChat ends. `later`: an answer may be sent on its own. */
export type AnswerStatus = 'answered' | 'later' | Exclude<Received['state'], 'new' | 'full'>;

const json = (body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Response =>
  Response.json(body, { status, headers: { 'cache-control': 'no-store', ...headers } });

/** The response to an External Request, which a flow maps into fields. */
export const requestAnswer = (status: AnswerStatus, answer = ''): Response => json({ status, answer });

/** The response that refuses a call. ManyChat takes the fallback of the flow. */
export const refusal = (status: number, reason: string, headers: Readonly<Record<string, string>>): Response =>
  json({ status: 'refused', reason }, status, headers);

/** The content of an answer for a channel, or why it does not fit. */
function contentFor(answer: AnswerContent, channel: Channel | undefined): Result | { readonly problem: string } {
  if ('text' in answer) return asObject(contentOf({ text: answer.text, channel: channel ?? 'messenger' }));
  const content = asObject(answer.data.content);
  const { type = 'messenger' } = content;
  if (channel === undefined || type === channel || (type === 'messenger' && content.type === undefined))
    return { ...content, ...(channel !== undefined && channel !== 'messenger' && { type: channel }) };
  return { problem: 'the content is for another channel' };
}

/** The content of a dynamic block for an answer, or why it cannot be written. The reason holds no part of the answer. */
export function blockContent(
  answer: AnswerContent,
  channel: Channel | undefined,
  callback: Callback | undefined,
): { readonly content: Content } | { readonly problem: string } {
  const found = contentFor(answer, channel);
  if (typeof found.problem === 'string') return { problem: found.problem };
  const checked = messageData.safeParse({ version: 'v2', content: found }, { jitless: true });
  if (!checked.success)
    return { problem: `the content is not valid at ${(checked.error.issues[0]?.path ?? []).join('.')}` };
  const { content } = checked.data;
  if (!hasCallbackMarker(content)) return { content };
  if (callback === undefined) return { problem: 'the content has a callback, which needs --public-url' };
  const filled = fillCallbacks(content, callback);
  return isObject(filled) ? { content: { ...content, ...filled } } : { content };
}

/**
 * The response to a dynamic block or a callback. Without content nothing is sent.
 * @param next calls back with the contact's next text, as the call that is answered did.
 */
export function blockAnswer(
  content: Content | undefined,
  channel: Channel | undefined,
  next: Callback | undefined,
): Response {
  const own = content && channelOf(content);
  const type = own ?? channel;
  return json({
    version: 'v2',
    content: {
      ...(type !== undefined && type !== 'messenger' && { type }),
      ...(next !== undefined && { external_message_callback: textCallback(next) }),
      messages: [],
      actions: [],
      quick_replies: [],
      ...content,
    },
  });
}
