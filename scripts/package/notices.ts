import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { pathOf } from '../root.js';

/** A package whose code is in the bundle, and the terms it is used under. */
export interface Notice {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  /** Its licence in full, and its notice where it has one. */
  readonly text: string;
}

/** Files that hold terms. */
const terms = /^(licen[cs]e|copying|notice)(\.\w+)?$/i;

/** The folders of the packages that outputs hold code of, by their paths from the root. */
function foldersIn({ outputs }: Metafile): string[] {
  const files = Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [file] : [])),
  );
  const within = files.flatMap((file) => {
    const folder = /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0];
    if (folder === undefined) return [];
    // The MCP SDK is a bundle itself, whose comments name what was put into it.
    const packed = readFileSync(pathOf(file), 'utf8').matchAll(/^\/\/#region .*node_modules\/((?:@[^/]+\/)?[^/]+)\//gm);
    return [folder, ...Array.from(packed, ([, name]) => `node_modules/${name}`)];
  });
  return [...new Set(within)].sort();
}

/** @throws where a package has no licence with it: it could not be passed on. */
function noticeOf(folder: string): Notice {
  const path = pathOf(folder);
  if (!existsSync(path))
    throw new Error(`${folder} is in the bundle, and its licence is not here: install the package`);
  const { name, version, license } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
  const texts = readdirSync(path)
    .filter((file) => terms.test(file))
    .map((file) => readFileSync(join(path, file), 'utf8').trim());
  if (texts.length === 0) throw new Error(`${name} is in the bundle and has no licence`);
  return { name, version, license, text: texts.join('\n\n') };
}

/** The notices of all packages that a bundle holds code of. */
export const noticesOf = (metafile: Metafile): Notice[] => foldersIn(metafile).map(noticeOf);

/** The file that goes with the bundle. */
export function noticesFile(notices: readonly Notice[]): string {
  const line = '-'.repeat(80);
  const each = notices.map(
    ({ name, version, license, text }) => `${line}\n${name} ${version} (${license})\n\n${text}\n`,
  );
  return `manychat-mcp holds code of the packages below, under their own licences.\n\n${each.join('\n')}`;
}
