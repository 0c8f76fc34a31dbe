import { afterAll, beforeAll, beforeEach, onTestFinished } from 'vitest';
import { createSendGuard } from '../../src/account/send-guard/memory-send-guard.js';
import type { SendGuard } from '../../src/account/send-guard/send-guard.js';
import { type Fault, type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/index.js';
import type { Failure } from '../../tools/contract/failure.js';
import type { Result } from '../../tools/contract/json.js';
import { type Caller, type CallerParts, createCaller } from './caller.js';
import { beginning, drivenClock, isDriven, keptBack } from './driven.js';
import { pinnedTo, through } from './program.js';

/** A clock that stands still at noon. */
export const noon = { now: () => beginning };

/** An answer that is lost on the way, the request carried out or not. */
export const lost = (path: string, perform: boolean): Fault => ({
  match: { path },
  reset: 'before_headers',
  perform,
});

/** The contacts that got the messages of a sandbox, in their order. */
export const reached = (sandbox: Sandbox) => sandbox.messages().map(({ subscriber_id: id }) => id);

/** Starts a sandbox that tells driven times what it keeps back. */
export const startKeeping = (options: SandboxOptions = {}): Promise<Sandbox> =>
  startSandbox({ onStall: keptBack, ...options });

/** A sandbox for one test, calls to its connections API, and the environment that leads there. */
export async function sandboxed(options: SandboxOptions = {}) {
  const sandbox = await startKeeping(options);
  onTestFinished(() => sandbox.close());
  const connections = async (method: string, id: string): Promise<Record<string, unknown>> => {
    const headers = { authorization: `Bearer ${sandbox.matonKey}` };
    const answer = await fetch(`${sandbox.url}/connections/${id}`, { method, headers });
    return method === 'GET' ? JSON.parse(await answer.text()).connection : {};
  };
  return { sandbox, connections, environment: through(sandbox.url, sandbox.matonKey) };
}

/** Starts something before the tests of a block, which hold what stands for it from the beginning. */
function useStarted<Started extends { close(): Promise<void> }>(start: () => Started | Promise<Started>): Started {
  let running: Started | undefined;
  beforeAll(async () => {
    running = await start();
  });
  afterAll(() => running?.close());
  const current = (): Started => {
    if (running === undefined) throw new Error('it runs within tests only');
    return running;
  };
  // A method gets the proxy as its `this`; those of sandboxes and callers use none.
  return new Proxy<Started>(Object.create(null), { get: (_, name) => Reflect.get(current(), name) });
}

/** A sandbox for the tests of the block this stands in, reset before each of them. */
export function useSandbox(options: SandboxOptions = {}): Sandbox {
  const sandbox = useStarted(() => startKeeping(options));
  beforeEach(() => sandbox.reset());
  return sandbox;
}

/** A send guard that forgets everything before each test. */
export function useSendGuard(now: () => number): SendGuard {
  let guard = createSendGuard(now);
  beforeEach(() => {
    guard = createSendGuard(now);
  });
  return { claim: (...asked) => guard.claim(...asked), fieldsSet: (contact) => guard.fieldsSet(contact) };
}

/** A sandbox and a caller that is pinned to its connection. */
export interface UsedCaller {
  readonly sandbox: Sandbox;
  readonly caller: Caller;
  /** The result of a call that must succeed. */
  result(tool: string, args?: object): Promise<Result>;
  /** The failure of a call that must fail. */
  failure(tool: string, args?: object): Promise<Failure>;
  /** The last words of the paths requested so far. */
  paths(): (string | undefined)[];
  /** How often a path that ends with this word was requested. */
  countOf(word: string): number;
}

/**
 * A caller and its sandbox, without rate limits unless told otherwise, for the tests of the block this stands in. Both
 * go by one time, which is driven unless told otherwise.
 */
export function useCaller(parts: Partial<CallerParts> = {}, options: SandboxOptions = {}): UsedCaller {
  const { timing = drivenClock() } = parts;
  const clock = isDriven(timing) ? { clock: timing.wallClock } : {};
  const sandbox = useSandbox({ limits: false, ...clock, ...options });
  const { guard = useSendGuard(timing.now) } = parts;
  const caller = useStarted(() => createCaller(pinnedTo(sandbox), { ...parts, timing, guard }));
  const paths = () => sandbox.requests().map(({ path }) => path.split('/').at(-1));
  return {
    sandbox,
    caller,
    async result(tool, args) {
      const outcome = await caller.call(tool, args);
      if (!outcome.ok) throw new Error(`${tool} failed: ${JSON.stringify(outcome.failure)}`);
      return outcome.result;
    },
    async failure(tool, args) {
      const outcome = await caller.call(tool, args);
      if (outcome.ok) throw new Error(`${tool} succeeded: ${JSON.stringify(outcome.result)}`);
      return outcome.failure;
    },
    paths,
    countOf: (word) => paths().filter((path) => path === word).length,
  };
}
