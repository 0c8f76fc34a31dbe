import type { Task } from '../tasks/task.js';
import type { Run } from './run-task.js';

/** The runs of one server, or of one set of solutions. */
export interface Series<Each extends Run = Run> {
  readonly name: string;
  /** The command that starts the server, if it was given. */
  readonly command: string | undefined;
  readonly runs: readonly Each[];
}

/** Sums over runs. */
export interface Sums {
  readonly tasks: number;
  readonly done: number;
  readonly calls: number;
  /** Of o200k, for the arguments and results of the calls. */
  readonly tokens: number;
  /** Calls that failed or were malformed. */
  readonly errors: number;
  /** Contacts that were messaged or changed although the task is not about them. */
  readonly wrongPeople: number;
  /** Contacts that got the same message or flow more than once. */
  readonly twice: number;
}

const widest = 80;
export const columns = [
  ['tasks', 7],
  ['done', 6],
  ['calls', 7],
  ['tokens', 10],
  ['errors', 8],
  ['wrong person', 14],
  ['twice', 7],
] as const;
const firstColumn = widest - columns.reduce((sum, [, width]) => sum + width, 0);

const cut = (text: string, length: number): string =>
  text.length > length ? `${text.slice(0, length - 1).trimEnd()}…` : text;

/** A text of a model or of a contact, on one line and without what a terminal acts on. */
const plain = (text: string): string => text.replace(/\s+/g, ' ').replace(/\p{C}/gu, '');

const row = (name: string, cells: readonly string[]): string =>
  cut(name, firstColumn - 1).padEnd(firstColumn) +
  columns.map(([, width], index) => (cells[index] ?? '').padStart(width)).join('');

const total = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0);

export function sumsOf(runs: readonly Run[]): Sums {
  const calls = runs.flatMap((run) => run.calls);
  return {
    tasks: runs.length,
    done: runs.filter(({ done }) => done).length,
    calls: calls.length,
    tokens: total(calls.map(({ tokens }) => tokens)),
    errors: calls.filter(({ isError }) => isError).length,
    wrongPeople: total(runs.map(({ wrongPeople }) => wrongPeople.length)),
    twice: total(runs.map(({ twice }) => twice.length)),
  };
}

const sumRow = (name: string, runs: readonly Run[]): string =>
  row(name, Object.values(sumsOf(runs)).map(String)).trimEnd();

/** The runs by the traits of their tasks. A task with two traits counts for both. */
export function byTrait<Each extends Run>(runs: readonly Each[], tasks: readonly Task[]): Map<string, Each[]> {
  const traitsOf = new Map(tasks.map(({ name, traits }) => [name, traits.length === 0 ? ['everyday'] : traits]));
  const groups = new Map<string, Each[]>();
  for (const run of runs) {
    for (const trait of traitsOf.get(run.task) ?? []) groups.set(trait, [...(groups.get(trait) ?? []), run]);
  }
  return groups;
}

function rowsOf({ name, runs }: Series, tasks: readonly Task[]): string[] {
  const { calls, tokens } = sumsOf(runs);
  const mean = ['', '', (calls / runs.length).toFixed(1), Math.round(tokens / runs.length).toFixed(0)];
  return [
    row(
      name,
      columns.map(([title]) => title),
    ),
    ...[...byTrait(runs, tasks)].map(([trait, group]) => sumRow(`  ${trait}`, group)),
    sumRow('  total', runs),
    row('  per task', mean).trimEnd(),
  ];
}

/** The tasks that were not done, one a line. */
function notDone(series: readonly Series[]): string[] {
  const failed = series.flatMap(({ name, runs }) => runs.filter(({ done }) => !done).map((run) => ({ name, run })));
  const why = ({ problems, wrongPeople, twice }: Run): string =>
    [
      ...problems,
      ...(wrongPeople.length > 0 ? [`wrong person ${wrongPeople.join(', ')}`] : []),
      ...(twice.length > 0 ? [`twice to ${twice.join(', ')}`] : []),
    ].join('; ');
  if (failed.length === 0) return [];
  return [
    '',
    'Not done:',
    ...failed.map(({ name, run }) => cut(`  ${plain(`${name}, ${run.task}: ${why(run)}`)}`, widest)),
  ];
}

/** A table of at most 80 columns: the sums of each series by trait and in total, then what was not done. */
export function tableOf(series: readonly Series[], tasks: readonly Task[]): string {
  const commands = series.flatMap(({ name, command }) =>
    command === undefined ? [] : cut(`${name}: ${plain(command)}`, widest),
  );
  const tables = series.map((each) => rowsOf(each, tasks).join('\n'));
  const parts = [commands.join('\n'), ...tables].filter((part) => part !== '');
  return [parts.join('\n\n'), ...notDone(series)].join('\n');
}
