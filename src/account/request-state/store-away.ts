import type { Failure } from '../../../tools/contract/failure.js';
import { StoreAway } from '../../store/shared-store.js';
import { storeAwayHint } from '../../upstream/failures/hints.js';

/** What a failure says of an error where the state that processes share cannot be reached; undefined for any other error. */
export const storeAwayIn = (error: unknown): Pick<Failure, 'kind' | 'message' | 'hint'> | undefined =>
  error instanceof StoreAway
    ? {
        kind: 'rate_limited',
        // The words of the engine may hold its address.
        message: 'the state that this server shares with other processes cannot be reached',
        hint: `Nothing was done. ${storeAwayHint}`,
      }
    : undefined;
