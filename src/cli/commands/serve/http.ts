import { openLog } from '../../../account/log.js';
import { namedAccounts } from '../../../config/accounts/choice.js';
import { isLoopback } from '../../../config/address.js';
import type { Config, HttpSettings } from '../../../config/config.js';
import { UsageError } from '../../../config/usage-error.js';
import { version } from '../../../config/version.js';
import { type Listening, listen } from '../../../mcp/http/listen.js';
import { noSignIn, type SignIn } from '../../../mcp/http/principal.js';
import { errorCode, errorMessage } from '../../../text/error-text.js';
import { realClock, sleep } from '../../../upstream/clock.js';
import { type ExitCode, exitCodes } from '../../shell/exit-codes.js';
import { openSharedState, type StateSurroundings } from '../../shell/shared-state.js';
import type { Shell } from '../../shell/shell.js';
import { openHttpService } from './http-service.js';
import { servedText } from './offers.js';

/** How this server finds out who asks. */
function signInOf({ host }: HttpSettings): SignIn {
  if (isLoopback(host) || isLoopback(`[${host}]`)) return noSignIn;
  throw new UsageError(
    `--host ${host} can be reached by other machines, and without a sign-in everybody there could use the accounts: listen on 127.0.0.1`,
  );
}

/** Listens, or says why that is not possible. */
async function listenAt(...[service, options]: Parameters<typeof listen>): Promise<Listening> {
  try {
    return await listen(service, options);
  } catch (error) {
    const { host, port } = options;
    const reason = errorCode(error) === 'EADDRINUSE' ? 'another program listens there' : errorMessage(error);
    throw new UsageError(`cannot listen on port ${port} of ${host}: ${reason}`);
  }
}

const never = new AbortController().signal;

const fired = async (signal: AbortSignal): Promise<void> => {
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
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
  const signIn = signInOf(http);
  const file = await namedAccounts(configured, surroundings);
  const log = openLog(configured.host);
  const state = await openSharedState(configured, surroundings, (text) => log.log.warn({ reason: text }, 'state'));
  const { environment } = surroundings;
  const { config, service, onError, close } = await openHttpService(configured, {
    http,
    signIn,
    file,
    environment,
    log,
    state,
  });
  const server = await listenAt(service, { host: http.host, port: http.port, onError });
  const { access, addresses, deadlineMs } = config.account;
  // Whoever tests with the sandbox needs its address, whatever the log level.
  if (config.sandbox) note(JSON.stringify({ sandbox: addresses.gateway.origin }));
  note(JSON.stringify({ url: `${server.url}/mcp` }));
  log.log.info({ version, ...servedText(config, file) }, 'ready');
  if (file === undefined && access.mode === 'none') log.log.warn({ reason: access.reason }, 'not configured');
  await fired(ending);
  log.log.info({ drainMs: http.drainMs }, 'draining');
  service.drain();
  server.drain();
  await sleep(realClock, http.drainMs, never);
  log.log.info('stopping');
  const stopped = server.stop();
  await Promise.race([stopped, sleep(realClock, deadlineMs, never)]);
  await close();
  server.close();
  await stopped;
  return exitCodes.done;
}
