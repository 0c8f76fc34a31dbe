import type { Command } from 'commander';
import type { TokensRequest } from './tokens.js';

interface TokensFlags {
  readonly tokens?: string;
  readonly profile?: string;
  readonly expires?: string;
  readonly json?: true;
}

/** Adds the command `tokens` to a program. */
export const addTokensCommand = (program: Command, run: (request: TokensRequest) => Promise<void>): Command =>
  program
    .command('tokens <action> [name]')
    .summary('create, list or revoke tokens for HTTP callers')
    .description(
      'create, list or revoke the tokens with which callers sign in to serve --http. create prints the token, once; the file has its digest only',
    )
    .option('--profile <name>', 'profile of the accounts file that says what the token may do')
    .option('--expires <time>', 'with create: 90d (the default), 12h, a date, or never')
    .option('--tokens <path>', 'file with the tokens (default: tokens.json beside the accounts file)')
    .option('--json', 'print JSON')
    .action((action: string, name: string | undefined, { json, profile, expires, tokens: path }: TokensFlags) =>
      run({ action, name, profile, expires, path, json: json === true }),
    );
