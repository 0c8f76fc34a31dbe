#!/usr/bin/env node
import { hostname } from 'node:os';
import { parseArgs } from 'node:util';
import { ConfigError, readConfig } from './config.js';
import { flags } from './flags.js';
import { exitCodes, type Shell, UsageError } from './shell.js';

/** Fires at the first signal that ends the process; a second one ends it at once. */
function endingSignal(): AbortSignal {
  const ending = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => (ending.signal.aborted ? process.exit(exitCodes.unknown) : ending.abort()));
  }
  return ending.signal;
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
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function openShell(): Shell {
  return {
    environment: process.env,
    print: (line) => void process.stdout.write(`${line}\n`),
    note: (line) => void process.stderr.write(`${line}\n`),
    redraw: (line) => void process.stderr.write(`\r\x1b[K${line}`),
    input: readStdin,
    interactive: process.stderr.isTTY === true && process.env.TERM !== 'dumb',
    process: { pid: process.pid, host: hostname(), runs },
    // Knows NO_COLOR and terminals without colours.
    colour: process.stdout.isTTY === true && process.stdout.hasColors(),
    columns: process.stderr.columns ?? 80,
    ending: endingSignal(),
    platform: process.platform,
    nodeVersion: process.versions.node,
  };
}

/** The settings of a command line that asks for nothing but to serve, as clients start it; undefined for any other. */
function settingsToServe(args: string[]): Record<string, string> | undefined {
  const options = Object.fromEntries(
    flags.map(({ flag, value }) => [flag, { type: value === undefined ? 'boolean' : 'string' } as const]),
  );
  try {
    const { values } = parseArgs({ args, options });
    return Object.fromEntries(
      flags.flatMap(({ flag, setting }) => {
        const given = values[flag];
        // What is empty is told by the command line's own words.
        if (given === '') throw new UsageError();
        return given === undefined ? [] : [[setting, String(given)]];
      }),
    );
  } catch {
    return undefined;
  }
}

async function main(args: string[]): Promise<number> {
  const shell = openShell();
  const settings = settingsToServe(args);
  if (settings === undefined) {
    const { runCommandLine } = await import('./command-line.js');
    return runCommandLine(args, shell);
  }
  const config = readConfig({ ...shell.environment, ...settings });
  const { serve } = await import('./commands/serve.js');
  await serve(config, shell.ending);
  return exitCodes.done;
}

/** What the person at the shell can mend is told in a sentence, a defect with its stack. */
function report(error: unknown): number {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const expected = error instanceof UsageError || error instanceof ConfigError;
  process.stderr.write(`manychat-mcp: ${expected ? message : stack}\n`);
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
