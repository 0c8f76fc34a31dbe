import { effectRules } from '../../../tools/contract/effect.js';
import { CallError, type Kind, type RequestOutcome } from '../../../tools/contract/failure.js';
import { errorMessage } from '../../text/error-text.js';
import type { FailureContext, FailureFacts } from './context.js';
import { cancelledInDoubt, clearUp, hintFor } from './hints.js';

/** Kinds where trying the same call again later can succeed. */
const passing: ReadonlySet<Kind> = new Set([
  'rate_limited',
  'user_ref_not_linked',
  'gateway_error',
  'manychat_unavailable',
  'bad_response',
  'timeout',
  'network',
]);

/** Builds the error of one failed call. */
export function callError(kind: Kind, context: FailureContext, facts: FailureFacts): CallError {
  const rule = effectRules[context.declaration.effect];
  const outcome = facts.outcome ?? 'refused';
  const unknown = outcome === 'ambiguous' && !rule.readOnly;
  // Of what the gateway refuses as it is, only too many calls and unfinished matters pass by themselves.
  const lasting = kind === 'gateway_error' && outcome === 'refused';
  const harmless = unknown && rule.repeatable;
  const hint = harmless && kind === 'cancelled' ? cancelledInDoubt : (facts.hint ?? hintFor(kind, context, facts));
  return new CallError(
    {
      kind,
      message: facts.message,
      hint: unknown && !rule.repeatable ? clearUp(context) : hint,
      retryable:
        (harmless && kind === 'cancelled') ||
        (passing.has(kind) && !lasting && outcome !== 'performed' && (!unknown || rule.repeatable)),
      performed: outcome === 'performed' ? 'yes' : unknown ? 'unknown' : 'no',
      source: facts.source,
      ...(facts.http_status !== undefined && { http_status: facts.http_status }),
      ...(facts.code !== undefined && { code: facts.code }),
      ...(facts.details !== undefined && facts.details.length > 0 && { details: facts.details }),
      ...(facts.retry_after_s !== undefined && { retry_after_s: facts.retry_after_s }),
    },
    outcome,
    facts.refusedBy,
  );
}

/** The error behind anything thrown; what is not a CallError is a defect here, told without its stack. */
export function asCallError(thrown: unknown, context: FailureContext, outcome: RequestOutcome): CallError {
  if (thrown instanceof CallError) return thrown;
  const reason = errorMessage(thrown);
  return callError('internal', context, { message: `Internal error: ${reason}`, source: 'client', outcome });
}
