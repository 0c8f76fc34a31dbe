import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { pathOf } from './root.js';

/** Runs a script of Node.js, and ends with its exit code if it fails. */
export function run(node: string, script: string, ...args: readonly string[]): void {
  const { status, error } = spawnSync(node, [script, ...args], { cwd: pathOf('.'), stdio: 'inherit' });
  if (error !== undefined) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

/**
 * Installs a folder that is a package of its own, unless its lockfile is what was installed last.
 * @param command The npm command that the user starts
 */
export function install(folder: string, command: string): void {
  const installed = pathOf(`${folder}/node_modules/.installed-lock.json`);
  const lock = readFileSync(pathOf(`${folder}/package-lock.json`), 'utf8');
  if (existsSync(installed) && readFileSync(installed, 'utf8') === lock) return;
  const npm = process.env.npm_execpath;
  if (npm === undefined) throw new Error(`start this with ${command}`);
  // The packages may run on another Node.js than npm, so that npm's warnings about the present one do not apply.
  run(
    process.execPath,
    npm,
    'ci',
    '--prefix',
    folder,
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  );
  writeFileSync(installed, lock);
}
