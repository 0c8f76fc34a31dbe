import type { Clock } from '../../src/upstream/clock.js';
import { openDeadline } from '../../src/upstream/deadline.js';
import { callError } from '../../src/upstream/failures/call-error.js';
import type { FailureContext } from '../../src/upstream/failures/context.js';
import type { Load, Pacer } from '../../src/upstream/pacing/pacer.js';
import { withRetries } from '../../src/upstream/retry.js';
import type { CallError } from '../../tools/contract/failure.js';
import { endpoints } from '../../tools/index.js';
import { finish, manualClock } from './timing.js';

/** The declaration of an endpoint tool. */
export const endpointOf = (name: string) => {
  const found = endpoints.find((endpoint) => endpoint.name === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
};

const contextOf = (name: string): FailureContext => ({ declaration: endpointOf(name), direct: false });

/** A failure context for each kind of effect. */
export const contexts = {
  read: contextOf('manychat_get_page'),
  set: contextOf('manychat_add_tag_to_subscriber'),
  send: contextOf('manychat_send_flow'),
};

/** The effects that matter for retries. */
export type Effect = keyof typeof contexts;

/** The load of a request without limits. */
export const anyLoad: Load = { limits: [], account: 'account', connection: 'connection' };

/** A pacer that gives every turn at once and records its calls. */
function openPacer(clock: Clock) {
  const pauses: number[] = [];
  const arrivals: number[] = [];
  const refusals: string[] = [];
  const noted = { pauses, refusals, arrivals, turns: 0, over: 0, sent: 0 };
  const pacer: Pacer = {
    async turn(_, { arrivedMsAgo }) {
      noted.turns += 1;
      arrivals.push(Math.round(clock.now() - arrivedMsAgo));
      return {
        sent() {
          noted.sent += 1;
        },
        refused({ by, pauseMs }) {
          pauses.push(Math.round(pauseMs));
          refusals.push(by);
        },
        over() {
          noted.over += 1;
        },
      };
    },
    async close() {},
  };
  return { pacer, noted };
}

/** What happens in each attempt of a request. */
export type Script = (count: number, onSent: () => void, signal: AbortSignal) => Promise<string> | string;

/** Runs a scripted request with a deadline of 10 seconds; returns when each attempt started and how it ended. */
export async function run(
  effect: Effect,
  script: Script,
  { random = 0, cancelAt, onWait }: { random?: number; cancelAt?: number; onWait?: (seconds: number) => void } = {},
) {
  const clock = manualClock();
  const { pacer, noted } = openPacer(clock);
  const cancel = new AbortController();
  if (cancelAt !== undefined) clock.after(cancelAt, () => cancel.abort('enough'));
  const { deadline, close } = openDeadline(clock, 10_000, cancel.signal, onWait);
  const tries: number[] = [];
  const once = async (signal: AbortSignal, onSent: () => void) => {
    tries.push(Math.round(clock.now()));
    return script(tries.length, onSent, signal);
  };
  const ending = withRetries(once, anyLoad, deadline, contexts[effect], { pacer, clock, random: () => random }).then(
    (value) => ({ value }),
    (error) => ({ error }),
  );
  const ended: { value?: string; error?: CallError } = await finish(clock, ending);
  close();
  return { ...ended, tries, noted, at: Math.round(clock.now()) };
}

/** A rate-limit failure, optionally with a Retry-After in seconds. */
export const refused = (effect: Effect, retry?: number): CallError =>
  callError('rate_limited', contexts[effect], {
    message: 'slow',
    source: 'gateway',
    http_status: 429,
    retry_after_s: retry,
    refusedBy: 'unclear',
  });

/** Never resolves; rejects when aborted. */
export const hang = (signal: AbortSignal): Promise<string> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
