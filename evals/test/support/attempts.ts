import { fileURLToPath } from 'node:url';
import { type Attempt, attempt } from '../../runner/run-task.js';
import type { ServerChoice } from '../../runner/server.js';
import { solver } from '../../runner/solve.js';
import type { Solution } from '../../solutions/solution.js';
import { tasks } from '../../tasks/index.js';
import type { Task } from '../../tasks/task.js';

const program = fileURLToPath(new URL('../../../dist/manychat-mcp.js', import.meta.url));

/** The built program, with further arguments. */
export const builtServer = (...args: readonly string[]): ServerChoice => ({
  name: ['manychat-mcp', ...args].join(' '),
  command: [`"${process.execPath}"`, `"${program}"`, ...args].join(' '),
});

export function taskNamed(name: string): Task {
  const task = tasks.find((each) => each.name === name);
  if (task === undefined) throw new Error(`there is no task ${name}`);
  return task;
}

// They mostly wait for their turn within the rate limits.
const concurrency = 6;

/** Does every task by its solution, and returns the attempts by the name of the task. */
export async function attemptAll(
  solutions: Readonly<Record<string, Solution>>,
  options?: { readonly endpointsOnly: boolean },
): Promise<ReadonlyMap<string, Attempt>> {
  const waiting = [...tasks];
  const attempts = new Map<string, Attempt>();
  const work = async (): Promise<void> => {
    for (let task = waiting.shift(); task !== undefined; task = waiting.shift()) {
      const solution = solutions[task.name];
      if (solution === undefined) throw new Error(`${task.name} has no solution`);
      attempts.set(task.name, await attempt(task, builtServer(), solver(solution, options)));
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return attempts;
}

/** The attempt at a task. */
export function attemptAt(attempts: ReadonlyMap<string, Attempt>, { name }: Task): Attempt {
  const found = attempts.get(name);
  if (found === undefined) throw new Error(`${name} was not attempted`);
  return found;
}
