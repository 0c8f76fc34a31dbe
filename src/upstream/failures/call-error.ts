import { effectRules } from '../../../tools/contract/effect.js';
import { CallError, type Kind, type RequestOutcome } from '../../../tools/contract/failure.js';
import { StoreAway } from '../../store/shared-store.js';
import { errorMessage } from '../../text/error-text.js';
import type { FailureContext, FailureFacts } from './context.js';
import { cancelledHint, hintFor, storeAwayHint, verificationHint } from './hints.js';

/** Kinds where the same call can succeed later. */
const transient: ReadonlySet<Kind> = new Set([
  'rate_limited',
  'user_ref_not_linked',
  'gateway_error',
  'manychat_unavailable',
  'bad_response',
  'timeout',
  'network',
]);

/** Builds the error of a failed call. */
export function callError(kind: Kind, context: FailureContext, facts: FailureFacts): CallError {
  const rule = effectRules[context.declaration.effect];
  const outcome = facts.outcome ?? 'refused';
  const unknown = outcome === 'ambiguous' && !rule.readOnly;
  const cancelledButRepeatable = kind === 'cancelled' && unknown && rule.repeatable;
  // Maton's gateway would refuse the same request again.
  const lasting = facts.lasting === true || (kind === 'gateway_error' && outcome === 'refused');
  const passes = transient.has(kind) && !lasting && outcome !== 'performed' && (!unknown || rule.repeatable);
  const hint = cancelledButRepeatable ? cancelledHint : (facts.hint ?? hintFor(kind, context, facts));
  return new CallError(
    {
      kind,
      message: facts.message,
      hint: unknown && !rule.repeatable ? verificationHint(context) : hint,
      retryable: cancelledButRepeatable || passes,
      performed: outcome === 'performed' ? 'yes' : unknown ? 'unknown' : 'no',
      source: facts.source,
      ...(facts.http_status !== undefined && { http_status: facts.http_status }),
      ...(facts.code !== undefined && { code: facts.code }),
      ...(facts.details !== undefined && facts.details.length > 0 && { details: facts.details }),
      ...(facts.retry_after_s !== undefined && { retry_after_s: facts.retry_after_s }),
    },
    outcome,
    { refusedBy: facts.refusedBy },
  );
}

/** Returns a CallError unchanged. A store that is away passes; anything else is a defect of this server, reported without its stack. */
export function asCallError(thrown: unknown, context: FailureContext, outcome: RequestOutcome): CallError {
  if (thrown instanceof CallError) return thrown;
  if (thrown instanceof StoreAway) {
    // The words of the engine may hold its address.
    const away = 'The state that this server shares with other processes cannot be reached';
    const message = outcome === 'unsent' ? `${away}. Nothing was done` : away;
    return callError('rate_limited', context, { message, source: 'client', outcome, hint: storeAwayHint });
  }
  const message = `Internal error: ${errorMessage(thrown)}`;
  return callError('internal', context, { message, source: 'client', outcome });
}
