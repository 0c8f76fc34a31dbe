import { existsSync, symlinkSync } from 'node:fs';
import { run } from './own-package.js';
import { pathOf } from './root.js';

const folder = 'test/browser';

/** Whether the package of the tests in a browser is installed. */
export const isBrowserPackageInstalled = (): boolean => existsSync(pathOf(`${folder}/node_modules/playwright-core`));

/** Compiles the package of the tests in a browser, and returns the path of one of its programs. The package must be installed. */
export function compileBrowserProgram(name: string): string {
  run(
    process.execPath,
    pathOf('node_modules/typescript/bin/tsc'),
    '-p',
    folder,
    '--noEmit',
    'false',
    '--outDir',
    pathOf('dist'),
  );
  // The compiled files find the packages where the sources do.
  const packages = pathOf(`dist/${folder}/node_modules`);
  if (!existsSync(packages)) symlinkSync(pathOf(`${folder}/node_modules`), packages, 'junction');
  return pathOf(`dist/${folder}/programs/${name}.js`);
}
