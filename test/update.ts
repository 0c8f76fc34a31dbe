/* Rewrites what is generated: the README's list of tools. The tests compare it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { readmePath, withTools } from './support/readme.js';

writeFileSync(readmePath, await withTools(readFileSync(readmePath, 'utf8')));
