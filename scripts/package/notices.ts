import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { pathOf } from '../root.js';

/** A package whose code is in the bundle, and its licence. */
export interface Notice {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  /** The licence in full, and the notice if there is one. */
  readonly text: string;
}

const licenceFiles = /^(licen[cs]e|copying|notice)(\.\w+)?$/i;

/** Packages under the MIT licence that come without its text, and the copyright line of the licence in their repository. */
const copyrights: Readonly<Record<string, string>> = {
  '@redis/client': 'Copyright (c) 2022-2025, Redis, inc.',
  standardwebhooks: 'Copyright (c) 2023 Svix (https://www.svix.com)',
};

/** The text of the MIT licence, which is that of this package, with another copyright. */
const mitLicence = (copyright: string): string =>
  readFileSync(pathOf('LICENSE'), 'utf8')
    .replace(/^Copyright .*$/m, copyright)
    .trim();

/** The folders of all packages with code in the bundle, by their paths from the root. */
function foldersIn({ outputs }: Pick<Metafile, 'outputs'>): string[] {
  const files = Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [file] : [])),
  );
  const folders = files.flatMap((file) => {
    const folder = /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0];
    if (folder === undefined) return [];
    // The MCP SDK is a bundle itself; its comments name the packages in it.
    const nested = readFileSync(pathOf(file), 'utf8').matchAll(/^\/\/#region .*node_modules\/((?:@[^/]+\/)?[^/]+)\//gm);
    return [folder, ...Array.from(nested, ([, name]) => `node_modules/${name}`)];
  });
  return [...new Set(folders)].sort();
}

/** @throws if a package comes without a licence, because it must not be redistributed then. */
function noticeOf(folder: string): Notice {
  const path = pathOf(folder);
  if (!existsSync(path)) throw new Error(`${folder} is in the bundle but not installed, so its licence is missing`);
  const { name, version, license } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
  const texts = readdirSync(path)
    .filter((file) => licenceFiles.test(file))
    .map((file) => readFileSync(join(path, file), 'utf8').trim());
  const copyright = copyrights[name];
  if (texts.length === 0 && license === 'MIT' && copyright !== undefined) texts.push(mitLicence(copyright));
  if (texts.length === 0) throw new Error(`${name} is in the bundle but has no licence`);
  return { name, version, license, text: texts.join('\n\n') };
}

/** The notices of all packages with code in the bundle. */
export const noticesOf = (metafile: Pick<Metafile, 'outputs'>): Notice[] => foldersIn(metafile).map(noticeOf);

/** The text of THIRD-PARTY-NOTICES. */
export function noticesFile(notices: readonly Notice[]): string {
  const line = '-'.repeat(80);
  const each = notices.map(
    ({ name, version, license, text }) => `${line}\n${name} ${version} (${license})\n\n${text}\n`,
  );
  return `manychat-mcp contains code of the packages below, under their own licences.\n\n${each.join('\n')}`;
}
