import { createHash } from 'node:crypto';
import type { Result } from '../../../tools/contract/json.js';
import type { ContactOutcome } from '../../../tools/contract/workflow.js';

/** How long a job can be resumed after it was last used, in milliseconds: a pause that ManyChat asks for can take a day. */
export const keptMs = 25 * 3_600_000;

/**
 * How long after its last use a job is continued by a call with the same arguments, in milliseconds. Later, the same
 * arguments mean a new job.
 */
export const repeatedMs = 3_600_000;

/** Who a job belongs to: a hash of the caller, the account and the tool. No other owner reaches it. */
export type JobOwner = string;

/** What a job does. */
export interface NewJob {
  /** The arguments, as JSON. */
  readonly input: Result;
  readonly connection: string | undefined;
  /** Equal for the same arguments; absent if a repeated call is a new job. */
  readonly fingerprint?: string | undefined;
  /** Starts flows, which show fields: the hash of the account and its connection. */
  readonly flowsOn?: string | undefined;
}

/** A call that works on a job. Only one call does at a time; every write is refused once another has taken over. */
export interface JobRun extends Pick<NewJob, 'input' | 'connection'> {
  /** Names the job in later calls: 128 random bits. */
  readonly handle: string;
  /**
   * What became of contacts in earlier calls; `begun` if the call that began with a contact recorded no outcome, so that
   * it is unknown.
   */
  readonly outcomes: ReadonlyMap<string, ContactOutcome | 'begun'>;
  /** Notes, before anything is sent, that a contact's turn begins. False: another call has taken over. */
  begin(contact: string): Promise<boolean>;
  /**
   * Records an outcome; undefined if nothing was done, so that the turn is still to come. False as above. It replaces
   * nothing that the call has written later, even if it is itself written after that.
   */
  record(contact: string, outcome: ContactOutcome | undefined): Promise<boolean>;
  /** Ends the call's work. `complete`: every contact has had its turn. */
  close(complete: boolean): Promise<void>;
  /** Notes that the result of this call, the last one so far, reached its client. */
  delivered(): Promise<void>;
}

/** A job that another call is working on, for at most so many milliseconds. */
export interface BusyJob {
  readonly state: 'busy';
  readonly leftMs: number;
}

/** Another version of this program has begun a job with the same arguments. Which contacts it has reached is not known. */
export interface UnreadableJob {
  readonly state: 'unreadable';
}

/**
 * Keeps jobs for many contacts across the calls that work on them. An implementation may be shared by processes. It may
 * drop jobs, but none that a call is working on.
 */
export interface Jobs {
  /**
   * Starts a job, or continues the owner's job with the same fingerprint if that is not complete or its last result was
   * not delivered. Contacts whose fields were set since they were done have their turn again then.
   * @param leaseMs the longest that the call works on it.
   */
  start(
    owner: JobOwner,
    job: NewJob,
    leaseMs: number,
  ): Promise<{ readonly state: 'new' | 'repeated'; readonly run: JobRun } | BusyJob | UnreadableJob>;
  /** Continues the job with this handle. `lost`: the owner has none, or none any more. */
  open(
    owner: JobOwner,
    handle: string,
    leaseMs: number,
  ): Promise<{ readonly state: 'resumed'; readonly run: JobRun } | BusyJob | { readonly state: 'lost' }>;
  /** The arguments of the job with this handle; undefined if it is lost. */
  inputOf(owner: JobOwner, handle: string): Promise<Pick<JobRun, 'input' | 'connection' | 'outcomes'> | undefined>;
  /** Notes that custom fields of a contact were set: flows that were done for it can show other values now. */
  fieldsSet(flowsOn: string, contact: string): Promise<void>;
  /** Waits briefly for what is still being recorded. */
  close(): Promise<void>;
}

const hash = (parts: readonly unknown[]): string => createHash('sha256').update(JSON.stringify(parts)).digest('base64');

/** The owner of the jobs of a tool: two accounts of one key have different names. */
export const jobOwner = (
  principal: string,
  { identity, name }: { readonly identity: string; readonly name?: string | undefined },
  tool: string,
): JobOwner => hash([principal, identity, name ?? null, tool]);

/** Where flows of an account show the fields of a contact. */
export const flowScope = (account: string, connection: string | undefined): string =>
  hash([account, connection?.toLowerCase() ?? '']);
