import { isObject } from '../../../../tools/contract/json.js';
import type { AnswerContent } from '../../../account/inbox/inbox.js';

/**
 * The answer that a program or an address gives: plain text, or JSON with `text`, `answer` or the content of a message as in
 * manychat_send_content. Undefined: none.
 */
export function answerIn(output: string): AnswerContent | undefined {
  const text = output.trim();
  if (text === '') return undefined;
  if (!text.startsWith('{')) return { text };
  const json = parsed(text);
  // A text can begin with a brace.
  if (!isObject(json)) return { text };
  const { text: own, answer, data } = json;
  const words = own ?? answer;
  if (typeof words === 'string') return words.trim() === '' ? undefined : { text: words };
  if (isObject(data)) return { data };
  if (isObject(json.content) || Array.isArray(json.messages)) return { data: json };
  if (Object.keys(json).length === 0) return undefined;
  throw new Error('its JSON has neither text nor data');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
