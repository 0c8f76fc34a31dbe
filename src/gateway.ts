import { getConnection, listConnections } from '../tools/connections.js';
import { type Endpoint, effectRules, type Result } from '../tools/endpoint.js';
import { type Answer, readAnswer } from './answers.js';
import type { Config } from './config.js';
import { type ActiveConnection, createConnectionChooser } from './connection.js';
import { CallError, callError, type FailureContext } from './errors.js';
import { type HttpClient, HttpFault } from './http.js';
import { isObject } from './json.js';
import { endpointRequest } from './request.js';
import { compact, createRedactor, visible, withoutSessionToken } from './results.js';

/** What a call leaves behind for the log, failed or not. */
export interface CallTrace {
  connection?: string;
  httpStatus?: number;
}

/** One call's circumstances. */
export interface CallOptions {
  readonly signal: AbortSignal;
  /** The connection the caller asked for. */
  readonly connectionId?: string | undefined;
  readonly trace: CallTrace;
}

/** Performs endpoint calls: the shared way to the gateway, or to ManyChat itself. */
export interface Gateway {
  /** The result of one call, or a CallError. */
  call(endpoint: Endpoint, input: Result, options: CallOptions): Promise<Result>;
  close(): Promise<void>;
}

/** What the gateway client stands on; `now` is milliseconds since 1970. */
export interface GatewayParts {
  readonly config: Config;
  readonly http: HttpClient;
  readonly userAgent: string;
  readonly now: () => number;
}

/** `base` with a target below it, whether or not the base ends in a slash. */
const below = (base: URL, target: string): URL => new URL(base.href.replace(/\/$/, '') + target);

/** Creates the gateway client. */
export function createGateway({ config, http, userAgent, now }: GatewayParts): Gateway {
  const { access } = config;
  const direct = access.mode === 'direct';
  const redact = createRedactor(access.mode === 'none' ? [] : [access.key]);
  const cleanResult = (text: string): string => visible(redact(text));
  const cleanFailure = (text: string): string => withoutSessionToken(cleanResult(text));
  const chooser = createConnectionChooser(config.connection, listActive, now);

  async function listActive(signal: AbortSignal): Promise<readonly ActiveConnection[]> {
    const result = await perform(listConnections, { status: 'ACTIVE' }, { signal, trace: {} });
    const connections = Array.isArray(result.connections) ? result.connections : [];
    return connections.filter(isObject).flatMap((connection) => {
      const { connection_id: id, status, creation_time: created } = connection;
      const active = status === undefined || status === 'ACTIVE';
      return typeof id === 'string' && active ? [{ id, created: typeof created === 'string' ? created : '' }] : [];
    });
  }

  function urlOf(endpoint: Endpoint, target: string): URL {
    if (endpoint.api === 'connections') return below(config.controlUrl, target);
    return direct ? below(config.manychatUrl, target) : below(config.gatewayUrl, `/manychat${target}`);
  }

  async function exchange(
    endpoint: Endpoint,
    input: Result,
    connection: string | undefined,
    signal: AbortSignal,
  ): Promise<Answer> {
    const context: FailureContext = { endpoint, direct };
    if (access.mode === 'none') {
      throw callError('not_configured', context, { message: access.reason, source: 'client' });
    }
    const request = endpointRequest(endpoint, input);
    const headers: Record<string, string> = {
      authorization: `Bearer ${access.key}`,
      'user-agent': userAgent,
      accept: 'application/json',
      'accept-encoding': 'identity',
      ...(request.body !== undefined && { 'content-type': 'application/json' }),
      ...(connection !== undefined && { 'maton-connection': connection }),
    };
    const progress = { sent: false };
    const deadline = AbortSignal.timeout(config.deadlineMs);
    try {
      return await http.exchange(
        { method: request.method, url: urlOf(endpoint, request.target), headers, body: request.body },
        AbortSignal.any([signal, deadline]),
        progress,
      );
    } catch (error) {
      throw exchangeFailure(error, { signal, deadline, sent: progress.sent }, context);
    }
  }

  function exchangeFailure(
    error: unknown,
    { signal, deadline, sent }: { signal: AbortSignal; deadline: AbortSignal; sent: boolean },
    context: FailureContext,
  ): unknown {
    const facts = { source: 'network', ambiguous: sent } as const;
    if (signal.aborted)
      return callError('cancelled', context, { ...facts, source: 'client', message: 'The call was cancelled' });
    if (deadline.aborted) {
      return callError('timeout', context, {
        ...facts,
        message: `No answer within ${config.deadlineMs / 1000} seconds`,
      });
    }
    if (!(error instanceof HttpFault)) return error;
    const where = new URL(urlOf(context.endpoint, '/')).host;
    return error.reason === 'unreadable'
      ? callError('bad_response', context, {
          message: error.message,
          source: direct ? 'manychat' : 'gateway',
          ambiguous: sent,
        })
      : callError('network', context, {
          ...facts,
          message: `${sent ? 'The connection broke' : 'No connection'} to ${where}: ${error.message}`,
        });
  }

  async function perform(endpoint: Endpoint, input: Result, options: CallOptions): Promise<Result> {
    const context: FailureContext = { endpoint, direct };
    let connection: string | undefined;
    if (access.mode === 'maton' && endpoint.api === 'manychat') {
      connection = await chooser.choose(options.connectionId, context, options.signal);
      options.trace.connection = connection;
    }
    const answer = await exchange(endpoint, input, connection, options.signal);
    options.trace.httpStatus = answer.status;
    const data = readAnswer(answer, context, now());
    const result = endpoint.output.from(data, input);
    const whole = await endpoint.complete?.(result, (next, nextInput) => perform(next, nextInput, options));
    return compact(whole ?? result, cleanResult);
  }

  /** Which failures and calls mean that the remembered list of connections is no longer true. */
  const changesConnections = (endpoint: Endpoint): boolean =>
    (endpoint.api === 'connections' && !effectRules[endpoint.effect].readOnly) || endpoint === getConnection;

  return {
    async call(endpoint, input, options) {
      try {
        return await perform(endpoint, input, options);
      } catch (error) {
        if (!(error instanceof CallError)) throw error;
        const { failure } = error;
        if (failure.kind === 'connection_not_found' || failure.kind === 'no_connection') chooser.forget();
        throw new CallError({
          ...failure,
          message: cleanFailure(failure.message),
          ...(failure.details !== undefined && { details: failure.details.map(cleanFailure) }),
        });
      } finally {
        if (changesConnections(endpoint)) chooser.forget();
      }
    },
    close: () => http.close(),
  };
}
