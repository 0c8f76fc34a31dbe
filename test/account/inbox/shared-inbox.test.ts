import { createMemoryStore } from '../../../src/store/memory-store.js';
import { inboxContract } from '../../support/inbox/inbox-contract.js';

inboxContract('memory', async (now) => {
  const store = createMemoryStore(now);
  return [store, store];
});
