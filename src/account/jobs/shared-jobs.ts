import { randomBytes } from 'node:crypto';
import type { ContactOutcome } from '../../../tools/contract/workflow.js';
import { createReports } from '../../store/reports.js';
import type { SharedStore, Transaction } from '../../store/shared-store.js';
import { timedStore } from '../../store/store-time.js';
import type { Clock } from '../../upstream/clock.js';
import { isSetAfter } from '../send-guard/shared/marks.js';
import {
  type Bucket,
  bucketDocument,
  bucketDocuments,
  bucketOf,
  bucketsFor,
  type Entry,
  fieldsDocument,
  flowsDocument,
  headDocument,
  inputDocument,
  type JobHead,
  jobKey,
  sameDocument,
} from './job-documents.js';
import { type BusyJob, type JobOwner, type JobRun, type Jobs, keptMs, type NewJob, repeatedMs } from './jobs.js';

/** How often the time of a job's last use is written at most, in milliseconds. */
const touchEveryMs = 1_000;

/** Jobs of an owner with the same arguments that are remembered as such. */
const maxSame = 8;

/** Marks that are read in one transaction. */
const marksAtOnce = 200;

/** For how long differences between clocks are remembered, in milliseconds: longer than it takes to record an outcome. */
const differencesMs = 900_000;

/** What a job holds. */
type Content = Pick<JobRun, 'input' | 'connection' | 'outcomes'> & {
  readonly entries: ReadonlyMap<string, Entry>;
};

const newId = (): string => randomBytes(9).toString('base64url');

const isLeased = ({ leasedUntil = 0 }: JobHead, now: number): boolean => leasedUntil > now;
const isSettled = ({ complete, delivered }: JobHead): boolean => complete && delivered;
const isKept = (head: JobHead, now: number): boolean => isLeased(head, now) || now - head.usedAt < keptMs;

/** Whether a call with the same arguments continues a job. */
const isContinued = (head: JobHead, now: number): boolean =>
  isLeased(head, now) || (!isSettled(head) && now - head.usedAt < repeatedMs);

const busy = ({ leasedUntil = 0 }: JobHead, now: number): BusyJob => ({ state: 'busy', leftMs: leasedUntil - now });

/** The entries of buckets in the order in which contacts had their turn; undefined if one cannot be read. */
function entriesIn(buckets: readonly (Bucket | undefined)[]) {
  const readable = buckets.filter((bucket) => bucket !== undefined && bucket !== 'unreadable');
  if (buckets.includes('unreadable')) return undefined;
  return readable.flatMap((bucket) => Object.entries(bucket)).sort(([, one], [, other]) => one.place - other.place);
}

/**
 * Creates jobs that processes share. A lease is time of the store; a process that ends leaves a job that another can
 * resume when its lease is over.
 * @param onLost called with the reason when something could not be recorded.
 */
