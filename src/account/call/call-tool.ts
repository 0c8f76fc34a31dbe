import type { Failure } from '../../../tools/contract/failure.js';
import { asObject, type Result } from '../../../tools/contract/json.js';
import type { AccountSettings } from '../../config/account-settings.js';
import { cleanLine, mapTexts } from '../../text/safe-text.js';
import { asCallError } from '../../upstream/failures/call-error.js';
import type { Host } from '../host.js';
import { shownConnection } from '../lookups/connections.js';
import type { Tool } from '../policy/tool.js';
import { type Delivery, ownDelivery } from '../send-guard/delivery.js';
import { bounded } from './bound-result.js';
import { failureContext, newRecord } from './call-context.js';
import type { CallOptions, Pipeline } from './pipeline.js';
import { parseInput } from './stages/read-arguments.js';

/** The outcome of a tool call. */
export type Outcome =
  | { readonly ok: true; readonly result: Result }
  | { readonly ok: false; readonly failure: Failure };

/**
 * The caller's side of a call. A `connectionId` here takes precedence over the one in the arguments: it is the one that
 * the user has confirmed. Without a `delivery` the answer counts as delivered when it is there.
 */
export interface CallerSide
  extends Pick<CallOptions, 'signal' | 'onProgress' | 'departure' | 'connectionId' | 'deadlineMs'> {
  readonly delivery?: Delivery | undefined;
  /** The result is for a part of this program, which takes it at any size. */
  readonly whole?: boolean;
}

/** Calls a tool with arguments as they came from outside; never throws. */
export type ToolCaller = (tool: Tool, given: unknown, side: CallerSide) => Promise<Outcome>;

/** The result with warnings about the call (connection chosen, arguments repaired) before its own. */
function withWarnings(result: Result, warnings: readonly string[]): Result {
  const own = Array.isArray(result.warnings) ? result.warnings : [];
  return warnings.length === 0 ? result : { ...result, warnings: [...warnings, ...own] };
}

/** Characters of an account's identity that its log lines show. */
const identityShown = 8;

/**
 * The one way a tool is called: arguments read, call performed, one log line written (and one per request at `debug`).
 * No result and no failure contains a secret, and each is small enough for a model to read.
 */
export function createToolCaller(host: Host, settings: AccountSettings, pipeline: Pipeline): ToolCaller {
  const { clock, log, redactor } = host;
  const clean = (text: string): string => cleanLine(text, redactor.forFailure);
  const cleaned = (failure: Failure): Failure => ({
    ...failure,
    message: clean(failure.message),
    ...(failure.details !== undefined && { details: failure.details.map(clean) }),
  });
  return async (tool, given, { whole = false, ...side }) => {
    const { declaration } = tool;
    const context = failureContext(declaration, settings);
    const startedAt = performance.now();
    const own = ownDelivery(clock.now, side.signal);
    const record = newRecord();
    const line = () => ({
      id: record.id,
      account: settings.identity.slice(0, identityShown),
      tool: declaration.name,
      ...(record.connection !== undefined && { connection: shownConnection(record.connection) }),
      ...(record.httpStatus !== undefined && { httpStatus: record.httpStatus }),
      ...((record.requests ?? 0) > 1 && { requests: record.requests }),
      ms: Math.round(performance.now() - startedAt),
    });
    try {
      const parsed = parseInput(tool, given, context);
      const result = await pipeline.call(declaration, parsed.input, {
        ...side,
        delivery: side.delivery ?? own.delivery,
        connectionId: side.connectionId ?? parsed.connectionId,
        record,
      });
      log.info(line(), 'call');
      // An endpoint's response was cleaned when it came in; a workflow adds sentences that quote the caller's arguments.
      const safe = declaration.kind === 'workflow' ? asObject(mapTexts(result, redactor.withoutKeys)) : result;
      const warned = withWarnings(safe, [record.warning ?? [], parsed.warnings].flat().map(redactor.withoutKeys));
      return { ok: true, result: whole ? warned : bounded(declaration, warned) };
    } catch (thrown) {
      const failure = cleaned(asCallError(thrown, context, 'unsent').failure);
      const { kind, performed, source, code } = failure;
      const level = kind === 'internal' ? 'error' : 'warn';
      const facts = { kind, source, ...(code !== undefined && { code }), performed, rule: record.stage };
      log[level]({ ...line(), ...facts }, 'call failed');
      return { ok: false, failure };
    } finally {
      own.answered();
    }
  };
}
