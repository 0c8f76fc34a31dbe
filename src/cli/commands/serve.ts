import type { OpenLog } from '../../account/log.js';
import { type Config, readConfig } from '../../config/config.js';
import { version } from '../../config/version.js';
import type { Backend } from '../../mcp/backend.js';
import { createRequestState } from '../../mcp/interaction/request-state.js';
import { catalogue } from '../../mcp/listing/catalogue.js';
import { offerFor } from '../../mcp/listing/offer.js';
import { serveOverStdio } from '../../mcp/stdio/stdio.js';
import { errorCode } from '../../text/error-text.js';
import { realClock } from '../../upstream/clock.js';
import { type ExitCode, exitCodes } from '../exit-codes.js';
import type { Shell } from '../shell.js';

/**
 * Serves the tools over stdio; resolves when the client has gone away, the connection has failed or `ending` has fired.
 * What is still in flight then is aborted. It has failed only where the connection has.
 */
export async function serve(
  settings: Config,
  { ending, note, wires }: Pick<Shell, 'ending' | 'note' | 'wires'>,
): Promise<ExitCode> {
  const closed = new AbortController();
  let fault: Error | undefined;
  const over = AbortSignal.any([ending, closed.signal]);
  let logging: Promise<OpenLog> | undefined;
  const logged = (): Promise<OpenLog> => {
    logging ??= import('../../account/log.js').then(({ openLog }) => openLog(settings.host));
    return logging;
  };
  let opening: Promise<Backend> | undefined;
  // Takes longer to load than what the lists need, and many servers are started that are never called.
  const backend = (): Promise<Backend> => {
    opening ??= Promise.all([import('../../mcp/backend.js'), logged()]).then(([{ openBackend }, log]) =>
      openBackend(settings, {
        log,
        requestState: createRequestState(),
        principal: 'local',
        ending: over,
        now: realClock.now,
      }),
    );
    return opening;
  };
  const config = settings.sandbox ? (await backend()).config : settings;
  // Whoever tests with the sandbox needs its address, whatever else is logged.
  if (config.sandbox) note(JSON.stringify({ sandbox: config.account.addresses.gateway.origin }));
  const offer = offerFor(config);
  serveOverStdio(offer, backend, {
    streams: wires(),
    now: realClock.now,
    // The message of such an error can quote the frame, and with it a contact's data.
    onError: async (error) => (await logged()).log.warn({ error: error.name }, 'protocol'),
    // A frame is told by its size and by what is wrong with its form: of what it holds, nothing.
    onRefused: async ({ code, message }) => (await logged()).log.warn({ code, reason: message }, 'frame refused'),
    onClosed: (reason) => {
      fault = reason;
      closed.abort();
    },
  });
  // The client's first question is answered meanwhile.
  const { log, flushed } = await logged();
  log.info({ version, access: config.account.access.mode, tools: offer.tools.length }, 'ready');
  if (config.account.access.mode === 'none') log.warn({ reason: config.account.access.reason }, 'not configured');
  if (!over.aborted) await new Promise((resolve) => over.addEventListener('abort', resolve, { once: true }));
  if (fault !== undefined) log.error({ error: fault.name, code: errorCode(fault) }, 'connection failed');
  await Promise.all([
    opening?.then(
      ({ close }) => close(),
      () => undefined,
    ),
    flushed(),
  ]);
  return fault === undefined ? exitCodes.done : exitCodes.failed;
}

/** Serves with the configuration of the environment alone. */
export const serveEnvironment = (shell: Shell): Promise<ExitCode> =>
  serve(readConfig(shell.environment, catalogue.tools), shell);
