import type { Endpoint } from '../../../tools/contract/endpoint.js';
import type { Kind } from '../../../tools/contract/failure.js';
import { isObject } from '../../../tools/contract/json.js';
import { upstreamLine } from '../../text/safe-text.js';

/** Details are cut after this many. */
const detailsLimit = 20;

/** A ManyChat error body, read. */
export interface ManyChatRefusal {
  readonly message: string;
  readonly code: number | undefined;
  readonly details: readonly string[];
}

/** Levels of nesting that are read. */
const maxDepth = 6;

/** All texts in validation details: a list of messages, or a map from field to messages, nested in any way. */
function textsIn(value: unknown, field = '', depth = 0): string[] {
  if (depth > maxDepth) return [];
  if (typeof value === 'string' || typeof value === 'number') {
    return String(value).trim() === '' ? [] : [field === '' ? String(value) : `${field}: ${value}`];
  }
  if (Array.isArray(value)) return value.flatMap((each) => textsIn(each, field, depth + 1));
  if (!isObject(value)) return [];
  const { field: named, ...rest } = value;
  // An item of a list names the field beside the message.
  if (typeof named === 'string' && Object.keys(rest).length > 0) return textsIn(rest, named, depth);
  return Object.entries(value).flatMap(([key, each]) =>
    textsIn(each, ['message', 'messages', 'details'].includes(key) ? field : key, depth + 1),
  );
}

/** Looks like a line of our own report about a workflow's steps, so ManyChat's text is quoted. */
const looksLikeReport = /^(done|failed|outcome unknown|not done)\b/i;

/**
 * Reads the message, code and details of a ManyChat error body in any of its shapes.
 * @param clean removes secrets, before anything is cut.
 */
export function readRefusal(body: Record<string, unknown>, clean: (text: string) => string): ManyChatRefusal {
  const linesOf = (value: unknown): string[] =>
    textsIn(value)
      .slice(0, detailsLimit)
      .map((each) => upstreamLine(clean(each)))
      .filter((each) => each !== '');
  const details = [...new Set(linesOf(body.details ?? body.errors))].map((each) =>
    looksLikeReport.test(each) ? JSON.stringify(each) : each,
  );
  const own = linesOf(body.message).join('; ') || linesOf(body.error).join('; ');
  const code = typeof body.code === 'number' || /^\d+$/.test(String(body.code)) ? Number(body.code) : undefined;
  return {
    message:
      upstreamLine([own, ...details.filter((detail) => detail !== own)].filter((part) => part !== '').join(': ')) ||
      'ManyChat gave no reason',
    code,
    details,
  };
}

/** ManyChat's error codes, as its swagger file defines them. */
const kindByCode: ReadonlyMap<number, Kind> = new Map<number, Kind>([
  [2011, 'user_ref_not_registered'],
  [2012, 'user_ref_not_linked'],
  [3011, 'window_closed'],
  [3021, 'otn_unavailable'],
  [3031, 'window_closed'],
  ...Array.from({ length: 10 }, (_, digit): [number, Kind] => [3040 + digit, 'channel_refused']),
]);

/** ManyChat's wordings as seen live; the first match decides. `only` limits an entry to sends, or to all but sends. */
const kindByMessage: readonly { readonly words: RegExp; readonly kind: Kind; readonly only?: 'sends' | 'others' }[] = [
  // First, because it quotes the content, which can contain any of the words below.
  { words: /wrong dynamic message format/i, kind: 'invalid_content' },
  { words: /^wrong (format )?token/i, kind: 'manychat_auth' },
  { words: /^(too many requests|rate limit)/i, kind: 'rate_limited' },
  { words: /message tags? (is|are) no longer supported|unsupported message tag/i, kind: 'message_tag_refused' },
  { words: /permission denied/i, kind: 'permission_denied' },
  { words: /already (exists|in use|taken)/i, kind: 'already_exists' },
  { words: /(subscriber|contact|user) is not active/i, kind: 'subscriber_inactive' },
  { words: /user_?ref.*(not been linked|not linked)/i, kind: 'user_ref_not_linked' },
  { words: /user_?ref.*(isn.?t|not) (registered|found)/i, kind: 'user_ref_not_registered' },
  { words: /one-time notification|no otn|otn token/i, kind: 'otn_unavailable' },
  { words: /over 24 ?h|more than 24 hours|without (message tag|notification reason)|24-hour/i, kind: 'window_closed' },
  { words: /(via|through) (a |the |this )?(specific )?channel/i, kind: 'channel_refused' },
  { words: /subscriber (does not exist|doesn.?t exist|not found)|no subscriber/i, kind: 'not_found' },
  {
    words: /(field|tag)( with same name)? (was )?not found|type not supported|invalid data format/i,
    kind: 'invalid_content',
    only: 'sends',
  },
  { words: /\b(flow|automation)\b.*(not found|does not exist|doesn.?t exist)/i, kind: 'not_found' },
  { words: /not found|does not exist|doesn.?t exist/i, kind: 'not_found', only: 'others' },
  { words: /not a valid|invalid|is required|can.?t be empty|must be|type not supported/i, kind: 'invalid_input' },
];

/** The kind of a refusal; undefined where neither its code nor its wording is known. */
export function kindOfRefusal(refusal: ManyChatRefusal, { effect }: Endpoint): Kind | undefined {
  const byCode = refusal.code === undefined ? undefined : kindByCode.get(refusal.code);
  if (byCode !== undefined) return byCode;
  const sends = effect === 'send';
  // Details first: the message is often just "Validation error".
  for (const text of [refusal.details.join('; '), refusal.message]) {
    const match = kindByMessage.find(
      ({ words, only }) => words.test(text) && (only === undefined || (only === 'sends') === sends),
    );
    if (match !== undefined) return match.kind === 'invalid_input' && sends ? 'invalid_content' : match.kind;
  }
  if (/validation error/i.test(refusal.message)) return sends ? 'invalid_content' : 'invalid_input';
  return undefined;
}
