import type { Inbox } from '../../../account/inbox/inbox.js';
import { inboxScope } from '../../../account/inbox/shared-inbox.js';
import type { Log } from '../../../account/telemetry/log.js';
import type { AccountsFile } from '../../../config/accounts/accounts-file.js';
import { type Surroundings, settingsWithoutKey } from '../../../config/accounts/choice.js';
import type { AccountSettings, InboundSettings } from '../../../config/accounts/settings.js';
import { noInboundSecret, readInboundSecrets } from '../../../config/accounts/sources/inbound-secrets.js';
import { type Config, ConfigError } from '../../../config/config.js';
import { type Authority, createAuthority } from '../../../inbound/authority.js';
import { createInbound, type InboundService, isInbound } from '../../../inbound/handler.js';
import { StoreAway } from '../../../store/shared-store.js';
import { type Clock, realClock } from '../../../upstream/clock.js';

/** Serves web-standard requests; see `HttpService`. */
type Served = Pick<InboundService, 'fetch'>;

/** The endpoints that ManyChat calls. */
export interface OpenInbound extends InboundService {
  /** Serves them in front of another service, on the same port. */
  before(service: Served): Served;
}

/** What ManyChat's calls are served with, before the accounts are opened. */
export interface PreparedInbound {
  /** Its secrets contain those that ManyChat sends: what is opened with it shows none. */
  readonly config: Config;
  /** It makes the callbacks of a host. */
  readonly authority: Authority;
  /** The names of the accounts, in addresses. */
  readonly accounts: readonly string[];
  /**
   * Opens the endpoints.
   * @param inbox of the host that the accounts are opened on.
   * @param settingsOf the settings of an account, with its key; undefined for the one without a file.
   */
  open(
    inbox: Inbox | undefined,
    settingsOf: (account: string | undefined) => Promise<AccountSettings>,
    log: Pick<Log, 'info' | 'warn'>,
    clock?: Clock,
  ): OpenInbound;
}

/** How an account hears what its contacts write. */
function settingsIn(config: Config, file: AccountsFile | undefined, name: string): InboundSettings {
  const named = file?.accounts.find((each) => each.name === name);
  const settings = file === undefined ? config.account.inbound : named && settingsWithoutKey(config, named).inbound;
  if (settings === undefined) throw new Error('an account with a secret has settings');
  return settings;
}

/**
 * Reads the secrets of the accounts that ManyChat is to call.
 * @param asked what asks for it, where the start is refused without a secret, such as `--inbound`.
 * @throws UsageError if there is none, or one is not valid.
 */
export async function prepareInbound(
  config: Config,
  file: AccountsFile | undefined,
  surroundings: Pick<Surroundings, 'environment' | 'ending'>,
  asked = 'inbound',
): Promise<PreparedInbound> {
  if (config.signIn.ways.includes('client-key'))
    throw new ConfigError(
      'contacts are heard for accounts of this server, and with --sign-in client-key callers bring theirs: omit client-key, or MANYCHAT_MCP_INBOUND_SECRET and "inbound" of the accounts file',
    );
  const all = await readInboundSecrets(config, file, surroundings);
  if (all.length === 0) throw noInboundSecret(asked, file);
  const { host, inbound } = config;
  const accounts = all.map((each) => ({ ...each, settings: settingsIn(config, file, each.account) }));
  const authority = createAuthority({
    accounts: accounts.map(({ settings, ...each }) => ({ ...each, header: settings.header })),
    publicUrl: inbound.publicUrl,
  });
  const secrets = all.flatMap((each) => each.secrets);
  return {
    config: { ...config, host: { ...host, secrets: [...new Set([...host.secrets, ...secrets])] } },
    authority,
    accounts: all.map(({ account }) => account),
    open(inbox, settingsOf, log, clock = realClock) {
      if (inbox === undefined) throw new Error('a host with accounts that hear has an inbox');
      const service = createInbound({
        accounts: accounts.map(({ account: name, settings }) => ({
          name,
          settings,
          async inbox() {
            const opened = await settingsOf(file === undefined ? undefined : name);
            if (opened.access.mode === 'none') throw new StoreAway(opened.access.reason);
            return inbox.of(inboxScope(opened));
          },
        })),
        authority,
        clock,
        log,
      });
      return {
        ...service,
        before: (other) => ({
          fetch: (request, written) => (isInbound(request) ? service : other).fetch(request, written),
        }),
      };
    },
  };
}
