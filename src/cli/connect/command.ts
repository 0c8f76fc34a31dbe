import type { Result } from '../../../tools/contract/endpoint.js';
import type { Failure } from '../../../tools/contract/failure.js';
import { idText, quoted } from '../../../tools/contract/quoted.js';
import { openRuntime, type Runtime, type RuntimeParts } from '../../account/account.js';
import { browsable } from '../../config/address.js';
import type { Config } from '../../config/config.js';
import { UsageError } from '../../config/usage-error.js';
import { realTiming, type Timing } from '../../upstream/clock.js';
import { exitCodeOf, failureText } from '../commands/failure-text.js';
import { watchStopping } from '../commands/stopping.js';
import { callLine } from '../doctor/advice.js';
import { type ExitCode, exitCodes } from '../exit-codes.js';
import type { Shell } from '../shell.js';
import { toolNamed } from '../tool-by-name.js';
import { goOn, printActive } from './client-setup.js';
import { openInBrowser } from './open-browser.js';
import { idsIn, type Seen, seenIn, untilSettled } from './wait-for-key.js';
import { createTeller } from './wait-text.js';

/** What `connect` was asked for. */
export interface ConnectOptions {
  /** A connection that was begun earlier; undefined makes one. */
  readonly connectionId?: string | undefined;
  readonly open: boolean;
  readonly json: boolean;
  readonly timeoutSeconds: number;
}

/**
 * Connects an account, or goes on with a connection: prints a link for its owner, waits until the key is entered there,
 * prints what to configure.
 */
export async function connectAccount(
  config: Config,
  options: ConnectOptions,
  shell: Shell,
  parts: Partial<RuntimeParts> = {},
): Promise<ExitCode> {
  if (config.access.mode === 'direct' && !config.sandbox) {
    throw new UsageError(
      'there are no connections without Maton: only MANYCHAT_API_KEY is set, and MATON_API_KEY is not',
    );
  }
  const makes = options.connectionId === undefined;
  if (makes && config.dryRun) {
    throw new UsageError('connect makes a connection, which a dry run does not: leave out --dry-run');
  }
  if (makes && config.readOnly)
    throw new UsageError('connect makes a connection, which --read-only forbids: leave it out');
  const runtime = await openRuntime(config, undefined, parts);
  try {
    return await connectThrough(runtime, options, shell, parts.timing ?? realTiming);
  } finally {
    await runtime.close();
  }
}

async function connectThrough(
  { call, everyTool, config }: Runtime,
  { connectionId, open, json, timeoutSeconds }: ConnectOptions,
  shell: Shell,
  timing: Timing,
): Promise<ExitCode> {
  const { print, note, ending, platform } = shell;
  /** Says something in the place of a line that is redrawn, once there is one. */
  let say = note;
  const { departure, over } = watchStopping(shell, (line) => say(line));
  const perform = (tool: string, args: Result, signal = ending) =>
    call(toolNamed(tool, everyTool), args, { signal, departure }).finally(over);
  const refuse = (failure: Failure): ExitCode => {
    if (json) print(JSON.stringify({ error: failure }));
    else note(failureText(failure));
    return exitCodeOf(failure);
  };

  if (config.sandbox) {
    note(
      'This is the embedded sandbox: the page behind the link shows which keys it takes, and all ends with this command.',
    );
  }
  const listed = await perform('manychat_list_connections', { status: 'ACTIVE' });
  if (!listed.ok) return refuse(listed.failure);
  const others = idsIn(listed.result).filter((id) => id !== connectionId);
  if (connectionId === undefined && others.length > 0) {
    note(`Connected already: ${others.map(idText).join(', ')}. This adds another account.`);
  }
  const begun = await (connectionId === undefined
    ? perform('manychat_create_connection', {})
    : perform('manychat_get_connection', { connection_id: connectionId }));
  if (!begun.ok) return refuse(begun.failure);
  const connection = seenIn(begun.result);
  const { id } = connection;
  const teller = createTeller(id, timeoutSeconds, shell);
  say = teller.say;

  let shown: string | undefined;
  /** Shows the link as soon as there is one: some answers to a creation have none. */
  const show = ({ link }: Seen): void => {
    if (link === undefined || shown !== undefined) return;
    shown = link;
    teller.say('Whoever manages the ManyChat account opens this link and enters the ManyChat API key there (ManyChat,');
    note('Settings, API). The link is for this one person: whoever has it can connect an account of theirs.');
    print(
      json
        ? JSON.stringify({ connection: { connection_id: id, status: 'PENDING', url: link } })
        : (browsable(link) ?? quoted(link, link.length)),
    );
    if (open)
      openInBrowser(link, platform, (why) =>
        teller.say(`The browser could not be opened (${why}); open the link yourself.`),
      );
  };

  const ended = await untilSettled(
    connection,
    (signal) => perform('manychat_get_connection', { connection_id: id }, signal),
    (seen, waitedMs, trouble) => {
      show(seen);
      teller.waiting(seen, waitedMs, trouble);
    },
    { timing, limitMs: timeoutSeconds * 1000, ending },
  );
  teller.over();

  const unfinished = (status: string, message: string, advice: string, code: ExitCode): ExitCode => {
    if (json) print(JSON.stringify({ connection: { connection_id: id, status }, error: { message } }));
    note(`${message}\n${advice}`);
    return code;
  };
  switch (ended.how) {
    case 'active':
      printActive(id, others, config.connection, json, shell);
      return exitCodes.done;
    case 'failed': {
      const anew = `${callLine('delete_connection', id)}   deletes it; then connect again.`;
      const message = `Connection ${idText(id)} FAILED: it was cancelled, or its key was refused. It never becomes ACTIVE.`;
      return unfinished('FAILED', message, anew, exitCodes.failed);
    }
    case 'late': {
      const message = `No key was entered within ${timeoutSeconds} seconds: connection ${idText(id)} stays PENDING.`;
      return unfinished('PENDING', message, goOn(id, config), exitCodes.again);
    }
    case 'stopped':
      return unfinished(
        'PENDING',
        `Stopped: connection ${idText(id)} stays PENDING.`,
        goOn(id, config),
        exitCodes.again,
      );
    case 'refused':
      note(
        `The state of connection ${idText(id)}${connectionId === undefined ? ', which was made,' : ''} cannot be asked for any more.`,
      );
      return refuse(ended.failure);
  }
}