export function createSharedJobs(untimed: SharedStore, clock: Clock, onLost?: (error: unknown) => void): Jobs {
  const { store, time } = timedStore(untimed, clock.now, differencesMs);
  const reports = createReports(clock, onLost);

  /** Gives the next call the right to work on a job. */
  function lease(transaction: Transaction, key: string, head: JobHead, leaseMs: number): JobHead {
    const { now } = transaction;
    const next = { ...head, run: newId(), usedAt: now, leasedUntil: now + leaseMs, delivered: false };
    transaction.write(headDocument(key), next, keptMs + leaseMs);
    if (head.flowsOn !== undefined) transaction.write(flowsDocument(head.flowsOn), true, keptMs + leaseMs);
    return next;
  }

  const flowsOf = ({ flowsOn }: Pick<JobHead, 'flowsOn'>) => (flowsOn === undefined ? [] : [flowsDocument(flowsOn)]);

  /** What a job holds; undefined if a part of it is lost. @param keepMs if given, all of it is kept for so long from now on. */
  function contentOf(key: string, head: JobHead, keepMs?: number): Promise<Content | undefined> {
    const input = inputDocument(key);
    const buckets = bucketDocuments(key, head);
    return store.transact([input, ...buckets], (transaction) => {
      const found = transaction.read(input);
      const contents = buckets.map((bucket) => transaction.read(bucket));
      const entries = entriesIn(contents);
      if (found === undefined || entries === undefined) return undefined;
      if (keepMs !== undefined) {
        transaction.write(input, found, keepMs);
        for (const [index, content] of contents.entries())
          if (content !== undefined) transaction.write(bucketDocument(key, index), content, keepMs);
      }
      return {
        input: found,
        connection: head.connection,
        outcomes: new Map(entries.map(([contact, { outcome }]) => [contact, outcome])),
        entries: new Map(entries),
      };
    });
  }

  /** Contacts whose fields were set after their flow was started. */
  async function changedSince({ entries }: Content, flowsOn: string): Promise<ReadonlySet<string>> {
    const done = [...entries].filter(([, { outcome }]) => typeof outcome === 'object' && outcome.state === 'done');
    const changed = new Set<string>();
    for (let from = 0; from < done.length; from += marksAtOnce) {
      const some = done.slice(from, from + marksAtOnce);
      const marks = some.map(([contact]) => fieldsDocument(flowsOn, contact));
      const present = await store.transact(marks, (transaction) => marks.map((mark) => transaction.read(mark)));
      for (const [index, [contact, entry]] of some.entries())
        if (isSetAfter(present[index], entry)) changed.add(contact);
    }
    return changed;
  }

  /** The right of one call to work on a job. */
  function run(key: string, handle: string, head: JobHead, content: Content, leaseMs: number): JobRun {
    const keepMs = keptMs + leaseMs;
    const { flowsOn } = head;
    let places = content.outcomes.size;

    /** The head, if this call still has the right to write. */
    function own(transaction: Transaction, evenClosed = false): JobHead | undefined {
      const found = transaction.read(headDocument(key));
      if (found?.run !== head.run) return undefined;
      return isLeased(found, transaction.now) || (evenClosed && found.leasedUntil === undefined) ? found : undefined;
    }

    function put(contact: string, outcome: ContactOutcome | 'begun' | undefined, evenClosed = false): Promise<boolean> {
      const bucket = bucketDocument(key, bucketOf(contact, head));
      const fields = flowsOn === undefined ? undefined : fieldsDocument(flowsOn, contact);
      places += 1;
      const place = places;
      const putAt = clock.now();
      return store.transact([headDocument(key), bucket, ...(fields === undefined ? [] : [fields])], (transaction) => {
        const found = own(transaction, evenClosed);
        const content = transaction.read(bucket) ?? {};
        if (found === undefined || content === 'unreadable') return false;
        const { [contact]: before, ...others } = content;
        const mark = fields && transaction.read(fields);
        const entry = outcome && { place: before?.place ?? place, outcome, at: time.latest(putAt), fields: mark?.id };
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
      begin: (contact) => put(contact, 'begun'),
      async record(contact, outcome) {
        let isRecorded = true;
        await reports.make(async () => {
          // While the store is away the job may be closed before this.
          isRecorded = await put(contact, outcome, true);
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
              const found = transaction.read(headDocument(key));
              if (found?.run === head.run) transaction.write(headDocument(key), { ...found, delivered: true }, keepMs);
            }),
          leaseMs,
        ),
    };
  }

  /** Starts a job, unless one of those with the same arguments is continued. */
  async function startOrFind(owner: JobOwner, job: NewJob, leaseMs: number) {
    const { fingerprint, connection, flowsOn, input } = job;
    const same = fingerprint === undefined ? undefined : sameDocument(owner, fingerprint);
    const handle = randomBytes(16).toString('base64url');
    const key = jobKey(owner, handle);
    const buckets = bucketsFor(JSON.stringify(input).length);
    for (let known: readonly string[] = []; ; ) {
      const handles = known;
      const keys = handles.map((each) => jobKey(owner, each));
      const documents = [...keys.map(headDocument), headDocument(key), inputDocument(key), ...flowsOf(job)];
      const found = await store.transact([...(same === undefined ? [] : [same]), ...documents], (transaction) => {
        const present = (same && transaction.read(same)) ?? [];
        // Of handles that another call has added, the heads have to be read too.
        if (present.some((each) => !handles.includes(each))) return { state: 'look', handles: present } as const;
        const { now } = transaction;
        const jobs = present.flatMap((each) => {
          const head = transaction.read(headDocument(jobKey(owner, each)));
          return head === undefined ? [] : [{ handle: each, key: jobKey(owner, each), head }];
        });
        const last = jobs.findLast(({ head }) => isContinued(head, now));
        if (last !== undefined && isLeased(last.head, now)) return busy(last.head, now);
        const used = last?.handle ?? handle;
        const others = jobs.map((each) => each.handle).filter((each) => each !== used);
        if (same !== undefined) transaction.write(same, [...others, used].slice(-maxSame), keptMs + leaseMs);
        if (last !== undefined)
          return { state: 'repeated', ...last, head: lease(transaction, last.key, last.head, leaseMs) } as const;
        transaction.write(inputDocument(key), input, keptMs + leaseMs);
        const head = {
          run: '',
          usedAt: now,
          complete: false,
          delivered: false,
          buckets,
          connection,
          fingerprint,
          flowsOn,
        };
        return { state: 'new', handle, key, head: lease(transaction, key, head, leaseMs) } as const;
      });
      if (found.state !== 'look') return found;
      known = found.handles;
    }
  }

  const start: Jobs['start'] = async (owner, job, leaseMs) => {
    const found = await startOrFind(owner, job, leaseMs);
    if (found.state === 'busy') return found;
    const { state, key, handle, head } = found;
    const content = await contentOf(key, head, keptMs + leaseMs);
    // A job that cannot be read is not continued.
    if (content === undefined) return start(owner, { ...job, fingerprint: undefined }, leaseMs);
    if (head.flowsOn === undefined) return { state, run: run(key, handle, head, content, leaseMs) };
    const changed = await changedSince(content, head.flowsOn);
    const outcomes = new Map([...content.outcomes].filter(([contact]) => !changed.has(contact)));
    const own = run(key, handle, head, { ...content, outcomes }, leaseMs);
    for (const contact of changed) await own.record(contact, undefined);
    return { state, run: own };
  };

  return {
    start,
    async open(owner, handle, leaseMs) {
      const key = jobKey(owner, handle);
      const known = await store.transact([headDocument(key)], (transaction) => transaction.read(headDocument(key)));
      if (known === undefined) return { state: 'lost' };
      const same = known.fingerprint === undefined ? undefined : sameDocument(owner, known.fingerprint);
      const documents = [headDocument(key), ...flowsOf(known), ...(same === undefined ? [] : [same])];
      const found = await store.transact(documents, (transaction) => {
        const head = transaction.read(headDocument(key));
        if (head === undefined || !isKept(head, transaction.now)) return undefined;
        if (isLeased(head, transaction.now)) return busy(head, transaction.now);
        if (same !== undefined) {
          const others = (transaction.read(same) ?? []).filter((each) => each !== handle);
          transaction.write(same, [...others, handle].slice(-maxSame), keptMs + leaseMs);
        }
        return lease(transaction, key, head, leaseMs);
      });
      if (found === undefined) return { state: 'lost' };
      if ('state' in found) return found;
      const content = await contentOf(key, found, keptMs + leaseMs);
      return content === undefined
        ? { state: 'lost' }
        : { state: 'resumed', run: run(key, handle, found, content, leaseMs) };
    },
    async inputOf(owner, handle) {
      const key = jobKey(owner, handle);
      const head = await store.transact([headDocument(key)], (transaction) => {
        const found = transaction.read(headDocument(key));
        return found !== undefined && isKept(found, transaction.now) ? found : undefined;
      });
      if (head === undefined) return undefined;
      const content = await contentOf(key, head);
      return content && { input: content.input, connection: content.connection, outcomes: content.outcomes };
    },
    async fieldsSet(flowsOn, contact) {
      const id = newId();
      const setAt = clock.now();
      const fields = fieldsDocument(flowsOn, contact);
      await reports.make(
        () =>
          store.transact([flowsDocument(flowsOn), fields], (transaction) => {
            if (transaction.read(flowsDocument(flowsOn)) === undefined) return;
            const at = time.earliest(setAt);
            if ((transaction.read(fields)?.at ?? at) <= at) transaction.write(fields, { id, at }, keptMs);
          }),
        keptMs,
      );
    },
    close: () => reports.close(),
  };
}
