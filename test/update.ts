/* Rewrites what is generated: the marked sections of the README, and the contract. The tests compare both. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { contract, contractFolder } from './support/contract.js';
import { readmePath, withGenerated } from './support/readme.js';

writeFileSync(readmePath, await withGenerated(readFileSync(readmePath, 'utf8')));
const files = await contract();
rmSync(contractFolder, { recursive: true, force: true });
mkdirSync(contractFolder);
for (const [name, text] of files) writeFileSync(`${contractFolder}/${name}`, text);
