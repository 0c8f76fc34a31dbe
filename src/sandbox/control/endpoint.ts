import type { World } from '../world/world.js';

/** One endpoint of the control API. Keys that are not listed are rejected. */
export interface ControlEndpoint {
  /** Keys of the JSON body; default none. */
  readonly body?: readonly string[];
  /** Keys of nested objects, to suggest where a misplaced key belongs. */
  readonly nested?: Readonly<Record<string, readonly string[]>>;
  /** Keys of the query; default none. */
  readonly query?: readonly string[];
  /** Returns the response body; `id` is the part of the path in braces. @throws Refusal */
  perform(
    world: World,
    input: Readonly<Record<string, unknown>>,
    query: URLSearchParams,
    id: string,
  ): object | Promise<object>;
}
