import { createHash } from 'node:crypto';
import * as z from 'zod';
import { kinds } from '../../../tools/contract/failure.js';
import type { Document } from '../../store/shared-store.js';
import { type Mark, markSchema } from '../send-guard/shared/marks.js';
import type { JobOwner } from './jobs.js';

/*
 * A job is several documents, so that recording the outcome of one contact writes little: its head, its arguments, and
 * its outcomes in a fixed number of buckets. Their keys hold a hash of owner and handle, so a handle in the hands of
 * another owner leads nowhere.
 */

const hash = (parts: readonly unknown[]): string => createHash('sha256').update(JSON.stringify(parts)).digest('base64');

/** The key of a job. */
export const jobKey = (owner: JobOwner, handle: string): string => hash([owner, handle]);

const headSchema = z.object({
  /** The last call that worked on it. */
  run: z.string(),
  usedAt: z.number(),
  /** When that call's right to work on it ends; absent if it has closed the job. */
  leasedUntil: z.number().optional(),
  complete: z.boolean(),
  delivered: z.boolean(),
  buckets: z.number().int().min(1).max(64),
  connection: z.string().optional(),
  fingerprint: z.string().optional(),
  flowsOn: z.string().optional(),
});

/** What every call that works on a job reads. */
export type JobHead = z.infer<typeof headSchema>;

/** The head of a job. `unreadable`, here and below: another version of this program has written it in a form of its own. */
export const headDocument = (key: string): Document<JobHead | 'unreadable'> => ({
  key: `job:${key}`,
  parse: (written) => headSchema.safeParse(written).data ?? 'unreadable',
});

/** The arguments of a job. */
export const inputDocument = (key: string): Document<Readonly<Record<string, unknown>>> => ({
  key: `job-input:${key}`,
  parse: (written) => z.record(z.string(), z.unknown()).safeParse(written).data,
});

const outcomeSchema = z.union([
  z.literal('begun'),
  z.object({ state: z.literal('done'), before: z.boolean().exactOptional(), channel: z.string().optional() }),
  z.object({
    state: z.enum(['failed', 'unknown']),
    failure: z.object({
      kind: z.enum(kinds),
      message: z.string().exactOptional(),
      hint: z.string().exactOptional(),
      source: z.enum(['client', 'gateway', 'manychat', 'network']).exactOptional(),
    }),
  }),
]);

const entrySchema = z.object({
  /** Its place among the outcomes of the job. */
  place: z.number(),
  /** The number of the write of the job that it is from. */
  write: z.number().optional(),
  outcome: outcomeSchema,
  /** When it was recorded, by the clock of the store: never earlier than it was. */
  at: z.number().optional(),
  /** The id of the mark on the fields of the contact then. */
  fields: z.string().optional(),
});

/** What became of a contact. */
export type Entry = z.infer<typeof entrySchema>;

const bucketSchema = z.record(z.string(), entrySchema);

/** The outcomes of some contacts by their id. */
export type Bucket = z.infer<typeof bucketSchema> | 'unreadable';

/** One of the buckets of a job. */
export const bucketDocument = (key: string, index: number): Document<Bucket> => ({
  key: `job-outcomes:${key}:${index}`,
  parse: (written) => bucketSchema.safeParse(written).data ?? 'unreadable',
});

/** All buckets of a job. */
export const bucketDocuments = (key: string, { buckets }: Pick<JobHead, 'buckets'>): readonly Document<Bucket>[] =>
  Array.from({ length: buckets }, (_, index) => bucketDocument(key, index));

/** The bucket of a contact. */
export const bucketOf = (contact: string, { buckets }: Pick<JobHead, 'buckets'>): number =>
  createHash('sha256').update(contact).digest().readUInt32BE() % buckets;

/** The most buckets, and characters of the arguments for each. */
const maxBuckets = 64;
const charactersPerBucket = 1_000;

/** How many buckets suit arguments of so many characters. */
export const bucketsFor = (characters: number): number =>
  Math.max(1, Math.min(maxBuckets, Math.ceil(characters / charactersPerBucket)));

/** The handles of an owner's jobs with the same arguments, the last used one last. */
export const sameDocument = (owner: JobOwner, fingerprint: string): Document<string[] | 'unreadable'> => ({
  key: `job-same:${hash([owner, fingerprint])}`,
  parse: (written) => z.array(z.string()).safeParse(written).data ?? 'unreadable',
});

/** Exists as long as jobs start flows there. */
export const flowsDocument = (flowsOn: string): Document<true> => ({ key: `job-flows:${flowsOn}`, parse: () => true });

/** When a contact's fields were set last. */
export const fieldsDocument = (flowsOn: string, contact: string): Document<Mark> => ({
  key: `job-fields:${hash([flowsOn, contact])}`,
  parse: (written) => markSchema.safeParse(written).data,
});
