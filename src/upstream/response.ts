import { effectRules } from '../../tools/contract/effect.js';
import type { Endpoint } from '../../tools/contract/endpoint.js';
import type { CallError, Kind } from '../../tools/contract/failure.js';
import { isObject } from '../../tools/contract/json.js';
import { quoted } from '../../tools/contract/quoted.js';
import { upstreamLine } from '../text/safe-text.js';
import { parseJson } from './client/lossless-json.js';
import { callError } from './failures/call-error.js';
import type { FailureContext, FailureFacts } from './failures/context.js';
import { kindOfRefusal, readRefusal } from './failures/manychat-refusals.js';

/** An HTTP answer as it came. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
}

/** Nobody waits for longer than a day, whatever the other side says. */
const longestRetryAfter = 86_400;

/**
 * Seconds of a Retry-After header, which holds seconds or a date; undefined where there is none. A date is meant by the
 * clock of whoever wrote it, so it is compared with the Date of the same answer.
 */
function retryAfterSeconds(headers: HttpResponse['headers'], now: number): number | undefined {
  const textOf = (name: string): string => [headers[name]].flat()[0]?.trim() ?? '';
  const value = textOf('retry-after');
  if (/^\d+$/.test(value)) return Math.min(Number(value), longestRetryAfter);
  const date = Date.parse(value);
  if (Number.isNaN(date)) return undefined;
  const answered = Date.parse(textOf('date'));
  const seconds = Math.ceil((date - (Number.isNaN(answered) ? now : answered)) / 1000);
  return Math.min(Math.max(0, seconds), longestRetryAfter);
}

/** Takes out of a text what is not to be told; used on everything that is quoted, before it is cut. */
type Clean = (text: string) => string;

/** Error pages can be large, and stripping tags takes more than linear time. */
const mostOfPage = 2_000;

/** Characters of an upstream's words inside a sentence of ours. */
const wordsLimit = 150;

/** The words of a gateway body, `{"error":{message,…}}` or flat, or a short account of anything else. */
function gatewayWords(body: unknown, answer: HttpResponse, clean: Clean): string {
  const inner = isObject(body) && isObject(body.error) ? body.error : body;
  if (isObject(inner)) {
    const words = [inner.message, inner.error, inner.type].find((part) => typeof part === 'string' && part !== '');
    if (typeof words === 'string') return upstreamLine(clean(words));
  }
  const plain = clean(answer.text)
    .slice(0, mostOfPage)
    .replace(/<(script|style)[\s\S]*?<\/\1>/gi, ' ')
    .replace(/<[^>]*>/g, ' ');
  // Without the tags there may be a whole where there were parts.
  const words = upstreamLine(clean(plain));
  return words === ''
    ? `HTTP ${answer.status} with an empty body`
    : `HTTP ${answer.status}: ${quoted(words, wordsLimit)}`;
}

/** The call that an answer is to. */
type EndpointContext = FailureContext<Endpoint>;

/**
 * Turns an answer into its data, or throws the failure that it means.
 * @param now milliseconds since 1970, for a Retry-After that is a date.
 * @param clean takes out of what a failure quotes what is not to be told.
 */
export function readResponse(answer: HttpResponse, context: EndpointContext, now: number, clean: Clean): unknown {
  const body = parseJson(answer.text);
  const fail = (kind: Kind, facts: FailureFacts): CallError =>
    callError(kind, context, {
      http_status: answer.status,
      retry_after_s: retryAfterSeconds(answer.headers, now),
      ...facts,
    });
  if (isManyChatBody(body, context)) return readManyChat(body, answer, context, fail, clean);
  if (answer.status < 200 || answer.status >= 300) throw gatewayFailure(body, answer, context, fail, clean);
  if (context.declaration.api === 'connections') return readConnection(body, answer, context, fail, clean);
  throw fail('bad_response', {
    message: `The answer is not ManyChat's: ${gatewayWords(body, answer, clean)}`,
    source: context.direct ? 'manychat' : 'gateway',
    outcome: 'ambiguous',
  });
}

