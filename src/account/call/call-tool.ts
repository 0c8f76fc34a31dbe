import type { Failure } from '../../../tools/contract/failure.js';
import { asObject, type Result } from '../../../tools/contract/json.js';
import type { Redactor } from '../../text/redaction.js';
import { cleanLine, mapTexts } from '../../text/safe-text.js';
import { asCallError } from '../../upstream/failures/call-error.js';
import type { Log } from '../log.js';
import { shownConnection } from '../lookups/connections.js';
import type { Tool } from '../policy/tool.js';
import { type Delivery, ownDelivery } from '../send-guard/delivery.js';
import { bounded } from './bound-result.js';
import type { CallOptions, Gateway } from './pipeline.js';
import { parseInput } from './stages/read-arguments.js';
import type { CallTrace } from './stages/send-request.js';

/** What a tool call came to. */
export type Outcome =
  | { readonly ok: true; readonly result: Result }
  | { readonly ok: false; readonly failure: Failure };

/**
 * Who called: `onProgress` is told how far the call has come; `connectionId`, which goes before the one in the arguments,
 * is the connection that its user has agreed to. Without a `delivery` the answer arrives when it is there.
 */
export interface CallerSide
  extends Pick<CallOptions, 'signal' | 'onProgress' | 'departure' | 'connectionId' | 'deadlineMs'> {
  readonly delivery?: Delivery | undefined;
  /** The result is for a part of this server, which takes it whole. */
  readonly whole?: boolean;
}

/** Calls a tool with arguments as they came from outside; never throws. */
export type ToolCaller = (tool: Tool, given: unknown, side: CallerSide) => Promise<Outcome>;

/** A result that tells, before what the call itself found, how its connection was chosen and what was mended. */
function withWarnings(result: Result, warnings: readonly string[]): Result {
  const own = Array.isArray(result.warnings) ? result.warnings : [];
  return warnings.length === 0 ? result : { ...result, warnings: [...warnings, ...own] };
}

/**
 * The one way a tool is called: arguments checked, call performed, one log line written (and one a request at `debug`).
 * Whatever it came to, no secret is in it and its reader can take it in.
 */
export function createToolCaller(
  gateway: Gateway,
  log: Log,
  redactor: Redactor,
  direct: boolean,
  now: () => number,
): ToolCaller {
  const clean = (text: string): string => cleanLine(text, redactor.forFailure);
  /** A failure as it is told, also one that came before any request. */
  const told = (failure: Failure): Failure => ({
    ...failure,
    message: clean(failure.message),
    ...(failure.details !== undefined && { details: failure.details.map(clean) }),
  });
  return async (tool, given, { whole = false, ...side }) => {
    const { declaration } = tool;
    const started = performance.now();
    const own = ownDelivery(now, side.signal);
    const trace: CallTrace = {};
    const line = () => {
      const { requests = 0, warning: _, connection, ...rest } = trace;
      const ms = Math.round(performance.now() - started);
      const named = connection !== undefined && { connection: shownConnection(connection) };
      return { tool: declaration.name, ...named, ...rest, ...(requests > 1 && { requests }), ms };
    };
    try {
      const parsed = parseInput(tool, given, { declaration, direct });
      const result = await gateway.call(declaration, parsed.input, {
        ...side,
        delivery: side.delivery ?? own.delivery,
        connectionId: side.connectionId ?? parsed.connectionId,
        trace,
      });
      log.info(line(), 'call');
      const { warning = [] } = trace;
      // What an endpoint answers was cleaned where it came in; a workflow adds sentences with what the caller has given.
      const found = declaration.kind === 'workflow' ? asObject(mapTexts(result, redactor.withoutKeys)) : result;
      const all = withWarnings(found, [warning, parsed.warnings].flat().map(redactor.withoutKeys));
      return { ok: true, result: whole ? all : bounded(declaration, all) };
    } catch (thrown) {
      const failure = told(asCallError(thrown, { declaration, direct }, 'unsent').failure);
      const level = failure.kind === 'internal' ? 'error' : 'warn';
      log[level]({ ...line(), kind: failure.kind, performed: failure.performed }, 'call failed');
      return { ok: false, failure };
    } finally {
      own.answered();
    }
  };
}
