import * as z from 'zod';

/** Marks that the fields of a contact were set. */
export const markSchema = z.object({
  id: z.string(),
  /** When they were set, by the clock of the store: never later than it was. */
  at: z.number(),
});

export type Mark = z.infer<typeof markSchema>;

/** What is known of a flow that was started. */
interface StartedFlow {
  /** When it had been started, by the clock of the store: never earlier than it was. */
  readonly at?: number | undefined;
  /** The id of the mark of that time. */
  readonly fields?: string | undefined;
}

/**
 * Whether a mark shows that fields were set after a flow was started. A mark can be written long after the fields were
 * set, while the store is away. It must not make a flow new that was started in between.
 */
export const isSetAfter = (mark: Mark | undefined, { at, fields }: StartedFlow): boolean =>
  mark !== undefined && mark.id !== fields && at !== undefined && mark.at >= at;
