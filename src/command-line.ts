import { Command, CommanderError, Option } from 'commander';
import { type Config, readConfig, sandboxKey } from './config.js';
import { flags } from './flags.js';
import { exitCodes, type Shell, UsageError } from './shell.js';
import { version } from './version.js';

const epilogue = `
Each option is also an environment variable; options win. Keys come from the environment only: MATON_API_KEY, or
MANYCHAT_API_KEY to reach ManyChat without Maton.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 unknown whether it was done, 4 may succeed later or is not complete.`;

function portNumber(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) {
    throw new UsageError(`--port must be a number from 0 to 65535, not "${text}"`);
  }
  return Number(text);
}

function seconds(option: string, text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) > 0) return Number(text);
  throw new UsageError(`${option} must be a number of seconds from 1 to 99999, not "${text}"`);
}

/** Understands a command line and runs what it asks for; resolves with the exit code. */
export async function runCommandLine(args: readonly string[], shell: Shell): Promise<number> {
  let code: number = exitCodes.done;
  const program = new Command('manychat-mcp')
    .description('ManyChat as tools for AI agents. Without a command it serves MCP on stdin and stdout.')
    .version(version, '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .usage('[options] [command]')
    .addHelpText('after', epilogue)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => shell.print(text.trimEnd()),
      writeErr: (text) => shell.note(text.trimEnd()),
      outputError: (text, write) => write(`manychat-mcp: ${text.replace(/^error: /, '')}See manychat-mcp --help`),
    })
    .exitOverride();
  for (const { name, setting, value, description } of flags) {
    const flag = value === undefined ? `--${name}` : `--${name} <${value}>`;
    program.addOption(new Option(flag, `${setting}: ${description}`));
  }

  /** The configuration under these options; a command at the shell logs nothing unless it is told to. */
  function config(quiet = true): Config {
    const options = program.opts<Record<string, string | boolean | undefined>>();
    const settings = flags.flatMap(({ name, setting }) => {
      const value = options[name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())];
      if (value === '') throw new UsageError(`--${name} needs a value`);
      return value === undefined ? [] : [[setting, String(value)]];
    });
    const standard = quiet ? { MANYCHAT_MCP_LOG_LEVEL: 'silent' } : {};
    return readConfig({ ...standard, ...shell.environment, ...Object.fromEntries(settings) });
  }

  program
    .command('serve')
    .description('serve MCP on stdin and stdout (the default)')
    .action(async () => {
      const { serve } = await import('./commands/serve.js');
      await serve(config(false), shell.ending);
    });
  program
    .command('tools [tool]')
    .description('list the tools, or describe one')
    .option('--json', 'as a client sees it')
    .action(async (name: string | undefined, options: { json?: true }) => {
      const { showTools } = await import('./commands/tools.js');
      code = await showTools(config(), name, options, shell);
    });
  program
    .command('call <tool> [json]')
    .description('call a tool; its arguments as JSON, from --file, or from stdin with -')
    .option('--file <path>', 'read the arguments from a file')
    .option('--json', 'print the result as JSON')
    .action(async (name: string, inline: string | undefined, { json, file }: { json?: true; file?: string }) => {
      const { callOne } = await import('./commands/call.js');
      code = await callOne(config(), name, { inline, file }, json === true, shell);
    });
  program
    .command('connect')
    .description('connect a ManyChat account at Maton: prints a link and waits until the key is entered there')
    .option('--open', 'open the link in the browser')
    .option('--json', 'print JSON: one line when the link is there, one at the end')
    .option('--timeout <seconds>', 'how long to wait', '600')
    .action(async ({ open, json, timeout }: { open?: true; json?: true; timeout: string }) => {
      const { connectAccount } = await import('./commands/connect.js');
      const options = { open: open === true, json: json === true, timeoutSeconds: seconds('--timeout', timeout) };
      code = await connectAccount(config(), options, shell);
    });
  program
    .command('doctor')
    .description('find out what keeps this from working: key, network, connections, page, clock')
    .option('--json', 'print the checks as JSON')
    .action(async ({ json }: { json?: true }) => {
      const { diagnose } = await import('./commands/doctor.js');
      code = await diagnose(config, json === true, shell);
    });
  program
    .command('sandbox')
    .description('run the sandbox alone, for curl and your own tests')
    .option('--port <n>', 'any free port where it is not given', '0')
    .action(async ({ port }: { port: string }) => {
      const { runSandbox } = await import('./commands/sandbox.js');
      await runSandbox(portNumber(port), sandboxKey(shell.environment), shell);
    });

  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  }
  return code;
}
