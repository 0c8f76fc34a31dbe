import { setMaxListeners } from 'node:events';
import type { HostSettings } from '../config/config.js';
import { userAgent } from '../config/version.js';
import { createHttpClient, type HttpClient } from '../upstream/client/http-client.js';
import { type Clock, realClock } from '../upstream/clock.js';
import { createLocalPacer } from '../upstream/pacing/local-pacer.js';
import type { Pacer } from '../upstream/pacing/pacer.js';
import { createHostInbox } from './inbox/calls/host-inbox.js';
import type { Callbacks } from './inbox/content/callbacks.js';
import type { Inbox } from './inbox/inbox.js';
import type { Jobs } from './jobs/jobs.js';
import { createMemoryJobs } from './jobs/memory-jobs.js';
import { type ChangeNotices, noNotices } from './lookups/change-notices.js';
import type { PageIds } from './lookups/connections/pages/page-ids.js';
import { createSharedReads, type SharedReads } from './lookups/connections/shared-reads.js';
import { createSendGuard } from './send-guard/memory-send-guard.js';
import type { SendGuard } from './send-guard/send-guard.js';
import { type Log, type OpenLog, openLog } from './telemetry/log.js';
import { noTelemetry, type Telemetry } from './telemetry/telemetry.js';

/** What all accounts of a process share. */
export interface Host {
  readonly http: HttpClient;
  readonly pacer: Pacer;
  readonly guard: SendGuard;
  /** What accounts with the same Maton key read of their connections. */
  readonly connectionReads: SharedReads;
  readonly jobs: Jobs;
  /** Absent if no account hears what its contacts write. */
  readonly inbox?: Inbox | undefined;
  /** Absent where ManyChat cannot call back. */
  readonly callbacks?: Callbacks | undefined;
  readonly notices: ChangeNotices;
  /** Absent if nothing but this process uses its pages. */
  readonly pageIds?: PageIds | undefined;
  readonly telemetry: Telemetry;
  readonly log: Log;
  /** Removes the secrets of an account from the lines of the log, until the returned function is called. */
  readonly redactLogWith: OpenLog['redactWith'];
  /** The log of an account whose key a caller has brought. */
  readonly logForAccount: OpenLog['forAccount'];
  /** Keys and credentials of the process, which no account may show. */
  readonly secrets: readonly string[];
  /** Time for waiting and measuring. */
  readonly clock: Clock;
  /** Wall-clock time, in milliseconds since 1970. */
  readonly now: () => number;
  /** A number from 0 up to 1, for jitter. */
  readonly random: () => number;
  /** How this program identifies itself to the servers it calls. */
  readonly userAgent: string;
  /** Fires when the host is closed: its accounts close with it. */
  readonly closing: AbortSignal;
  /** Closes the accounts, the pacer and the connections, and waits briefly for the log to be written. */
  close(): Promise<void>;
}

/** The parts of a host that can be handed in. The host closes the pacer, the HTTP client, the inbox and the telemetry that it was given. */
export interface HostParts
  extends Pick<
    Host,
    | 'http'
    | 'pacer'
    | 'guard'
    | 'jobs'
    | 'inbox'
    | 'callbacks'
    | 'notices'
    | 'pageIds'
    | 'telemetry'
    | 'clock'
    | 'now'
    | 'random'
    | 'userAgent'
  > {
  readonly log: OpenLog;
}

/** Opens a host; what is not handed in works within this process alone. */
export function openHost(settings: HostSettings, parts: Partial<HostParts> = {}): Host {
  const { clock = realClock, log: opened = openLog(settings) } = parts;
  const {
    http = createHttpClient(settings.proxy),
    pacer = createLocalPacer(clock),
    guard = createSendGuard(clock.now),
    jobs = createMemoryJobs(clock.now),
    notices = noNotices,
    telemetry = noTelemetry,
    now = Date.now,
    random = Math.random,
  } = parts;
  const inbox = parts.inbox && createHostInbox(parts.inbox, clock);
  const closing = new AbortController();
  setMaxListeners(0, closing.signal);
  return {
    http,
    pacer,
    guard,
    connectionReads: createSharedReads(),
    jobs,
    inbox,
    callbacks: parts.callbacks,
    notices,
    pageIds: parts.pageIds,
    telemetry,
    log: opened.log,
    redactLogWith: opened.redactWith,
    logForAccount: opened.forAccount,
    secrets: settings.secrets,
    clock,
    now,
    random,
    userAgent: parts.userAgent ?? userAgent,
    closing: closing.signal,
    async close() {
      closing.abort();
      await Promise.all([http.close(), pacer.close()]);
      // By now no call is in flight.
      await Promise.all([guard.close(), jobs.close(), inbox?.close()]);
      await telemetry.close();
      await opened.flushed();
    },
  };
}
