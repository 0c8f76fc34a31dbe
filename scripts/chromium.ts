import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What is said where Chromium is missing. */
export const noChromium =
  'no Chromium was found: install it (apt-get install chromium), or name its program in the variable CHROMIUM';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * The path of Chromium: what the variable CHROMIUM names, or the first of its usual names in PATH. Undefined if there is none.
 * @throws If CHROMIUM names no program
 */
export function findChromium(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const { CHROMIUM: chosen, PATH: path = '' } = environment;
  if (chosen) {
    if (isProgram(chosen)) return chosen;
    throw new Error(`CHROMIUM names ${chosen}, which is not a program`);
  }
  const folders = ['/usr/bin', ...path.split(delimiter).filter((folder) => folder !== '')];
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isProgram);
}

/** Product and major version of a browser, such as `Chromium 156`. */
export function chromiumVersion(program: string): string {
  const { stdout, error } = spawnSync(program, ['--version'], { encoding: 'utf8' });
  if (error !== undefined) throw error;
  const version = /^(.+?) (\d+)\./m.exec(stdout);
  if (version === null) throw new Error(`${program} --version says "${stdout.trim()}", which is no version`);
  return `${version[1]} ${version[2]}`;
}
