import { readFile } from 'node:fs/promises';

/**
 * Where the build puts the page, seen from the file that this module is in: one of `src/sandbox/page/`, of
 * `dist/src/sandbox/page/`, or a part of the bundle in `dist/` and `dist/bundle/`.
 */
export function pagePlaces(module: string): URL[] {
  const isPart = /\/src\/sandbox\/page\/[^/]+$/.test(module);
  const folders = isPart ? ['../../../dist/pages/', '../../../pages/'] : ['./pages/', '../pages/'];
  return folders.map((folder) => new URL(`${folder}inbox.html`, module));
}

/** The page as it was built last; undefined if it was not. */
export async function readPage(places = pagePlaces(import.meta.url)): Promise<string | undefined> {
  for (const place of places) {
    const html = await readFile(place, 'utf8').catch(() => undefined);
    if (html !== undefined) return html;
  }
  return undefined;
}
