import { type Command, CommanderError, Option } from 'commander';
import { quoted } from '../../tools/contract/quoted.js';
import { withOneAccount } from '../config/accounts/choice.js';
import { type Config, readConfig } from '../config/config.js';
import { type DocumentedSetting, documentedSettings, type SettingName } from '../config/settings.js';
import { UsageError } from '../config/usage-error.js';
import { catalogue } from '../mcp/listing/catalogue.js';
import { closest } from '../text/closest.js';
import { addTokensCommand } from './accounts/tokens-words.js';
import { addBulkCommand } from './bulk/options.js';
import { addInboundCommand } from './commands/inbound/words.js';
import { addListenCommand } from './commands/listen/options.js';
import type { ResolveOptions } from './match/resolve/command.js';
import { addContactActs, type SandboxFlags } from './sandboxed/contact-acts-words.js';
import { type ExitCode, exitCodes } from './shell/exit-codes.js';
import { createProgram, finishHelp } from './shell/help.js';
import type { Shell } from './shell/shell.js';
import { shellWord } from './shell/shell-word.js';

/** The value of an option as a whole number; `what` names the unit in the error. */
function numberOf(option: string, text: string, [least, most]: readonly [number, number], what = 'a number'): number {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new UsageError(`${option} must be ${what} from ${least} to ${most}, not ${quoted(text)}`);
}

/** Which of two values is meant cannot be known. */
const repeated = (option: string): UsageError => new UsageError(`--${option} was given more than once`);

/** The value of an option that has two names. */
function oneOf(values: Readonly<Record<string, string | undefined>>): string | undefined {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  if (given.length > 1)
    throw new UsageError(`${given.map(([option]) => option).join(' and ')} mean the same: omit one`);
  return given[0]?.[1];
}

/** Refuses flags of serve that do not go together. */
function checkServing({ http, inbound }: Config, options: Partial<Record<SettingName, string>>): void {
  if (http !== undefined && options.MANYCHAT_MCP_INBOUND_PORT_NUMBER !== undefined)
    throw new UsageError('--inbound goes with stdio: with --http, ManyChat calls the port of --port. Omit --inbound');
  const forHttp = documentedSettings.find(
    ({ name, serving }) =>
      serving === true &&
      options[name] !== undefined &&
      !(name === 'MANYCHAT_MCP_PUBLIC_URL' && inbound.port !== undefined),
  );
  if (http === undefined && forHttp !== undefined)
    throw new UsageError(`--${forHttp.flag} goes with --http: add it, or omit --${forHttp.flag}`);
}

/** The error for an argument that is not a command. Only what can be a misspelt command is shown: it may be a key. */
function unknownCommand(name: string, program: Command): UsageError {
  const help = `${program.name()} --help`;
  if (!/^[a-z_-]{1,30}$/i.test(name)) return new UsageError(`unknown command; see ${help}`);
  const commands = program.commands.map((command) => ({ label: command.name(), names: [command.name()] }));
  const [near] = closest(name, commands, 1);
  const suggestion = near === undefined ? '.' : `; did you mean ${near.label}?`;
  return new UsageError(`unknown command ${quoted(name)}${suggestion} See ${help}`);
}

interface ConnectFlags {
  readonly open?: true;
  readonly json?: true;
  readonly yes?: true;
  readonly timeout: string;
}

