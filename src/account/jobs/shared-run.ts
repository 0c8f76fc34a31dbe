import type { ContactOutcome } from '../../../tools/contract/workflow.js';
import type { Reports } from '../../store/reports.js';
import type { SharedStore, Transaction } from '../../store/shared-store.js';
import type { StoreTime } from '../../store/store-time.js';
import type { Clock } from '../../upstream/clock.js';
import { bucketDocument, bucketOf, type Entry, fieldsDocument, headDocument, type JobHead } from './job-documents.js';
import { type JobRun, keptMs } from './jobs.js';

/** How often the time of a job's last use is written at most, in milliseconds. */
const touchEveryMs = 1_000;

/** What a job holds. */
export type Content = Pick<JobRun, 'input' | 'connection' | 'outcomes'> & {
  readonly entries: ReadonlyMap<string, Entry>;
};

export const isLeased = ({ leasedUntil = 0 }: JobHead, now: number): boolean => leasedUntil > now;

/** The head of a job, if it can be read. */
export function headIn(transaction: Transaction, key: string): JobHead | undefined {
  const head = transaction.read(headDocument(key));
  return head === 'unreadable' ? undefined : head;
}

/** A job that a call has the right to work on, and for how long. */
interface LeasedJob {
  readonly key: string;
  readonly handle: string;
  readonly head: JobHead;
  readonly content: Content;
  readonly leaseMs: number;
}

/** What the work on jobs needs. */
interface RunParts {
  readonly store: SharedStore;
  readonly time: StoreTime;
  readonly clock: Clock;
  readonly reports: Reports;
}

/** The right of one call to work on a job. */
export function openRun(
  { key, handle, head, content, leaseMs }: LeasedJob,
  { store, time, clock, reports }: RunParts,
): JobRun {
  const keepMs = keptMs + leaseMs;
  const { flowsOn } = head;
  let writes = Math.max(0, ...[...content.entries.values()].map(({ place, write = place }) => write));
  /** The last write of each contact that is made again and again until the store has it. */
  const recorded = new Map<string, number>();

  /** The head, if this call still has the right to write. */
  function own(transaction: Transaction, evenClosed = false): JobHead | undefined {
    const found = headIn(transaction, key);
    if (found?.run !== head.run) return undefined;
    return isLeased(found, transaction.now) || (evenClosed && found.leasedUntil === undefined) ? found : undefined;
  }

  function nextWrite() {
    writes += 1;
    return { write: writes, putAt: clock.now() };
  }

  function put(
    contact: string,
    outcome: ContactOutcome | 'begun' | undefined,
    { write, putAt }: ReturnType<typeof nextWrite>,
    evenClosed = false,
  ): Promise<boolean> {
    const bucket = bucketDocument(key, bucketOf(contact, head));
    const fields = flowsOn === undefined ? undefined : fieldsDocument(flowsOn, contact);
    return store.transact([headDocument(key), bucket, ...(fields === undefined ? [] : [fields])], (transaction) => {
      const found = own(transaction, evenClosed);
      const content = transaction.read(bucket) ?? {};
      if (found === undefined || content === 'unreadable') return false;
      const { [contact]: before, ...others } = content;
      const newest = Math.max(before?.write ?? 0, recorded.get(contact) ?? 0);
      if (newest > write) return true;
      const mark = fields && transaction.read(fields);
      const place = before?.place ?? write;
      const entry = outcome && { place, write, outcome, at: time.latest(putAt), fields: mark?.id };
      transaction.write(bucket, entry === undefined ? others : { ...content, [contact]: entry }, keepMs);
      if (transaction.now - found.usedAt >= touchEveryMs)
        transaction.write(headDocument(key), { ...found, usedAt: transaction.now }, keepMs);
      return true;
    });
  }

  return {
    handle,
    input: content.input,
    connection: content.connection,
    outcomes: content.outcomes,
    begin: (contact) => put(contact, 'begun', nextWrite()),
    async record(contact, outcome) {
      let isRecorded = true;
      const next = nextWrite();
      recorded.set(contact, next.write);
      await reports.make(async () => {
        // While the store is away the job may be closed before this.
        isRecorded = await put(contact, outcome, next, true);
      }, leaseMs);
      return isRecorded;
    },
    close: (complete) =>
      reports.make(
        () =>
          store.transact([headDocument(key)], (transaction) => {
            const { leasedUntil: _, ...found } = own(transaction) ?? {};
            if (!('run' in found)) return;
            transaction.write(headDocument(key), { ...found, complete, usedAt: transaction.now }, keptMs);
          }),
        leaseMs,
      ),
    delivered: () =>
      reports.make(
        () =>
          store.transact([headDocument(key)], (transaction) => {
            const found = headIn(transaction, key);
            if (found?.run === head.run) transaction.write(headDocument(key), { ...found, delivered: true }, keepMs);
          }),
        leaseMs,
      ),
  };
}
