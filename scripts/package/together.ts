import type { Metafile, Plugin } from 'esbuild';
import { pathOf } from '../root.js';

type Modules = Pick<Metafile, 'inputs'>;

/** What every start over stdio loads: the process, the server and the log. */
export const started = ['src/main.ts', 'src/cli/commands/serve/command.ts', 'src/account/telemetry/log.ts'];

/** How many bytes of source a small module may need at most, its own included. */
const smallBytes = 32_768;

/** The files that a file needs, its own included. What it imports later is not among them. */
function neededBy(file: string, { inputs }: Modules, needed = new Set<string>()): Set<string> {
  if (needed.has(file)) return needed;
  needed.add(file);
  for (const { kind, path } of inputs[file]?.imports ?? [])
    if (kind !== 'dynamic-import' && path in inputs) neededBy(path, { inputs }, needed);
  return needed;
}

/**
 * The small modules that a start loads. esbuild puts modules into one file if the same entries of the program need them, and by
 * that rule these would be in more than twenty files. To open such a file takes longer than to run it.
 */
export function smallModules({ inputs }: Modules): string[] {
  const unknown = started.filter((file) => !(file in inputs));
  if (unknown.length > 0) throw new Error(`together.ts names files that the program does not have: ${unknown.join()}`);
  const isSmall = (file: string): boolean =>
    [...neededBy(file, { inputs })].reduce((sum, needed) => sum + (inputs[needed]?.bytes ?? 0), 0) <= smallBytes;
  const all = new Set(started.flatMap((file) => [...neededBy(file, { inputs })]));
  return [...all].filter((file) => /^(src|tools)\//.test(file) && !started.includes(file) && isSmall(file)).toSorted();
}

/** Puts modules into one file of the bundle: every entry imports all of them. */
export const together = (files: readonly string[]): Plugin => ({
  name: 'modules in one file',
  setup({ initialOptions, onResolve, onLoad }) {
    initialOptions.inject = ['together'];
    onResolve({ filter: /^together$/ }, () => ({ path: 'together', namespace: 'together' }));
    onLoad({ filter: /^together$/, namespace: 'together' }, () => ({
      contents: files.map((file) => `import ${JSON.stringify(pathOf(file))};`).join(''),
      resolveDir: pathOf('.'),
    }));
  },
});
