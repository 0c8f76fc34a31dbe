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
  /** The parsed body; the text if it is not JSON or was cut; undefined without a body. */
  body?: unknown;
  /** Original size of a body that was cut; `body` is then its beginning, or left out above 1 MB. */
  cut_from_bytes?: number;
}

/** A request to log. */
interface RequestEntry extends RequestSummary {
  /** The body; undefined if it was too long to be read. */
  text: string | undefined;
  /** Size of the body in bytes. */
  bytes: number;
}

/** The latest requests, oldest first. */
export interface RequestLog {
  add(request: RequestEntry): void;
  list(): RequestRecord[];
  /** How many older requests were dropped. */
  dropped(): number;
  /** Resolves once the log has `count` requests whose path contains `path`. */
  waitFor(count: number, path: string): Promise<void>;
  /** Removes all requests; pending `waitFor` promises stay pending. */
  reset(): void;
}

const maxRequests = 20_000;

/** A log that keeps bodies as text, which takes less memory, and parses them when it is read. */
export function requestLog(): RequestLog {
  const requests = boundedLog<RequestEntry & { cut: boolean }>(maxRequests, ({ path, query, headers, text = '' }) =>
    [path, ...Object.entries(query).flat(), ...Object.values(headers), text].reduce(
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
    list: () =>
      requests.list().map(({ text = '', bytes, cut, ...request }) => ({
        ...request,
        ...(text !== '' && { body: cut ? text : jsonOrText(text) }),
        ...(cut && { cut_from_bytes: bytes }),
      })),
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
