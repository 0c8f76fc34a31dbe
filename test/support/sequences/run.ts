import type { Outcome } from '../../../src/account/call/call-tool.js';
import type { Sandbox } from '../../../src/sandbox/index.js';
import { createCaller } from '../caller.js';
import { type DrivenClock, drivenClock } from '../driven.js';
import { startKeeping } from '../sandboxed.js';
import type { Sequence, Step } from './draw.js';

/** The deadline of every call: the maximum. */
export const deadlineMs = 600_000;

/** A call as observed from outside; times are milliseconds since the start of the sequence. */
export interface Answered {
  readonly step: Step;
  /** undefined if the call threw. */
  readonly outcome: Outcome | undefined;
  readonly askedAt: number;
  readonly answeredAt: number;
  /** Whether the client cancelled it before it was answered. */
  readonly cancelled: boolean;
}

/** The observed result of a sequence. */
export interface Observed {
  readonly calls: readonly Answered[];
  /** The performed actions that must not happen twice, by their keys (see `Deed.deeds`). */
  readonly deeds: readonly string[];
  readonly logLines: number;
}

/** A sandbox that runs one sequence after another. */
export interface Lane {
  /** Runs a sequence from the initial state, with a new clock. */
  run(sequence: Sequence, random: () => number): Promise<Observed>;
  close(): Promise<void>;
}

type Call = ReturnType<typeof createCaller>['call'];

async function ask(call: Call, step: Step, clock: DrivenClock): Promise<Answered> {
  const { tool, args, cancel } = step;
  const client = new AbortController();
  if (cancel === 'before') client.abort();
  const clear = typeof cancel === 'number' ? clock.after(cancel, () => client.abort()) : undefined;
  const askedAt = clock.now();
  const outcome = await call(`manychat_${tool}`, args, { signal: client.signal }).catch(() => undefined);
  clear?.();
  return { step, outcome, askedAt, answeredAt: clock.now(), cancelled: client.signal.aborted };
}

async function askAll(call: Call, steps: readonly Step[], clock: DrivenClock): Promise<Answered[]> {
  const answers: Promise<Answered>[] = [];
  /** What a client waits for: the response, or until it abandons the call. */
  const waits: Promise<unknown>[] = [];
  for (const step of steps) {
    if (!step.together) await Promise.all(waits);
    const answer = ask(call, step, clock);
    answers.push(answer);
    const { abandon } = step;
    const longEnough = (): Promise<void> => new Promise((resolve) => clock.after(abandon ?? 0, resolve));
    waits.push(abandon === undefined ? answer : Promise.race([answer, longEnough()]));
  }
  return Promise.all(answers);
}

function deedsOf(sandbox: Sandbox, steps: readonly Step[]): string[] {
  const deeds = new Set(steps.flatMap((step) => step.deeds));
  const sent = sandbox.messages().map(({ flow_ns: flow, subscriber_id: subscriber, messages: [message] }) => {
    const text = String(Object(message).text);
    // A unique text is the key of a deed; a text to several contacts is a deed for each of them.
    return flow === undefined && deeds.has(text) ? text : `${subscriber} ${flow ?? text}`;
  });
  const created = sandbox.requests().filter(({ path, performed }) => performed && path.endsWith('/createTag'));
  return [...sent, ...created.map(({ body }) => String(Object(body).name))];
}

/** Starts a lane; `environmentOf` gives the environment that uses its sandbox. */
export async function startLane(environmentOf: (sandbox: Sandbox) => Record<string, string>): Promise<Lane> {
  let clock = drivenClock();
  const wallClock: DrivenClock['wallClock'] = {
    now: () => clock.wallClock.now(),
    after: (milliseconds, callBack) => clock.wallClock.after(milliseconds, callBack),
  };
  const sandbox = await startKeeping({ limits: false, clock: wallClock });
  return {
    async run({ steps, faults }, random) {
      clock = drivenClock();
      sandbox.reset();
      for (const fault of faults) sandbox.injectFault(fault);
      const environment = { ...environmentOf(sandbox), MANYCHAT_MCP_DEADLINE_MS: String(deadlineMs) };
      const caller = createCaller(environment, { clock, random });
      try {
        const calls = await askAll(caller.call, steps, clock);
        return { calls, deeds: deedsOf(sandbox, steps), logLines: caller.logged.length };
      } finally {
        await caller.close();
      }
    },
    close: () => sandbox.close(),
  };
}
