/* Runs the tests that need services or other versions of Node.js: installs their package unless it is up to date. */
import { existsSync } from 'node:fs';
import { install, run } from './own-package.js';
import { pathOf } from './root.js';

const folder = 'test/services';
const vitest = [pathOf('node_modules/vitest/vitest.mjs'), 'run', '--root', folder, '--silent=passed-only'] as const;

/** A Node.js that the package brings for Linux on x64. */
function broughtNode(major: number): string {
  const brought = pathOf(`${folder}/node_modules/node-${major}/bin/node`);
  if (existsSync(brought)) return brought;
  throw new Error(
    `the tests bring Node.js ${major} for Linux on x64 only; this is ${process.platform} on ${process.arch}`,
  );
}

install(folder, 'npm run services');
const [older, newer] = [broughtNode(22), broughtNode(24)];
run(process.execPath, pathOf('node_modules/typescript/bin/tsc'), '-p', folder);
// Names of test files, to run only these.
const chosen = process.argv.slice(2);
run(older, ...vitest, ...chosen);
// SQLite is a part of Node.js, so it is tested with both.
if (chosen.length === 0) run(newer, ...vitest, 'sqlite');
