import { accessSync, appendFileSync, constants, existsSync, writeFileSync } from 'node:fs';
import type { Task } from '../tasks/task.js';
import { CannotRun, type ModelSettings, withoutKey } from './settings.js';
import { byTrait, type Series, sumsOf } from './table.js';

/** Makes sure that the report can be written, before anything runs. @throws CannotRun */
export function checkWritable(path: string): void {
  try {
    // An earlier report stays until the new one is complete.
    if (existsSync(path)) accessSync(path, constants.W_OK);
    else appendFileSync(path, '');
  } catch (error) {
    throw new CannotRun(`--json ${path} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Writes every run with its calls and results as JSON. The model is null for solutions. */
export function writeReport(
  path: string,
  series: readonly Series[],
  tasks: readonly Task[],
  settings: ModelSettings | undefined,
): void {
  const { apiKey, ...model } = settings ?? {};
  const report = {
    model: settings === undefined ? null : model,
    series: series.map(({ name, command, runs }) => ({
      name,
      ...(command !== undefined && { command }),
      total: sumsOf(runs),
      traits: Object.fromEntries([...byTrait(runs, tasks)].map(([trait, group]) => [trait, sumsOf(group)])),
      runs,
    })),
  };
  writeFileSync(path, `${withoutKey(JSON.stringify(report, null, 2), apiKey)}\n`);
}