/** Parses a command line and runs its command; resolves with the exit code. */
export async function runCommandLine(args: readonly string[], shell: Shell): Promise<ExitCode> {
  let code: ExitCode = exitCodes.done;
  const program = createProgram(shell);
  const options: Partial<Record<SettingName, string>> = {};
  /** Adds the flags of settings to the program, or to the command that they concern. */
  function addFlags(command: Command, chosen: readonly DocumentedSetting[]): void {
    for (const { flag, name, value, list, description, summary = description } of chosen) {
      if (flag === undefined) continue;
      const words = value === undefined ? `--${flag}` : `--${flag} <${value}>`;
      command.addOption(new Option(words, summary));
      command.on(`option:${flag}`, (text: string | undefined = 'true') => {
        const before = options[name];
        if (text === '') throw new UsageError(`--${flag} needs a value`);
        if (before !== undefined && list !== true) throw repeated(flag);
        options[name] = before === undefined ? text : `${before},${text}`;
      });
    }
  }
  const ofInbound = documentedSettings.filter(({ inbound }) => inbound === true);
  const ofServing = [...documentedSettings.filter(({ serving }) => serving === true), ...ofInbound];
  addFlags(
    program,
    documentedSettings.filter((setting) => !ofServing.includes(setting)),
  );

  /** The shell of a command. Commands to copy work with the same account as this one. */
  function shellHere(): Shell {
    const {
      MANYCHAT_MCP_SANDBOX: sandbox,
      MANYCHAT_MCP_SANDBOX_NOW: sandboxNow,
      MANYCHAT_MCP_SANDBOX_FILE: sandboxFile,
      MATON_CONNECTION_ID: connection,
      MANYCHAT_MCP_ACCOUNTS: accounts,
      MANYCHAT_MCP_ACCOUNT: account,
    } = options;
    const flag = (name: string, value: string | undefined): string[] =>
      value === undefined ? [] : [name, shellWord(value, shell.platform)];
    const flags = [
      ...(sandbox === undefined ? [] : ['--sandbox']),
      ...flag('--sandbox-now', sandboxNow),
      ...flag('--sandbox-file', sandboxFile),
      ...flag('--accounts', accounts),
      ...flag('--account', account),
      ...flag('--connection', connection),
    ];
    return { ...shell, program: [shell.program, ...flags].join(' ') };
  }

  /** What these options configure. Commands at the shell do not log by default. */
  function configured(quiet = true): Config {
    const defaults = quiet ? { MANYCHAT_MCP_LOG_LEVEL: 'silent' } : {};
    return readConfig({ ...defaults, ...shell.environment, ...options }, catalogue.tools);
  }

  /** The same with the account that is chosen. */
  async function config(): Promise<Config> {
    const chosen = await withOneAccount(configured(), shell);
    shell.hide(chosen.host.secrets);
    return chosen;
  }

  const serveCommand = program
    .command('serve', { isDefault: true })
    .summary('serve MCP on stdin and stdout, or over HTTP')
    .description('serve MCP on stdin and stdout (the default), or over HTTP with --http')
    .allowExcessArguments()
    .action(async (_options: object, { args: [unknown] }: Command) => {
      // The default command receives what is not the name of a command.
      if (unknown !== undefined && program.args[0] === 'serve') throw new UsageError('serve takes no arguments');
      if (unknown !== undefined) throw unknownCommand(unknown, program);
      const { serve } = await import('./commands/serve/command.js');
      const config = configured(false);
      checkServing(config, options);
      code = await serve(config, shell);
    });
  addFlags(serveCommand, ofServing);
  program
    .command('tools [tool]')
    .description('list the tools, or describe one')
    .option('--json', 'as a client sees it')
    .action(async (name: string | undefined, options: { json?: true }) => {
      const { showTools } = await import('./commands/tools/command.js');
      code = await showTools(configured(), name, options, shellHere());
    });
  program
    .command('call <tool> [arguments...]')
    .summary('call a tool')
    .description(
      'call a tool. Arguments are NAME=TEXT, or NAME:=JSON for numbers, true, false, lists and objects; NAME:=@PATH reads JSON from a file, and NAME[KEY]=TEXT and NAME[]=TEXT fill objects and lists. Or all of them are one JSON text, on the command line, in --file, or - for stdin',
    )
    .option('--file <path>', 'read all arguments from a file with JSON')
    .option('--json', 'print the result as JSON')
    .action(async (name: string, words: string[], { json, file }: { json?: true; file?: string }) => {
      const { callOne } = await import('./commands/call/command.js');
      code = await callOne(configured(), name, { words, file }, json === true, shellHere());
    });
  addBulkCommand(program, async (path, options) => {
    const { bulk } = await import('./bulk/command.js');
    code = await bulk(configured(), path, options, shellHere());
  });
  program
    .command('resolve <csv>')
    .summary('write a table back with the ids of its contacts')
    .description(
      'find the contacts of a CSV file by what they are known by, and write the file again with two more columns: manychat_id, which bulk takes, and manychat_match',
    )
    .option('--match-email [column]', 'find the contacts by the emails in this column (default: the only one named so)')
    .option('--match-phone [column]', 'find them by their phone numbers, with + and country code')
    .option('--match-field <field=column>', 'find them by a custom field of type text or number')
    .option('--encoding <name>', 'how the table is encoded, such as windows-1252 (default: UTF-8)')
    .option('--sheet <name>', 'sheet of an Excel workbook (default: the only one with cells)')
    .option('--out <path>', 'file to write (default: next to the CSV file, NAME.with-ids.csv)')
    .option('--force', 'replace that file if it exists')
    .option('--json', 'print the counts as JSON')
    .action(async (path: string, options: ResolveOptions) => {
      const { resolve } = await import('./match/resolve/command.js');
      code = await resolve(await config(), path, options, shellHere());
    });
  program
    .command('connect [id]')
    .summary('connect a ManyChat account through Maton')
    .description(
      'connect a ManyChat account through Maton: prints a link and waits until the key is entered there; with an id, resumes a PENDING connection',
    )
    .option('--open', 'open the link in the browser')
    .option('--yes', 'connect another account without asking')
    .option('--json', 'print JSON: one line with the link, one with the result')
    .option('--timeout <seconds>', 'how long to wait, in seconds', '600')
    .action(async (connectionId: string | undefined, { open, json, yes, timeout }: ConnectFlags) => {
      const { connectAccount } = await import('./connect/command.js');
      const timeoutSeconds = numberOf('--timeout', timeout, [1, 99_999], 'a number of seconds');
      const options = { connectionId, open: open === true, json: json === true, yes: yes === true, timeoutSeconds };
      code = await connectAccount(await config(), options, shellHere());
    });
  program
    .command('accounts')
    .summary('list the accounts of the file, and check them')
    .description('list the accounts of the accounts file, and check each: its key, its connection and its page')
    .option('--offline', 'list them only, and read nothing')
    .option('--json', 'print JSON')
    .allowExcessArguments()
    .action(async ({ offline, json }: { offline?: true; json?: true }, { args: [name] }: Command) => {
      if (name !== undefined) throw new UsageError('accounts takes no arguments: name an account with --account NAME');
      const { showAccounts } = await import('./accounts/command.js');
      const options = { offline: offline === true, json: json === true };
      code = await showAccounts(configured(), options, shellHere());
    });
  addTokensCommand(program, async (request) => {
    const { manageTokens } = await import('./accounts/tokens.js');
    code = await manageTokens(configured(), request, shellHere());
  });
  addInboundCommand(program, async (request) => {
    const { manageInbound } = await import('./commands/inbound/command.js');
    code = await manageInbound(config, request, shellHere());
  });
  const listenCommand = addListenCommand(program, async (request) => {
    const { listenForMessages } = await import('./commands/listen/command.js');
    code = await listenForMessages(configured(), request, shellHere());
  });
  addFlags(
    listenCommand,
    ofServing.filter(
      ({ name, inbound }) =>
        name === 'MANYCHAT_MCP_PUBLIC_URL' || (inbound === true && name !== 'MANYCHAT_MCP_INBOUND_PORT_NUMBER'),
    ),
  );
  program
    .command('doctor')
    .summary('check key, network, connections, page and clock')
    .description('check what could keep this from working: key, network, connections, page, clock')
    .option('--inbound', 'also whether ManyChat can call: secret, address, and a simulated call')
    .option('--json', 'print the checks as JSON')
    .action(async ({ json, inbound }: { json?: true; inbound?: true }) => {
      const { diagnose } = await import('./doctor/command.js');
      code = await diagnose(config, { json: json === true, inbound: inbound === true }, shellHere());
    });
  program
    .command('sandbox')
    .summary('run the sandbox on its own, for curl and tests')
    .description('run the sandbox on its own, for curl and your own tests')
    .option('--port <n>', 'port to listen on (0: any free port)', '0')
    .option('--followers <n>', 'number of extra contacts, from 800000000001 up, to try bulk with', '0')
    .option('--now <time>', 'time at which it stands still, such as 2026-03-01T09:00:00Z (default: the real time)')
    .option('--file <path>', 'JSON file with its account (default: the one of its own)')
    .action(async ({ port, followers, now, file }: SandboxFlags) => {
      const { runSandbox } = await import('./sandboxed/command.js');
      const start = {
        port: numberOf('--port', port, [0, 65_535]),
        followers: numberOf('--followers', followers, [0, 1_000_000]),
        now: oneOf({ '--now': now, '--sandbox-now': options.MANYCHAT_MCP_SANDBOX_NOW }),
        accountFile: oneOf({ '--file': file, '--sandbox-file': options.MANYCHAT_MCP_SANDBOX_FILE }),
      };
      code = await runSandbox(start, shell);
    });
  addContactActs(program, async (act) => {
    const { actAsContact } = await import('./sandboxed/contact-acts.js');
    code = await actAsContact(act, shell);
  });
  program
    .command('completion <shell>')
    .summary('print the completion script for a shell')
    .description('print the completion script for bash, zsh, fish or powershell; its first line says how to load it')
    .action(async (name: string) => {
      const { printCompletion } = await import('./commands/completion/command.js');
      code = printCompletion(name, shell);
    });
  program.command('__complete <line>', { hidden: true }).action(async (line: string) => {
    const { complete } = await import('./commands/completion/command.js');
    code = await complete(line, program, shell);
  });

  finishHelp(program.commands, shell);
  for (const command of program.commands.filter((each) => each !== serveCommand)) {
    for (const option of command.options) {
      let seen = false;
      command.on(`option:${option.name()}`, () => {
        if (seen) throw repeated(option.name());
        seen = true;
      });
    }
  }
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  }
  return code;
}
