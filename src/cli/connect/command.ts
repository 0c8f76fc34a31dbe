import type { Failure } from '../../../tools/contract/failure.js';
import type { Result } from '../../../tools/contract/json.js';
import { idText, quoted } from '../../../tools/contract/quoted.js';
import { createConnection } from '../../../tools/endpoints/connections.js';
import { getPage } from '../../../tools/endpoints/page.js';
import type { HostParts } from '../../account/host.js';
import { pageIn } from '../../account/lookups/connections/pages/page.js';
import { type ConnectionRecord, connectionIn, connectionsIn } from '../../account/lookups/connections/record.js';
import { plainTool } from '../../account/policy/tool.js';
import { browsable } from '../../config/address.js';
import type { Config } from '../../config/config.js';
import { UsageError } from '../../config/usage-error.js';
import { type Clock, realClock } from '../../upstream/clock.js';
import { callLine } from '../commands/call-line.js';
import { exitCodeOf, failureText } from '../commands/failure-text.js';
import { watchStopping } from '../commands/stopping.js';
import { toolNamed } from '../commands/tool-by-name.js';
import { type OpenedAccount, openOwnAccount } from '../library/open-account.js';
import { type ExitCode, exitCodes } from '../shell/exit-codes.js';
import { openSharedState } from '../shell/shared-state.js';
import type { Shell } from '../shell/shell.js';
import { printSetup, resumeAdvice } from './client-setup.js';
import { openInBrowser } from './open-browser.js';
import { activeOf, mayAddAnother } from './other-connections.js';
import { type WaitOutcome, waitForKey } from './wait-for-key.js';
import { showWaiting } from './wait-text.js';

/** Options of the connect command. */
export interface ConnectOptions {
  /** A connection created earlier; undefined creates one. */
  readonly connectionId?: string | undefined;
  readonly open: boolean;
  readonly json: boolean;
  /** Another account may be connected without a question. */
  readonly yes: boolean;
  readonly timeoutSeconds: number;
}

function checkAllowed(config: Config, createsOne: boolean): void {
  if (config.account.access.mode === 'direct' && !config.sandbox) {
    const { name } = config.account;
    throw new UsageError(
      name === undefined
        ? 'connections exist only at Maton: MANYCHAT_API_KEY is set, MATON_API_KEY is not. Set MATON_API_KEY'
        : `connections exist only at Maton, and account ${quoted(name)} has ManyChat's own key: name one with a maton_key`,
    );
  }
  if (!createsOne) return;
  if (config.account.policy.dryRun)
    throw new UsageError('connect creates a connection, which a dry run does not: omit --dry-run');
  if (config.account.policy.readOnly)
    throw new UsageError('connect creates a connection, which --read-only forbids: omit it');
  if (config.account.policy.excluded.has(createConnection.name))
    throw new UsageError('connect creates a connection, which --exclude-tools create_connection forbids: omit it');
}

/**
 * Creates a connection or resumes one: prints the link for the account's owner, waits until the key is entered there and
 * prints what to configure.
 */
export async function connectAccount(
  config: Config,
  options: ConnectOptions,
  shell: Shell,
  parts: Partial<HostParts> = {},
): Promise<ExitCode> {
  checkAllowed(config, options.connectionId === undefined);
  const opened = await openOwnAccount(config, parts, await openSharedState(config, shell, shell.note));
  try {
    return await connectThrough(opened, options, shell, parts.clock ?? realClock);
  } finally {
    await opened.close();
  }
}

/** Returns a function that prints the link once; the response to a creation may lack it, so it may come with a poll. */
function createLinkPrinter(
  id: string,
  { json, open }: ConnectOptions,
  { print, platform }: Shell,
  say: (line: string) => void,
) {
  let printed = false;
  return ({ link }: ConnectionRecord): void => {
    if (link === undefined || printed) return;
    printed = true;
    say(
      'The person who manages the ManyChat account opens this link and enters the ManyChat API key there (ManyChat,\nSettings, API). Give the link to that person only: anyone who has it can connect an account of their own.',
    );
    print(
      json
        ? JSON.stringify({ connection: { connection_id: id, status: 'PENDING', url: link } })
        : (browsable(link) ?? quoted(link, link.length)),
    );
    if (open) {
      openInBrowser(link, platform, (reason) => {
        say(`The browser could not be opened (${reason}). Open the link yourself.`);
      });
    }
  };
}

