import { type CallFault, type CallFaults, callFaultEffects, callFaultQueue } from '../../faults/call-fault.js';
import { jsonOrText } from '../../http/json.js';
import { maxKeptCharacters } from '../../world/bounded-log.js';
import type { MovableClock } from '../../world/clock.js';
import type { Account } from '../account.js';
import type { Outbox } from '../outbox.js';
import { localAddress, type Tunnels, unreachable } from './address.js';
import type { Delivering } from './block.js';
import { type Call, type CallPlan, callLog, keptBody, maskedHeaders, type RunningCall } from './call.js';
import { conclude } from './conclude.js';
import type { CallAnswer, Exchange } from './exchange.js';

interface CallsParts {
  readonly clock: Pick<MovableClock, 'now' | 'timer'>;
  readonly outbox: Outbox;
  readonly exchange: Exchange;
  tunnels(): Tunnels;
  /** How long an answer may take, in milliseconds. */
  timeLimit(): number;
  /** Called when the calls, or the faults that wait for them, change. */
  onChange(what: 'calls' | 'faults'): void;
}

/** Makes the calls of the accounts. */
export interface Calls {
  readonly faults: CallFaults;
  /** Starts a call. */
  start(plan: CallPlan): Call;
  /** The latest calls, oldest first; they change until they have ended. */
  list(): readonly Call[];
  dropped(): number;
  /** Resolves once no call is under way; calls that a fault keeps until the next one are not waited for. */
  settled(): Promise<void>;
  /** Resolves once a call ended, or the sandbox was reset. */
  ended(call: Call): Promise<void>;
  /** Lets calls go that wait for a next one. */
  release(): void;
  /** Breaks off all calls, without any effect. */
  breakOff(): void;
  /** Breaks off all calls, and forgets them and the faults. */
  reset(): void;
}

// Beyond this, calls that lead to each other without end are broken off: each would map a field that starts the next.
const maxDepth = 10;

/** A call that repeats another one, so many milliseconds later. */
interface Repeat {
  readonly of: number;
  readonly delay: number;
}

export function createCalls({ clock, outbox, exchange, tunnels, timeLimit, onChange }: CallsParts): Calls {
  const log = callLog();
  const faults = callFaultQueue(() => onChange('faults'));
  const listeners = new Set<() => void>();
  let lastId = 0;
  let depth = 0;
  let underWay = new Set<Call>();
  let held: { call: Call; leave: () => void }[] = [];
  let epoch = new AbortController();

  const changed = (): void => {
    onChange('calls');
    for (const listener of listeners) listener();
  };

  const until = (holds: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const listener = (): void => {
        if (!holds()) return;
        listeners.delete(listener);
        resolve();
      };
      listeners.add(listener);
      listener();
    });

  function release(): void {
    const waiting = held;
    held = [];
    for (const { call, leave } of waiting) {
      underWay.add(call);
      leave();
    }
  }

  function newCall({ account, contact, hook, trigger, kind, target }: CallPlan, repeat: Repeat | undefined): Call {
    lastId += 1;
    const { url, method, headers, body } = target;
    const shown = body === null ? undefined : body.length > maxKeptCharacters ? keptBody(body) : jsonOrText(body);
    return {
      id: lastId,
      time: new Date(clock.now()).toISOString(),
      page_id: String(account.page.id),
      subscriber_id: contact.id,
      hook: hook?.name ?? null,
      trigger,
      kind,
      ...(repeat !== undefined && { repeats: repeat.of }),
      request: { method, url, headers: maskedHeaders(headers), ...(shown !== undefined && { body: shown }) },
      state: 'waiting',
      status: null,
      branch: null,
      mapped: [],
      deliveries: [],
      problems: [],
    };
  }

  function start(plan: CallPlan, repeat?: Repeat): Call {
    const call = newCall(plan, repeat);
    log.add(call);
    onChange('calls');
    const isFaultless = repeat !== undefined || plan.trigger === 'test';
    const fault = isFaultless ? undefined : faults.take({ hook: call.hook, url: plan.target.url });
    if (fault !== undefined) call.fault = callFaultEffects.find((name) => name in fault) ?? '';
    const delay = repeat?.delay ?? (fault !== undefined && 'delay_ms' in fault ? fault.delay_ms : 0);
    void run({ plan, call, depth: depth + 1 }, fault, delay, epoch.signal);
    if (fault !== undefined && 'repeat_after_ms' in fault) start(plan, { of: call.id, delay: fault.repeat_after_ms });
    return call;
  }

  async function run(
    running: RunningCall,
    fault: CallFault | undefined,
    delay: number,
    signal: AbortSignal,
  ): Promise<void> {
    const { plan, call } = running;
    if (fault !== undefined && 'after_next' in fault) {
      await new Promise<void>((leave) => held.push({ call, leave }));
    } else {
      underWay.add(call);
      if (delay > 0) await wait(delay, signal);
    }
    if (signal.aborted) return;
    call.state = 'under way';
    onChange('calls');
    const answer = await attempt(running, fault, signal);
    if (signal.aborted) return;
    const before = depth;
    depth = running.depth;
    try {
      conclude(deliveringOf(plan.account), running, answer);
    } finally {
      depth = before;
      call.state = 'ended';
      call.ended = new Date(clock.now()).toISOString();
      underWay.delete(call);
      changed();
    }
  }

  const wait = (milliseconds: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const cancel = clock.timer(milliseconds, resolve);
      signal.addEventListener('abort', () => {
        cancel();
        resolve();
      });
    });

  const deliveringOf = (account: Account): Delivering => ({
    account,
    now: clock.now(),
    deliver: (delivery) => outbox.add({ ...delivery, page_id: String(account.page.id) }, clock.now()),
  });

  /** The answer, or why there is none. */
  async function attempt(
    { plan, depth: deep }: RunningCall,
    fault: CallFault | undefined,
    signal: AbortSignal,
  ): Promise<CallAnswer | string> {
    if (deep > maxDepth) return `Not called: ${maxDepth} calls already led to each other.`;
    const url = localAddress(plan.target.url, tunnels());
    if (url === undefined) return unreachable(plan.target.url);
    const drop = fault !== undefined && 'drop' in fault ? fault.drop : undefined;
    const breaking = new AbortController();
    const limit = timeLimit();
    let reason = '';
    const breakOff = (why: string): void => {
      reason ||= why;
      breaking.abort();
    };
    const cancel = clock.timer(limit, () => breakOff(`No answer within ${limit} ms.`));
    const onReset = (): void => breakOff('The sandbox was reset.');
    signal.addEventListener('abort', onReset);
    try {
      const answer = await exchange({ ...plan.target, url }, breaking.signal, () => {
        release();
        if (drop === 'connection') breakOff('The connection broke.');
      });
      return drop === 'response' ? 'The answer was lost.' : answer;
    } catch (error) {
      return reason || `The call failed: ${errorText(error)}`;
    } finally {
      cancel();
      signal.removeEventListener('abort', onReset);
    }
  }

  function breakOff(): void {
    epoch.abort();
    epoch = new AbortController();
    release();
    underWay = new Set();
    changed();
  }

  return {
    faults,
    start: (plan) => start(plan),
    list: log.list,
    dropped: log.dropped,
    settled: () => until(() => underWay.size === 0),
    ended: (call) => {
      const { signal } = epoch;
      return until(() => signal.aborted || call.state === 'ended');
    },
    release,
    breakOff,
    reset() {
      breakOff();
      faults.clear();
      log.reset();
      lastId = 0;
    },
  };
}

function errorText(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return code || (error instanceof Error ? error.message : 'unknown error');
}
