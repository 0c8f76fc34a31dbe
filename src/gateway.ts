import { getConnection, listConnections } from '../tools/connections.js';
import { type Endpoint, effectRules, type Result } from '../tools/endpoint.js';
import { readAnswer } from './answers.js';
import { type AttemptParts, attempt, type Budget, limitsOf, openBudget } from './attempts.js';
import type { Config } from './config.js';
import { type ActiveConnection, createConnectionChooser } from './connection.js';
import { CallError, callError, type FailureContext } from './errors.js';
import type { HttpClient } from './http.js';
import { isObject } from './json.js';
import { endpointRequest } from './request.js';
import { compact, createRedactor, visible, withoutSessionToken } from './results.js';

/** What a call leaves behind for the log, failed or not. */
export interface CallTrace {
  connection?: string;
  httpStatus?: number;
  /** Requests made, where there was more than one. */
  requests?: number;
}

/** One call's circumstances. */
export interface CallOptions {
  readonly signal: AbortSignal;
  /** The connection the caller asked for. */
  readonly connectionId?: string | undefined;
  /** Told each second that the call waits for its turn. */
  readonly onWait?: ((seconds: number) => void) | undefined;
  readonly trace: CallTrace;
}

/** Performs endpoint calls: the shared way to the gateway, or to ManyChat itself. */
export interface Gateway {
  /** The result of one call, or a CallError. */
  call(endpoint: Endpoint, input: Result, options: CallOptions): Promise<Result>;
  close(): Promise<void>;
}

/** What the gateway client stands on; `now` is milliseconds since 1970. */
export interface GatewayParts extends AttemptParts {
  readonly config: Config;
  readonly http: HttpClient;
  readonly userAgent: string;
  readonly now: () => number;
}

/** What one call carries through its requests. */
interface Course {
  readonly budget: Budget;
  readonly connectionId: string | undefined;
  readonly trace: CallTrace;
}

/** `base` with a target below it, whether or not the base ends in a slash. */
const below = (base: URL, target: string): URL => new URL(base.href.replace(/\/$/, '') + target);

/** Creates the gateway client. */
export function createGateway(parts: GatewayParts): Gateway {
  const { config, http, userAgent, now, timing } = parts;
  const { access } = config;
  const direct = access.mode === 'direct';
  const redact = createRedactor(access.mode === 'none' ? [] : [access.key]);
  const cleanResult = (text: string): string => visible(redact(text));
  const cleanFailure = (text: string): string => withoutSessionToken(cleanResult(text));
  const chooser = createConnectionChooser(config.connection, listActive, timing.now);

  /** Reads the active connections on a budget of its own, since several calls may wait for the one list. */
  async function listActive(): Promise<readonly ActiveConnection[]> {
    const { budget, close } = openBudget(timing, config.deadlineMs, new AbortController().signal);
    const course: Course = { budget, connectionId: undefined, trace: {} };
    const result = await perform(listConnections, { status: 'ACTIVE' }, course).finally(close);
    const connections = Array.isArray(result.connections) ? result.connections : [];
    return connections.filter(isObject).flatMap(({ connection_id: id, status, creation_time: created }) => {
      const usable =
        typeof id === 'string' && /^[!-~]{1,200}$/.test(id) && (status === undefined || status === 'ACTIVE');
      return usable ? [{ id, created: typeof created === 'string' ? created : '' }] : [];
    });
  }

  function urlOf(endpoint: Endpoint, target: string): URL {
    if (endpoint.api === 'connections') return below(config.controlUrl, target);
    return direct ? below(config.manychatUrl, target) : below(config.gatewayUrl, `/manychat${target}`);
  }

  /** The data of one endpoint's answer, its request repeated where that is harmless. */
  function request(
    endpoint: Endpoint,
    input: Result,
    connection: string | undefined,
    { budget, trace }: Course,
  ): Promise<unknown> {
    const context: FailureContext = { endpoint, direct };
    if (access.mode === 'none')
      throw callError('not_configured', context, { message: access.reason, source: 'client' });
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
    const limits = limitsOf(endpoint, input, connection ?? '', !direct);
    let sent = 0;
    const once = async (signal: AbortSignal, onSent: () => void): Promise<unknown> => {
      const answer = await http.exchange({ method, url, headers, body }, signal, () => {
        sent += 1;
        if (sent > 1) trace.requests = sent;
        onSent();
      });
      trace.httpStatus = answer.status;
      return readAnswer(answer, context, now());
    };
    return attempt(once, limits, budget, context, parts);
  }

  async function perform(endpoint: Endpoint, input: Result, course: Course): Promise<Result> {
    let connection: string | undefined;
    if (access.mode === 'maton' && endpoint.api === 'manychat') {
      connection = await chooser.choose(course.connectionId, { endpoint, direct }, course.budget.cancelled);
      course.trace.connection = connection;
    }
    const data = await request(endpoint, input, connection, course);
    const result = endpoint.output.from(data, input);
    const whole = await endpoint.complete?.(result, (next, nextInput) => perform(next, nextInput, course));
    return compact(whole ?? result, cleanResult);
  }

  /** After these the remembered list of connections may no longer be true. */
  const touchesConnections = (endpoint: Endpoint): boolean =>
    endpoint === getConnection || (endpoint.api === 'connections' && !effectRules[endpoint.effect].readOnly);

  return {
    async call(endpoint, input, { signal, connectionId, onWait, trace }) {
      const { budget, close } = openBudget(timing, config.deadlineMs, signal, onWait);
      try {
        return await perform(endpoint, input, { budget, connectionId, trace });
      } catch (error) {
        if (!(error instanceof CallError)) throw error;
        const { failure } = error;
        if (failure.kind === 'connection_not_found' || failure.kind === 'no_connection') chooser.forget();
        const message = cleanFailure(failure.message);
        const details = failure.details?.map(cleanFailure);
        throw new CallError({ ...failure, message, ...(details !== undefined && { details }) }, error.reach);
      } finally {
        close();
        if (touchesConnections(endpoint)) chooser.forget();
      }
    },
    close: () => http.close(),
  };
}