async function connectThrough(
  { account: { call, everyTool }, config }: OpenedAccount,
  options: ConnectOptions,
  shell: Shell,
  clock: Clock,
): Promise<ExitCode> {
  const { connectionId, json, yes, timeoutSeconds } = options;
  const { print, note, ending } = shell;
  let say = note;
  const { departure, over } = watchStopping(shell, (line) => say(line));
  const perform = (tool: string, args: Result, signal = ending) =>
    call(toolNamed(tool, everyTool), args, { signal, departure }).finally(over);
  const failWith = (failure: Failure): ExitCode => {
    if (json) print(JSON.stringify({ error: failure }));
    else note(failureText(failure));
    return exitCodeOf(failure);
  };

  if (config.sandbox) {
    note(
      'This is the embedded sandbox: the page behind the link lists the keys it accepts. It ends with this command.',
    );
  }
  const listed = await call(toolNamed('manychat_list_connections', everyTool), {}, { signal: ending, whole: true });
  if (!listed.ok) return failWith(listed.failure);
  const others = connectionsIn(listed.result).filter(({ id }) => id !== connectionId);
  if (connectionId === undefined) {
    // The embedded sandbox ends with this command, and with it every connection.
    const isAgreed = await mayAddAnother(others, yes || config.sandbox, shell).catch((error: unknown) => {
      if (ending.aborted && error === ending.reason) return undefined;
      throw error;
    });
    if (isAgreed !== true) {
      note(isAgreed === undefined ? 'Stopped before anything was created.' : 'Nothing was created.');
      return exitCodes.again;
    }
  }
  const opened = await (connectionId === undefined
    ? perform('manychat_create_connection', {})
    : perform('manychat_get_connection', { connection_id: connectionId }));
  if (!opened.ok) return failWith(opened.failure);
  const connection = connectionIn(opened.result);
  const { id } = connection;

  const waiting = showWaiting(id, timeoutSeconds, shell);
  say = waiting.say;
  const printLink = createLinkPrinter(id, options, shell, say);
  const outcome = await waitForKey(connection, {
    clock,
    limitMs: timeoutSeconds * 1000,
    ending,
    read: (signal) => perform('manychat_get_connection', { connection_id: id }, signal),
    onPoll(latest, waitedMs, problem) {
      printLink(latest);
      waiting.update(latest, waitedMs, problem);
    },
  });
  waiting.close();

  if (outcome.how === 'active') {
    const read = await call(plainTool(getPage), {}, { signal: ending, connectionId: id });
    const page = read.ok ? pageIn(read.result) : undefined;
    const problem = read.ok ? undefined : read.failure.message;
    const { connection: pinned, name } = config.account;
    const setup = { id, page, problem, others: activeOf(others), pinned, account: name };
    printSetup(setup, json, shell);
    return exitCodes.done;
  }
  if (outcome.how === 'refused') {
    note(
      `The status of ${connectionId === undefined ? 'the new ' : ''}connection ${idText(id)} cannot be read any more.`,
    );
    return failWith(outcome.failure);
  }
  const { status, message, advice, code } = unfinished(shell.program, outcome.how, id, timeoutSeconds, config);
  if (json) print(JSON.stringify({ connection: { connection_id: id, status }, error: { message } }));
  note(`${message}\n${advice}`);
  return code;
}

/** What to report about a connection that did not become ACTIVE. */
function unfinished(
  program: string,
  how: Exclude<WaitOutcome['how'], 'active' | 'refused'>,
  id: string,
  timeoutSeconds: number,
  config: Config,
): { status: string; message: string; advice: string; code: ExitCode } {
  const pending = { status: 'PENDING', advice: resumeAdvice(program, id, config), code: exitCodes.again };
  const connection = `connection ${idText(id)}`;
  switch (how) {
    case 'failed':
      return {
        status: 'FAILED',
        message: `Connection ${idText(id)} FAILED: it was cancelled, or its key was refused. It never becomes ACTIVE.`,
        advice: `Delete it, then run connect again:\n  ${callLine(program, 'delete_connection', id)}`,
        code: exitCodes.failed,
      };
    case 'timeout':
      return {
        ...pending,
        message: `No key was entered within ${timeoutSeconds} seconds: ${connection} stays PENDING.`,
      };
    case 'interrupted':
      return { ...pending, message: `Stopped: ${connection} stays PENDING.` };
  }
}
