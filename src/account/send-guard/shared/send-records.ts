import * as z from 'zod';
import { kinds } from '../../../../tools/contract/failure.js';
import type { Document } from '../../../store/shared-store.js';
import { type Mark, markSchema } from './marks.js';

/*
 * What processes share about sends. Keys are hashes, and no text of a message and no words of a failure are stored: of an
 * unknown outcome its kind, of a send that was performed the data of its response, up to `maxDataLength`.
 */

/** Characters of the response's data, as JSON. Longer data is not kept, so a repeated call is answered without it. */
export const maxDataLength = 4_000;

/** A send that a process is making. */
const claimSchema = z.object({
  id: z.string(),
  process: z.string(),
  /** When it was claimed, or left. */
  at: z.number(),
  /** Whether its request may have left. */
  leaving: z.boolean(),
  /** How often the process has written it, so that no two versions are equal. */
  version: z.number(),
});

/** A send that was performed, or may have been. */
const rememberedSchema = z.object({
  /** Of the claim. */
  id: z.string(),
  at: z.number(),
  /** The call that it was part of. */
  call: z.string(),
  oneOfMany: z.boolean(),
  /** A hash of who made it; absent for the person at this machine. */
  by: z.string().optional(),
  outcome: z.discriminatedUnion('state', [
    z.object({ state: z.literal('done'), data: z.unknown().optional() }),
    z.object({ state: z.literal('unknown'), kind: z.enum(kinds) }),
  ]),
  /** The id of the mark on the fields of its contact then; absent if it is no flow. */
  fields: z.string().optional(),
});

const sendSchema = z.object({ claim: claimSchema.optional(), remembered: rememberedSchema.optional() });

/** A stored send; `unreadable` if another version of this program has written it in a form of its own. */
export type SendRecord = z.infer<typeof sendSchema> | 'unreadable';

const callSchema = z.object({
  arrivedAt: z.number(),
  answeredAt: z.number().optional(),
  cancelled: z.boolean(),
  endedAt: z.number().optional(),
});

/** A send. What cannot be read is not missing: the same may have been sent. */
export const sendDocument = (send: string): Document<SendRecord> => ({
  key: `send:${send}`,
  parse: (written) => sendSchema.safeParse(written).data ?? 'unreadable',
});

/** The times of a call whose sends are remembered. Without it the call counts as open. */
export const callDocument = (call: string): Document<z.infer<typeof callSchema>> => ({
  key: `send-call:${call}`,
  parse: (written) => callSchema.safeParse(written).data,
});

/** When a contact's fields were set last, as long as flows to it are remembered. */
export const fieldsDocument = (contact: string): Document<Mark> => ({
  key: `send-fields:${contact}`,
  parse: (written) => markSchema.safeParse(written).data,
});

/** Exists as long as a process that makes sends gives signs of life. */
export const processDocument = (process: string): Document<true> => ({
  key: `send-process:${process}`,
  parse: () => true,
});
