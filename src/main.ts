#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { ConfigError, readConfig, type Setting, sandboxKey } from './config.js';
import { version } from './version.js';

const help = `manychat-mcp ${version}: ManyChat as tools for AI agents (MCP over stdio)

Usage
  manychat-mcp                      serve MCP on stdin and stdout
  manychat-mcp --sandbox            the same, on an embedded sandbox account; needs no key
  manychat-mcp sandbox [--port N]   run the sandbox alone, for curl and your own tests

Options                             (each is also an environment variable; options win)
  --connection ID                   MATON_CONNECTION_ID: use this connection for every call
  --sandbox                         MANYCHAT_MCP_SANDBOX
  --deadline-ms N                   MANYCHAT_MCP_DEADLINE_MS: longest wait for an answer (45000)
  --log-level LEVEL                 MANYCHAT_MCP_LOG_LEVEL: trace, debug, info, warn, error, silent (info)
  --port N                          port of the sandbox command (any free one)
  --help, --version

Keys come from the environment only: MATON_API_KEY, or MANYCHAT_API_KEY to reach ManyChat without Maton.
`;

/** Flags and the setting each one stands for. */
const flagSettings: Readonly<Record<'connection' | 'sandbox' | 'deadline-ms' | 'log-level', Setting>> = {
  connection: 'MATON_CONNECTION_ID',
  sandbox: 'MANYCHAT_MCP_SANDBOX',
  'deadline-ms': 'MANYCHAT_MCP_DEADLINE_MS',
  'log-level': 'MANYCHAT_MCP_LOG_LEVEL',
};

/** A command line that cannot be understood. */
class UsageError extends Error {}

function readCommandLine(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        connection: { type: 'string' },
        sandbox: { type: 'boolean' },
        'deadline-ms': { type: 'string' },
        'log-level': { type: 'string' },
        port: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'v' },
      },
    });
  } catch (error) {
    // Its second sentence is about file names that begin with a dash.
    throw new UsageError((error instanceof Error ? error.message : String(error)).replace(/\. .*/s, ''));
  }
}

function portNumber(text = '0'): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) {
    throw new UsageError(`--port must be a number from 0 to 65535, not "${text}"`);
  }
  return Number(text);
}

/** Fires at the first signal that ends the process; a second one ends it at once. */
function endingSignal(): AbortSignal {
  const ending = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => (ending.signal.aborted ? process.exit(1) : ending.abort()));
  }
  return ending.signal;
}

async function main(): Promise<void> {
  const { values, positionals } = readCommandLine(process.argv.slice(2));
  const { help: asksHelp, version: asksVersion, port, ...flags } = values;
  if (asksHelp === true) return void process.stdout.write(help);
  if (asksVersion === true) return void process.stdout.write(`${version}\n`);
  const given = Object.entries(flags);
  const empty = given.find(([, value]) => value === '');
  if (empty !== undefined) throw new UsageError(`--${empty[0]} needs a value`);
  const [command = 'serve', ...rest] = positionals;
  if (command === 'sandbox' && rest.length === 0) {
    if (given.length > 0) throw new UsageError(`--${given[0]?.[0]} does not belong to the sandbox command`);
    const { runSandbox } = await import('./commands/sandbox.js');
    const print = (line: string): void => void process.stdout.write(`${line}\n`);
    await runSandbox(portNumber(port), sandboxKey(process.env), print, endingSignal());
  } else if (command === 'serve' && rest.length === 0) {
    if (port !== undefined) throw new UsageError('--port belongs to the sandbox command');
    const settings = given.map(([name, value]) => [flagSettings[name as keyof typeof flags], String(value)]);
    const ending = endingSignal();
    const config = readConfig({ ...process.env, ...Object.fromEntries(settings) });
    const { serve } = await import('./commands/serve.js');
    await serve(config, ending);
  } else {
    throw new UsageError(`"${positionals.join(' ')}" is not a command; there are: serve (the default), sandbox`);
  }
  process.exit();
}

/** What the person at the shell can mend is told in a sentence, a defect with its stack. */
function report(error: unknown): void {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const portTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  const expected = error instanceof UsageError || error instanceof ConfigError || portTaken;
  const more = error instanceof UsageError ? '\nSee manychat-mcp --help' : '';
  process.stderr.write(
    `manychat-mcp: ${portTaken ? 'the port is taken; choose another with --port' : expected ? message : stack}${more}\n`,
  );
  process.exitCode = expected ? 2 : 1;
}

await main().catch(report);
