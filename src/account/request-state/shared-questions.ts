import * as z from 'zod';
import type { Document, SharedStore } from '../../store/shared-store.js';
import type { OpenQuestions } from './request-state.js';

/** An open question. Nothing is stored but that it is open. */
const questionDocument = (id: string): Document<true> => ({
  key: `question:${id}`,
  parse: (written) => z.literal(true).safeParse(written).data,
});

/** Creates open questions that processes share: of all that receive the answer to one, a single process takes it. */
export const createSharedQuestions = (store: SharedStore): OpenQuestions => ({
  add: (id, ttlSeconds) => {
    const question = questionDocument(id);
    return store.transact([question], (transaction) => transaction.write(question, true, ttlSeconds * 1_000));
  },
  take: (id) => {
    const question = questionDocument(id);
    return store.transact([question], (transaction) => {
      const isOpen = transaction.read(question) !== undefined;
      if (isOpen) transaction.remove(question);
      return isOpen;
    });
  },
});
