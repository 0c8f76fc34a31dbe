import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { type Document, type SharedStore, StoreAway } from '../../store/shared-store.js';

/** Bytes of the key. */
const keyLength = 32;

/** The key is kept until it is removed: ten years, in milliseconds. */
const keepMs = 10 * 365 * 86_400_000;

const keySchema = z.object({ key: z.string().regex(/^[\w-]{43}$/) });

const keyDocument: Document<z.infer<typeof keySchema>> = {
  key: 'state-key',
  parse: (written) => keySchema.safeParse(written).data,
};

/**
 * The key that processes share for signing request state. The first process that needs one creates it. It is read each
 * time, so that all processes have the same one, even after the store was lost. To rotate it, its document is removed:
 * questions that are open are asked again then.
 * @returns the function that reads it. While the store is away it returns the last one that it has read, and rejects with
 * StoreAway if there is none.
 */
export function sharedStateKey(store: SharedStore): () => Promise<Uint8Array> {
  let last: Uint8Array | undefined;
  return async () => {
    const created = { key: randomBytes(keyLength).toString('base64url') };
    try {
      const { key } = await store.transact([keyDocument], (transaction) => {
        const found = transaction.read(keyDocument);
        if (found === undefined) transaction.write(keyDocument, created, keepMs);
        return found ?? created;
      });
      last = Buffer.from(key, 'base64url');
      return last;
    } catch (error) {
      if (error instanceof StoreAway && last !== undefined) return last;
      throw error;
    }
  };
}
