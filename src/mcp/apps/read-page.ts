import { readFile } from 'node:fs/promises';
import type { View } from '../../../tools/contract/endpoint.js';

/** Where the built pages are, as seen from this file: in dist/, in dist/bundle/, in dist/src/mcp/apps/, and in src/mcp/apps/. */
const folders = ['./pages/', '../pages/', '../../../pages/', '../../../dist/pages/'];

/** Reads the built page of a view; undefined if it is not there. */
export async function readPage(view: View): Promise<string | undefined> {
  for (const folder of folders) {
    const page = await readFile(new URL(`${folder}${view}.html`, import.meta.url), 'utf8').catch(() => undefined);
    if (page !== undefined) return page;
  }
  return undefined;
}
