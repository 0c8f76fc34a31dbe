import { channelOf } from '../../tools/message/channel-rules.js';
import type { Channel } from '../../tools/message/channels.js';
import type { Content } from '../../tools/message/content.js';
import { type Callback, textCallback } from '../account/inbox/content/callbacks.js';
import type { Received } from '../account/inbox/inbox.js';

/** How a call of ManyChat ends. `later`: an answer may be sent on its own. */
export type AnswerStatus = 'answered' | 'later' | Exclude<Received['state'], 'new' | 'full'>;

const json = (body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Response =>
  Response.json(body, { status, headers: { 'cache-control': 'no-store', ...headers } });

/** The response to an External Request, which a flow maps into fields. */
export const requestAnswer = (status: AnswerStatus, answer = ''): Response => json({ status, answer });

/** The response that refuses a call. ManyChat takes the fallback of the flow. */
export const refusal = (status: number, reason: string, headers: Readonly<Record<string, string>>): Response =>
  json({ status: 'refused', reason }, status, headers);

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
