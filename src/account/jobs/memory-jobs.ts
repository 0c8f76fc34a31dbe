import { createHash, randomBytes } from 'node:crypto';
import { asObject } from '../../../tools/contract/json.js';
import type { ContactOutcome } from '../../../tools/contract/workflow.js';
import { type BusyJob, type JobOwner, type JobRun, type Jobs, keptMs, type NewJob, repeatedMs } from './jobs.js';

/** The most jobs, and characters of their arguments, that are kept. The jobs that calls work on are kept in any case. */
const maxJobs = 200;
const maxCharacters = 64_000_000;

/** What a memory keeps of a job. */
interface Kept extends Pick<NewJob, 'connection' | 'fingerprint' | 'flowsOn'> {
  readonly key: string;
  readonly owner: JobOwner;
  readonly handle: string;
  /** The arguments as JSON text. */
  readonly input: string;
  readonly outcomes: Map<string, ContactOutcome | 'begun'>;
  /** Contacts whose fields were set after their flow was started. */
  readonly changed: Set<string>;
  usedAt: number;
  /** The number of the last call that worked on it. */
  run: number;
  /** When the last call's right to work on it ends; undefined if that has closed it. */
  leasedUntil: number | undefined;
  complete: boolean;
  delivered: boolean;
}

/** The key of a job: a handle in the hands of another owner leads nowhere. */
const keyOf = (owner: JobOwner, handle: string): string =>
  createHash('sha256')
    .update(JSON.stringify([owner, handle]))
    .digest('base64');

/**
 * Creates jobs that live in this process: when it ends, every handle is lost.
 * @param now milliseconds since any fixed point.
 */
export function createMemoryJobs(now: () => number): Jobs {
  /** In the order of their last use. */
  const kept = new Map<string, Kept>();
  let runs = 0;

  const isLeased = ({ leasedUntil = 0 }: Kept): boolean => leasedUntil > now();
  const isSettled = ({ complete, delivered }: Kept): boolean => complete && delivered;

  function touch(job: Kept): void {
    job.usedAt = now();
    kept.delete(job.key);
    kept.set(job.key, job);
  }

  /** The idle jobs of each owner, those with the most first. */
  function idleByOwner(sizeOf: (job: Kept) => number): Kept[][] {
    const owners = new Map<JobOwner, Kept[]>();
    for (const job of kept.values()) owners.set(job.owner, [...(owners.get(job.owner) ?? []), job]);
    const weighed = [...owners.values()].map((jobs) => ({
      idle: jobs.filter((job) => !isLeased(job)),
      size: jobs.reduce((sum, job) => sum + sizeOf(job), 0),
    }));
    return weighed.toSorted((one, other) => other.size - one.size).map(({ idle }) => idle);
  }

  /**
   * Drops what is too old, then what is too much: of the owner with the most, so that none pushes out the jobs of others;
   * first the jobs whose end their client has seen.
   */
  function evict(): void {
    for (const [key, job] of kept) if (!isLeased(job) && now() - job.usedAt >= keptMs) kept.delete(key);
    for (;;) {
      const characters = [...kept.values()].reduce((sum, { input }) => sum + input.length, 0);
      if (kept.size <= maxJobs && characters <= maxCharacters) return;
      const [idle] = idleByOwner(kept.size > maxJobs ? () => 1 : ({ input }) => input.length).filter(
        ({ length }) => length > 0,
      );
      const dropped = idle?.find(isSettled) ?? idle?.[0];
      if (dropped === undefined) return;
      kept.delete(dropped.key);
    }
  }

  function found(owner: JobOwner, handle: string): Kept | undefined {
    const job = kept.get(keyOf(owner, handle));
    return job !== undefined && (isLeased(job) || now() - job.usedAt < keptMs) ? job : undefined;
  }

  const inputIn = ({ input, connection, outcomes }: Kept) => ({
    input: asObject(JSON.parse(input)),
    connection,
    outcomes: new Map(outcomes),
  });

  function run(job: Kept, leaseMs: number): JobRun {
    runs += 1;
    const own = runs;
    job.run = own;
    job.leasedUntil = now() + leaseMs;
    job.delivered = false;
    touch(job);
    /** Writes, if this call still has the right to. */
    async function write(change: () => void): Promise<boolean> {
      if (job.run !== own || !isLeased(job)) return false;
      touch(job);
      change();
      return true;
    }
    return {
      ...inputIn(job),
      handle: job.handle,
      begin: (contact) => write(() => void job.outcomes.set(contact, 'begun')),
      record: (contact, outcome) =>
        write(() => {
          if (outcome === undefined) job.outcomes.delete(contact);
          else job.outcomes.set(contact, outcome);
        }),
      async close(complete) {
        await write(() => {
          job.complete = complete;
          job.leasedUntil = undefined;
        });
        evict();
      },
      async delivered() {
        if (job.run === own) job.delivered = true;
      },
    };
  }

  const busy = ({ leasedUntil = 0 }: Kept): BusyJob => ({ state: 'busy', leftMs: leasedUntil - now() });

  /** Whether a call with the same arguments continues a job. */
  const isContinued = (job: Kept): boolean => isLeased(job) || (!isSettled(job) && now() - job.usedAt < repeatedMs);

  return {
    async start(owner, { input, connection, fingerprint, flowsOn }, leaseMs) {
      const same =
        fingerprint === undefined
          ? undefined
          : [...kept.values()].findLast(
              (job) => job.owner === owner && job.fingerprint === fingerprint && isContinued(job),
            );
      if (same !== undefined && isLeased(same)) return busy(same);
      if (same !== undefined) {
        for (const contact of same.changed) same.outcomes.delete(contact);
        same.changed.clear();
        return { state: 'repeated', run: run(same, leaseMs) };
      }
      const handle = randomBytes(16).toString('base64url');
      const job: Kept = {
        key: keyOf(owner, handle),
        owner,
        handle,
        input: JSON.stringify(input),
        connection,
        fingerprint,
        flowsOn,
        outcomes: new Map(),
        changed: new Set(),
        usedAt: now(),
        run: 0,
        leasedUntil: undefined,
        complete: false,
        delivered: false,
      };
      const own = run(job, leaseMs);
      evict();
      return { state: 'new', run: own };
    },
    async open(owner, handle, leaseMs) {
      const job = found(owner, handle);
      if (job === undefined) return { state: 'lost' };
      return isLeased(job) ? busy(job) : { state: 'resumed', run: run(job, leaseMs) };
    },
    async inputOf(owner, handle) {
      const job = found(owner, handle);
      return job && inputIn(job);
    },
    async fieldsSet(flowsOn, contact) {
      for (const job of kept.values()) {
        if (job.flowsOn !== flowsOn) continue;
        const outcome = job.outcomes.get(contact);
        if (typeof outcome === 'object' && outcome.state === 'done') job.changed.add(contact);
      }
    },
    async close() {},
  };
}
