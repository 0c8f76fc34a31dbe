import { posix, win32 } from 'node:path';
import { shellWord } from './shell-word.js';

/** What a process knows of how it was started. */
export interface Start {
  /** The path of the program's file, links not followed. */
  readonly script: string;
  /** The current folder; undefined for words that do not depend on it, nor on npx. */
  readonly folder: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
}

/**
 * The words that start this program again in the same shell: `manychat-mcp` where it is installed, `npx manychat-mcp` where
 * npx started it, and `node` with the path of its file anywhere else.
 */
export function programName({ script, folder, environment, platform }: Start): string {
  if (script === '') return 'manychat-mcp';
  const path = platform === 'win32' ? win32 : posix;
  const parts = script.split(/[\\/]/);
  const modules = parts.lastIndexOf('node_modules');
  const [place = ''] = modules === -1 ? [] : parts.slice(modules + 1);
  const isPackage = place === '.bin' || place === 'manychat-mcp';
  const isNpx = place === '.bin' || (isPackage && environment.npm_command === 'exec');
  if (isNpx && folder !== undefined) return 'npx manychat-mcp';
  // npm links the program into a folder of the PATH; on Windows it puts a batch file beside node_modules.
  const linkedFrom = isPackage ? parts.slice(0, modules).join(path.sep) : path.dirname(script);
  const searched = (environment.PATH ?? environment.Path ?? '').split(path.delimiter);
  const isLinked = !isNpx && (isPackage ? platform === 'win32' : path.basename(script) === 'manychat-mcp');
  if (isLinked && searched.some((each) => path.resolve(each) === path.resolve(linkedFrom))) return 'manychat-mcp';
  if (folder === undefined) return `node ${shellWord(script, platform)}`;
  const fromHere = path.relative(folder, script);
  const isInside = !fromHere.startsWith('..') && !path.isAbsolute(fromHere);
  return `node ${shellWord(isInside ? fromHere : script, platform)}`;
}