/** ManyChat's bodies carry a top-level `status` in words; the gateway's do not. */
const isManyChatBody = (body: unknown, { declaration }: EndpointContext): body is Record<string, unknown> =>
  declaration.api === 'manychat' && isObject(body) && typeof body.status === 'string';

/** An edge or another server answered in the place of the API. */
const checkAddress =
  'The person who runs this server checks MATON_GATEWAY_URL, MATON_CONTROL_URL and what stands between it and Maton.';

type Fail = (kind: Kind, facts: FailureFacts) => CallError;

function readManyChat(
  body: Record<string, unknown>,
  answer: HttpResponse,
  context: EndpointContext,
  fail: Fail,
  clean: Clean,
): unknown {
  const successful = answer.status >= 200 && answer.status < 300;
  if (successful && body.status === 'success') {
    const { effect, output } = context.declaration;
    if (effectRules[effect].readOnly && output.isAnswer?.(body.data) === false) {
      const hint = 'Check the ids of the call; ManyChat reported success but sent nothing that could be read.';
      throw fail('bad_response', { message: 'ManyChat answered success without the data', source: 'manychat', hint });
    }
    return body.data;
  }
  const refusal = readRefusal(body, clean);
  const facts: FailureFacts = { ...refusal, source: 'manychat' };
  if (answer.status !== 429 && (answer.status >= 500 || body.status === 'exception')) {
    throw fail('manychat_unavailable', { ...facts, outcome: 'ambiguous' });
  }
  if (successful && body.status !== 'error') {
    throw fail('bad_response', {
      ...facts,
      message: `ManyChat answered the unknown status ${quoted(clean(String(body.status)))}`,
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
  const byWords = kindOfRefusal(refusal, context.declaration);
  const kind = answer.status === 429 ? 'rate_limited' : (byWords ?? byStatus[answer.status] ?? 'rejected');
  throw fail(kind, kind === 'rate_limited' ? { ...facts, refusedBy: 'connection' } : facts);
}

function gatewayFailure(
  body: unknown,
  answer: HttpResponse,
  { declaration, direct }: EndpointContext,
  fail: Fail,
  clean: Clean,
): CallError {
  const { status } = answer;
  const words = gatewayWords(body, answer, clean);
  const facts: FailureFacts = { message: words, source: direct ? 'manychat' : 'gateway' };
  // An edge in front of the API refuses and fails in HTML or plain words, never as the API itself would.
  const isApi = isObject(body);
  if (status === 429) return fail('rate_limited', { ...facts, refusedBy: isApi ? 'account' : 'unclear' });
  if (status === 401) return fail(direct ? 'manychat_auth' : 'gateway_auth', facts);
  if (status === 403)
    return isApi
      ? fail(direct ? 'manychat_auth' : 'gateway_auth', facts)
      : fail('gateway_error', { ...facts, hint: checkAddress });
  // The time-outs among the refusals: the request may have been carried out behind the edge that gave up.
  if (status >= 500 || [408, 425, 499].includes(status)) {
    return fail(direct ? 'manychat_unavailable' : 'gateway_error', { ...facts, outcome: 'ambiguous' });
  }
  if (status < 400) {
    const location = [answer.headers.location].flat()[0];
    // What follows the path of an address may be a token.
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
    return aboutRoute ? fail('gateway_error', { ...facts, hint: checkAddress }) : fail('connection_not_found', facts);
  }
  if (status === 400 && declaration.api === 'manychat') {
    const aboutApp = /\bapp\b/i.test(words) && !/connection/i.test(words);
    return aboutApp ? fail('gateway_error', { ...facts, hint: checkAddress }) : fail('no_connection', facts);
  }
  return fail('gateway_error', {
    ...facts,
    hint: 'Maton or something before it refused the request as it is; see the message.',
  });
}

function readConnection(
  body: unknown,
  answer: HttpResponse,
  context: EndpointContext,
  fail: Fail,
  clean: Clean,
): unknown {
  if (context.declaration.method === 'DELETE') return undefined;
  if (context.declaration.output.isAnswer?.(body) !== false) return body;
  throw fail('bad_response', {
    message: `The answer is not the connections API's: ${gatewayWords(body, answer, clean)}`,
    source: 'gateway',
    outcome: 'ambiguous',
  });
}
