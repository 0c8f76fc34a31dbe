import type { HostSettings } from '../config/config.js';
import { userAgent } from '../config/version.js';
import type { Redactor } from '../text/redaction.js';
import { createHttpClient, type HttpClient } from '../upstream/client/http-client.js';
import { type Clock, realClock } from '../upstream/clock.js';
import { createLocalPacer } from '../upstream/pacing/local-pacer.js';
import type { Pacer } from '../upstream/pacing/pacer.js';
import { type Log, type OpenLog, openLog } from './log.js';
import { createSendGuard } from './send-guard/memory-send-guard.js';
import type { SendGuard } from './send-guard/send-guard.js';

/** What all accounts of a process share. */
export interface Host {
  readonly http: HttpClient;
  readonly pacer: Pacer;
  readonly guard: SendGuard;
  readonly log: Log;
  /** Removes the secrets of the process and of every account from texts. */
  readonly redactor: Redactor;
  /** Time for waiting and measuring. */
  readonly clock: Clock;
  /** Wall-clock time, in milliseconds since 1970. */
  readonly now: () => number;
  /** A number from 0 up to 1, for jitter. */
  readonly random: () => number;
  /** How this program identifies itself to the servers it calls. */
  readonly userAgent: string;
  /** Closes the connections and waits briefly for the log to be written. */
  close(): Promise<void>;
}

/** The parts of a host that can be handed in. The host closes what it was given. */
export interface HostParts extends Omit<Host, 'log' | 'redactor' | 'close'> {
  readonly log: OpenLog;
}

/** Opens a host; what is not handed in works within this process alone. */
export function openHost(settings: HostSettings, parts: Partial<HostParts> = {}): Host {
  const { clock = realClock, log: opened = openLog(settings) } = parts;
  const {
    http = createHttpClient(settings.proxy),
    pacer = createLocalPacer(clock),
    guard = createSendGuard(clock.now),
    now = Date.now,
    random = Math.random,
  } = parts;
  return {
    http,
    pacer,
    guard,
    log: opened.log,
    redactor: opened.redactor,
    clock,
    now,
    random,
    userAgent: parts.userAgent ?? userAgent,
    async close() {
      await Promise.all([http.close(), pacer.close(), opened.flushed()]);
    },
  };
}
