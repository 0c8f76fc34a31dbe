import { effectRules } from '../../tools/contract/effect.js';
import type { Endpoint } from '../../tools/contract/endpoint.js';
import type { CallError, Kind } from '../../tools/contract/failure.js';
import { isObject } from '../../tools/contract/json.js';
import { quoted } from '../../tools/contract/quoted.js';
import { upstreamLine } from '../text/safe-text.js';
import { parseJson } from './client/lossless-json.js';
import { callError } from './failures/call-error.js';
import type { FailureContext, FailureFacts } from './failures/context.js';
import { checkAddress } from './failures/hints.js';
import { kindOfRefusal, readRefusal } from './failures/manychat-refusals.js';

/** An HTTP response, unread. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
}

/** Longer values of Retry-After are cut to a day, in seconds. */
const maxRetryAfter = 86_400;

/**
 * Seconds of a Retry-After header, which holds seconds or a date; undefined without one. A date follows the clock of
 * the sender, so it is compared with the Date header of the same response.
 */
function retryAfterSeconds(headers: HttpResponse['headers'], now: number): number | undefined {
  const header = (name: string): string => [headers[name]].flat()[0]?.trim() ?? '';
  const value = header('retry-after');
  if (/^\d+$/.test(value)) return Math.min(Number(value), maxRetryAfter);
  const date = Date.parse(value);
  if (Number.isNaN(date)) return undefined;
  const sentAt = Date.parse(header('date'));
  const seconds = Math.ceil((date - (Number.isNaN(sentAt) ? now : sentAt)) / 1000);
  return Math.min(Math.max(0, seconds), maxRetryAfter);
}

/** Removes secrets from everything that is quoted, before it is cut. */
type Clean = (text: string) => string;

/** Error pages can be large, and removing their tags takes more than linear time. */
const maxPageLength = 2_000;

/** Characters of an upstream text inside a sentence of ours. */
const wordsLimit = 150;

/** The message of a gateway body, `{"error":{message,…}}` or flat, or a short description of anything else. */
function gatewayMessage(body: unknown, response: HttpResponse, clean: Clean): string {
  const inner = isObject(body) && isObject(body.error) ? body.error : body;
  if (isObject(inner)) {
    const words = [inner.message, inner.error, inner.type].find((part) => typeof part === 'string' && part !== '');
    if (typeof words === 'string') return upstreamLine(clean(words));
  }
  const plain = clean(response.text)
    .slice(0, maxPageLength)
    .replace(/<(script|style)[\s\S]*?<\/\1>/gi, ' ')
    .replace(/<[^>]*>/g, ' ');
  // Removing the tags can join the parts of a secret.
  const words = upstreamLine(clean(plain));
  return words === ''
    ? `HTTP ${response.status} with an empty body`
    : `HTTP ${response.status}: ${quoted(words, wordsLimit)}`;
}

type EndpointContext = FailureContext<Endpoint>;

/**
 * Returns the data of a response.
 * @param now milliseconds since 1970, for a Retry-After that is a date.
 * @param clean removes secrets from what a failure quotes.
 * @throws CallError where the response is a failure.
 */
export function readResponse(response: HttpResponse, context: EndpointContext, now: number, clean: Clean): unknown {
  const body = parseJson(response.text);
  const fail = (kind: Kind, facts: FailureFacts): CallError =>
    callError(kind, context, {
      http_status: response.status,
      retry_after_s: retryAfterSeconds(response.headers, now),
      ...facts,
    });
  if (isManyChatBody(body, context)) return readManyChat(body, response, context, fail, clean);
  if (response.status < 200 || response.status >= 300) throw gatewayFailure(body, response, context, fail, clean);
  if (context.declaration.api === 'connections') return readConnection(body, response, context, fail, clean);
  throw fail('bad_response', {
    message: `The response is not from ManyChat: ${gatewayMessage(body, response, clean)}`,
    source: context.direct ? 'manychat' : 'gateway',
    outcome: 'ambiguous',
  });
}

/** ManyChat's bodies have a top-level `status` text; the gateway's do not. */
const isManyChatBody = (body: unknown, { declaration }: EndpointContext): body is Record<string, unknown> =>
  declaration.api === 'manychat' && isObject(body) && typeof body.status === 'string';

type Fail = (kind: Kind, facts: FailureFacts) => CallError;

