import { afterAll, beforeAll, beforeEach, onTestFinished } from 'vitest';
import type { Jobs } from '../../src/account/jobs/jobs.js';
import { createMemoryJobs } from '../../src/account/jobs/memory-jobs.js';
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

/** A fault that loses the response, whether the request is performed or not. */
export const lost = (path: string, perform: boolean): Fault => ({
  match: { path },
  reset: 'before_headers',
  perform,
});

/** The recipients of a sandbox's messages, in order. */
export const reached = (sandbox: Sandbox) => sandbox.messages().map(({ subscriber_id: id }) => id);

/** Starts a sandbox that reports its stalls to driven clocks. */
export const startKeeping = (options: SandboxOptions = {}): Promise<Sandbox> =>
  startSandbox({ onStall: keptBack, ...options });

/** A sandbox for one test, a client of its connections API, and the environment that uses it. */
export async function sandboxed(options: SandboxOptions = {}) {
  const sandbox = await startKeeping(options);
  onTestFinished(() => sandbox.close());
  const connections = async (method: string, id: string): Promise<Record<string, unknown>> => {
    const headers = { authorization: `Bearer ${sandbox.matonKey}` };
    const response = await fetch(`${sandbox.url}/connections/${id}`, { method, headers });
    return method === 'GET' ? JSON.parse(await response.text()).connection : {};
  };
  return { sandbox, connections, environment: through(sandbox.url, sandbox.matonKey) };
}

/** Starts something before the tests of the calling block and closes it after them; the function returns it. */
function useStarted<Started extends { close(): Promise<void> }>(
  start: () => Started | Promise<Started>,
): () => Started {
  let running: Started | undefined;
  beforeAll(async () => {
    running = await start();
  });
  afterAll(() => running?.close());
  return () => {
    if (running === undefined) throw new Error('only available within tests');
    return running;
  };
}

/** A sandbox for the tests of the calling block, reset before each of them. */
export function useSandbox(options: SandboxOptions = {}): Sandbox {
  const started = useStarted(() => startKeeping(options));
  beforeEach(() => started().reset());
  return {
    get url() {
      return started().url;
    },
    get matonKey() {
      return started().matonKey;
    },
    get manychatKey() {
      return started().manychatKey;
    },
    get secondManychatKey() {
      return started().secondManychatKey;
    },
    get connectionId() {
      return started().connectionId;
    },
    get secondConnectionId() {
      return started().secondConnectionId;
    },
    messages: (filter) => started().messages(filter),
    requests: () => started().requests(),
    waitForRequests: (count, path) => started().waitForRequests(count, path),
    injectFault: (fault) => started().injectFault(fault),
    clearFaults: () => started().clearFaults(),
    reset: () => started().reset(),
    advance: (milliseconds) => started().advance(milliseconds),
    now: () => started().now(),
    account: () => started().account(),
    contactWrites: (id, written) => started().contactWrites(id, written),
    contactClicks: (id, clicked) => started().contactClicks(id, clicked),
    addHooks: (...hooks) => started().addHooks(...hooks),
    addTunnel: (from, to) => started().addTunnel(from, to),
    calls: () => started().calls(),
    callsSettled: () => started().callsSettled(),
    injectCallFault: (fault) => started().injectCallFault(fault),
    conversation: (id) => started().conversation(id),
    close: () => started().close(),
  };
}

/** A send guard that is new for each test. */
export function useSendGuard(now: () => number): SendGuard {
  let guard = createSendGuard(now);
  beforeEach(() => {
    guard = createSendGuard(now);
  });
  return {
    claim: (...asked) => guard.claim(...asked),
    fieldsSet: (contact) => guard.fieldsSet(contact),
    close: () => guard.close(),
  };
}

/** Jobs that are new for each test. */
function useJobs(now: () => number): Jobs {
  let jobs = createMemoryJobs(now);
  beforeEach(() => {
    jobs = createMemoryJobs(now);
  });
  return {
    start: (...job) => jobs.start(...job),
    open: (...named) => jobs.open(...named),
    inputOf: (...named) => jobs.inputOf(...named),
    fieldsSet: (...contact) => jobs.fieldsSet(...contact),
    close: () => jobs.close(),
  };
}

/** A sandbox and a caller pinned to its connection. */
export interface UsedCaller {
  readonly sandbox: Sandbox;
  readonly caller: Caller;
  /** The result of a call that must succeed. */
  result(tool: string, args?: object): Promise<Result>;
  /** The failure of a call that must fail. */
  failure(tool: string, args?: object): Promise<Failure>;
  /** The last segments of the paths requested so far. */
  paths(): (string | undefined)[];
  /** How often a path with this last segment was requested. */
  countOf(word: string): number;
}

/**
 * A caller and its sandbox for the tests of the calling block; by default without rate limits. Both share one clock, by
 * default a driven one.
 */
export function useCaller(parts: Partial<CallerParts> = {}, options: SandboxOptions = {}): UsedCaller {
  const { clock = drivenClock() } = parts;
  const time = isDriven(clock) ? { clock: clock.wallClock } : {};
  const sandbox = useSandbox({ limits: false, ...time, ...options });
  const { guard = useSendGuard(clock.now), jobs = useJobs(clock.now) } = parts;
  const started = useStarted(() => createCaller(pinnedTo(sandbox), { ...parts, clock, guard, jobs }));
  const caller: Caller = {
    get config() {
      return started().config;
    },
    get logged() {
      return started().logged;
    },
    get callTool() {
      return started().callTool;
    },
    call: (tool, args, side) => started().call(tool, args, side),
    close: () => started().close(),
  };
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
