import { isAbsolute, join, resolve } from 'node:path';
import type { HostParts } from '../../account/host.js';
import type { Inbox } from '../../account/inbox/inbox.js';
import { noTelemetry, type Telemetry } from '../../account/telemetry/telemetry.js';
import { fromHome } from '../../config/accounts/paths.js';
import type { Config } from '../../config/config.js';
import type { RequestStateOptions } from '../../mcp/interaction/request-state.js';
import type { SharedStore } from '../../store/shared-store.js';
import type { SqliteStoreOptions } from '../../store/sqlite/sqlite-store.js';
import { realClock } from '../../upstream/clock.js';
import type { Shell } from './shell.js';

/** What a host shares with other processes. */
export interface SharedState {
  /** Empty if nothing is shared: the host then has its own. They are closed by the host. */
  readonly parts: Partial<Pick<HostParts, 'pacer' | 'guard' | 'jobs' | 'inbox' | 'notices' | 'pageIds'>>;
  /** How questions to users are shared, so that any process takes the answer. */
  readonly requestState?: Pick<RequestStateOptions, 'key' | 'questions'>;
  /** Resolves if the store can be used; rejects with StoreAway. */
  reach(): Promise<void>;
  /** Releases the store; to be called after the host was closed. */
  close(): Promise<void>;
}

/** What of the process decides where the state is, and loads SQLite. */
export type StateSurroundings = Pick<Shell, 'environment' | 'platform' | 'nodeVersion' | 'quietly'>;

/** Nothing is shared. */
export const nothingShared: SharedState = { parts: {}, reach: async () => undefined, close: async () => undefined };

/** Where processes of one user share limits and sends, or why they do not. */
export type StatePlace = { readonly path: string } | { readonly redis: string } | { readonly none: string };

/** The first Node.js with SQLite. */
const [firstMajor, firstMinor] = [22, 13];

function hasSqlite(nodeVersion: string): boolean {
  const [major = 0, minor = 0] = nodeVersion.split('.').map(Number);
  return major > firstMajor || (major === firstMajor && minor >= firstMinor);
}

/** The folder of a user for what a program keeps from one start to the next; undefined if there is none. */
function stateFolder({ LOCALAPPDATA, XDG_STATE_HOME = '', HOME }: Shell['environment'], platform: string) {
  // A relative folder would depend on where the program is started, and the standard says to ignore it.
  const folder =
    platform === 'win32'
      ? LOCALAPPDATA
      : isAbsolute(XDG_STATE_HOME)
        ? XDG_STATE_HOME
        : HOME && join(HOME, '.local', 'state');
  return folder === '' ? undefined : folder;
}

/** The file in which the processes of a user share limits and sends, or why there is none. */
export function statePlace(
  { sandbox, stateFile, redisUrl }: Pick<Config, 'sandbox' | 'stateFile' | 'redisUrl'>,
  { environment, platform, nodeVersion }: Omit<StateSurroundings, 'quietly'>,
): StatePlace {
  if (sandbox) return { none: 'the embedded sandbox has its own' };
  if (redisUrl !== undefined) return { redis: redisUrl };
  if (stateFile?.toLowerCase() === 'off') return { none: 'MANYCHAT_MCP_STATE_FILE is off' };
  if (!hasSqlite(nodeVersion)) return { none: `Node.js is older than ${firstMajor}.${firstMinor}` };
  if (stateFile !== undefined) return { path: resolve(fromHome(stateFile, environment)) };
  const folder = stateFolder(environment, platform);
  if (folder === undefined) return { none: 'the user has no home folder' };
  return { path: join(folder, 'manychat-mcp', 'state.db') };
}

/** How long opening waits for a file that is locked, in milliseconds: at first, and after it could not be used. */
const openPatienceMs = { first: 2_000, again: 100 };

/** What is said of a state file that cannot be used, or can be used again. */
const stateText = (path: string, reason: string | undefined): string =>
  reason === undefined
    ? `the state file ${path} is used again`
    : `the state file ${path} cannot be used: ${reason}. This process goes on without it, and shares limits and sends with no other`;

/** Opens the store in a state file. @throws StoreAway if that cannot be used. */
export async function openStateStore(
  path: string,
  { quietly }: Pick<Shell, 'quietly'>,
  options: Pick<SqliteStoreOptions, 'openPatienceMs' | 'patienceMs' | 'notBefore' | 'onSeen'> = {},
): Promise<SharedStore> {
  const { openSqliteStore } = await import('../../store/sqlite/sqlite-store.js');
  return openSqliteStore({ path, load: () => quietly(() => import('node:sqlite')), ...options });
}

/** What is said when Redis cannot be reached, or can be reached again. */
const redisText = (isAway: boolean): string =>
  isAway
    ? 'Redis cannot be reached: calls wait for it, and fail if that takes longer than their deadline'
    : 'Redis is reached again';

