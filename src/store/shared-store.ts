/**
 * State that processes share: JSON documents by key, which are changed atomically. The rules about what is in them stand
 * with the ports that use them, so every engine has the same rules.
 */
export interface SharedStore {
  /**
   * Reads documents and writes what `change` makes of them. No other process changes one of them in between.
   * @param documents every document that `change` reads or writes; none twice.
   * @param change may run several times before one of its results counts, so it must have no other effect.
   * @throws StoreAway if the engine cannot be reached, the signal's reason on abort, or what `change` throws. Only in the
   * last case it is certain that nothing was written: a transaction that is repeated has to know its own earlier writes.
   */
  transact<Result>(
    documents: readonly Document<unknown>[],
    change: (transaction: Transaction) => Result,
    signal?: AbortSignal,
  ): Promise<Result>;
  /**
   * Calls back soon after this or another process has written a document. A notice can be lost, and can come for nothing.
   * @returns the function that ends this.
   */
  watch(document: Document<unknown>, changed: () => void): () => void;
  /** Releases what the store holds. Transactions reject from then on. */
  close(): Promise<void>;
}

/** A document: its key, and how its content is read. */
export interface Document<Content> {
  readonly key: string;
  /**
   * Reads what was written, possibly by another version of this program. Undefined stands for what cannot be read, which
   * is treated like a document that does not exist.
   */
  readonly parse: (written: unknown) => Content | undefined;
}

/** One view of the documents of a transaction, and what it changes. */
export interface Transaction {
  /**
   * Wall-clock time of the store in whole milliseconds since 1970: one clock for all processes. It never goes back.
   */
  readonly now: number;
  /**
   * When the engine could be reached again after it had been away, by the same clock. What any process wrote shortly before may be lost.
   * Absent while this process has not seen it away, and for an engine that loses nothing.
   */
  readonly backSince?: number | undefined;
  /** The content, with what this transaction wrote; undefined if there is none. The caller may change it: it is a copy. */
  read<Content>(document: Document<Content>): Content | undefined;
  /** @param keepMs after this time without another write the document is gone. */
  write<Content>(document: Document<Content>, content: Content, keepMs: number): void;
  remove(document: Document<unknown>): void;
}

/** The engine of a store cannot be reached, or cannot be used. */
export class StoreAway extends Error {
  override readonly name = 'StoreAway';
}

/** What an engine stores of a document. */
interface Stored {
  /** JSON text. */
  readonly json: string;
  readonly keepMs: number;
}

/** What a change came to: its result, and what to write by key. Undefined removes a document. */
export interface Changed<Result> {
  readonly result: Result;
  readonly writes: ReadonlyMap<string, Stored | undefined>;
}

function parsedJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/**
 * Runs a change over the JSON texts that an engine has read.
 * @param stored JSON texts by key, for all documents of the transaction that exist.
 * @param backSince as in a Transaction.
 */
export function runChange<Result>(
  documents: readonly Document<unknown>[],
  stored: ReadonlyMap<string, string>,
  now: number,
  change: (transaction: Transaction) => Result,
  backSince?: number,
): Changed<Result> {
  const keys = new Set(documents.map(({ key }) => key));
  const writes = new Map<string, Stored | undefined>();
  const listed = ({ key }: Document<unknown>): string => {
    if (!keys.has(key)) throw new Error(`the transaction does not list the document ${key}`);
    return key;
  };
  const result = change({
    now,
    backSince,
    read(document) {
      const key = listed(document);
      const json = writes.has(key) ? writes.get(key)?.json : stored.get(key);
      return json === undefined ? undefined : document.parse(parsedJson(json));
    },
    write(document, content, keepMs) {
      writes.set(listed(document), { json: JSON.stringify(content), keepMs });
    },
    remove(document) {
      writes.set(listed(document), undefined);
    },
  });
  return { result, writes };
}
