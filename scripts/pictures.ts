/* Takes the pictures of the README, in docs/pictures/. Look at them before you commit them. */
import { mkdirSync } from 'node:fs';
import { compileBrowserProgram } from './browser-programs.js';
import { findChromium, noChromium } from './chromium.js';
import { install, run } from './own-package.js';
import { pathOf } from './root.js';

if (findChromium() === undefined) throw new Error(noChromium);
install('test/browser', 'npm run pictures');
const folder = pathOf('docs/pictures');
mkdirSync(folder, { recursive: true });
run(process.execPath, compileBrowserProgram('pictures'), folder);
