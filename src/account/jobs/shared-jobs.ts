import { randomBytes } from 'node:crypto';
import type { ContactOutcome } from '../../../tools/contract/workflow.js';
import { createReports } from '../../store/reports.js';
import type { SharedStore, Transaction } from '../../store/shared-store.js';
import { timedStore } from '../../store/store-time.js';
import type { Clock } from '../../upstream/clock.js';
import { isSetAfter } from '../send-guard/shared/marks.js';
import {
  type Bucket,
  bucketDocuments,
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
import { type BusyJob, type JobOwner, type Jobs, keptMs, type NewJob, repeatedMs } from './jobs.js';
import { type Content, headIn, isLeased, openRun } from './shared-run.js';

/** Jobs of an owner with the same arguments that are remembered as such. */
const maxSame = 8;

/** Marks that are read in one transaction. */
const marksAtOnce = 200;

/** For how long differences between clocks are remembered, in milliseconds: longer than it takes to record an outcome. */
const differencesMs = 900_000;

/** A job of which no contact has had its turn. */
const nothingDone = { outcomes: new Map<string, ContactOutcome | 'begun'>(), entries: new Map<string, Entry>() };

/** A job whose head is known. */
interface KnownJob {
  readonly key: string;
  readonly head: JobHead;
}

/** What is read of an owner's jobs with the same arguments: which heads, and of which of them all the rest. */
interface Looked {
  readonly handles: readonly string[];
  readonly continued?: KnownJob;
}

/** The documents of a job beside its head. */
const partsOf = ({ key, head }: KnownJob) => [inputDocument(key), ...bucketDocuments(key, head)];

const newId = (): string => randomBytes(9).toString('base64url');

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
  const parts = { store, time, clock, reports };

  /** Gives the next call the right to work on a job. */
  function lease(transaction: Transaction, key: string, head: JobHead, run: string, leaseMs: number): JobHead {
    const { now } = transaction;
    const next = { ...head, run, usedAt: now, leasedUntil: now + leaseMs, delivered: false };
    transaction.write(headDocument(key), next, keptMs + leaseMs);
    if (head.flowsOn !== undefined) transaction.write(flowsDocument(head.flowsOn), true, keptMs + leaseMs);
    return next;
  }

  const flowsOf = ({ flowsOn }: Pick<JobHead, 'flowsOn'>) => (flowsOn === undefined ? [] : [flowsDocument(flowsOn)]);

  /**
   * What a job holds; undefined if a part of it is lost or cannot be read.
   * @param keepMs if given, all of it is kept for so long from now on.
   */
  function contentIn(transaction: Transaction, key: string, head: JobHead, keepMs?: number): Content | undefined {
    const input = transaction.read(inputDocument(key));
    const buckets = bucketDocuments(key, head).map((document) => ({ document, content: transaction.read(document) }));
    const entries = entriesIn(buckets.map(({ content }) => content));
    if (input === undefined || entries === undefined) return undefined;
    if (keepMs !== undefined) {
      transaction.write(inputDocument(key), input, keepMs);
      for (const { document, content } of buckets)
        if (content !== undefined) transaction.write(document, content, keepMs);
    }
    return {
      input,
      connection: head.connection,
      outcomes: new Map(entries.map(([contact, { outcome }]) => [contact, outcome])),
      entries: new Map(entries),
    };
  }

  /**
   * Gives back the right to work on jobs, of a call that could not begin: it is not known whether that was written.
   * @param newKey the job that the call would have started.
   */
  function giveBack(run: string, leaseMs: number, keys: readonly string[], newKey?: string): void {
    const all = newKey === undefined ? keys : [...keys, newKey];
    const documents = [...all.map(headDocument), ...(newKey === undefined ? [] : [inputDocument(newKey)])];
    void reports.make(
      () =>
        store.transact(documents, (transaction) => {
          for (const key of all) {
            const head = headIn(transaction, key);
            if (head?.run !== run) continue;
            const { leasedUntil: _, ...free } = head;
            if (key === newKey) for (const each of [headDocument(key), inputDocument(key)]) transaction.remove(each);
            else transaction.write(headDocument(key), free, keptMs);
          }
        }),
      leaseMs,
    );
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

  /** Starts a job, unless one of those with the same arguments is continued. */
  async function startOrFind(owner: JobOwner, job: NewJob, run: string, leaseMs: number) {
    const { fingerprint, connection, flowsOn, input } = job;
    const keepMs = keptMs + leaseMs;
    const same = fingerprint === undefined ? undefined : sameDocument(owner, fingerprint);
    const handle = randomBytes(16).toString('base64url');
    const key = jobKey(owner, handle);
    const buckets = bucketsFor(JSON.stringify(input).length);
    const own = [...(same === undefined ? [] : [same]), headDocument(key), inputDocument(key), ...flowsOf(job)];
    const unreadable = { state: 'unreadable' } as const;
    for (let known: Looked = { handles: [] }; ; ) {
      const { handles, continued } = known;
      const keys = handles.map((each) => jobKey(owner, each));
      const documents = [...own, ...keys.map(headDocument), ...(continued === undefined ? [] : partsOf(continued))];
      function find(transaction: Transaction) {
        const present = (same && transaction.read(same)) ?? [];
        if (present === 'unreadable') return unreadable;
        // Of handles that another call has added, the heads have to be read too.
        if (present.some((each) => !handles.includes(each)))
          return { state: 'look', known: { handles: present } } as const;
        const { now } = transaction;
        const jobs = present.flatMap((each) => {
          const head = transaction.read(headDocument(jobKey(owner, each)));
          return head === undefined ? [] : [{ handle: each, key: jobKey(owner, each), head }];
        });
        const readable = jobs.flatMap(({ head, ...each }) => (head === 'unreadable' ? [] : [{ ...each, head }]));
        if (readable.length < jobs.length) return unreadable;
        const last = readable.findLast(({ head }) => isContinued(head, now));
        if (last !== undefined && isLeased(last.head, now)) return busy(last.head, now);
        const used = last?.handle ?? handle;
        const others = jobs.map((each) => each.handle).filter((each) => each !== used);
        const noteSame = () => same && transaction.write(same, [...others, used].slice(-maxSame), keepMs);
        if (last !== undefined) {
          if (last.key !== continued?.key || last.head.buckets !== continued.head.buckets)
            return { state: 'look', known: { handles, continued: last } } as const;
          const content = contentIn(transaction, last.key, last.head, keepMs);
          if (content === undefined) return unreadable;
          noteSame();
          const head = lease(transaction, last.key, last.head, run, leaseMs);
          return { state: 'repeated', ...last, head, content } as const;
        }
        noteSame();
        transaction.write(inputDocument(key), input, keepMs);
        const about = { buckets, connection, fingerprint, flowsOn };
        const begun = { run, usedAt: now, complete: false, delivered: false, ...about };
        const head = lease(transaction, key, begun, run, leaseMs);
        const content: Content = { input: transaction.read(inputDocument(key)) ?? {}, connection, ...nothingDone };
        return { state: 'new', handle, key, head, content } as const;
      }
      try {
        const found = await store.transact(documents, find);
        if (found.state !== 'look') return found;
        known = found.known;
      } catch (error) {
        giveBack(run, leaseMs, keys, key);
        throw error;
      }
    }
  }

  return {
    async start(owner, job, leaseMs) {
      const id = newId();
      const found = await startOrFind(owner, job, id, leaseMs);
      if (!('content' in found)) return found;
      const { state, key, handle, head, content } = found;
      if (head.flowsOn === undefined) return { state, run: openRun({ key, handle, head, content, leaseMs }, parts) };
      try {
        const changed = await changedSince(content, head.flowsOn);
        const outcomes = new Map([...content.outcomes].filter(([contact]) => !changed.has(contact)));
        const own = openRun({ key, handle, head, content: { ...content, outcomes }, leaseMs }, parts);
        for (const contact of changed) await own.record(contact, undefined);
        return { state, run: own };
      } catch (error) {
        giveBack(id, leaseMs, [key]);
        throw error;
      }
    },
    async open(owner, handle, leaseMs) {
      const key = jobKey(owner, handle);
      const known = await store.transact([headDocument(key)], (transaction) => headIn(transaction, key));
      if (known === undefined) return { state: 'lost' };
      const id = newId();
      const same = known.fingerprint === undefined ? undefined : sameDocument(owner, known.fingerprint);
      const documents = [
        headDocument(key),
        ...partsOf({ key, head: known }),
        ...flowsOf(known),
        ...(same === undefined ? [] : [same]),
      ];
      try {
        return await store.transact(documents, (transaction) => {
          const head = headIn(transaction, key);
          if (head === undefined || !isKept(head, transaction.now)) return { state: 'lost' } as const;
          if (isLeased(head, transaction.now)) return busy(head, transaction.now);
          const content = contentIn(transaction, key, head, keptMs + leaseMs);
          if (content === undefined) return { state: 'lost' } as const;
          const present = (same && transaction.read(same)) ?? [];
          if (same !== undefined && present !== 'unreadable') {
            const others = present.filter((each) => each !== handle);
            transaction.write(same, [...others, handle].slice(-maxSame), keptMs + leaseMs);
          }
          const leased = lease(transaction, key, head, id, leaseMs);
          return { state: 'resumed', run: openRun({ key, handle, head: leased, content, leaseMs }, parts) } as const;
        });
      } catch (error) {
        giveBack(id, leaseMs, [key]);
        throw error;
      }
    },
    async inputOf(owner, handle) {
      const key = jobKey(owner, handle);
      const known = await store.transact([headDocument(key)], (transaction) => {
        const found = headIn(transaction, key);
        return found !== undefined && isKept(found, transaction.now) ? found : undefined;
      });
      if (known === undefined) return undefined;
      const content = await store.transact(partsOf({ key, head: known }), (transaction) =>
        contentIn(transaction, key, known),
      );
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
