import { startSandbox } from '../../src/sandbox/index.js';
import type { Outcome, Task } from '../tasks/task.js';
import { judge, type Verdict } from './judge.js';
import { type CallRecord, type Connected, type ServerChoice, startServer } from './server.js';

/** Does a task with the tools of a server, and returns the last answer. */
export type Agent = (task: Task, server: Connected) => Promise<string>;

/** A task as an agent left it, not judged yet. */
export interface Attempt {
  readonly outcome: Outcome;
  readonly calls: readonly CallRecord[];
  /** Why the agent threw, if it did. */
  readonly failure: readonly string[];
}

export interface Run extends Verdict {
  readonly task: string;
  readonly calls: readonly CallRecord[];
  readonly answer: string;
}

/** A run with its times, in milliseconds since 1970. */
export interface TimedRun extends Run {
  readonly begunAt: number;
  readonly endedAt: number;
}

/** Lets an agent do a task, on a sandbox and a server of its own. */
export async function attempt(task: Task, choice: ServerChoice, agent: Agent): Promise<Attempt> {
  const sandbox = await startSandbox({ account: task.account, limits: false });
  try {
    const before = sandbox.account();
    const server = await startServer(choice, sandbox);
    try {
      const { answer, failure } = await answered(agent(task, server));
      const outcome = { before, account: sandbox.account(), messages: sandbox.messages(), answer };
      return { outcome, calls: server.calls, failure };
    } finally {
      await server.close();
    }
  } finally {
    await sandbox.close();
  }
}

/** Runs a task and judges what came of it. An agent that throws has not done it. */
export async function runTask(task: Task, choice: ServerChoice, agent: Agent): Promise<Run> {
  return judged(task, await attempt(task, choice, agent));
}

export function judged(task: Task, { outcome, calls, failure }: Attempt): Run {
  const verdict = judge(task, outcome);
  return {
    task: task.name,
    ...verdict,
    done: verdict.done && failure.length === 0,
    problems: [...failure, ...verdict.problems],
    calls,
    answer: outcome.answer,
  };
}

async function answered(answer: Promise<string>): Promise<{ answer: string; failure: readonly string[] }> {
  try {
    return { answer: await answer, failure: [] };
  } catch (error) {
    return { answer: '', failure: [`the agent stopped: ${error instanceof Error ? error.message : String(error)}`] };
  }
}
