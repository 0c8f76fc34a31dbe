import { randomBytes } from 'node:crypto';
import type { SharedStore } from '../../../store/shared-store.js';
import type { Clock } from '../../../upstream/clock.js';
import { processDocument } from './send-records.js';

/** The time between two signs of life, in milliseconds. */
const beatEveryMs = 1_000;

/** A process without signs of life for so long is gone, in milliseconds. */
const goneAfterMs = 5_000;

/** The signs of life that this process gives while it holds claims. */
export interface Life {
  /** The id of this process. */
  readonly process: string;
  /** Makes sure that this process counts as alive. Rejects if the store is away. */
  shown(): Promise<void>;
  begins(claim: string): void;
  ends(claim: string): void;
  close(): void;
}

/** Starts the life of this process in a store. It gives signs of life only while it holds claims. */
export function openLife(store: SharedStore, clock: Clock): Life {
  const process = randomBytes(9).toString('base64url');
  const document = processDocument(process);
  const claims = new Set<string>();
  let shownAt = Number.NEGATIVE_INFINITY;
  let isClosed = false;
  let cancel: (() => void) | undefined;

  async function beat(): Promise<void> {
    const at = clock.now();
    await store.transact([document], (transaction) => transaction.write(document, true, goneAfterMs));
    shownAt = Math.max(shownAt, at);
  }

  function goOn(): void {
    if (cancel !== undefined || claims.size === 0 || isClosed) return;
    cancel = clock.after(beatEveryMs, () => {
      cancel = undefined;
      goOn();
      // The next one may get through.
      beat().catch(() => undefined);
    });
  }

  return {
    process,
    async shown() {
      if (clock.now() - shownAt >= beatEveryMs) await beat();
    },
    begins(claim) {
      claims.add(claim);
      goOn();
    },
    ends(claim) {
      claims.delete(claim);
      if (claims.size > 0) return;
      cancel?.();
      cancel = undefined;
    },
    close() {
      isClosed = true;
      cancel?.();
    },
  };
}
