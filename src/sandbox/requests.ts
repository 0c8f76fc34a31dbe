/** One request to the gateway, the connections API or ManyChat, as it came and as it was answered. */
export interface RequestRecord {
  /** ISO 8601. */
  time: string;
  method: string;
  path: string;
  query: Readonly<Record<string, string>>;
  /** Those of interest, with the key in Authorization masked. */
  headers: Readonly<Record<string, string>>;
  /** The JSON body; undefined without one, the text where it is not JSON. */
  body?: unknown;
  /** Status on the wire; null where none was sent. */
  status: number | null;
  /** Whether the request was carried out, whatever was answered. */
  performed: boolean;
  /** The property that names the fault's effect, where one was ordered. */
  fault?: string;
}

/** The latest requests, oldest first. */
export interface RequestLog {
  add(record: RequestRecord): void;
  list(): RequestRecord[];
  reset(): void;
}

// Enough for a long test, small enough for a sandbox that runs for days.
const mostRecords = 20_000;

/** A log that forgets its older half when it is full. */
export function requestLog(): RequestLog {
  let records: RequestRecord[] = [];
  return {
    add(record) {
      if (records.length >= mostRecords) records = records.slice(mostRecords / 2);
      records.push(record);
    },
    list: () => [...records],
    reset() {
      records = [];
    },
  };
}
