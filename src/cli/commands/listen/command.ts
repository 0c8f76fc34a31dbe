import { handedOut } from '../../../../tools/workflows/inbox/entries.js';
import type { AnswerContent, HeardMessage } from '../../../account/inbox/inbox.js';
import { openLog } from '../../../account/telemetry/log.js';
import type { AccountsFile } from '../../../config/accounts/accounts-file.js';
import { createSettingsReader, namedAccounts } from '../../../config/accounts/choice.js';
import type { AccountSettings } from '../../../config/accounts/settings.js';
import { exposedKeyFiles } from '../../../config/accounts/sources/exposed-files.js';
import type { Config } from '../../../config/config.js';
import { UsageError } from '../../../config/usage-error.js';
import { errorMessage } from '../../../text/error-text.js';
import { realClock } from '../../../upstream/clock.js';
import { openAccounts } from '../../library/open-account.js';
import { type ExitCode, exitCodes } from '../../shell/exit-codes.js';
import { openSharedState, statePlace } from '../../shell/shared-state.js';
import type { Shell } from '../../shell/shell.js';
import { prepareInbound } from '../inbound/open-inbound.js';
import { answerIn } from './answer-in.js';
import { createForwarder } from './forward.js';
import { startHearing } from './hearing.js';
import type { ListenRequest } from './options.js';
import { runCommand } from './run-command.js';

/** Works on the messages of one account: returns the answer, or undefined for none. */
type Handler = (message: HeardMessage, json: string, signal: AbortSignal) => Promise<AnswerContent | undefined>;

/** What is done with each message, and what that holds open. */
async function handlerOf(
  { exec, forward, limitMs }: ListenRequest,
  shell: Shell,
  forwardSecret: string | undefined,
): Promise<{ readonly handle: Handler; close(): Promise<void> }> {
  if (exec !== undefined) {
    const [file, ...args] = exec;
    const { environment, platform, note } = shell;
    return {
      handle: async (_, json, signal) =>
        answerIn(await runCommand({ file, args, environment, limitMs, platform, note }, `${json}\n`, signal)),
      close: async () => undefined,
    };
  }
  if (forward !== undefined) {
    if (forwardSecret === undefined)
      throw new UsageError(
        '--forward needs MANYCHAT_MCP_FORWARD_SECRET, with which messages are signed: manychat-mcp inbound webhook-secret prints one',
      );
    const forwarder = await createForwarder(forward, forwardSecret, { clock: realClock, now: Date.now, limitMs });
    return {
      handle: async ({ id }, json, signal) => answerIn(await forwarder.forward(id, json, signal)),
      close: () => forwarder.close(),
    };
  }
  return {
    async handle(_, json) {
      shell.print(json);
      return undefined;
    },
    close: async () => undefined,
  };
}

/** The settings of the accounts that hear their contacts. */
async function hearingAccounts(
  config: Config,
  file: AccountsFile | undefined,
  shell: Shell,
): Promise<AccountSettings[]> {
  if (file === undefined) return [config.account];
  const settingsOf = await createSettingsReader(file, config, shell);
  return Promise.all(file.accounts.filter(({ inbound }) => inbound !== undefined).map(settingsOf));
}

/**
 * Hands messages of contacts to a program or an address, or prints them, until `ending` fires. Serves the calls of ManyChat
 * on a port if one is given.
 */
export async function listenForMessages(configured: Config, request: ListenRequest, shell: Shell): Promise<ExitCode> {
  const { ending, note } = shell;
  const file = await namedAccounts(configured, shell);
  const prepared = await prepareInbound(configured, file, shell, 'listen');
  const { config } = prepared;
  shell.hide(config.host.secrets);
  const place = statePlace(config, shell);
  if (request.port === undefined && 'none' in place)
    throw new UsageError(
      `listen needs --port: without it, it reads what other processes hear, and nothing is shared here (${place.none})`,
    );
  if (file !== undefined) for (const reason of await exposedKeyFiles(file, shell)) note(reason);
  const handler = await handlerOf(request, shell, config.inbound.forwardSecret);
  const log = openLog(config.host);
  const all = await hearingAccounts(config, file, shell);
  const state = await openSharedState(config, shell, (text) => note(text), { hears: true });
  const opened = await openAccounts(config, all, { log, callbacks: prepared.authority }, state);
  // Whoever tests with the sandbox needs its address.
  if (config.sandbox) note(JSON.stringify({ sandbox: opened.config.account.addresses.gateway.origin }));
  const several = opened.accounts.length > 1;
  const { port, consumer, atOnce } = request;
  const { url, ended } = await startHearing(
    opened,
    {
      calls: port === undefined ? undefined : { inbound: prepared, port },
      consumer,
      atOnce,
      handle: ({ settings: { name } }, message, signal) =>
        handler.handle(message, JSON.stringify({ ...(several && { account: name }), ...handedOut(message) }), signal),
      onFailure(_, { id }, error, final) {
        const next = final ? 'It is left to people' : 'It comes again in two minutes';
        note(`message ${id} was not answered: ${errorMessage(error)}. ${next}`);
      },
      onAway: (isAway) => note(isAway ? 'messages cannot be reached' : 'messages can be reached again'),
    },
    ending,
  );
  if (url !== undefined) note(JSON.stringify({ inbound: url }));
  await ended;
  await handler.close();
  await opened.close();
  return exitCodes.done;
}
