import type { Endpoint } from '../../../tools/contract/endpoint.js';
import type { Result } from '../../../tools/contract/json.js';

/** A read that this program makes for itself. */
export interface OwnRead {
  readonly endpoint: Endpoint;
  readonly input: Result;
  readonly connection: string | undefined;
  readonly deadlineMs: number;
  readonly id: string;
}

/** What such a read returns. */
export interface ReadAnswer {
  readonly result: Result;
  /** The data of the response, whose texts were not cleaned for display. */
  readonly data: unknown;
}

/** Reads something that several calls may wait for, within a deadline of its own; `id` is that of the first of them. */
export type OwnReader = (read: OwnRead) => Promise<ReadAnswer>;
