import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { baselines } from '../solutions/baseline.js';
import { references } from '../solutions/reference.js';
import type { Solution } from '../solutions/solution.js';
import { tasks } from '../tasks/index.js';
import type { Task } from '../tasks/task.js';
import { htmlPathBeside, htmlReport, writeHtml } from './html-report.js';
import { modelAgent } from './model.js';
import { checkWritable, writeReport } from './report.js';
import { type Agent, runTask, type TimedRun } from './run-task.js';
import type { ServerChoice } from './server.js';
import { CannotRun, type ModelSettings, modelSettings, settingsHelp, withoutKey } from './settings.js';
import { solver } from './solve.js';
import { type Series, tableOf } from './table.js';

/** What the command has of its process. The working folder is the root of the repository. */
export interface Shell {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Prints what the command was asked for. */
  print(line: string): void;
  /** Prints progress and errors. */
  tell(line: string): void;
  /** The time, in milliseconds since 1970. */
  now(): number;
}

const program = 'dist/manychat-mcp.js';
const defaultServer: ServerChoice = { name: 'manychat-mcp', command: `"${process.execPath}" ${program}` };

const help = `Does tasks with a model and the tools of a server, on a sandbox, and judges what
came of them.

npm run evals -- [options]

  --server "command"  a server over stdio; twice to compare two. Default: the
                      program of this repository. {url}, {manychat_key} and
                      {maton_key} stand for those of the sandbox; the variables
                      MANYCHAT_API_URL and MANYCHAT_API_KEY hold the first two.
  --task name         only this task; can be repeated
  --json file         writes every call, result and answer to a file, and
                      beside it a report for a browser
  --help              shows this

The model is set in the environment:

${Object.entries(settingsHelp)
  .map(([name, meaning]) => `  ${name.padEnd(18)}${meaning}`)
  .join('\n')}

Without EVALS_MODEL the reference solutions and the baselines run instead.`;

/** The names of the tasks in lines of at most 80 columns. */
function taskNames(): string {
  const lines = [''];
  for (const { name } of tasks) {
    const last = lines.at(-1) ?? '';
    if (last.length + name.length > 76) lines.push(name);
    else lines[lines.length - 1] = last === '' ? name : `${last} ${name}`;
  }
  return lines.map((line) => `  ${line}`).join('\n');
}

interface Options {
  readonly servers: readonly string[];
  readonly chosen: readonly Task[];
  readonly json: string | undefined;
}

/** Undefined if the help is asked for. @throws CannotRun */
function optionsOf(args: readonly string[]): Options | undefined {
  const values = parsed(args);
  if (values.help === true) return undefined;
  const { server: servers = [], task: names = [], json } = values;
  if (servers.length > 2) throw new CannotRun('--server can be given once or twice.');
  if (servers.some((command) => command.trim() === '')) throw new CannotRun('--server needs a command.');
  if (json?.trim() === '') throw new CannotRun('--json needs the name of a file.');
  const unknown = names.filter((name) => tasks.every((task) => task.name !== name));
  if (unknown.length > 0) {
    throw new CannotRun(`There is no task ${unknown.join(', ')}. The tasks are:\n${taskNames()}`);
  }
  return { servers, chosen: tasks.filter(({ name }) => names.length === 0 || names.includes(name)), json };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        server: { type: 'string', multiple: true },
        task: { type: 'string', multiple: true },
        json: { type: 'string' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    // The first sentence; the next ones explain positional arguments, which there are none of.
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split(/\. |\n/);
    throw new CannotRun(`${reason.replace(/\.$/, '')}. --help shows the options.`);
  }
}

/** What does the tasks: an agent with the tools of a server. */
interface Entry {
  readonly name: string;
  readonly server: ServerChoice;
  readonly agentFor: (task: Task) => Agent;
  readonly command: string | undefined;
  /** How many tasks run at the same time. */
  readonly atOnce: number;
}

const solutionEntry = (name: string, solutions: Readonly<Record<string, Solution>>, endpointsOnly: boolean): Entry => ({
  name,
  server: defaultServer,
  command: undefined,
  // They mostly wait for their turn within the rate limits.
  atOnce: 6,
  agentFor(task) {
    const solution = solutions[task.name];
    if (solution === undefined) throw new CannotRun(`${task.name} has no ${name} solution.`);
    return solver(solution, { endpointsOnly });
  },
});

