import type { Result } from '../../../tools/contract/endpoint.js';
import type { Failure } from '../../../tools/contract/failure.js';
import { isObject } from '../../../tools/contract/json.js';
import { idText, quoted } from '../../../tools/contract/quoted.js';
import { openRuntime, type Runtime, type RuntimeParts } from '../../account/account.js';
import type { Outcome } from '../../account/call/call-tool.js';
import { browsable } from '../../config/address.js';
import type { Config } from '../../config/config.js';
import { UsageError } from '../../config/usage-error.js';
import { pause, realTiming, type Timing, timeout } from '../../upstream/clock.js';
import { callLine, idInCommand } from '../doctor/advice.js';
import { type ExitCode, exitCodes } from '../exit-codes.js';
import type { Shell } from '../shell.js';
import { toolNamed } from '../tool-by-name.js';
import { exitCodeOf, failureText } from './failure-text.js';
import { openInBrowser } from './open-browser.js';
import { watchStopping } from './stopping.js';

/** What `connect` was asked for. */
export interface ConnectOptions {
  /** A connection that was begun earlier; undefined makes one. */
  readonly connectionId?: string | undefined;
  readonly open: boolean;
  readonly json: boolean;
  readonly timeoutSeconds: number;
}

/** As Maton's own clients poll. */
const pollMs = 2_000;
/** Where no line can be redrawn, that it still waits is told this often. */
const tellMs = 30_000;

/** A connection as far as it is known. */
interface Seen {
  readonly id: string;
  readonly status: string;
  readonly link: string | undefined;
}

/** How waiting for the key ended. */
type Ended =
  | { readonly how: 'active' | 'failed' | 'late' | 'stopped' }
  | { readonly how: 'refused'; readonly failure: Failure };

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

function seenIn({ connection }: Result): Seen {
  const { connection_id: id, status, url } = isObject(connection) ? connection : {};
  return { id: textOf(id) ?? '', status: (textOf(status) ?? 'PENDING').toUpperCase(), link: textOf(url) };
}

/** What a client is configured with to use a connection; the key is the user's to fill in. */
function clientConfiguration(id: string): object {
  const env = { MATON_API_KEY: 'YOUR_API_KEY', MATON_CONNECTION_ID: id };
  return { mcpServers: { manychat: { command: 'npx', args: ['-y', 'manychat-mcp'], env } } };
}

/** How an unfinished connection is gone on with; one of an embedded sandbox ends with it. */
function goOn(id: string, { sandbox }: Config): string {
  if (sandbox) return 'It ended with the embedded sandbox.';
  return [
    'Its link still works, and nothing need be running here while the key is entered.',
    `  manychat-mcp connect ${idInCommand(id)}   shows the link again and goes on waiting`,
    'Once it is entered:',
    `  ${callLine('get_connection', id)}   shows its state, and the link while it is PENDING`,
    '  manychat-mcp doctor   checks everything',
    `  MATON_CONNECTION_ID=${idInCommand(id)}   in the client's configuration uses it`,
    `  ${callLine('delete_connection', id)}   deletes it, if it is not wanted`,
  ].join('\n');
}

/** Asks until the connection is ACTIVE or FAILED; a failure to ask that may pass does not end it. */
async function untilSettled(
  first: Seen,
  ask: (signal: AbortSignal) => Promise<Outcome>,
  tell: (seen: Seen, waitedMs: number, trouble: string | undefined) => void,
  { timing, limitMs, ending }: { timing: Timing; limitMs: number; ending: AbortSignal },
): Promise<Ended> {
  const began = timing.now();
  const late = timeout(timing, limitMs);
  const stop = AbortSignal.any([ending, late.signal]);
  let seen = first;
  let trouble: string | undefined;
  try {
    for (;;) {
      if (seen.status === 'ACTIVE') return { how: 'active' };
      if (seen.status === 'FAILED') return { how: 'failed' };
      tell(seen, timing.now() - began, trouble);
      await pause(timing, pollMs, stop);
      const outcome = stop.aborted ? undefined : await ask(stop);
      if (outcome?.ok === true) {
        seen = seenIn(outcome.result);
        trouble = undefined;
        if (seen.status === 'ACTIVE' || seen.status === 'FAILED') continue;
      }
      if (ending.aborted) return { how: 'stopped' };
      if (late.signal.aborted) return { how: 'late' };
      if (outcome?.ok === false) {
        if (!outcome.failure.retryable) return { how: 'refused', failure: outcome.failure };
        trouble = outcome.failure.message;
      }
    }
  } finally {
    late.forget();
  }
}

/** What is said while it waits: one line that is redrawn on a terminal, a line now and then elsewhere. */
function createTeller(id: string, limitSeconds: number, { note, redraw, interactive, columns }: Shell) {
  let told = '';
  let toldAt = 0;
  return {
    waiting({ status }: Seen, waitedMs: number, trouble: string | undefined): void {
      const state = `${idText(status)}${trouble === undefined ? '' : `; cannot ask at the moment (${trouble}), going on`}`;
      if (interactive) {
        const line = `waiting, ${Math.floor(waitedMs / 1000)} of ${limitSeconds} s; ${idText(id)} is ${state}`;
        redraw(line.slice(0, columns - 1));
      } else if (state !== told || waitedMs - toldAt >= tellMs) {
        note(`waiting; ${idText(id)} is ${state}`);
        told = state;
        toldAt = waitedMs;
      }
    },
    /** Says something else, in the place of the line that is redrawn. */
    say(text: string): void {
      if (interactive) redraw('');
      note(text);
    },
    over(): void {
      if (interactive) redraw('');
    },
  };
}

/** Ids of connections. */
const idsIn = ({ connections }: Result): string[] =>
  (Array.isArray(connections) ? connections : []).filter(isObject).flatMap((each) => textOf(each.connection_id) ?? []);

/** The answer when the connection is ACTIVE: what to put where. */
function printActive(id: string, others: readonly string[], pinned: string | undefined, asJson: boolean, shell: Shell) {
  const { print, note } = shell;
  const configuration = clientConfiguration(id);
  if (asJson) {
    const environment = { MATON_CONNECTION_ID: id };
    print(JSON.stringify({ connection: { connection_id: id, status: 'ACTIVE' }, environment, configuration }));
    return;
  }
  print(`${idText(id)} is ACTIVE.`);
  if (pinned !== undefined && pinned !== id) note(`MATON_CONNECTION_ID is set to ${idText(pinned)} now: replace it.`);
  note(
    others.length === 0
      ? 'It is the only one, so nothing need be set. To use it always, also when others are added:'
      : 'It is not the only one. To use it always:',
  );
  print('');
  print(`MATON_CONNECTION_ID=${idInCommand(id)}`);
  print('');
  note('which in the configuration of a client is:');
  print(JSON.stringify(configuration, undefined, 2));
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
