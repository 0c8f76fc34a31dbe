import { effectRules } from '../../../../tools/contract/effect.js';
import type { Endpoint } from '../../../../tools/contract/endpoint.js';
import type { Result } from '../../../../tools/contract/json.js';
import { oneLine } from '../../../../tools/contract/quoted.js';
import type { AccountSettings } from '../../../config/account-settings.js';
import { tokensIn } from '../../../text/link-tokens.js';
import type { Redactor } from '../../../text/redaction.js';
import { cleanText, mapTexts } from '../../../text/safe-text.js';
import { type HttpClient, HttpFault } from '../../../upstream/client/http-client.js';
import { parseJson } from '../../../upstream/client/lossless-json.js';
import type { Deadline } from '../../../upstream/deadline.js';
import type { Departure } from '../../../upstream/departure.js';
import { callError } from '../../../upstream/failures/call-error.js';
import { loadOf } from '../../../upstream/pacing/limits.js';
import { endpointRequest } from '../../../upstream/request.js';
import { readResponse } from '../../../upstream/response.js';
import { type RetryParts, withRetries } from '../../../upstream/retry.js';
import type { Log } from '../../log.js';

/** What a call leaves behind for the log, failed or not, and what its result is to be told with. */
export interface CallTrace {
  connection?: string;
  warning?: string;
  httpStatus?: number;
  /** Requests made for the answer, repeats included; not those that explain or complete it. */
  requests?: number;
}

/** What requests are made with; `now` is milliseconds since 1970. */
export interface RequestParts extends RetryParts {
  readonly settings: AccountSettings;
  readonly http: HttpClient;
  readonly log: Log;
  readonly redactor: Redactor;
  readonly userAgent: string;
  readonly now: () => number;
}

/** The circumstances of a request. */
interface RequestSide {
  readonly budget: Deadline;
  readonly departure?: Departure | undefined;
  readonly trace: CallTrace;
}

/** The HTTP requests of one account: with its key, paced, retried, and read. */
export interface Requests {
  /**
   * The data of one endpoint's answer.
   * @throws CallError
   */
  make(endpoint: Endpoint, input: Result, connection: string | undefined, side: RequestSide): Promise<unknown>;
  /** What a dry run tells of a request: as it would leave, but for the key. */
  shown(endpoint: Endpoint, input: Result, connection: string | undefined): Result;
}

/** What is told where something would be changed and must not be. */
const onlyReads = {
  message: 'This server only reads: it was started with --read-only',
  source: 'client',
  hint: 'Nothing can be changed or sent here; the person who runs this server decides that.',
} as const;

/** `base` with a target below it, whether or not the base ends in a slash. */
const below = (base: URL, target: string): URL => new URL(base.href.replace(/\/$/, '') + target);

/** Creates the requests of the account that is configured. */
export function createRequests(parts: RequestParts): Requests {
  const { settings, http, log, redactor, userAgent, now, clock: timing } = parts;
  const { access, addresses, policy } = settings;
  const direct = access.mode === 'direct';

  function urlOf(endpoint: Endpoint, target: string): URL {
    if (endpoint.api === 'connections') return below(addresses.control, target);
    return direct ? below(addresses.manychat, target) : below(addresses.gateway, `/manychat${target}`);
  }

  /** The data of one endpoint's answer, its request repeated where that is harmless. */
  function make(
    endpoint: Endpoint,
    input: Result,
    connection: string | undefined,
    { budget, departure, trace }: RequestSide,
  ): Promise<unknown> {
    const context = { declaration: endpoint, direct };
    if (access.mode === 'none')
      throw callError('not_configured', context, { message: access.reason, source: 'client' });
    if (policy.readOnly && !effectRules[endpoint.effect].readOnly)
      throw callError('permission_denied', context, onlyReads);
    const { method, target, body } = endpointRequest(endpoint, input);
    const headers: Record<string, string> = {
      authorization: `Bearer ${access.key}`,
      'user-agent': userAgent,
      accept: 'application/json',
      'accept-encoding': 'identity',
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(connection !== undefined && { 'maton-connection': connection }),
    };
    const url = urlOf(endpoint, target);
    const load = loadOf(endpoint, input, { account: 'account', connection, throughMaton: !direct });
    const once = async (signal: AbortSignal, onSent: () => void): Promise<unknown> => {
      const sentAt = timing.now();
      const line = () => ({ method, path: endpoint.path, ms: Math.round(timing.now() - sentAt) });
      const answering = http.exchange({ method, url, headers, body }, signal, () => {
        trace.requests = (trace.requests ?? 0) + 1;
        onSent();
      });
      const answer = await answering.catch((error: unknown) => {
        log.debug({ ...line(), error: error instanceof HttpFault ? oneLine(error.message) : 'given up' }, 'request');
        throw error;
      });
      log.debug({ ...line(), status: answer.status }, 'request');
      trace.httpStatus = answer.status;
      if (endpoint.api === 'connections')
        for (const token of tokensIn(parseJson(answer.text))) redactor.learn('token', token);
      return readResponse(answer, context, now(), (text) => cleanText(text, redactor.forFailure));
    };
    return withRetries(once, load, budget, context, parts, departure);
  }

  /** What a dry run tells of a call: the request as it would leave, but for the key. */
  function shown(endpoint: Endpoint, input: Result, connection: string | undefined): Result {
    const { method, target, body } = endpointRequest(endpoint, input);
    const request = {
      method,
      url: urlOf(endpoint, target).href,
      ...(connection !== undefined && { connection_id: connection }),
      ...(body !== undefined && { body: JSON.parse(body) }),
    };
    return { dry_run: true, requests: [mapTexts(request, redactor.withoutKeys)] };
  }

  return { make, shown };
}
