import { boundedLog, maxKeptCharacters } from '../world/bounded-log.js';
import { jsonOrText } from './json.js';

/** What entries and records of the log have in common. */
interface RequestSummary {
  /** ISO 8601. */
  time: string;
  method: string;
  path: string;
  query: Readonly<Record<string, string>>;
  /** Selected headers, with the key in Authorization masked. */
  headers: Readonly<Record<string, string>>;
  /** Status on the wire; null if none was sent. */
  status: number | null;
  /** Whether the request was performed, whatever the response said. */
  performed: boolean;
  /** The property that names the effect of the fault that applied. */
  fault?: string;
}

/** One logged request to the gateway, the connections API or ManyChat. */
export interface RequestRecord extends RequestSummary {
  /** The parsed body; the text if it is not JSON, is nested too deeply, or was cut; undefined without a body. */
  body?: unknown;
  /** Original size of a body that was cut; `body` is then its beginning, or left out above 1 MB. */
  cut_from_bytes?: number;
}

/** What a request meant to the account that it was for. */
export interface RequestMeaning {
  /** A sentence for people, with the names of the time. */
  meaning: string;
  /** The id of the account's page; absent if it was for none. */
  page_id?: string;
  /** The id of the contact that it is about. */
  subscriber_id?: string;
  /** What ManyChat or Maton said when it refused. */
  error?: string;
}

/** A request with its number, from 1, and its meaning. */
type ExplainedRequest = RequestRecord & RequestMeaning & { id: number };

/** A request to log. */
interface RequestEntry extends RequestSummary {
  readonly explained: RequestMeaning;
  /** The body; undefined if it was too long to be read. */
  text: string | undefined;
  /** Size of the body in bytes. */
  bytes: number;
}

/** The latest requests, oldest first. */
export interface RequestLog {
  add(request: RequestEntry): void;
  list(): RequestRecord[];
  /** The latest requests before one, oldest first, and how many are older. Parses no other body. */
  latest(range: { readonly limit: number; readonly before?: number }): { requests: ExplainedRequest[]; older: number };
  /** How many older requests were dropped. */
  dropped(): number;
  /** Resolves once the log has `count` requests whose path contains `path`. */
  waitFor(count: number, path: string): Promise<void>;
  /** Removes all requests; pending `waitFor` promises stay pending. */
  reset(): void;
}

const maxRequests = 20_000;

type LoggedRequest = RequestEntry & { readonly cut: boolean };

const recordOf = ({ text = '', bytes, cut, explained: _, ...request }: LoggedRequest): RequestRecord => ({
  ...request,
  ...(text !== '' && { body: cut ? text : jsonOrText(text) }),
  ...(cut && { cut_from_bytes: bytes }),
});

/** A log that keeps bodies as text, which takes less memory, and parses them when it is read. */
export function requestLog(): RequestLog {
  const requests = boundedLog<LoggedRequest>(maxRequests, ({ path, query, headers, text = '', explained }) =>
    [path, ...Object.entries(query).flat(), ...Object.values(headers), text, explained.meaning].reduce(
      (sum, each) => sum + each.length,
      0,
    ),
  );
  const waiters = new Set<() => void>();
  return {
    add(request) {
      const { text } = request;
      const cut = text === undefined || text.length > maxKeptCharacters;
      requests.add({ ...request, text: text?.slice(0, maxKeptCharacters), cut });
      for (const look of waiters) look();
    },
    list: () => requests.list().map(recordOf),
    latest({ limit, before = Number.POSITIVE_INFINITY }) {
      const kept = requests.list();
      const first = requests.dropped() + 1;
      const end = Math.max(0, Math.min(kept.length, before - first));
      const start = Math.max(0, end - limit);
      const latest = kept.slice(start, end).map((each, index) => ({
        id: first + start + index,
        ...recordOf(each),
        ...each.explained,
      }));
      return { requests: latest, older: start };
    },
    dropped: requests.dropped,
    waitFor: (count, path) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (requests.list().filter((each) => each.path.includes(path)).length < count) return;
          waiters.delete(check);
          resolve();
        };
        waiters.add(check);
        check();
      }),
    reset: requests.reset,
  };
}
