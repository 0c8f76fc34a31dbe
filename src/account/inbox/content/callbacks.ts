import { isObject, type Result } from '../../../../tools/contract/json.js';

/**
 * Stands, in content, for the address of this server: as `url` of a dynamic_block_callback or an external_message_callback. No
 * name under `.invalid` exists, so content that was not filled leads nowhere.
 */
export const callbackMarker = 'https://inbound.invalid/';

const isMarker = (url: unknown): boolean =>
  typeof url === 'string' && URL.canParse(url) && new URL(url).hostname === new URL(callbackMarker).hostname;

/** The message that content answers. */
export interface AnsweredMessage {
  readonly id: string;
  readonly contact: string;
  readonly channel?: string | undefined;
}

/** How ManyChat calls back about one message: what the content that is sent must hold. */
export interface Callback {
  /** @param kind `button`: it was pressed. `message`: the contact's next text. */
  url(kind: 'button' | 'message'): string;
  /** They prove, without the secret, that the server has made this callback for the contact and the message. */
  readonly headers: Readonly<Record<string, string>>;
  readonly message: AnsweredMessage;
}

/** Makes callbacks. A server does that only where ManyChat can reach it. */
export interface Callbacks {
  /** @param account its name; undefined for the one without an accounts file. Undefined if ManyChat does not call for it. */
  of(account: string | undefined, message: AnsweredMessage): Callback | undefined;
}

/** The longest that ManyChat waits for the contact's next text, in seconds. */
const longestSeconds = 86_400;

const about = ({ contact, channel }: AnsweredMessage): Result => ({
  subscriber_id: contact,
  ...(channel !== undefined && { channel }),
});

/** The callback for the contact's next text. ManyChat fills the text in. */
export const textCallback = ({ url, headers, message }: Callback): Result => ({
  url: url('message'),
  method: 'post',
  headers,
  payload: { ...about(message), text: '{{last_input_text}}' },
  timeout: longestSeconds,
});

const own = (value: unknown): Result => (isObject(value) ? value : {});

/** Replaces what has the marker by what ManyChat calls. Content without one stays as it is. */
export function fillCallbacks(value: unknown, callback: Callback): unknown {
  if (Array.isArray(value)) return value.map((each) => fillCallbacks(each, callback));
  if (!isObject(value)) return value;
  const filled: Record<string, unknown> = {};
  for (const [key, each] of Object.entries(value)) {
    if (key !== 'external_message_callback' || !isObject(each) || !isMarker(each.url))
      filled[key] = fillCallbacks(each, callback);
    else {
      const { payload, headers, ...made } = textCallback(callback);
      filled[key] = {
        ...each,
        ...made,
        timeout: each.timeout ?? made.timeout,
        headers: { ...own(each.headers), ...own(headers) },
        payload: { ...own(payload), ...(each.payload !== undefined && { payload: each.payload }) },
      };
    }
  }
  if (value.type !== 'dynamic_block_callback' || !isMarker(value.url)) return filled;
  return {
    ...filled,
    url: callback.url('button'),
    method: 'post',
    headers: { ...own(value.headers), ...callback.headers },
    payload: { ...about(callback.message), text: value.caption, payload: own(value.payload) },
  };
}

/** Whether content has a marker. */
export function hasCallbackMarker(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasCallbackMarker);
  if (!isObject(value)) return false;
  const { type, external_message_callback: next } = value;
  if (type === 'dynamic_block_callback' && isMarker(value.url)) return true;
  return (isObject(next) && isMarker(next.url)) || Object.values(value).some(hasCallbackMarker);
}
