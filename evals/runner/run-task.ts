import { startSandbox } from '../../src/sandbox/index.js';
import type { Task } from '../tasks/task.js';
import { judge, type Verdict } from './judge.js';
import { type CallRecord, type Connected, type ServerChoice, startServer } from './server.js';

/** Does a task with the tools of a server, and returns the last answer. */
export type Agent = (task: Task, server: Connected) => Promise<string>;

export interface Run extends Verdict {
  readonly task: string;
  readonly calls: readonly CallRecord[];
  readonly answer: string;
}

/** Runs a task on a sandbox and a server of its own. An agent that throws has not done it. */
export async function runTask(task: Task, choice: ServerChoice, agent: Agent): Promise<Run> {
  const sandbox = await startSandbox({ account: task.account, limits: false });
  try {
    const before = sandbox.account();
    const server = await startServer(choice, sandbox);
    try {
      const { answer, failure } = await answered(agent(task, server));
      const verdict = judge(task, { before, account: sandbox.account(), messages: sandbox.messages(), answer });
      const problems = [...failure, ...verdict.problems];
      return {
        task: task.name,
        ...verdict,
        done: verdict.done && failure.length === 0,
        problems,
        calls: server.calls,
        answer,
      };
    } finally {
      await server.close();
    }
  } finally {
    await sandbox.close();
  }
}

async function answered(answer: Promise<string>): Promise<{ answer: string; failure: readonly string[] }> {
  try {
    return { answer: await answer, failure: [] };
  } catch (error) {
    return { answer: '', failure: [`the agent stopped: ${error instanceof Error ? error.message : String(error)}`] };
  }
}
