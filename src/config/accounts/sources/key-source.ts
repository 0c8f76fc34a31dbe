import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import * as z from 'zod';
import { quoted } from '../../../../tools/contract/quoted.js';
import { errorCode } from '../../../text/error-text.js';
import { UsageError } from '../../usage-error.js';
import { readKey } from '../keys.js';
import { fromHome } from '../paths.js';

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

/** How Node.js says that a command printed more than that. */
const tooMuch = 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER';

function keyFromCommand(
  [program = '', ...args]: readonly string[],
  closing: AbortSignal | undefined,
  problem = `the command ${quoted(program)} printed no key`,
): Promise<string> {
  return new Promise((resolveKey, reject) => {
    const fail = (reason: string): void => reject(new UsageError(`${problem}: ${reason}`));
    const options = { maxBuffer: maxPrinted, windowsHide: true };
    const child = execFile(program, args, options, (error, printed) => {
      clearTimeout(timer);
      closing?.removeEventListener('abort', onClosing);
      if (error === null) return resolveKey(printed);
      // Its own message repeats the command line and what the command wrote, either of which may hold a secret.
      if (errorCode(error) === 'ENOENT') return fail('there is no such program');
      if (errorCode(error) === tooMuch) return fail('it printed too much for a key');
      return fail(
        `it failed${typeof error.code === 'number' ? ` with exit code ${error.code}` : ''}; run it yourself to see why`,
      );
    });
    // A command, or what it started, may go on after SIGTERM. Nobody waits for it any longer.
    const end = (reason: string): void => {
      fail(reason);
      child.kill();
      child.unref();
      child.stdout?.destroy();
      child.stderr?.destroy();
    };
    const timer = setTimeout(() => end(`it took longer than ${commandMs / 1000} seconds`), commandMs);
    const onClosing = (): void => end('it was stopped');
    if (closing?.aborted === true) onClosing();
    else closing?.addEventListener('abort', onClosing, { once: true });
    child.stdin?.end();
  });
}

/** The key in a file. */
async function keyFromFile(path: string, closing?: AbortSignal): Promise<string> {
  const file = await stat(path).catch((error: unknown) => {
    throw new UsageError(`the file ${path} cannot be read (${errorCode(error) ?? 'unknown reason'})`);
  });
  // A password manager may mount a key as a pipe that gives it when it is unlocked. A read of it here would occupy a
  // thread until then, and keep the process from ending.
  if (file.isFIFO()) return keyFromCommand(['cat', path], closing, `the pipe ${path} gave no key`);
  if (file.isDirectory()) throw new UsageError(`${path} is a folder, not a file with a key`);
  if (!file.isFile() || file.size > maxPrinted)
    throw new UsageError(`${path} is no file with a key, or too large for one`);
  return readFile(path, 'utf8').catch((error: unknown) => {
    throw new UsageError(`the file ${path} cannot be read (${errorCode(error) ?? 'unknown reason'})`);
  });
}

/** The path of a file with a key, which is relative to the file of accounts. */
export const keyFilePath = ({ file }: { readonly file: string }, { folder, environment }: KeyPlace): string =>
  resolve(folder, fromHome(file, environment));

async function readSource(source: KeySource, place: KeyPlace): Promise<string> {
  if (typeof source === 'string') return source;
  if ('command' in source) return keyFromCommand(source.command, place.closing);
  if ('file' in source) return keyFromFile(keyFilePath(source, place), place.closing);
  const key = place.environment[source.env];
  if (key === undefined || key.trim() === '') throw new UsageError(`the variable ${source.env} is not set`);
  return key;
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
