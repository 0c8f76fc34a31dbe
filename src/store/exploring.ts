import type { Document, SharedStore, Transaction } from './shared-store.js';

/** A change has asked for documents that its transaction does not have. */
class Unlisted extends Error {
  constructor(readonly documents: readonly Document<unknown>[]) {
    super('the transaction needs more documents');
  }
}

/** A transaction whose change finds out what it reads. */
export interface Exploring extends Transaction {
  /** Asks for several documents at once, which takes one attempt and not one for each. */
  readonly need: (...documents: readonly Document<unknown>[]) => void;
}

/** Parts of a list, each as long as all before it: what asks for one after the other takes few attempts. */
export function* growingParts<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  for (let from = 0, to = 1; from < items.length; [from, to] = [to, to * 2]) yield items.slice(from, to);
}

/**
 * Runs a change whose documents depend on what others hold: it is run again, with one more attempt, each time it uses some
 * that the transaction does not have. As in any transaction nothing is written before it has succeeded.
 * @param expected the documents that it is expected to use.
 */
export async function explore<Result>(
  store: SharedStore,
  expected: readonly Document<unknown>[],
  change: (transaction: Exploring) => Result,
  signal?: AbortSignal,
): Promise<Result> {
  const documents = new Map(expected.map((document) => [document.key, document]));
  for (;;) {
    try {
      return await store.transact(
        [...documents.values()],
        (transaction) => {
          const need = (...needed: readonly Document<unknown>[]): void => {
            const missing = needed.filter(({ key }) => !documents.has(key));
            if (missing.length > 0) throw new Unlisted(missing);
          };
          return change({
            ...transaction,
            need,
            read(document) {
              need(document);
              return transaction.read(document);
            },
            write(document, content, keepMs) {
              need(document);
              transaction.write(document, content, keepMs);
            },
            remove(document) {
              need(document);
              transaction.remove(document);
            },
          });
        },
        signal,
      );
    } catch (error) {
      if (!(error instanceof Unlisted)) throw error;
      for (const document of error.documents) documents.set(document.key, document);
    }
  }
}
