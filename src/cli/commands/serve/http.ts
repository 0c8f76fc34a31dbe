import { openLog } from '../../../account/telemetry/log.js';
import { namedAccounts } from '../../../config/accounts/choice.js';
import type { Config, HttpSettings } from '../../../config/config.js';
import { UsageError } from '../../../config/usage-error.js';
import { version } from '../../../config/version.js';
import { type Listening, listen } from '../../../mcp/http/listen.js';
import { errorCode, errorMessage } from '../../../text/error-text.js';
import { realClock, sleep } from '../../../upstream/clock.js';
import { type ExitCode, exitCodes } from '../../shell/exit-codes.js';
import { openSharedState, type StateSurroundings } from '../../shell/shared-state.js';
import type { Shell } from '../../shell/shell.js';
import { openHttpService } from './http-service.js';
import { serveMetrics } from './metrics-server.js';
import { servedText } from './offers.js';
import { openSignIn } from './sign-in.js';
import { openObservation } from './telemetry.js';

/** Listens, or says why that is not possible. */
async function listenAt(
  { host, port }: Pick<HttpSettings, 'host' | 'port'>,
  start: () => Promise<Listening>,
): Promise<Listening> {
  try {
    return await start();
  } catch (error) {
    const reason = errorCode(error) === 'EADDRINUSE' ? 'another program listens there' : errorMessage(error);
    throw new UsageError(`cannot listen on port ${port} of ${host}: ${reason}`);
  }
}

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
  configured: Config,
  http: HttpSettings,
  { ending, note, ...surroundings }: Pick<Shell, 'ending' | 'note'> & StateSurroundings,
): Promise<ExitCode> {
  const file = await namedAccounts(configured, surroundings);
  const log = openLog(configured.host);
  const { environment } = surroundings;
  const asking = await openSignIn(configured, http, file, surroundings, { log: log.log, now: realClock.now });
  // Callers bring the keys of their accounts.
  const own = configured.signIn.ways.includes('client-key');
  const { telemetry, metrics } = await openObservation({
    environment,
    own: {
      keepsMetrics: http.metricsPort !== undefined,
      onProblem: () => log.log.warn('spans were not exported'),
    },
  });
  const state = await openSharedState(configured, surroundings, (text) => log.log.warn({ reason: text }, 'state'), {
    telemetry,
  });
  const { config, service, onError, close } = await openHttpService(configured, {
    http,
    signIn: asking.signIn,
    file: own ? undefined : file,
    environment,
    log,
    state,
    telemetry,
  });
  const { host, port, metricsPort } = http;
  const server = await listenAt(http, () => listen(service, { host, port, onError }));
  const shown = { host: '127.0.0.1', port: metricsPort ?? 0 };
  const metricsServer =
    metrics && (await listenAt(shown, () => serveMetrics(metrics, shown, onError)).catch(endWith(server)));
  if (metricsServer !== undefined) note(JSON.stringify({ metrics: `${metricsServer.url}/metrics` }));
  const { access, addresses, deadlineMs } = config.account;
  // Whoever tests with the sandbox needs its address, whatever the log level.
  if (config.sandbox) note(JSON.stringify({ sandbox: addresses.gateway.origin }));
  note(JSON.stringify({ url: `${server.url}/mcp` }));
  log.log.info({ version, signIn: configured.signIn.ways, ...(own ? {} : servedText(config, file)) }, 'ready');
  if (!own && file === undefined && access.mode === 'none') log.log.warn({ reason: access.reason }, 'not configured');
  await fired(ending);
  log.log.info({ drainMs: http.drainMs }, 'draining');
  service.drain();
  server.drain();
  await sleep(realClock, http.drainMs, never);
  log.log.info('stopping');
  const stopped = server.stop();
  await Promise.race([stopped, sleep(realClock, deadlineMs, never)]);
  await Promise.all([close(), asking.close()]);
  server.close();
  metricsServer?.close();
  await Promise.all([stopped, metricsServer?.stop()]);
  return exitCodes.done;
}
