import { openLog } from '../../../account/log.js';
import { namedAccounts } from '../../../config/accounts/choice.js';
import { narrowed } from '../../../config/accounts/grant.js';
import { isLoopback } from '../../../config/address.js';
import type { Config, HttpSettings } from '../../../config/config.js';
import { UsageError } from '../../../config/usage-error.js';
import { version } from '../../../config/version.js';
import { type Listening, listen } from '../../../mcp/http/listen.js';
import { noSignIn, type SignIn } from '../../../mcp/http/principal.js';
import { createHttpService } from '../../../mcp/http/service.js';
import { errorCode, errorMessage } from '../../../text/error-text.js';
import { realClock, sleep } from '../../../upstream/clock.js';
import { type ExitCode, exitCodes } from '../../shell/exit-codes.js';
import type { Shell } from '../../shell/shell.js';
import { openNamedBackends, openOwnBackend } from './backends.js';
import { offerOf, servedText } from './offers.js';

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

/** Serves the tools over HTTP until `ending` fires; what is in flight then is finished first. */
export async function serveHttp(
  configured: Config,
  http: HttpSettings,
  { ending, note, ...surroundings }: Pick<Shell, 'ending' | 'note' | 'environment' | 'platform'>,
): Promise<ExitCode> {
  const signIn = signInOf(http);
  const file = await namedAccounts(configured, surroundings);
  const log = openLog(configured.host);
  const { config, open, close } =
    file === undefined
      ? await openOwnBackend(configured, { log })
      : await openNamedBackends(configured, file, surroundings, { log });
  // The message of such an error can quote a request, and with it a contact's data.
  const onError = (error: Error): void => log.log.warn({ error: error.name }, 'protocol');
  const names = file?.accounts.map(({ name }) => name) ?? [];
  const publicName = http.publicUrl === undefined ? [] : [http.publicUrl.hostname];
  const service = createHttpService({
    signIn,
    allowed: {
      hosts: [...publicName, ...http.allowedHosts],
      origins: [...publicName, ...http.allowedOrigins],
    },
    accounts: names,
    offer(grant, served) {
      const accounts = file?.accounts.filter(({ name }) => served.includes(name));
      const account = { ...config.account, policy: narrowed(config.account.policy, grant) };
      return offerOf({ ...config, account }, accounts && { accounts });
    },
    openBackend: (principal, account) => open(account, principal),
    now: realClock.now,
    onError,
  });
  const server = await listenAt(service, { host: http.host, port: http.port, onError });
  if (config.sandbox) note(JSON.stringify({ sandbox: config.account.addresses.gateway.origin }));
  note(JSON.stringify({ url: `${server.url}/mcp` }));
  log.log.info({ version, ...servedText(config, file) }, 'ready');
  if (!ending.aborted) await new Promise((resolve) => ending.addEventListener('abort', resolve, { once: true }));
  service.drain();
  await sleep(realClock, http.drainMs, new AbortController().signal);
  const stopped = server.stop();
  await Promise.race([stopped, sleep(realClock, config.account.deadlineMs, new AbortController().signal)]);
  await service.close();
  server.close();
  await Promise.all([stopped, close()]);
  return exitCodes.done;
}
