import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** A folder may hold thousands of journals; only the newest are looked at. */
const maxJournals = 200;

/** The newest journals of a folder. */
export function journalsIn(folder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => name.endsWith('.journal'));
  } catch {
    // A folder in which files can be opened need not be readable.
    return [];
  }
  return names
    .flatMap((name) => {
      const path = join(folder, name);
      // A journal is no link.
      const stats = lstatSync(path, { throwIfNoEntry: false });
      return stats?.isFile() === true ? [{ path, changed: stats.mtimeMs }] : [];
    })
    .toSorted((a, b) => b.changed - a.changed)
    .slice(0, maxJournals)
    .map(({ path }) => path);
}
