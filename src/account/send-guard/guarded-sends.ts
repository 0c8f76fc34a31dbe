import type { Endpoint } from '../../../tools/contract/endpoint.js';
import { CallError, reasonIn } from '../../../tools/contract/failure.js';
import type { Result } from '../../../tools/contract/json.js';
import { durationText } from '../../../tools/contract/quoted.js';
import { hasFieldValues } from '../../../tools/values/field-values.js';
import { allOf, type Departure } from '../../upstream/departure.js';
import { flowScope, type Jobs } from '../jobs/jobs.js';
import { nobody } from './delivery.js';
import {
  type Claim,
  contactKey,
  type Earlier,
  keyOf,
  type Send,
  type SendGuard,
  type SendingCall,
} from './send-guard.js';

/** A claimed send, or one that was performed before. */
export type Held = { readonly state: 'claimed'; readonly claim: Claim } | Extract<Earlier, { state: 'done' }>;

const agoText = (agoMs: number): string => (agoMs < 60_000 ? 'within the last minute' : `${durationText(agoMs)} ago`);

/** The time until it is forgotten, rounded up to minutes. */
const waitText = (leftMs: number): string => durationText(Math.max(1, Math.ceil(leftMs / 60_000)) * 60_000);

const reasons = {
  open: 'by a call that was still open when this one arrived',
  unanswered: 'by a call that was cancelled or answered late',
  many: 'by manychat_for_each_subscriber',
} as const;

/** How an earlier send is described. */
const sentText = ({ agoMs, isOthers }: Pick<Earlier, 'agoMs' | 'isOthers'>): string =>
  `The same was sent to this contact ${agoText(agoMs)}${isOthers ? ' by another member of the team' : ''}`;

/** The warning for a send that was performed before and is not repeated. */
export function alreadySent({ leftMs, why, ...sent }: Extract<Earlier, { state: 'done' }>): string {
  return `${sentText(sent)}, ${reasons[why]}: it was not sent again. To send it again on purpose, change it or wait ${waitText(leftMs)}.`;
}

/** The failure of a send while it is unknown whether the same send has arrived. */
function notAgain({ failure, leftMs, ...sent }: Extract<Earlier, { state: 'unknown' }>): CallError {
  const { kind, performed } = failure;
  return new CallError(
    {
      kind,
      message: `${sentText(sent)}, and it is not known whether it arrived${sent.isOthers ? '' : ` (${reasonIn(failure)})`}: it was not sent again`,
      hint: `First, a person looks at the chat in ManyChat. If it did not arrive, the same can be sent again in ${waitText(leftMs)}.`,
      retryable: false,
      performed,
      source: 'client',
    },
    'refused',
  );
}

/** The sends of a read that this program makes for itself: there are none. */
export const noSends: SendingCall = { delivery: nobody, oneOfMany: false, endedAt: 0 };

/** The sends of one account. */
export interface Sends {
  /**
   * Claims a send for a call.
   * @throws CallError if the same send may have arrived; the signal's reason on abort.
   */
  hold(
    send: Pick<Send, 'endpoint' | 'input' | 'fields'>,
    connection: string | undefined,
    call: SendingCall,
    stop: AbortSignal,
  ): Promise<Held>;
  /** Notes that an endpoint may have set custom fields of a contact. */
  noteChange(endpoint: Endpoint, input: Result, connection: string | undefined): Promise<void>;
}

/** Where sends are remembered. */
interface Memories {
  readonly guard: SendGuard;
  readonly jobs: Pick<Jobs, 'fieldsSet'>;
}

/** Opens the sends of an account. Its identity is part of every key, so accounts that share a guard share no send. */
export function createSends({ guard, jobs }: Memories, account: string): Sends {
  return {
    async hold(send, connection, call, stop) {
      const found = await guard.claim(keyOf({ ...send, account, connection }), call, stop);
      if (found.state === 'unknown') throw notAgain(found);
      return found;
    },
    async noteChange({ fieldValues }, input, connection) {
      const { subscriber_id: contact } = input;
      if (fieldValues?.kind !== 'custom field' || contact === undefined || !hasFieldValues(fieldValues, input)) return;
      // At once: both note the present time as that of the change.
      await Promise.all([
        guard.fieldsSet(contactKey(account, connection, contact)),
        jobs.fieldsSet(flowScope(account, connection), String(contact)),
      ]);
    },
  };
}

/** The data of a response, and warnings about it. */
interface SentData {
  readonly data: unknown;
  readonly warnings: readonly string[];
}

/**
 * Makes a request. The guard is told the outcome of a claimed send; a send that was performed before is answered with the
 * data of that time, unless that is another principal's. `make` passes the departure on to its request.
 */
export async function sendOnce(
  held: Held | undefined,
  more: Departure | undefined,
  make: (departure: Departure | undefined) => Promise<unknown>,
): Promise<SentData> {
  if (held === undefined) return { data: await make(more), warnings: [] };
  if (held.state === 'done') {
    return { data: held.isOthers ? undefined : held.data, warnings: [alreadySent(held)] };
  }
  const { departure, done, unknown, release } = held.claim;
  let data: unknown;
  try {
    data = await make(more === undefined ? departure : allOf([departure, more]));
  } catch (error) {
    const settled =
      error instanceof CallError && error.failure.performed === 'unknown' ? unknown(error.failure) : release();
    await settled.catch(() => undefined);
    throw error;
  }
  // A failure to record the send must not fail the call: the client would send the message again.
  await done(data).catch(() => undefined);
  return { data, warnings: [] };
}
