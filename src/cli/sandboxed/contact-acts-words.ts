import type { Command } from 'commander';
import type { ContactAct } from './contact-acts.js';

/** The flags of the command `sandbox`. */
export interface SandboxFlags {
  readonly port: string;
  readonly followers: string;
  readonly now?: string;
  readonly file?: string;
}

type Flags = Readonly<Partial<Record<'at' | 'image' | 'audio' | 'channel', string>>>;

const at = ['--at <url>', 'address of the sandbox (default: MATON_GATEWAY_URL, else MANYCHAT_API_URL)'] as const;

/** Adds to the command `sandbox` what its contacts can do. */
export function addContactActs(program: Command, run: (act: ContactAct) => Promise<void>): void {
  const sandbox = program.commands.find((command) => command.name() === 'sandbox');
  sandbox
    ?.command('writes <contact> [text]')
    .summary('let a contact write, and show what comes of it')
    .description('let a contact of a running sandbox write, and print what it is answered')
    .option('--image <url>', 'a picture in the place of a text')
    .option('--audio <url>', 'a voice message in the place of a text')
    .option('--channel <name>', 'messenger, instagram, whatsapp or telegram, if the contact is on several')
    .option(...at)
    .action((contact: string, text: string | undefined, { at: address, ...rest }: Flags) =>
      run({ contact, act: 'writes', body: { ...(text !== undefined && { text }), ...rest }, address }),
    );
  sandbox
    ?.command('clicks <contact> <caption>')
    .summary('let a contact click a button or quick reply')
    .description('let a contact of a running sandbox click the newest button or quick reply with this caption')
    .option(...at)
    .action((contact: string, caption: string, { at: address }: Flags) =>
      run({ contact, act: 'clicks', body: { caption }, address }),
    );
}
