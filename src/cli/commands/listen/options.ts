import { type Command, Option } from 'commander';
import { quoted } from '../../../../tools/contract/quoted.js';
import { UsageError } from '../../../config/usage-error.js';
import { webhookAddressProblem } from '../../../upstream/client/post-webhook.js';

/** What the command `listen` does with messages. */
export interface ListenRequest {
  /** Undefined: it serves no calls, and reads what other processes hear. */
  readonly port: number | undefined;
  /** The program and its arguments. */
  readonly exec: readonly [string, ...string[]] | undefined;
  readonly forward: URL | undefined;
  /** Messages that are worked on at once. */
  readonly atOnce: number;
  /** How long the program or the address may take for one message, in milliseconds. */
  readonly limitMs: number;
  /** Tells it apart from other readers. */
  readonly consumer: string;
}

interface ListenFlags {
  readonly port?: string;
  readonly exec?: string;
  readonly forward?: string;
  readonly atOnce: string;
  readonly timeLimit: string;
  readonly consumer: string;
}

function numberOf(option: string, text: string, [least, most]: readonly [number, number]): number {
  const number = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new UsageError(`${option} must be a number from ${least} to ${most}, not ${quoted(text)}`);
}

function addressOf(text: string): URL {
  if (!URL.canParse(text)) throw new UsageError('--forward must be an address like https://example.com/manychat');
  const url = new URL(text);
  const problem = webhookAddressProblem(url);
  if (problem !== undefined) throw new UsageError(`--forward ${problem}`);
  return url;
}

/** @throws UsageError */
function listenRequest(
  { port, exec, forward, atOnce, timeLimit, consumer }: ListenFlags,
  words: readonly string[],
): ListenRequest {
  if (exec !== undefined && forward !== undefined)
    throw new UsageError('--exec and --forward both answer messages: omit one');
  if (exec === undefined && words.length > 0)
    throw new UsageError('listen takes no arguments but those of the program after --exec');
  if (exec?.trim() === '') throw new UsageError('--exec must name a program');
  return {
    port: port === undefined ? undefined : numberOf('--port', port, [0, 65_535]),
    exec: exec === undefined ? undefined : [exec, ...words],
    forward: forward === undefined ? undefined : addressOf(forward),
    atOnce: numberOf('--at-once', atOnce, [1, 64]),
    limitMs: numberOf('--time-limit', timeLimit, [1, 100]) * 1_000,
    consumer,
  };
}

/** Adds the command `listen` to a program. */
export const addListenCommand = (program: Command, run: (request: ListenRequest) => Promise<void>): Command =>
  program
    .command('listen [arguments...]')
    .summary('print what contacts write, or have it answered')
    .description(
      'print each message of a contact as a line of JSON, or hand it to a program or an address and send the answer. Arguments of the program follow after --: listen --exec node -- answer.js',
    )
    .option(
      '--port <n>',
      'serve the calls of ManyChat on this loopback port; without it, read what other processes hear',
    )
    .option('--exec <program>', 'run this for each message: the message as JSON on stdin, the answer on stdout')
    .option('--forward <url>', 'post each message to this address, signed with MANYCHAT_MCP_FORWARD_SECRET')
    .addOption(new Option('--at-once <n>', 'messages that are worked on at once').default('4'))
    .addOption(new Option('--time-limit <seconds>', 'how long one message may take').default('60'))
    .addOption(new Option('--consumer <name>', 'tells this reader apart from others').default('listen'))
    .action((words: string[], flags: ListenFlags) => run(listenRequest(flags, words)));
