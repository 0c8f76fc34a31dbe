#!/usr/bin/env node

import module from 'node:module';
import { homedir, hostname } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { isatty } from 'node:tty';
import { type ExitCode, exitCodes } from './cli/shell/exit-codes.js';
import { createSafeOutput } from './cli/shell/safe-output.js';
import type { Shell } from './cli/shell/shell.js';
import { UsageError } from './config/usage-error.js';

/**
 * Lets Node.js 22.8 and newer cache compiled code for the next start. Not in the folder for temporary files, which is
 * Node's default: the cache is code, and other users of the machine could plant some there.
 */
function enableCompileCache(): void {
  if (!('enableCompileCache' in module) || typeof module.enableCompileCache !== 'function') return;
  const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  try {
    const folder = join(XDG_CACHE_HOME || LOCALAPPDATA || join(homedir(), '.cache'), 'manychat-mcp');
    if (isAbsolute(folder)) module.enableCompileCache(folder);
  } catch {
    // A user without a home directory starts a little slower.
  }
}

// The dynamic imports below are compiled after this.
enableCompileCache();

/** Aborts on the first signal that ends the process. A second one ends it at once, after the command's last words. */
function listenToSignals(): Pick<Shell, 'ending' | 'onForcedEnd'> {
  const ending = new AbortController();
  let leave = (): ExitCode => exitCodes.unknown;
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => (ending.signal.aborted ? process.exit(leave()) : ending.abort()));
  }
  return {
    ending: ending.signal,
    onForcedEnd(lastWords) {
      leave = lastWords;
    },
  };
}

async function readStdin(): Promise<string> {
  const { decodeText } = await import('./cli/shell/decode-text.js');
  const chunks: Uint8Array[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  return decodeText(Buffer.concat(chunks), 'stdin');
}

/** How long lines that were typed ahead may take to arrive, in milliseconds. */
const typedAheadMs = 100;

/** Asks on stderr and reads a line from stdin; see `ask` of the shell. */
async function askPerson(question: string, ending: AbortSignal): Promise<string> {
  ending.throwIfAborted();
  const { createInterface } = await import('node:readline');
  // A readline that is no terminal itself leaves Ctrl-C to our signal handlers.
  const lines = createInterface({ input: process.stdin, terminal: false });
  let isOpen = true;
  lines.once('close', () => {
    isOpen = false;
  });
  // What was typed ahead answers another question: it is read, and thrown away.
  await new Promise((resolve) => setTimeout(resolve, typedAheadMs));
  process.stderr.write(question);
  const answer = new Promise<string | undefined>((resolve) => {
    if (!isOpen || ending.aborted) resolve(undefined);
    lines.once('line', resolve).once('close', () => resolve(undefined));
    ending.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  const line = await answer.finally(() => lines.close());
  // Without a line, the cursor is still behind the question.
  if (line === undefined) process.stderr.write('\n');
  ending.throwIfAborted();
  return line ?? '';
}

/** Whether a process runs on this machine. EPERM means that it runs and belongs to another user. */
function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Loads a module of Node.js without the warning that it is experimental: stderr of a server is shown to its user. */
async function quietly<Module>(load: () => Promise<Module>): Promise<Module> {
  const { emitWarning } = process;
  process.emitWarning = (warning: string | Error, ...more: unknown[]): void => {
    if (more[0] !== 'ExperimentalWarning') Reflect.apply(emitWarning, process, [warning, ...more]);
  };
  try {
    return await load();
  } finally {
    process.emitWarning = emitWarning;
  }
}

const { safe, hide } = createSafeOutput(process.env);

function openShell(): Shell {
  // hasColors() respects NO_COLOR and terminals without colours.
  const colour = process.stdout.isTTY === true && process.stdout.hasColors();
  const signals = listenToSignals();
  const isPersonThere = [0, 1, 2].every(isatty);
  return {
    program: 'manychat-mcp',
    programAnywhere: 'manychat-mcp',
    environment: process.env,
    print: (line) => void process.stdout.write(`${safe(line, colour)}\n`),
    note: (line) => void process.stderr.write(`${safe(line)}\n`),
    redraw: (line) => void process.stderr.write(`\r\x1b[K${safe(line).replaceAll('\n', ' ')}`),
    hide,
    streams: () => ({ stdin: process.stdin, stdout: process.stdout }),
    input: readStdin,
    ask: isPersonThere ? (question) => askPerson(safe(question), signals.ending) : undefined,
    interactive: process.stderr.isTTY === true && process.env.TERM !== 'dumb',
    process: { pid: process.pid, host: hostname(), runs: isRunning },
    columns: process.stderr.columns ?? 80,
    ...signals,
    quietly,
    platform: process.platform,
    nodeVersion: process.versions.node,
  };
}

/** Clients start the server without arguments, so that case does not wait for the command-line parser to load. */
async function main(args: readonly string[]): Promise<ExitCode> {
  const shell = openShell();
  if (args.length > 0) {
    const [{ runCommandLine }, { programName }] = await Promise.all([
      import('./cli/command-line.js'),
      import('./cli/shell/program-name.js'),
    ]);
    const [, script = ''] = process.argv;
    const { env: environment, platform } = process;
    const start = { script, environment, platform };
    const names = {
      program: programName({ ...start, folder: process.cwd() }),
      programAnywhere: programName({ ...start, folder: undefined }),
    };
    return runCommandLine(args, { ...shell, ...names });
  }
  const { serveEnvironment } = await import('./cli/commands/serve/command.js');
  return serveEnvironment(shell);
}

/** Writes an error that the user can fix as a sentence, and a defect with its stack. */
async function report(error: unknown): Promise<ExitCode> {
  const { message, stack = message } = error instanceof Error ? error : new Error(String(error));
  const isUsage = error instanceof UsageError;
  const text = isUsage ? message : (await import('./cli/shell/source-stack.js')).inSources(stack);
  process.stderr.write(`manychat-mcp: ${safe(text)}\n`);
  return isUsage ? exitCodes.usage : exitCodes.failed;
}

/** Ends the process when everything is written: a pipe only takes as much as its reader does. */
async function end(code: ExitCode): Promise<never> {
  const drained = (stream: NodeJS.WriteStream) => new Promise<void>((resolve) => stream.write('', () => resolve()));
  await Promise.race([
    Promise.all([drained(process.stdout), drained(process.stderr)]),
    new Promise((resolve) => setTimeout(resolve, 2_000)),
  ]);
  process.exit(code);
}

// A reader that goes away (`head`, a closed terminal) is not an error; what is in progress still completes.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

await end(await main(process.argv.slice(2)).catch(report));
