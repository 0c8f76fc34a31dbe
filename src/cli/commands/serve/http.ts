import { openLog } from '../../../account/telemetry/log.js';
import { namedAccounts } from '../../../config/accounts/choice.js';
import { exposedKeyFiles } from '../../../config/accounts/sources/exposed-files.js';
import type { Config, HttpSettings } from '../../../config/config.js';
import { version } from '../../../config/version.js';
import { type Listening, listen } from '../../../mcp/http/listen.js';
import { realClock, sleep } from '../../../upstream/clock.js';
import { type ExitCode, exitCodes } from '../../shell/exit-codes.js';
import { openSharedState, type StateSurroundings } from '../../shell/shared-state.js';
import type { Shell } from '../../shell/shell.js';
import { hears } from '../inbound/hearing.js';
import { openHttpService } from './http-service.js';
import { listenAt } from './listen-at.js';
import { serveMetrics } from './metrics-server.js';
import { notOffered, servedText } from './offers.js';
import { openSignIn } from './sign-in.js';
import { openObservation } from './telemetry.js';

const never = new AbortController().signal;

const fired = async (signal: AbortSignal): Promise<void> => {
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
};

/** Ends a server that cannot be of use, because of an error. */
const endWith =
  (server: Listening) =>
  async (error: unknown): Promise<never> => {
    await server.stop();
    throw error;
  };

/**
 * Serves the tools over HTTP until `ending` fires. Then it says on `/readyz` that it ends, and accepts requests until load
 * balancers have noticed; what is in flight after that is finished, and aborted only beyond the deadline of a call.
 */
export async function serveHttp(
  given: Config,
  http: HttpSettings,
  { ending, note, ...surroundings }: Pick<Shell, 'ending' | 'note'> & StateSurroundings,
): Promise<ExitCode> {
  const file = await namedAccounts(given, surroundings);
  // Callers bring the keys of their accounts.
  const own = given.signIn.ways.includes('client-key');
  const heard = hears(given, file)
    ? await (await import('../inbound/open-inbound.js')).prepareInbound(given, file, { ...surroundings, ending })
    : undefined;
  const configured = heard?.config ?? given;
  const log = openLog(configured.host);
  const { environment } = surroundings;
  const asking = await openSignIn(configured, http, file, surroundings, { log: log.log, now: realClock.now });
  const { telemetry, metrics } = await openObservation({
    environment,
    own: {
      keepsMetrics: http.metricsPort !== undefined,
      onProblem: () => log.log.warn('spans were not exported'),
    },
  });
  const state = await openSharedState(configured, surroundings, (text) => log.log.warn({ reason: text }, 'state'), {
    hears: heard !== undefined,
    telemetry,
  });
  const { config, service, settings, onError, close } = await openHttpService(configured, {
    http,
    signIn: asking.signIn,
    file: own ? undefined : file,
    environment,
    log,
    state,
    callbacks: heard?.authority,
    telemetry,
  });
  const { host, port, metricsPort } = http;
  const inbound = heard?.open(state.parts.inbox, settings, log.log);
  const served = inbound === undefined ? service : inbound.before(service);
  const server = await listenAt(http, () => listen(served, { host, port, onError }));
  const shown = { host: '127.0.0.1', port: metricsPort ?? 0 };
  const metricsServer =
    metrics && (await listenAt(shown, () => serveMetrics(metrics, shown, onError)).catch(endWith(server)));
  if (metricsServer !== undefined) note(JSON.stringify({ metrics: `${metricsServer.url}/metrics` }));
  const { access, addresses, deadlineMs } = config.account;
  // Whoever tests with the sandbox needs its address, whatever the log level.
  if (config.sandbox) note(JSON.stringify({ sandbox: addresses.gateway.origin, page: addresses.gateway.href }));
  note(JSON.stringify({ url: `${server.url}/mcp` }));
  if (inbound !== undefined) note(JSON.stringify({ inbound: `${server.url}/inbound` }));
  log.log.info({ version, signIn: configured.signIn.ways, ...(own ? {} : servedText(config, file)) }, 'ready');
  if (!own && file !== undefined)
    for (const reason of await exposedKeyFiles(file, surroundings)) log.log.warn({ reason }, 'key not private');
  for (const reason of notOffered(config, own ? undefined : file)) log.log.warn({ reason }, 'not offered');
  if (!own && file === undefined && access.mode === 'none') log.log.warn({ reason: access.reason }, 'not configured');
  await fired(ending);
  log.log.info({ drainMs: http.drainMs }, 'draining');
  service.drain();
  server.drain();
  await sleep(realClock, http.drainMs, never);
  log.log.info('stopping');
  inbound?.drain();
  const stopped = server.stop();
  await Promise.race([stopped, sleep(realClock, deadlineMs, never)]);
  await Promise.all([close(), asking.close()]);
  server.close();
  metricsServer?.close();
  await Promise.all([stopped, metricsServer?.stop()]);
  return exitCodes.done;
}
