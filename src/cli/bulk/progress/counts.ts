/** Contacts by outcome. `total` is the sum of all except `repeated`. */
export interface Counts {
  total: number;
  done: number;
  failed: number;
  unknown: number;
  not_reached: number;
  /** Rows left out because an earlier row has the same id. */
  repeated: number;
}

/** The counts of no contacts. */
export const noCounts = (): Counts => ({ total: 0, done: 0, failed: 0, unknown: 0, not_reached: 0, repeated: 0 });

/** The counts of several accounts together. */
export function sumOf(counts: readonly Counts[]): Counts {
  const sum = noCounts();
  for (const each of counts) {
    sum.total += each.total;
    sum.done += each.done;
    sum.failed += each.failed;
    sum.unknown += each.unknown;
    sum.not_reached += each.not_reached;
    sum.repeated += each.repeated;
  }
  return sum;
}

/** The counts of an account. */
export interface AccountCounts {
  /** Undefined if the whole table is for one account. */
  readonly name: string | undefined;
  readonly counts: Counts;
}

/** The counts as JSON has them: the sum, and with several accounts those of each by its name. */
export function jsonCounts(all: readonly AccountCounts[]): Readonly<Record<string, unknown>> {
  const accounts = all.flatMap(({ name, counts }) => (name === undefined ? [] : [[name, counts] as const]));
  const sum = sumOf(all.map(({ counts }) => counts));
  return accounts.length === 0 ? { ...sum } : { ...sum, accounts: Object.fromEntries(accounts) };
}
