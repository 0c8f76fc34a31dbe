/* Rewrites what is generated: the marked sections of the README. The tests compare it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { readmePath, withGenerated } from './support/readme.js';

writeFileSync(readmePath, await withGenerated(readFileSync(readmePath, 'utf8')));
