import type { FailedRow } from '../../table/failed-rows.js';
import { placeOf } from '../../table/rows.js';

/** A message, and the rows that it is about. */
interface ReasonMessage {
  readonly text: string;
  readonly count: number;
  /** Where the first rows are; fewer than `count` if there are more, or their lines are not known. */
  readonly places: readonly string[];
}

/** Contacts and rows that failed, or whose outcome is unknown, for one kind of reason. */
export interface Reason {
  readonly state: string;
  readonly kind: string;
  readonly whatToDo: string;
  readonly count: number;
  /** The most frequent messages. */
  readonly messages: readonly ReasonMessage[];
  /** How many have another message. */
  readonly others: number;
}

const maxMessages = 5;
const maxPlaces = 8;

const groupsOf = <Value>(values: readonly Value[], keyOf: (value: Value) => string): Value[][] => {
  const groups = new Map<string, Value[]>();
  for (const value of values) {
    const group = groups.get(keyOf(value));
    if (group === undefined) groups.set(keyOf(value), [value]);
    else group.push(value);
  }
  // The sort is stable: groups of the same size stay in the order of the table.
  return [...groups.values()].toSorted((a, b) => b.length - a.length);
};

function messageOf(rows: readonly FailedRow[]): ReasonMessage {
  const places = rows.flatMap(({ line, row = line }) =>
    line === undefined || row === undefined ? [] : placeOf({ line, row }),
  );
  return { text: rows[0]?.message ?? '', count: rows.length, places: places.slice(0, maxPlaces) };
}

/** The rows of a list of failures by the kind of their reason, the most frequent first. Rows are named by their lines only. */
export function reasonsOf(rows: readonly FailedRow[]): Reason[] {
  const ordered = rows.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0));
  const kinds = groupsOf(ordered, ({ state, kind, what_to_do }) => JSON.stringify([state, kind, what_to_do]));
  return kinds.map((group) => {
    const [first] = group;
    const messages = groupsOf(group, ({ message = '' }) => message).map(messageOf);
    const named = messages.slice(0, maxMessages);
    const others = group.length - named.reduce((sum, { count }) => sum + count, 0);
    return {
      state: first?.state ?? 'failed',
      kind: first?.kind ?? '',
      whatToDo: first?.what_to_do ?? '',
      count: group.length,
      messages: named,
      others,
    };
  });
}
