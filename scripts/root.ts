import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// This file runs from scripts/ and, compiled, from dist/scripts/.
const found = ['../', '../../']
  .map((up) => new URL(up, import.meta.url))
  .find((url) => existsSync(new URL('package.json', url)));
if (found === undefined) throw new Error('no package.json above this file');

/** The root folder of the repository. */
const root: URL = found;

/** The absolute path of a file, given its path from the root. */
export const pathOf = (name: string): string => fileURLToPath(new URL(name, root));

/** The parts of package.json that are repeated elsewhere. */
export interface PackageFacts {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly keywords: readonly string[];
  readonly license: string;
  readonly author: string;
  readonly homepage: string;
  readonly repository: { readonly type: string; readonly url: string };
  readonly bugs: { readonly url: string };
  readonly mcpName: string;
  readonly engines: { readonly node: string };
  readonly bin: Readonly<Record<string, string>>;
  readonly files: readonly string[];
}

/** package.json, the source of the name, the version and the description. */
export const facts: PackageFacts = JSON.parse(readFileSync(pathOf('package.json'), 'utf8'));

/** The path of the built program. */
export const program = pathOf(facts.bin[facts.name] ?? '');
