import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { isObject, type Result } from '../../../tools/contract/json.js';
import { createSeal } from './seal.js';

/** What is kept of a call between its rounds, at the client and sealed. */
export interface Rounds {
  /** The state of a call that waits for the user's consent to it on a connection. */
  asking(tool: string, given: unknown, connectionId?: string): string;
  /** With which connection the user was asked about this very call with that state; undefined but once for each question. */
  wasAsked(tool: string, given: unknown, state: unknown): { readonly connectionId: string | undefined } | undefined;
  /** The state of a call that was made, and whose link is shown to the user. */
  made(tool: string, result: Result): string;
  /** What the call came to, of which this is the state; it can be asked for again, since nothing is done for it. */
  resultOf(tool: string, state: unknown): Result | undefined;
}

/** Questions that can be open at a time; older ones are asked anew. */
const mostOpen = 1_000;

/** Creates the memory of the calls that take several rounds. */
export function createRounds(): Rounds {
  const seal = createSeal();
  // Those still open are kept rather than those used up, so that none forgotten can be used again.
  const open = new Set<string>();
  function opened(tool: string, state: unknown): Readonly<Record<string, unknown>> {
    const value = seal.open(state);
    return isObject(value) && value.tool === tool ? value : {};
  }
  return {
    asking(tool, given, connectionId) {
      const nonce = randomUUID();
      open.add(nonce);
      const [oldest] = open;
      if (open.size > mostOpen && oldest !== undefined) open.delete(oldest);
      return seal.seal({ tool, given, connectionId, nonce });
    },
    wasAsked(tool, given, state) {
      const { nonce, given: asked, connectionId } = opened(tool, state);
      const valid = typeof nonce === 'string' && isDeepStrictEqual(asked, given) && open.delete(nonce);
      return valid ? { connectionId: typeof connectionId === 'string' ? connectionId : undefined } : undefined;
    },
    made: (tool, result) => seal.seal({ tool, result }),
    resultOf(tool, state) {
      const { result } = opened(tool, state);
      return isObject(result) ? result : undefined;
    },
  };
}
