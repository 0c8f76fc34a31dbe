/* Rewrites what is generated: the marked sections of the README, the contract, and what packages say. The tests compare all. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { generatedFiles } from '../packaging/generated.js';
import { pathOf } from '../packaging/root.js';
import { contract, contractFolder } from './support/contract.js';
import { readmePath, withGenerated } from './support/readme.js';

for (const [name, text] of generatedFiles) writeFileSync(pathOf(name), text);
writeFileSync(readmePath, await withGenerated(readFileSync(readmePath, 'utf8')));
const files = await contract();
rmSync(contractFolder, { recursive: true, force: true });
mkdirSync(contractFolder);
for (const [name, text] of files) writeFileSync(`${contractFolder}/${name}`, text);
