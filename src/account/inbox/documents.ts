import * as z from 'zod';
import { type Document, StoreAway } from '../../store/shared-store.js';
import { answerStates, eventTypes, heardChannels } from './inbox.js';

/*
 * What an inbox holds: a head, which counts the messages; logs of fifty entries each, which say in which order messages came
 * and who reads them; each message; and for each contact what tells its messages apart, with the pages of its history. An
 * entry, its message and the contact change in one transaction.
 */

/**
 * How long messages are kept, in milliseconds. None is kept for longer because it changes, so it never outlives the log and
 * the page that lead to it.
 */
export const keptMs = 7 * 24 * 3_600_000;

/** How long the head is kept: longer than what it counts, so that no id is given twice. */
export const headKeptMs = 2 * keptMs;

/** Entries of a log, and messages of a page of a contact's history. */
export const perLog = 50;

const json = z.record(z.string(), z.unknown());

const headSchema = z.object({
  /** The number of the next message. */
  next: z.number(),
  /** Characters of all messages that were received, kept or not. */
  offset: z.number(),
  /** The first log that is kept. */
  first: z.number(),
  /** The logs with messages that are not done, the oldest first, and how many each has. */
  open: z.array(z.tuple([z.number(), z.number()])),
});

export type Head = z.infer<typeof headSchema>;

const entrySchema = z.object({
  id: z.string(),
  contact: z.string(),
  readyAt: z.number(),
  done: z.boolean(),
  reader: z.string().optional(),
  /** When the reader's right to it ends. */
  until: z.number().optional(),
  /** The offset of the head when it was added. */
  offset: z.number(),
  /** How often it was handed out. */
  handOuts: z.number(),
});

export type Entry = z.infer<typeof entrySchema>;

const partSchema = z.object({ text: z.string(), order: z.string(), at: z.number() });

const answerSchema = z.union([z.object({ text: z.string() }).strict(), z.object({ data: json }).strict()]);

const heardSchema = z.object({
  kind: z.literal('heard'),
  id: z.string(),
  at: z.number(),
  contact: z.string(),
  contactName: z.string().optional(),
  chatLink: z.string().optional(),
  channel: z.enum(heardChannels).optional(),
  lastInteraction: z.string().optional(),
  said: z.union([
    z.object({ kind: z.literal('text'), text: z.string(), payload: json.optional() }),
    z.object({
      kind: z.literal('event'),
      type: z.enum(eventTypes),
      name: z.string().optional(),
      value: z.string().optional(),
    }),
  ]),
  /** The texts of a burst; empty if there is only one. */
  parts: z.array(partSchema),
  mode: z.enum(['ack', 'reply', 'draft']),
  state: z.enum(answerStates),
  /** When the state was set. */
  stateAt: z.number(),
  holder: z.object({ id: z.string(), until: z.number(), takes: z.enum(['text', 'content', 'callbacks']) }).optional(),
  /** The claim of the answer that is being given. */
  claim: z.string().optional(),
  answer: answerSchema.optional(),
  answeredAt: z.number().optional(),
});

/** A message, as it is stored. */
export type Heard = z.infer<typeof heardSchema>;

const sentSchema = z.object({
  kind: z.literal('sent'),
  id: z.string(),
  at: z.number(),
  contact: z.string(),
  sent: z.string(),
});

const messageSchema = z.union([heardSchema, sentSchema]);

const contactSchema = z.object({
  /** What arrived lately. */
  recent: z.array(
    z.object({ said: z.string(), lastInteraction: z.string().optional(), at: z.number(), id: z.string() }),
  ),
  /** The message that further texts of a burst join, while it is not ready. */
  burst: z.string().optional(),
  /** The message whose request waits for an answer. */
  held: z.string().optional(),
  /** When machines answered. */
  answers: z.array(z.number()),
  /** The pages of the history. */
  first: z.number(),
  last: z.number(),
});

export type Contact = z.infer<typeof contactSchema>;

/** A document that must be read in full: one of another version stops the transaction. */
function strict<Content>(key: string, schema: z.ZodType<Content>): Document<Content> {
  return {
    key,
    parse(written) {
      const parsed = schema.safeParse(written);
      if (parsed.success) return parsed.data;
      throw new StoreAway('Another version of this program has written messages that this one cannot read');
    },
  };
}

export const headDocument = (scope: string): Document<Head> => strict(`inbox:${scope}`, headSchema);

export const logDocument = (scope: string, log: number): Document<Entry[]> =>
  strict(`inbox-log:${scope}:${log}`, z.array(entrySchema));

export const messageDocument = (scope: string, id: string): Document<z.infer<typeof messageSchema>> =>
  strict(`inbox-message:${scope}:${id}`, messageSchema);

export const contactDocument = (scope: string, contact: string): Document<Contact> =>
  strict(`inbox-contact:${scope}:${contact}`, contactSchema);

/** The ids of a contact's messages, the oldest first. */
export const pageDocument = (scope: string, contact: string, page: number): Document<string[]> =>
  strict(`inbox-page:${scope}:${contact}:${page}`, z.array(z.string()));

/** The messages whose answers wait for approval. */
export const draftsDocument = (scope: string): Document<string[]> =>
  strict(`inbox-drafts:${scope}`, z.array(z.string()));

/** The log that a message is in. Its number stands at the beginning of its id. */
export const logOf = (id: string): number => Math.floor(Number.parseInt(id, 36) / perLog);

/** The id of the message with a number. The rest is random: after a store was lost, no id means another message. */
export const idOf = (number: number, random: string): string => `${number.toString(36)}-${random}`;
