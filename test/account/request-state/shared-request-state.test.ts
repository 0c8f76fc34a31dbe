import { describe, expect, test } from 'vitest';
import { createSharedQuestions } from '../../../src/account/request-state/shared-questions.js';
import { sharedStateKey } from '../../../src/account/request-state/shared-state-key.js';
import { createRequestState } from '../../../src/mcp/interaction/request-state.js';
import { createMemoryStore } from '../../../src/store/memory-store.js';
import { type Document, type SharedStore, StoreAway } from '../../../src/store/shared-store.js';
import { openQuestionsContract } from '../../support/open-questions-contract.js';
import { testProcess } from '../../support/processes.js';
import { createRandom } from '../../support/random.js';
import { requestStateContract } from '../../support/request-state-contract.js';
import { finish, manualClock } from '../../support/timing.js';

const newStore = () => createMemoryStore(() => 0);

openQuestionsContract('a store', () => {
  const store = newStore();
  return [createSharedQuestions(store), createSharedQuestions(store)];
});

requestStateContract('over a store', (options) => {
  const store = newStore();
  return createRequestState({ key: sharedStateKey(store), questions: createSharedQuestions(store), ...options });
});

test('a question in a store is forgotten when its state has expired', async () => {
  const clock = manualClock();
  const questions = createSharedQuestions(createMemoryStore(clock.now));
  await questions.add('a', 600, 'maria');
  await questions.add('b', 600, 'maria');
  clock.advance(599_999);
  expect(await questions.take('a')).toBe(true);
  clock.advance(1);
  expect(await questions.take('b')).toBe(false);
});

const call = { tool: 'manychat_delete_tag', input: { tag_id: 1 } };
const replica = (store: SharedStore) =>
  createRequestState({ key: sharedStateKey(store), questions: createSharedQuestions(store) });

describe('a confirmation over three processes', () => {
  test('is asked once, and redeemed once by one of them, in 100 of 100 runs', async () => {
    for (let seed = 1; seed <= 100; seed += 1) {
      const clock = manualClock();
      const random = createRandom(seed);
      const store = createMemoryStore(clock.now);
      const replicas = [1, 2, 3].map(() => replica(testProcess(store, clock, random, 20).store));
      const issuer = replicas[Math.floor(random() * 3)] ?? replica(store);
      const state = await finish(clock, issuer.issueQuestion(call, 'maria'));
      const answers = replicas.map(async (each) => {
        const verified = await each.verify(state, 'maria');
        return verified.step === 'question' && (await each.redeem(verified, call));
      });
      expect((await finish(clock, Promise.all(answers))).filter(Boolean), `seed ${seed}`).toEqual([true]);
    }
  });
});

describe('the key in a store', () => {
  const document: Document<unknown> = { key: 'state-key', parse: (written) => written };

  test('is the same for all processes, whichever is first, and is 32 random bytes', async () => {
    const keys = new Set<string>();
    for (let seed = 1; seed <= 20; seed += 1) {
      const clock = manualClock();
      const store = createMemoryStore(clock.now);
      const random = createRandom(seed);
      const reads = [1, 2, 3].map(() => sharedStateKey(testProcess(store, clock, random, 20).store)());
      const [one, ...others] = await finish(clock, Promise.all(reads));
      expect(one).toHaveLength(32);
      for (const other of others) expect(other).toEqual(one);
      keys.add(Buffer.from(one ?? []).toString('hex'));
    }
    expect(keys.size).toBe(20);
  });

  test('is rotated by removing it: an open question is asked again, everywhere', async () => {
    const store = newStore();
    const [one, other] = [replica(store), replica(store)];
    const state = await one.issueQuestion(call, 'maria');
    expect((await other.verify(state, 'maria')).step).toBe('question');
    await store.transact([document], (transaction) => transaction.remove(document));
    const invalid = { step: 'refused', reason: 'invalid' };
    expect([await one.verify(state, 'maria'), await other.verify(state, 'maria')]).toEqual([invalid, invalid]);
    const next = await other.issueQuestion(call, 'maria');
    expect((await one.verify(next, 'maria')).step).toBe('question');
  });

  test('is remembered while the store is away', async () => {
    const process = testProcess(newStore(), manualClock());
    const key = sharedStateKey(process.store);
    process.isAway = true;
    await expect(key()).rejects.toBeInstanceOf(StoreAway);
    process.isAway = false;
    const read = await key();
    process.isAway = true;
    expect(await key()).toEqual(read);
  });
});
