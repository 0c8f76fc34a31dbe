import type { Claim, SendGuard } from '../../src/account/send-guard/send-guard.js';
import { createSharedSendGuard } from '../../src/account/send-guard/shared-send-guard.js';
import { createMemoryStore } from '../../src/store/memory-store.js';
import type { Failure } from '../../tools/contract/failure.js';
import { testProcess } from './processes.js';
import { callAt } from './send-guard-contract.js';
import { finish, type ManualClock, manualClock, settle } from './timing.js';

/** The send that all of these make. */
export const hello = { send: 'hello' };
export const never = new AbortController().signal;
/** The time that a call may take. */
export const deadlineMs = 45_000;
export const lostAnswer: Failure = {
  kind: 'network',
  message: 'broken while it said: Code 1234',
  hint: '',
  retryable: false,
  performed: 'unknown',
  source: 'network',
};

/** Moves a clock on, and lets what is due then settle. */
export async function pass(clock: ManualClock, milliseconds: number): Promise<void> {
  await settle();
  for (const until = clock.now() + milliseconds; clock.now() < until; await settle())
    clock.advance(Math.min(250, until - clock.now()));
}

/** Two processes on one store. */
export function twoProcesses() {
  const clock = manualClock();
  const store = createMemoryStore(clock.now);
  const start = () => {
    const process = testProcess(store, clock);
    return { process, guard: createSharedSendGuard(process.store, process.clock) };
  };
  const [one, other] = [start(), start()];
  async function claimed(guard: SendGuard, call = callAt(clock.now())): Promise<Claim> {
    const found = await guard.claim(hello, call, never);
    if (found.state !== 'claimed') throw new Error(`was ${found.state}`);
    return found.claim;
  }
  async function left(guard: SendGuard, call?: ReturnType<typeof callAt>): Promise<Claim> {
    const claim = await claimed(guard, call);
    await claim.departure.before();
    claim.departure.leave();
    return claim;
  }
  /** What a call finds, within the time that it may take. */
  const found = async (guard: SendGuard) => {
    const expiry = new AbortController();
    const cancel = clock.after(deadlineMs, () => expiry.abort(new Error('time is up')));
    const claim = await finish(clock, guard.claim(hello, callAt(clock.now()), expiry.signal));
    cancel();
    if (claim.state === 'claimed') await claim.claim.release();
    return claim.state;
  };
  return { clock, store, one, other, claimed, left, found };
}
