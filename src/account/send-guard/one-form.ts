import { CallError } from '../../../tools/contract/failure.js';
import type { Result } from '../../../tools/contract/json.js';
import type { OneForm, Step, Steps } from '../../../tools/contract/workflow.js';
import type { Departure } from '../../upstream/departure.js';
import { alreadySent, type Held } from './guarded-sends.js';
import type { Claim } from './send-guard.js';

/** What a send in one of several forms works with. */
export interface FormParts {
  hold(step: Step): Promise<Held | undefined>;
  /** Performs a form with its claim; `departures` are told as well when it leaves. */
  perform(form: Step, held: Held | undefined, departures: readonly Departure[]): Promise<Result>;
  onWarning(text: string): void;
}

const ignored = (): undefined => undefined;

async function release(claims: Iterable<Claim>): Promise<void> {
  for (const claim of claims) await claim.release().catch(ignored);
}

/**
 * Makes a send in one of several forms. As long as it is unknown whether one has arrived, the same is refused in all of
 * them. The claims are made in the order of the steps, so that two calls never wait for each other.
 * @throws CallError
 */
export async function sendInOneForm(
  asked: Step,
  forms: readonly Step[],
  send: Parameters<Steps['inOneForm']>[2],
  { hold, perform, onWarning }: FormParts,
): Promise<OneForm> {
  const claims = new Map<Step, Claim>();
  try {
    for (const step of [asked, ...forms]) {
      const held = await hold(step);
      if (held?.state === 'claimed') claims.set(step, held.claim);
      if (held?.state !== 'done') continue;
      if (asked.quiet !== true) onWarning(alreadySent(held));
      return { outcome: 'done before', form: step === asked ? undefined : step, data: held.data };
    }
    const { result, data } = await send((form) => {
      const claim = claims.get(form);
      const others = [...claims.values()].filter((each) => each !== claim);
      return perform(
        form,
        claim && { state: 'claimed', claim },
        others.map(({ departure }) => departure),
      );
    });
    // A failure to record the send must not fail the call.
    await claims.get(asked)?.done(data).catch(ignored);
    return { outcome: 'done', result };
  } catch (error) {
    if (error instanceof CallError && error.failure.performed === 'unknown') {
      for (const claim of claims.values()) await claim.unknown(error.failure).catch(ignored);
    }
    throw error;
  } finally {
    await release(claims.values());
  }
}
