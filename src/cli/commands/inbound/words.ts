import type { Command } from 'commander';
import type { InboundRequest } from './command.js';

/** Adds the command `inbound` to a program. */
export const addInboundCommand = (program: Command, run: (request: InboundRequest) => Promise<void>): Command =>
  program
    .command('inbound <action> [id]')
    .summary('secret, drafts and messages of contacts who write')
    .description(
      'what contacts write: secret prints a new secret for ManyChat, webhook-secret one for listen --forward, forget CONTACT erases the messages of a contact, drafts lists answers that wait for approval, approve ID sends one, reject ID drops one',
    )
    .option('--json', 'print JSON')
    .action((action: string, id: string | undefined, { json }: { json?: true }) =>
      run({ action, id, json: json === true }),
    );
