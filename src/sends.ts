import { CallError } from '../tools/failure.js';
import { spanText } from '../tools/window.js';
import { allOf, type Departure } from './departure.js';
import { type Claim, type Earlier, rememberedMs } from './send-guard.js';

/** A send that a call has claimed, or that was made before. */
export type Held = { readonly state: 'claimed'; readonly claim: Claim } | Extract<Earlier, { state: 'done' }>;

/** How long ago, for a reader. */
const agoText = (agoMs: number): string => (agoMs < 60_000 ? 'within the last minute' : `${spanText(agoMs)} ago`);

const reasons = {
  open: 'by a call that was still open when this one arrived',
  unanswered: 'by a call that was cancelled or answered late',
  many: 'by manychat_for_each_subscriber',
} as const;

/** What the caller is told of a send that was made before and is not made again. */
export function alreadySent({ agoMs, why }: Extract<Earlier, { state: 'done' }>): string {
  const left = spanText(Math.max(0, rememberedMs - agoMs) + 60_000);
  return `The same was sent to this contact ${agoText(agoMs)}, ${reasons[why]}: it was not sent again. To send it once more on purpose, change it or wait ${left}.`;
}

/** The failure of a send while nobody knows whether the same has arrived. */
export function notAgain({
  failure: { kind, message, performed },
  agoMs,
}: Extract<Earlier, { state: 'unknown' }>): CallError {
  return new CallError(
    {
      kind,
      message: `The same was sent to this contact ${agoText(agoMs)}, and it is not known whether it arrived (${message}): it was not sent again`,
      hint: `A person looks at the chat in ManyChat first. If it did not arrive, the same can be sent again in ${spanText(rememberedMs - agoMs + 60_000)}.`,
      retryable: false,
      performed,
      source: 'client',
    },
    'refused',
  );
}

/** Makes a claimed send and tells the guard what came of it. `make` hands the departure on to its request. */
export async function settling(
  { departure, done, unknown, release }: Claim,
  more: Departure | undefined,
  make: (departure: Departure) => Promise<unknown>,
): Promise<unknown> {
  try {
    const data = await make(more === undefined ? departure : allOf([departure, more]));
    await done(data);
    return data;
  } catch (error) {
    if (error instanceof CallError && error.failure.performed === 'unknown') await unknown(error.failure);
    else await release();
    throw error;
  }
}
