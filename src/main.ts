#!/usr/bin/env node

import module from 'node:module';
import { homedir, hostname } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { parseArgs } from 'node:util';
import { type ExitCode, exitCodes } from './cli/exit-codes.js';
import type { Shell } from './cli/shell.js';
import { secretsIn } from './config/keys.js';
import { flags, settingsOf } from './config/settings.js';
import { UsageError } from './config/usage-error.js';
import { errorCode } from './text/error-text.js';
import { createRedactor, type Redactor } from './text/redaction.js';
import { type Line, terminalText } from './text/terminal.js';

/**
 * Lets Node.js 22.8 and newer keep what they compile for the next start. Not in the folder for temporary files, which is
 * their choice: what is kept is code, and other users of the machine could lay some down there.
 */
function keepCompiled(): void {
  if (!('enableCompileCache' in module) || typeof module.enableCompileCache !== 'function') return;
  const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  try {
    const folder = join(XDG_CACHE_HOME || LOCALAPPDATA || join(homedir(), '.cache'), 'manychat-mcp');
    if (isAbsolute(folder)) module.enableCompileCache(folder);
  } catch {
    // A user without a home starts a little slower.
  }
}

// What is imported below is compiled after this.
keepCompiled();

/** Fires at the first signal that ends the process; a second one ends it at once, after what a command has to say. */
function listenToSignals(): Pick<Shell, 'ending' | 'onForcedEnd'> {
  const ending = new AbortController();
  let leave = (): ExitCode => exitCodes.unknown;
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => (ending.signal.aborted ? process.exit(leave()) : ending.abort()));
  }
  return {
    ending: ending.signal,
    onForcedEnd(given) {
      leave = given;
    },
  };
}

async function readStdin(): Promise<string> {
  process.stdin.setEncoding('utf8');
  let text = '';
  for await (const chunk of process.stdin) text += chunk;
  return text;
}

/** Whether a process of this machine runs; one of another user does. */
function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

let redactor: Redactor | undefined;

/** A line as it may be written; the secrets in the environment are looked at when there is something to write. */
function writable(line: Line, colour = false): string {
  redactor ??= createRedactor(secretsIn(process.env));
  return terminalText(line, redactor, colour);
}

function openShell(): Shell {
  // Knows NO_COLOR and terminals without colours.
  const colour = process.stdout.isTTY === true && process.stdout.hasColors();
  return {
    environment: process.env,
    print: (line) => void process.stdout.write(`${writable(line, colour)}\n`),
    note: (line) => void process.stderr.write(`${writable(line)}\n`),
    redraw: (line) => void process.stderr.write(`\r\x1b[K${writable(line).replaceAll('\n', ' ')}`),
    wires: () => ({ stdin: process.stdin, stdout: process.stdout }),
    input: readStdin,
    interactive: process.stderr.isTTY === true && process.env.TERM !== 'dumb',
    process: { pid: process.pid, host: hostname(), runs },
    columns: process.stderr.columns ?? 80,
    ...listenToSignals(),
    platform: process.platform,
    nodeVersion: process.versions.node,
  };
}

/** The settings of a command line that asks for nothing but to serve, as clients start it; undefined for any other. */
function settingsToServe(args: string[]): Record<string, string> | undefined {
  const options = Object.fromEntries(
    flags.map(({ flag, value }) => [
      flag,
      { type: value === undefined ? 'boolean' : 'string', multiple: true } as const,
    ]),
  );
  try {
    const { values } = parseArgs({ args, options });
    return settingsOf((flag) => [values[flag] ?? []].flat().map(String));
  } catch {
    // What is wrong is told by the command line's own words.
    return undefined;
  }
}

async function main(args: string[]): Promise<number> {
  const shell = openShell();
  const settings = settingsToServe(args);
  if (settings === undefined) {
    const { runCommandLine } = await import('./cli/command-line.js');
    return runCommandLine(args, shell);
  }
  const [{ readConfig }, { serve }] = await Promise.all([
    import('./config/config.js'),
    import('./cli/commands/serve.js'),
  ]);
  return serve(readConfig({ ...shell.environment, ...settings }), shell);
}

/** What the person at the shell can mend is told in a sentence, a defect with its stack. */
async function report(error: unknown): Promise<number> {
  const { message, stack = message } = error instanceof Error ? error : new Error(String(error));
  const expected = error instanceof UsageError;
  const told = expected ? message : (await import('./cli/source-stack.js')).inSources(stack);
  process.stderr.write(`manychat-mcp: ${writable(told)}\n`);
  return expected ? exitCodes.usage : exitCodes.failed;
}

/** Ends the process when everything is written: a pipe takes no more than its reader does. */
async function end(code: number): Promise<never> {
  const drained = (stream: NodeJS.WriteStream) => new Promise<void>((resolve) => stream.write('', () => resolve()));
  await Promise.race([
    Promise.all([drained(process.stdout), drained(process.stderr)]),
    new Promise((resolve) => setTimeout(resolve, 2_000)),
  ]);
  process.exit(code);
}

// A reader that goes away, as `head` does or a terminal that is closed, is no defect; what is under way comes to its end.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

await end(await main(process.argv.slice(2)).catch(report));