const serversOf = (commands: readonly string[]): readonly Pick<Entry, 'name' | 'server' | 'command'>[] =>
  commands.length === 0
    ? [{ name: defaultServer.name, server: defaultServer, command: undefined }]
    : commands.map((command, index) => {
        const name = `server ${index + 1}`;
        return { name, command, server: { name, command } };
      });

/**
 * The runs of all chosen tasks, in their order.
 * @throws CannotRun if a server does not start, or the model cannot be asked at all
 */
async function runAll(
  entry: Entry,
  chosen: readonly Task[],
  shell: Shell,
  check: () => void,
): Promise<Series<TimedRun>> {
  const { name, server, agentFor, command, atOnce } = entry;
  const runs = new Map<string, TimedRun>();
  const waiting = [...chosen];
  const work = async (): Promise<void> => {
    for (let task = waiting.shift(); task !== undefined; task = waiting.shift()) {
      const begunAt = shell.now();
      const run = await runTask(task, server, agentFor(task)).catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        throw new CannotRun(`${server.name} does not run: ${reason}. Start its command by hand to see why.`);
      });
      check();
      runs.set(task.name, { ...run, begunAt, endedAt: shell.now() });
      const state = run.done ? 'done' : 'not done';
      shell.tell(`${name} ${runs.size}/${chosen.length} ${task.name}: ${state}, calls: ${run.calls.length}`);
    }
  };
  try {
    await Promise.all(Array.from({ length: atOnce }, work));
  } finally {
    // After a failure nothing else is started.
    waiting.length = 0;
  }
  return { name, command, runs: chosen.flatMap((task) => runs.get(task.name) ?? []) };
}

async function run(
  shell: Shell,
  { servers, chosen, json }: Options,
  settings: ModelSettings | undefined,
): Promise<void> {
  if (settings === undefined && servers.length > 0) {
    throw new CannotRun('--server needs a model: set EVALS_MODEL and EVALS_PROVIDER. --help shows all settings.');
  }
  if (servers.length === 0 && !existsSync(program)) throw new CannotRun(`${program} is missing: npm run build.`);
  if (json !== undefined) checkWritable(json);
  const model = settings && modelAgent(settings);
  if (model === undefined) {
    shell.tell('No model: set EVALS_MODEL and EVALS_PROVIDER to run one; --help shows all settings.');
    shell.tell('The reference solutions and the baselines run instead.');
  }
  const entries =
    model === undefined
      ? [solutionEntry('reference', references, false), solutionEntry('baseline', baselines, true)]
      : serversOf(servers).map((each) => ({ ...each, agentFor: () => model.agent, atOnce: 1 }));
  const check = (): void => {
    const reason = model?.unreachable();
    if (reason !== undefined) throw new CannotRun(reason);
  };
  const series: Series<TimedRun>[] = [];
  for (const entry of entries) series.push(await runAll(entry, chosen, shell, check));
  shell.print(tableOf(series, chosen));
  if (json === undefined) return;
  writeReport(json, series, chosen, settings);
  const path = htmlPathBeside(json);
  if (path === undefined) return;
  try {
    writeHtml(path, htmlReport(series, chosen, settings));
    shell.tell(`Report for a browser: ${path}`);
  } catch (error) {
    shell.tell(`${path} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Runs `npm run evals`. Returns the exit code: 0 for a table, 1 if something cannot run. */
export async function evals(given: Shell): Promise<number> {
  const key = given.env.EVALS_API_KEY?.trim() || undefined;
  const shell: Shell = {
    ...given,
    print: (text) => given.print(withoutKey(text, key)),
    tell: (text) => given.tell(withoutKey(text, key)),
  };
  try {
    const options = optionsOf(shell.args);
    if (options === undefined) shell.print(help);
    else await run(shell, options, modelSettings(shell.env));
    return 0;
  } catch (error) {
    // Whatever else is thrown is a defect of the runner.
    shell.tell(error instanceof CannotRun ? error.message : String(error instanceof Error ? error.stack : error));
    return 1;
  }
}
