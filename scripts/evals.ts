/* Runs the evals with the arguments of `npm run evals`, or with `--test` their tests. Installs their package unless it is up to date. */
import { install, run } from './own-package.js';
import { pathOf } from './root.js';

const folder = 'evals';
const args = process.argv.slice(2);

install(folder, 'npm run evals');
run(process.execPath, pathOf('node_modules/typescript/bin/tsc'), '-p', folder);
if (args[0] === '--test') {
  run(process.execPath, pathOf('node_modules/vitest/vitest.mjs'), 'run', '--root', folder);
} else {
  run(process.execPath, pathOf(`${folder}/dist/evals/main.js`), ...args);
}
