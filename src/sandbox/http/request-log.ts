import { boundedLog, maxKeptCharacters } from '../world/bounded-log.js';
import { jsonOrText } from './json.js';

/** What the log is told of a request, and what it tells back: those of interest, as they came and were answered. */
interface RequestSummary {
  /** ISO 8601. */
  time: string;
  method: string;
  path: string;
  query: Readonly<Record<string, string>>;
  /** Those of interest, with the key in Authorization masked. */
  headers: Readonly<Record<string, string>>;
  /** Status on the wire; null where none was sent. */
  status: number | null;
  /** Whether the request was carried out, whatever was answered. */
  performed: boolean;
  /** The property that names the fault's effect, where one was ordered. */
  fault?: string;
}

/** One request to the gateway, the connections API or ManyChat, as it came and as it was answered. */
export interface RequestRecord extends RequestSummary {
  /** The JSON body; undefined without one, the text where it is not JSON, or its beginning where it was cut. */
  body?: unknown;
  /** Bytes of a body that was too long to be kept; `body` is then its beginning, or left out above 1 MB. */
  cut_from_bytes?: number;
}

/** A request with the text of its body, undefined where it was too long to be read. */
export interface RequestEntry extends RequestSummary {
  text: string | undefined;
  /** Bytes of the body. */
  bytes: number;
}

/** The latest requests, oldest first. */
export interface RequestLog {
  add(request: RequestEntry): void;
  list(): RequestRecord[];
  /** How many older ones are no longer listed. */
  dropped(): number;
  /** Resolves once it holds so many requests whose path contains a text. */
  waitFor(count: number, path: string): Promise<void>;
  /** Forgets the requests, not who waits for some. */
  reset(): void;
}

const maxRequests = 20_000;

/** A log that keeps the bodies as text, which takes less memory than what they say, and parses them when it is read. */
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
