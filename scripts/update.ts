/* Rewrites everything that is generated: files for packages, sections of the documents, and the contract. Tests compare all of it. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { contract, contractFolder } from '../test/support/contract.js';
import { documents, withGenerated } from '../test/support/documents.js';
import { generatedFiles } from './package/generated.js';
import { pathOf } from './root.js';

for (const [name, text] of generatedFiles) {
  mkdirSync(dirname(pathOf(name)), { recursive: true });
  writeFileSync(pathOf(name), text);
}
for (const name of documents) {
  const path = pathOf(name);
  writeFileSync(path, await withGenerated(readFileSync(path, 'utf8')));
}
const files = await contract();
rmSync(contractFolder, { recursive: true, force: true });
mkdirSync(contractFolder);
for (const [name, text] of files) writeFileSync(`${contractFolder}/${name}`, text);
