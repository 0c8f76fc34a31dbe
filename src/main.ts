#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { ConfigError, readConfig, type Setting } from './config.js';
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
const flagSettings: Readonly<Record<string, Setting>> = {
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
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function portNumber(text: string | undefined): number {
  const port = Number(text ?? 0);
  if (!/^\d+$/.test(text ?? '0') || port > 65_535)
    throw new UsageError(`--port must be a number from 0 to 65535, not "${text}"`);
  return port;
}

/** Fires at the first signal that ends the process. */
function endingSignal(): AbortSignal {
  const ending = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => ending.abort());
  return ending.signal;
}

async function main(): Promise<void> {
  const { values, positionals } = readCommandLine(process.argv.slice(2));
  const [command = 'serve', ...rest] = positionals;
  if (rest.length > 0 || !['serve', 'sandbox'].includes(command)) {
    throw new UsageError(`"${positionals.join(' ')}" is not a command; there are: serve (the default), sandbox`);
  }
  if (values.help === true) {
    process.stdout.write(help);
  } else if (values.version === true) {
    process.stdout.write(`${version}\n`);
  } else if (command === 'sandbox') {
    const { runSandbox } = await import('./commands/sandbox.js');
    const key = process.env.MATON_API_KEY === '' ? undefined : process.env.MATON_API_KEY;
    await runSandbox(portNumber(values.port), key, (line) => void process.stdout.write(`${line}\n`), endingSignal());
  } else {
    if (values.port !== undefined) throw new UsageError('--port belongs to the sandbox command');
    const flags = Object.entries(values).flatMap(([name, value]) => {
      const setting = flagSettings[name];
      return setting === undefined || value === undefined ? [] : [[setting, String(value)]];
    });
    const config = readConfig({ ...process.env, ...Object.fromEntries(flags) });
    const { serve } = await import('./commands/serve.js');
    const { HTTP_PROXY, HTTPS_PROXY, NO_PROXY, http_proxy, https_proxy, no_proxy } = process.env;
    await serve(config, {
      proxy: { http: http_proxy ?? HTTP_PROXY, https: https_proxy ?? HTTPS_PROXY, none: no_proxy ?? NO_PROXY },
      ending: endingSignal(),
      exit: (code) => process.exit(code),
    });
  }
}

main().catch((error: unknown) => {
  const expected = error instanceof UsageError || error instanceof ConfigError;
  const message = error instanceof Error ? (expected ? error.message : (error.stack ?? error.message)) : String(error);
  process.stderr.write(`manychat-mcp: ${message}\n${error instanceof UsageError ? 'See manychat-mcp --help\n' : ''}`);
  process.exitCode = expected ? 2 : 1;
});
