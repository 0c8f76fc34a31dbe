/* Rewrites what is generated: the marked sections of the README, the contract, and what packages say. The tests compare all. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { contract, contractFolder } from '../test/support/contract.js';
import { readmePath, withGenerated } from '../test/support/documents.js';
import { generatedFiles } from './package/generated.js';
import { pathOf } from './root.js';

for (const [name, text] of generatedFiles) writeFileSync(pathOf(name), text);
writeFileSync(readmePath, await withGenerated(readFileSync(readmePath, 'utf8')));
const files = await contract();
rmSync(contractFolder, { recursive: true, force: true });
mkdirSync(contractFolder);
for (const [name, text] of files) writeFileSync(`${contractFolder}/${name}`, text);
