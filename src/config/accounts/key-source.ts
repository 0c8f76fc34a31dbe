import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import * as z from 'zod';
import { quoted } from '../../../tools/contract/quoted.js';
import { errorCode } from '../../text/error-text.js';
import { UsageError } from '../usage-error.js';
import { readKey } from './keys.js';

/** Where a key is read from: the file of accounts itself, an environment variable, another file, or a command. */
export const keySource = z.union(
  [
    z.string().min(1).describe('The key itself. Only in a file that nobody else can read'),
    z
      .strictObject({ env: z.string().regex(/^[A-Za-z_]\w*$/, { error: 'must be the name of a variable' }) })
      .describe('The environment variable that holds the key'),
    z.strictObject({ file: z.string().min(1) }).describe('A file that holds the key, relative to this one'),
    z
      .strictObject({ command: z.array(z.string()).min(1, { error: 'must name a program' }) })
      .describe('A program and its arguments, without a shell, that prints the key'),
  ],
  { error: 'must be {"env": "NAME"}, {"file": "PATH"} or {"command": ["PROGRAM", "ARGUMENT"]}' },
);

/** Where a key is read from. */
export type KeySource = z.output<typeof keySource>;

/** What reading a key depends on. */
interface KeyPlace {
  /** The folder of the file of accounts. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Ends the commands that still run. */
  readonly closing?: AbortSignal | undefined;
}

/**
 * Reads a key, as it was pasted.
 * @throws UsageError that says what is missing, without the key.
 */
export type KeyReader = (source: KeySource) => Promise<string>;

/** How long a command may take to print a key, in milliseconds. A password manager may ask for a fingerprint first. */
const commandMs = 60_000;

/** Bytes that a command may print; no key is that long. */
const maxPrinted = 64 * 1024;

function keyFromCommand([program = '', ...args]: readonly string[], closing?: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const signal = closing === undefined ? {} : { signal: closing };
    const options = { timeout: commandMs, maxBuffer: maxPrinted, windowsHide: true, ...signal };
    const child = execFile(program, args, options, (error, printed) => {
      if (error === null) return resolve(printed);
      // Its own message repeats the command line and what the command wrote, either of which may hold a secret.
      const reason =
        errorCode(error) === 'ENOENT'
          ? 'there is no such program'
          : error.killed === true
            ? `it took longer than ${commandMs / 1000} seconds`
            : `it failed${typeof error.code === 'number' ? ` with exit code ${error.code}` : ''}; run it yourself to see why`;
      return reject(new UsageError(`the command ${quoted(program)} printed no key: ${reason}`));
    });
    child.stdin?.end();
  });
}

/** An absolute path; a relative one starts at the folder, and `~` is the home of the user. */
function pathOf(path: string, { folder, environment }: KeyPlace): string {
  const { HOME, USERPROFILE } = environment;
  const home = HOME || USERPROFILE || '';
  if (/^~[/\\]/.test(path) && home !== '') return join(home, path.slice(2));
  return isAbsolute(path) ? path : join(folder, path);
}

async function readSource(source: KeySource, place: KeyPlace): Promise<string> {
  if (typeof source === 'string') return source;
  if ('command' in source) return keyFromCommand(source.command, place.closing);
  if ('env' in source) {
    const key = place.environment[source.env];
    if (key === undefined || key.trim() === '') throw new UsageError(`the variable ${source.env} is not set`);
    return key;
  }
  const path = pathOf(source.file, place);
  try {
    // A password manager may mount a key as a pipe that gives it when it is unlocked.
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new UsageError(`the file ${path} cannot be read (${errorCode(error) ?? 'unknown reason'})`);
  }
}

/**
 * Creates a reader that runs each command once: a password manager asks each time. A command that printed no usable key
 * runs again when its key is read the next time.
 */
export function createKeyReader(place: KeyPlace): KeyReader {
  const printed = new Map<string, Promise<string>>();
  return (source) => {
    if (typeof source === 'string' || !('command' in source)) return readSource(source, place);
    const id = JSON.stringify(source.command);
    const reading = printed.get(id) ?? readSource(source, place);
    printed.set(id, reading);
    const forget = (): void => {
      if (printed.get(id) === reading) printed.delete(id);
    };
    reading.then((key) => readKey('', key).state === 'usable' || forget(), forget);
    return reading;
  };
}
