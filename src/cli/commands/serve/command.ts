import type { OpenLog } from '../../../account/telemetry/log.js';
import { namedAccounts } from '../../../config/accounts/choice.js';
import { type Config, readConfig } from '../../../config/config.js';
import { version } from '../../../config/version.js';
import { catalogue } from '../../../mcp/listing/catalogue.js';
import { serveOverStdio } from '../../../mcp/stdio/stdio.js';
import { errorCode } from '../../../text/error-text.js';
import { realClock } from '../../../upstream/clock.js';
import { type ExitCode, exitCodes } from '../../shell/exit-codes.js';
import type { SharedState, StateSurroundings } from '../../shell/shared-state.js';
import type { Shell } from '../../shell/shell.js';
import { hears } from '../inbound/hearing.js';
import type { Backends } from './backends.js';
import { notOffered, offerOf, servedText } from './offers.js';
import { openObservation } from './telemetry.js';

/**
 * Serves the tools over stdio. Resolves when the client has disconnected, the connection has failed or `ending` has fired;
 * what is in flight then is aborted. The exit code reports a failure only if the connection has failed.
 */
async function serveStdio(
  given: Config,
  { ending, note, streams, ...surroundings }: Pick<Shell, 'ending' | 'note' | 'streams'> & StateSurroundings,
): Promise<ExitCode> {
  const closed = new AbortController();
  let fault: Error | undefined;
  const over = AbortSignal.any([ending, closed.signal]);
  const file = await namedAccounts(given, surroundings);
  const { port } = given.inbound;
  const heard =
    port === undefined
      ? undefined
      : await (await import('../inbound/open-inbound.js')).prepareInbound(
          given,
          file,
          { ...surroundings, ending },
          '--inbound',
        );
  const configured = heard?.config ?? given;
  let logging: Promise<OpenLog> | undefined;
  const logged = (): Promise<OpenLog> => {
    logging ??= import('../../../account/telemetry/log.js').then(({ openLog }) => openLog(configured.host));
    return logging;
  };
  const { telemetry } = await openObservation({ environment: surroundings.environment });
  let opening: Promise<Backends> | undefined;
  let state: SharedState | undefined;
  async function open(): Promise<Backends> {
    const [{ openNamedBackends, openOwnBackend }, { openSharedState }, log] = await Promise.all([
      import('./backends.js'),
      import('../../shell/shared-state.js'),
      logged(),
    ]);
    state = await openSharedState(configured, surroundings, (text) => log.log.warn({ reason: text }, 'state'), {
      hears: hears(configured, file),
      telemetry,
    });
    const parts = { log, state, callbacks: heard?.authority, telemetry };
    return file === undefined
      ? openOwnBackend(configured, parts)
      : openNamedBackends(configured, file, surroundings, parts);
  }
  // Opened with the first call: the lists do not need it, and many servers are started and never called.
  const once = (): Promise<Backends> => {
    opening ??= open();
    return opening;
  };
  const config = configured.sandbox ? (await once()).config : configured;
  const { access, addresses } = config.account;
  // Whoever tests with the sandbox needs its address, whatever the log level.
  if (config.sandbox) note(JSON.stringify({ sandbox: addresses.gateway.origin, page: addresses.gateway.href }));
  const offer = offerOf(config, file);
  async function listenForCalls() {
    if (heard === undefined || port === undefined) return undefined;
    const [{ listenBesideStdio }, { settings }, { log }] = await Promise.all([
      import('../inbound/beside-stdio.js'),
      once(),
      logged(),
    ]);
    return listenBesideStdio(heard.open(state?.parts.inbox, settings, log), port, log);
  }
  const inbound = await listenForCalls();
  if (inbound !== undefined) note(JSON.stringify({ inbound: `${inbound.url}/inbound` }));
  serveOverStdio(offer, async (_, account) => (await once()).open(account), {
    streams: streams(),
    now: realClock.now,
    telemetry,
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
  log.info({ version, ...servedText(config, file), tools: offer.tools.length }, 'ready');
  if (file !== undefined) {
    const { exposedKeyFiles } = await import('../../../config/accounts/sources/exposed-files.js');
    for (const reason of await exposedKeyFiles(file, surroundings)) log.warn({ reason }, 'key not private');
  }
  for (const reason of notOffered(config, file)) log.warn({ reason }, 'not offered');
  if (file === undefined && access.mode === 'none') log.warn({ reason: access.reason }, 'not configured');
  if (!over.aborted) await new Promise((resolve) => over.addEventListener('abort', resolve, { once: true }));
  await inbound?.close();
  if (fault !== undefined) log.error({ error: fault.name, code: errorCode(fault) }, 'connection failed');
  await Promise.all([
    opening?.then(
      (backends) => backends.close(),
      () => undefined,
    ),
    flushed(),
  ]);
  return fault === undefined ? exitCodes.done : exitCodes.failed;
}

/** Serves over stdio or, if it is configured, over HTTP. */
export async function serve(configured: Config, shell: Shell): Promise<ExitCode> {
  if (configured.http === undefined) return serveStdio(configured, shell);
  const { serveHttp } = await import('./http.js');
  return serveHttp(configured, configured.http, shell);
}

/** Serves with the configuration of the environment alone. */
export const serveEnvironment = async (shell: Shell): Promise<ExitCode> =>
  serve(readConfig(shell.environment, catalogue.tools), shell);