/** Opens the store that is configured. Nothing is read or connected before it is needed. */
export async function openState(
  place: Exclude<StatePlace, { readonly none: string }>,
  surroundings: StateSurroundings,
  say: (text: string) => void,
  telemetry: Telemetry = noTelemetry,
): Promise<SharedStore> {
  if ('redis' in place) {
    const { openRedisStore } = await import('../../store/redis/redis-store.js');
    return telemetry.measured(
      openRedisStore({ url: place.redis, onAway: (isAway) => say(redisText(isAway)) }),
      'redis',
    );
  }
  const { path } = place;
  const { createFallbackStore } = await import('../../store/fallback-store.js');
  return createFallbackStore({
    open: (onSeen, notBefore) =>
      openStateStore(path, surroundings, {
        openPatienceMs: notBefore === undefined ? openPatienceMs.first : openPatienceMs.again,
        notBefore,
        onSeen,
      }).then((opened) => telemetry.measured(opened, 'sqlite')),
    onAway: (reason) => say(stateText(path, reason)),
    wallClock: Date.now,
  });
}

/** What is in the shared state beside what all accounts need. */
export interface StateOptions {
  /** Whether a send counts that another process made. By default it does. */
  readonly sharesSends?: boolean;
  /** Whether an account hears what its contacts write. By default the account of the configuration decides. */
  readonly hears?: boolean;
  /** Measures the store. */
  readonly telemetry?: Telemetry;
}

/** How long a transaction of the inbox waits for the lock of a file, in milliseconds: ManyChat waits for its result. */
const inboxPatienceMs = 1_500;

/** What is said when the messages cannot be kept, or can be kept again. */
const inboxText = (path: string, reason: string | undefined): string =>
  reason === undefined
    ? `messages are kept in the state file ${path} again`
    : `the state file ${path} cannot be used: ${reason}. Messages of contacts are not kept until it can`;

/**
 * Opens the store of what contacts write. Other than the rest of the state it has no second place: a message that a process
 * has accepted must not be lost with it. Without a place for state, it is in memory, and ends with the process.
 */
async function openInboxStore(
  config: Config,
  surroundings: StateSurroundings,
  say: (text: string) => void,
  telemetry: Telemetry = noTelemetry,
): Promise<SharedStore> {
  const place = statePlace(config, surroundings);
  if ('redis' in place) return openState(place, surroundings, say, telemetry);
  if ('none' in place) {
    const { createMemoryStore } = await import('../../store/memory-store.js');
    let latest = 0;
    return createMemoryStore(() => {
      latest = Math.max(latest, Date.now());
      return latest;
    });
  }
  const { path } = place;
  const { createReopeningStore } = await import('../../store/reopening-store.js');
  return createReopeningStore({
    open: () => openStateStore(path, surroundings, { openPatienceMs: inboxPatienceMs, patienceMs: inboxPatienceMs }),
    onAway: (reason) => say(inboxText(path, reason)),
    now: realClock.now,
  });
}

/** Opens the messages of contacts. Whoever is handed them closes them. */
export async function openInbox(...parts: Parameters<typeof openInboxStore>): Promise<Inbox> {
  const [store, { createSharedInbox }] = await Promise.all([
    openInboxStore(...parts),
    import('../../account/inbox/shared-inbox.js'),
  ]);
  return createSharedInbox(store, realClock);
}

/**
 * Opens the state that processes share, as it is configured.
 * @param say told once if it cannot be used, and once if it is used again.
 */
export async function openSharedState(
  config: Config,
  surroundings: StateSurroundings,
  say: (text: string) => void,
  { sharesSends = true, hears = config.account.inbound !== undefined, telemetry = noTelemetry }: StateOptions = {},
): Promise<SharedState> {
  const place = statePlace(config, surroundings);
  const inbox = hears ? await openInbox(config, surroundings, say, telemetry) : undefined;
  if ('none' in place) return inbox === undefined ? nothingShared : { ...nothingShared, parts: { inbox } };
  const [store, { createSharedPacer }, { createSharedSendGuard }, { createSharedJobs }, { createSharedQuestions }] =
    await Promise.all([
      openState(place, surroundings, say, telemetry),
      import('../../upstream/pacing/shared-pacer.js'),
      import('../../account/send-guard/shared-send-guard.js'),
      import('../../account/jobs/shared-jobs.js'),
      import('../../account/request-state/shared-questions.js'),
    ]);
  const [{ sharedStateKey }, { createChangeNotices }, { createPageIds }] = await Promise.all([
    import('../../account/request-state/shared-state-key.js'),
    import('../../account/lookups/change-notices.js'),
    import('../../account/lookups/connections/pages/page-ids.js'),
  ]);
  return {
    parts: {
      pacer: createSharedPacer({ store, clock: realClock }),
      jobs: createSharedJobs(store, realClock),
      ...(inbox !== undefined && { inbox }),
      // A file has to be asked again and again for what changed, which is too much for the caches of one person.
      ...('redis' in place && { notices: createChangeNotices(store), pageIds: createPageIds(store) }),
      ...(sharesSends && { guard: createSharedSendGuard(store, realClock) }),
    },
    requestState: { key: sharedStateKey(store), questions: createSharedQuestions(store) },
    reach: () => store.transact([], () => undefined),
    close: () => store.close(),
  };
}
