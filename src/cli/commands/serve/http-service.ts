import type { Callbacks } from '../../../account/inbox/content/callbacks.js';
import type { OpenLog } from '../../../account/telemetry/log.js';
import { noTelemetry, type Telemetry } from '../../../account/telemetry/telemetry.js';
import type { AccountsFile } from '../../../config/accounts/accounts-file.js';
import type { Surroundings } from '../../../config/accounts/choice.js';
import { narrowed } from '../../../config/accounts/grant.js';
import type { Config, HttpSettings } from '../../../config/config.js';
import type { SignIn } from '../../../mcp/http/principal.js';
import { createHttpService, type HttpService } from '../../../mcp/http/service.js';
import { StoreAway } from '../../../store/shared-store.js';
import { errorMessage } from '../../../text/error-text.js';
import { realClock, sleep } from '../../../upstream/clock.js';
import { nothingShared, type SharedState } from '../../shell/shared-state.js';
import { type Backends, openKeyBackends, openNamedBackends, openOwnBackend } from './backends.js';
import { offerOf } from './offers.js';

/** A service, and the accounts that it serves. */
export interface OpenedService {
  /** As it was read, or pointed to the embedded sandbox. */
  readonly config: Config;
  readonly service: HttpService;
  readonly settings: Backends['settings'];
  onError(error: Error): void;
  /** Aborts what is in flight, and waits briefly for the log to be written. */
  close(): Promise<void>;
}

/** What a service is opened with. */
export interface ServiceSources {
  readonly http: Pick<HttpSettings, 'publicUrl' | 'allowedHosts' | 'allowedOrigins'>;
  readonly signIn: SignIn;
  /** The accounts; undefined for the one of the keys in the environment, or the sandbox. */
  readonly file: AccountsFile | undefined;
  readonly environment: Surroundings['environment'];
  readonly log: OpenLog;
  readonly state?: SharedState;
  readonly callbacks?: Callbacks | undefined;
  readonly telemetry?: Telemetry;
}

/** What the log says of a request to a host, or from a page, that is not allowed. */
const foreign = 'request refused: its host or origin is not among --public-url, --allowed-hosts and --allowed-origins';

/** Characters of a host or origin in the log: strangers choose them. */
const maxLoggedName = 100;

async function backendsOf(
  config: Config,
  file: AccountsFile | undefined,
  environment: Surroundings['environment'],
  parts: Parameters<typeof openKeyBackends>[1],
): Promise<Backends> {
  if (config.signIn.ways.includes('client-key')) return openKeyBackends(config, parts);
  return file === undefined ? openOwnBackend(config, parts) : openNamedBackends(config, file, { environment }, parts);
}

/** Resolves when the shared state was reached once: a server that starts while it is away gets no requests until then. */
async function reached(state: SharedState, closing: AbortSignal): Promise<void> {
  for (;;) {
    try {
      return await state.reach();
    } catch (error) {
      if (closing.aborted || !(error instanceof StoreAway)) throw error;
    }
  }
}

/** The time between attempts to reach what the sign-in depends on, in milliseconds. */
const reachEveryMs = 1_000;

/** Resolves when callers can be identified. */
async function signInReached(
  { reach }: Pick<SignIn, 'reach'>,
  closing: AbortSignal,
  onFailed: (reason: string) => void,
): Promise<void> {
  for (let failed: string | undefined; reach !== undefined && !closing.aborted; ) {
    try {
      return await reach();
    } catch (error) {
      const reason = errorMessage(error);
      if (reason !== failed) onFailed(reason);
      failed = reason;
      await sleep(realClock, reachEveryMs, closing);
    }
  }
}

/** Opens a service over HTTP on a host of its own, which all its requests share. */
export async function openHttpService(
  configured: Config,
  { http, signIn, file, environment, log, state = nothingShared, callbacks, telemetry = noTelemetry }: ServiceSources,
): Promise<OpenedService> {
  const ofTeam: Config = { ...configured, account: { ...configured.account, reader: 'member' } };
  const parts = { log, state, callbacks, telemetry };
  const { config, open, settings, close } = await backendsOf(ofTeam, file, environment, parts);
  const closing = new AbortController();
  // The message of such an error can quote a request, and with it a contact's data.
  const onError = (error: Error): void => log.log.warn({ error: error.name }, 'protocol');
  const onUnreached = (reason: string): void =>
    log.log.warn({ reason }, 'identity provider not reached, so the server is not ready');
  const publicName = http.publicUrl === undefined ? [] : [http.publicUrl.hostname];
  const service = createHttpService({
    signIn,
    allowed: {
      hosts: [...publicName, ...http.allowedHosts],
      origins: [...publicName, ...http.allowedOrigins],
    },
    accounts: file?.accounts.map(({ name }) => name) ?? [],
    offer({ grant, access = config.account.access }, served) {
      const accounts = file?.accounts.filter(({ name }) => served.includes(name));
      const account = { ...config.account, access, policy: narrowed(config.account.policy, grant) };
      return offerOf({ ...config, account }, accounts && { accounts });
    },
    openBackend: (principal, account) => open(account, principal),
    started: Promise.all([reached(state, closing.signal), signInReached(signIn, closing.signal, onUnreached)]),
    now: realClock.now,
    telemetry,
    onError,
    onForeign: ({ host, origin }) =>
      log.log.warn({ host: host?.slice(0, maxLoggedName), origin: origin?.slice(0, maxLoggedName) }, foreign),
  });
  return {
    config,
    service,
    settings,
    onError,
    async close() {
      closing.abort();
      await service.close();
      await close();
    },
  };
}
