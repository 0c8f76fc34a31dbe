import type { OpenLog } from '../../../account/log.js';
import { withOneAccount } from '../../../config/accounts/choice.js';
import { type Config, readConfig } from '../../../config/config.js';
import { version } from '../../../config/version.js';
import type { Backend } from '../../../mcp/backend.js';
import { catalogue } from '../../../mcp/listing/catalogue.js';
import { offerFor } from '../../../mcp/listing/offer.js';
import { serveOverStdio } from '../../../mcp/stdio/stdio.js';
import { errorCode } from '../../../text/error-text.js';
import { realClock } from '../../../upstream/clock.js';
import type { OpenedAccount } from '../../open-account.js';
import { type ExitCode, exitCodes } from '../../shell/exit-codes.js';
import type { Shell } from '../../shell/shell.js';

/** What a server needs for its first call. */
interface Opened {
  readonly opened: OpenedAccount;
  readonly backend: Backend;
}

/**
 * Serves the tools over stdio. Resolves when the client has disconnected, the connection has failed or `ending` has fired;
 * what is in flight then is aborted. The exit code reports a failure only if the connection has failed.
 */
export async function serve(
  configured: Config,
  { ending, note, streams }: Pick<Shell, 'ending' | 'note' | 'streams'>,
): Promise<ExitCode> {
  const closed = new AbortController();
  let fault: Error | undefined;
  const over = AbortSignal.any([ending, closed.signal]);
  let logging: Promise<OpenLog> | undefined;
  const logged = (): Promise<OpenLog> => {
    logging ??= import('../../../account/log.js').then(({ openLog }) => openLog(configured.host));
    return logging;
  };
  let opening: Promise<Opened> | undefined;
  async function open(): Promise<Opened> {
    const [{ openOwnAccount }, { openBackend }, { createRequestState }, log] = await Promise.all([
      import('../../open-account.js'),
      import('../../../mcp/backend.js'),
      import('../../../mcp/interaction/request-state.js'),
      logged(),
    ]);
    const opened = await openOwnAccount(configured, { log });
    const { account, host } = opened;
    const parts = { requestState: createRequestState(), principal: 'local', now: host.clock.now };
    return { opened, backend: openBackend(account, parts) };
  }
  // Opened with the first call: the lists do not need it, and many servers are started and never called.
  const once = (): Promise<Opened> => {
    opening ??= open();
    return opening;
  };
  const config = configured.sandbox ? (await once()).opened.config : configured;
  const { access, addresses } = config.account;
  // Whoever tests with the sandbox needs its address, whatever the log level.
  if (config.sandbox) note(JSON.stringify({ sandbox: addresses.gateway.origin }));
  const offer = offerFor(config);
  serveOverStdio(offer, async () => (await once()).backend, {
    streams: streams(),
    now: realClock.now,
    // The message of such an error can quote the frame, and with it a contact's data.
    onError: async (error) => (await logged()).log.warn({ error: error.name }, 'protocol'),
    // The log shows what is wrong with a frame's form, and nothing of its content.
    onRefused: async ({ code, message }) => (await logged()).log.warn({ code, reason: message }, 'frame refused'),
    onClosed: (reason) => {
      fault = reason;
      closed.abort();
    },
  });
  // The log loads while the client's first request is answered.
  const { log, flushed } = await logged();
  log.info({ version, access: config.sandbox ? 'sandbox' : access.mode, tools: offer.tools.length }, 'ready');
  if (access.mode === 'none') log.warn({ reason: access.reason }, 'not configured');
  if (!over.aborted) await new Promise((resolve) => over.addEventListener('abort', resolve, { once: true }));
  if (fault !== undefined) log.error({ error: fault.name, code: errorCode(fault) }, 'connection failed');
  await Promise.all([
    opening?.then(
      ({ opened }) => opened.close(),
      () => undefined,
    ),
    flushed(),
  ]);
  return fault === undefined ? exitCodes.done : exitCodes.failed;
}

/** Serves with the configuration of the environment alone. */
export const serveEnvironment = async (shell: Shell): Promise<ExitCode> =>
  serve(await withOneAccount(readConfig(shell.environment, catalogue.tools), shell), shell);
