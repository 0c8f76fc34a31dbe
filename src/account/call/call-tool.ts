import type { Failure } from '../../../tools/contract/failure.js';
import { asObject, type Result } from '../../../tools/contract/json.js';
import type { AccountSettings } from '../../config/accounts/settings.js';
import type { Redactor } from '../../text/redaction.js';
import { cleanLine, mapTexts } from '../../text/safe-text.js';
import { asCallError } from '../../upstream/failures/call-error.js';
import type { Host } from '../host.js';
import { shownConnection } from '../lookups/connections/chooser.js';
import { createAudit } from '../policy/audit.js';
import type { Tool } from '../policy/tool.js';
import { type Delivery, ownDelivery } from '../send-guard/delivery.js';
import { type CallingRequest, requestLine } from '../telemetry/telemetry.js';
import { bounded } from './bounds/bound-result.js';
import {
  accountLabel,
  type CallOptions,
  type CallRecord,
  callLine,
  failureContext,
  newRecord,
} from './call-context.js';
import type { Pipeline } from './pipeline.js';
import { parseInput } from './stages/read-arguments.js';

/** The outcome of a tool call. */
export type Outcome =
  | { readonly ok: true; readonly result: Result }
  | { readonly ok: false; readonly failure: Failure };

/**
 * The caller's side of a call. A `connectionId` here takes precedence over the one in the arguments: like `names`, it is
 * what the user has confirmed. Without a `delivery` the answer counts as delivered when it is there.
 */
export interface CallerSide
  extends Pick<
    CallOptions,
    | 'signal'
    | 'onProgress'
    | 'departure'
    | 'connectionId'
    | 'deadlineMs'
    | 'oneOfMany'
    | 'names'
    | 'known'
    | 'job'
    | 'principal'
    | 'approved'
  > {
  readonly delivery?: Delivery | undefined;
  /** The name of the account, if calls name it as `account`: calls that the result names have it too. */
  readonly account?: string | undefined;
  /** The request of an MCP client that makes the call. */
  readonly request?: CallingRequest | undefined;
  /** The result is for a part of this program, which takes it at any size. */
  readonly whole?: boolean;
}

/** Calls a tool with arguments as they came from outside; never throws. */
export type ToolCaller = (tool: Tool, given: unknown, side: CallerSide) => Promise<Outcome>;

/** Logs a call that is refused before it is made; the failure without secrets. */
export type ToolRefuser = (
  tool: Tool,
  failure: Failure,
  rule: string,
  request?: CallingRequest,
  principal?: string,
) => Failure;

/** The result with warnings about the call (connection chosen, arguments repaired) before its own. */
function withWarnings(result: Result, warnings: readonly string[]): Result {
  const own = Array.isArray(result.warnings) ? result.warnings : [];
  return warnings.length === 0 ? result : { ...result, warnings: [...warnings, ...own] };
}

/** Details of a failure, and characters of all of them. */
const maxDetails = 30;
const maxDetailsLength = 6_000;

/** The details of a failure that fit, and how many there are more. */
function boundedDetails(details: readonly string[]): string[] {
  let length = 0;
  const kept = details.slice(0, maxDetails).filter((detail) => {
    length += detail.length;
    return length <= maxDetailsLength;
  });
  const left = details.length - kept.length;
  return left === 0 ? kept : [...kept, `… and ${left} more`];
}

/**
 * The one way a tool is called: arguments read, call performed, one log line written (and one per request at `debug`).
 * No result and no failure contains a secret, and each is small enough for a model to read.
 */
export function createToolCaller(
  { clock, log }: Host,
  settings: AccountSettings,
  redactor: Redactor,
  pipeline: Pipeline,
  offers: (tool: string) => boolean,
): { readonly call: ToolCaller; readonly refuse: ToolRefuser } {
  const audit = createAudit(log, settings);
  const clean = (text: string): string => cleanLine(text, redactor.forFailure);
  const cleaned = (failure: Failure): Failure => ({
    ...failure,
    message: clean(failure.message),
    ...(failure.details !== undefined && { details: boundedDetails(failure.details.map(clean)) }),
  });
  const lineOf = (tool: Tool, record: CallRecord, request?: CallingRequest) => ({
    ...callLine(record, settings),
    ...requestLine(request),
    tool: tool.declaration.name,
  });
  function logFailure(line: object, { kind, performed, source, code }: Failure, rule: string): void {
    const level = kind === 'internal' ? 'error' : 'warn';
    log[level]({ ...line, kind, source, ...(code !== undefined && { code }), performed, rule }, 'call failed');
  }

  /** Tells the request of a client what call it made. */
  const note = (request: CallingRequest | undefined, { id }: CallRecord, failure?: Failure): void =>
    request?.called?.({ id, account: accountLabel(settings), failure: failure?.kind });

  function refuse(tool: Tool, given: Failure, rule: string, request?: CallingRequest, principal?: string): Failure {
    const failure = cleaned(given);
    const record = newRecord();
    logFailure(lineOf(tool, record, request), failure, rule);
    note(request, record, failure);
    audit(tool, principal, { failure });
    return failure;
  }

  const performed: ToolCaller = async (tool, given, { whole = false, account, request, ...side }) => {
    const { declaration } = tool;
    const context = failureContext(declaration, settings);
    const startedAt = performance.now();
    const own = ownDelivery(clock.now, side.signal);
    const record = newRecord();
    const line = () => ({
      ...lineOf(tool, record, request),
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
        askedConnection: parsed.connectionId,
        record,
      });
      log.info(line(), 'call');
      note(request, record);
      // An endpoint's response was cleaned when it came in; a workflow adds sentences that quote the caller's arguments.
      const safe = declaration.kind === 'workflow' ? asObject(mapTexts(result, redactor.withoutKeys)) : result;
      const warned = withWarnings(safe, [record.warning ?? [], parsed.warnings].flat().map(redactor.withoutKeys));
      // The id and not the name of the page, which can be renamed.
      const isNamed = tool.takesConnection && (parsed.connectionId ?? side.connectionId) !== undefined;
      const connectionId = isNamed ? record.connection : undefined;
      return {
        ok: true,
        result: whole ? warned : bounded({ declaration, input: parsed.input, account, connectionId, offers }, warned),
      };
    } catch (thrown) {
      const error = asCallError(thrown, context, 'unsent').by('arguments');
      const failure = cleaned(error.failure);
      logFailure(line(), failure, error.about.rule ?? '');
      note(request, record, failure);
      return { ok: false, failure };
    } finally {
      own.answered();
    }
  };

  return {
    async call(tool, given, side) {
      const outcome = await performed(tool, given, side);
      audit(tool, side.principal, outcome);
      return outcome;
    },
    refuse,
  };
}
