import { Command } from 'commander';
import { version } from '../../config/version.js';
import type { Shell } from './shell.js';

const epilogue = `
Each option is also an environment variable: --read-only is
MANYCHAT_MCP_READ_ONLY, --connection is MATON_CONNECTION_ID. The option takes
precedence. No option takes a key: it is in MATON_API_KEY, in MANYCHAT_API_KEY
to reach ManyChat without Maton, or named in the accounts file.

Exit codes: 0 done, 1 failed, 2 usage error, 3 outcome unknown, 4 incomplete or
worth retrying later.`;

/** The program without its commands, and the style of its help and its errors, which the commands inherit. */
export const createProgram = ({ program, columns, print, note }: Shell): Command =>
  new Command(program)
    .description('ManyChat as tools for AI agents. Without a command, serves MCP on stdin and stdout.')
    .version(version, '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help for a command')
    .usage('[options] [command]')
    .optionsGroup('Options of every command:')
    .addHelpText('after', epilogue)
    // Almost every command has options; saying so for each would only take up the line.
    .configureHelp({
      subcommandTerm: (command) => `${command.name()} ${command.usage().replace(/^\[options\] ?/, '')}`.trim(),
    })
    .configureOutput({
      getOutHelpWidth: () => columns,
      getErrHelpWidth: () => columns,
      writeOut: (text) => print(text.trimEnd()),
      writeErr: (text) => note(text.trimEnd()),
      outputError: (text, write) => write(`manychat-mcp: ${text.replace(/^error: /, '')}See ${program} --help`),
    })
    .exitOverride();

/** Where the help of a command ends: at its own options, and a line that says where the others are. */
export function finishHelp(commands: readonly Command[], { program }: Shell): void {
  for (const command of commands) {
    const name = command.name();
    const help = `See ${program} ${name} --help`;
    command.addHelpText('after', `\nOptions of every command, such as --sandbox: ${program} --help`).configureOutput({
      outputError(text, write) {
        const isArgument = name === 'call' && text.includes('unknown option');
        const advice = isArgument ? 'The arguments of a tool have no dashes: NAME=VALUE. ' : '';
        write(`manychat-mcp: ${text.replace(/^error: /, '')}${advice}${help}`);
      },
    });
  }
}
