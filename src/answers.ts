import { effectRules } from '../tools/endpoint.js';
import { type CallError, callError, type FailureContext, type FailureFacts, type Kind } from './errors.js';
import { isObject, parseJson } from './json.js';
import { cut, kindOfRefusal, readRefusal } from './refusals.js';

/** An HTTP answer as it came. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
}

/** Seconds of a Retry-After header, which holds seconds or a date; undefined where there is none. */
export function retryAfterSeconds(headers: Answer['headers'], now: number): number | undefined {
  const value = [headers['retry-after']].flat()[0]?.trim();
  if (value === undefined || value === '') return undefined;
  if (/^\d+$/.test(value)) return Number(value);
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - now) / 1000));
}

/** The words of a gateway body, `{"error":{message,…}}` or flat, or a short account of anything else. */
function gatewayWords(body: unknown, answer: Answer): string {
  const inner = isObject(body) && isObject(body.error) ? body.error : body;
  if (isObject(inner)) {
    const said = [inner.message, inner.error, inner.type].find((part) => typeof part === 'string' && part !== '');
    if (typeof said === 'string') return cut(said);
  }
  const plain = answer.text
    .replace(/<(script|style)[\s\S]*?<\/\1>/gi, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return plain === ''
    ? `HTTP ${answer.status} with an empty body`
    : `HTTP ${answer.status}: ${cut(plain).slice(0, 200)}`;
}

/**
 * Turns an answer into its data, or throws the failure that it means.
 * @param now milliseconds since 1970, for a Retry-After that is a date.
 */
export function readAnswer(answer: Answer, context: FailureContext, now: number): unknown {
  const body = parseJson(answer.text);
  const fail = (kind: Kind, facts: FailureFacts): CallError =>
    callError(kind, context, {
      http_status: answer.status,
      retry_after_s: retryAfterSeconds(answer.headers, now),
      ...facts,
    });
  if (isManyChatBody(body, context)) return readManyChat(body, answer, context, fail);
  if (answer.status < 200 || answer.status >= 300) throw gatewayFailure(body, answer, context, fail);
  if (context.endpoint.api === 'connections') return readConnection(body, answer, context, fail);
  throw fail('bad_response', {
    message: `The answer is not ManyChat's: ${gatewayWords(body, answer)}`,
    source: context.direct ? 'manychat' : 'gateway',
    reach: 'ambiguous',
  });
}

/** ManyChat's bodies carry a top-level `status` in words; the gateway's do not. */
const isManyChatBody = (body: unknown, { endpoint }: FailureContext): body is Record<string, unknown> =>
  endpoint.api === 'manychat' && isObject(body) && typeof body.status === 'string';

type Fail = (kind: Kind, facts: FailureFacts) => CallError;

function readManyChat(body: Record<string, unknown>, answer: Answer, context: FailureContext, fail: Fail): unknown {
  const successful = answer.status >= 200 && answer.status < 300;
  if (successful && body.status === 'success') {
    if (
      context.endpoint.output.needsData === true &&
      effectRules[context.endpoint.effect].readOnly &&
      !isObject(body.data)
    ) {
      throw fail('bad_response', { message: 'ManyChat answered success without the data', source: 'manychat' });
    }
    return body.data;
  }
  const refusal = readRefusal(body);
  const facts: FailureFacts = { ...refusal, source: 'manychat' };
  if (answer.status >= 500 || body.status === 'exception') {
    throw fail('manychat_unavailable', { ...facts, reach: 'ambiguous' });
  }
  if (successful && body.status !== 'error') {
    throw fail('bad_response', {
      ...facts,
      message: `ManyChat answered the unknown status "${cut(String(body.status))}"`,
      reach: 'ambiguous',
    });
  }
  const byStatus: Partial<Record<number, Kind>> = {
    401: 'manychat_auth',
    403: 'permission_denied',
    404: 'not_found',
    409: 'already_exists',
    429: 'rate_limited',
  };
  const byWords = kindOfRefusal(refusal, context.endpoint);
  throw fail(answer.status === 429 ? 'rate_limited' : (byWords ?? byStatus[answer.status] ?? 'rejected'), facts);
}

function gatewayFailure(body: unknown, answer: Answer, { endpoint, direct }: FailureContext, fail: Fail): CallError {
  const { status } = answer;
  const said = gatewayWords(body, answer);
  const facts: FailureFacts = { message: said, source: direct ? 'manychat' : 'gateway' };
  // An edge in front of the API refuses and fails in HTML or plain words, never as the API itself would.
  const isApi = isObject(body);
  if (status === 429) return fail('rate_limited', facts);
  if (status === 401) return fail(direct ? 'manychat_auth' : 'gateway_auth', facts);
  if (status === 403) return fail(isApi ? (direct ? 'manychat_auth' : 'gateway_auth') : 'gateway_error', facts);
  if (status >= 500) return fail(direct ? 'manychat_unavailable' : 'gateway_error', { ...facts, reach: 'ambiguous' });
  if (status < 400) {
    const location = [answer.headers.location].flat()[0];
    const where = location === undefined ? '' : ` to ${cut(String(location))}`;
    return fail('bad_response', {
      ...facts,
      message: `HTTP ${status}: redirected${where}; redirects are not followed`,
      reach: 'ambiguous',
    });
  }
  if (direct) return fail(status === 404 ? 'not_found' : 'rejected', facts);
  if (status === 404) {
    const aboutRoute = !isApi || /route|path|page|endpoint/i.test(said);
    return fail(aboutRoute ? 'gateway_error' : 'connection_not_found', facts);
  }
  if (status === 400 && endpoint.api === 'manychat') {
    return fail(/\bapp\b/i.test(said) && !/connection/i.test(said) ? 'gateway_error' : 'no_connection', facts);
  }
  return fail('gateway_error', facts);
}

function readConnection(body: unknown, answer: Answer, context: FailureContext, fail: Fail): unknown {
  if (context.endpoint.method === 'DELETE') return undefined;
  if (isObject(body) && body.error === undefined) return body;
  throw fail('bad_response', {
    message: `The answer is not the connections API's: ${gatewayWords(body, answer)}`,
    source: 'gateway',
    reach: 'ambiguous',
  });
}