function readManyChat(
  body: Record<string, unknown>,
  response: HttpResponse,
  context: EndpointContext,
  fail: Fail,
  clean: Clean,
): unknown {
  const successful = response.status >= 200 && response.status < 300;
  if (successful && body.status === 'success') {
    const { effect, output } = context.declaration;
    if (effectRules[effect].readOnly && output.isAnswer?.(body.data) === false) {
      const hint = 'Check the ids of the call: ManyChat reported success but sent no data.';
      throw fail('bad_response', { message: 'ManyChat reported success without data', source: 'manychat', hint });
    }
    return body.data;
  }
  const refusal = readRefusal(body, clean);
  const facts: FailureFacts = { ...refusal, source: 'manychat' };
  if (response.status !== 429 && (response.status >= 500 || body.status === 'exception')) {
    throw fail('manychat_unavailable', { ...facts, outcome: 'ambiguous' });
  }
  if (successful && body.status !== 'error') {
    throw fail('bad_response', {
      ...facts,
      message: `ManyChat reported the unknown status ${quoted(clean(String(body.status)))}`,
      outcome: 'ambiguous',
    });
  }
  const byStatus: Partial<Record<number, Kind>> = {
    401: 'manychat_auth',
    403: 'permission_denied',
    404: 'not_found',
    409: 'already_exists',
    429: 'rate_limited',
  };
  const byCodeOrWords = kindOfRefusal(refusal, context.declaration);
  const kind = response.status === 429 ? 'rate_limited' : (byCodeOrWords ?? byStatus[response.status] ?? 'rejected');
  throw fail(kind, kind === 'rate_limited' ? { ...facts, refusedBy: 'connection' } : facts);
}

function gatewayFailure(
  body: unknown,
  response: HttpResponse,
  { declaration, direct, reader }: EndpointContext,
  fail: Fail,
  clean: Clean,
): CallError {
  const { status } = response;
  const words = gatewayMessage(body, response, clean);
  const facts: FailureFacts = { message: words, source: direct ? 'manychat' : 'gateway' };
  // A proxy in front of the API answers in HTML or plain text, the API itself in JSON.
  const isApi = isObject(body);
  if (status === 429) return fail('rate_limited', { ...facts, refusedBy: isApi ? 'account' : 'unclear' });
  if (status === 401) return fail(direct ? 'manychat_auth' : 'gateway_auth', facts);
  if (status === 403)
    return isApi
      ? fail(direct ? 'manychat_auth' : 'gateway_auth', facts)
      : fail('gateway_error', { ...facts, hint: checkAddress(reader) });
  // 408, 425 and 499 are time-outs: the API may have carried out the request after a proxy gave up.
  if (status >= 500 || [408, 425, 499].includes(status)) {
    return fail(direct ? 'manychat_unavailable' : 'gateway_error', { ...facts, outcome: 'ambiguous' });
  }
  if (status < 400) {
    const location = [response.headers.location].flat()[0];
    // The query and fragment of an address can hold a token.
    const where = location === undefined ? '' : ` to ${quoted(clean(location).replace(/[?#].*$/s, ''), wordsLimit)}`;
    return fail('bad_response', {
      ...facts,
      message: `HTTP ${status}: redirected${where}; redirects are not followed`,
      outcome: 'ambiguous',
    });
  }
  if (direct) return fail(status === 404 ? 'not_found' : 'rejected', facts);
  if (status === 404) {
    const aboutRoute = !isApi || /route|path|page|endpoint/i.test(words);
    return aboutRoute
      ? fail('gateway_error', { ...facts, hint: checkAddress(reader) })
      : fail('connection_not_found', facts);
  }
  if (status === 400 && declaration.api === 'manychat') {
    const aboutApp = /\bapp\b/i.test(words) && !/connection/i.test(words);
    return aboutApp ? fail('gateway_error', { ...facts, hint: checkAddress(reader) }) : fail('no_connection', facts);
  }
  return fail('gateway_error', {
    ...facts,
    hint: 'Maton, or a proxy in front of it, refused the request; see the message.',
  });
}

function readConnection(
  body: unknown,
  response: HttpResponse,
  context: EndpointContext,
  fail: Fail,
  clean: Clean,
): unknown {
  if (context.declaration.method === 'DELETE') return undefined;
  if (context.declaration.output.isAnswer?.(body) !== false) return body;
  throw fail('bad_response', {
    message: `The response is not from the connections API: ${gatewayMessage(body, response, clean)}`,
    source: 'gateway',
    outcome: 'ambiguous',
  });
}
