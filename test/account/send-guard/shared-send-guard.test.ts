import { describe, expect, test } from 'vitest';
import type { Claim } from '../../../src/account/send-guard/send-guard.js';
import { createSharedSendGuard } from '../../../src/account/send-guard/shared-send-guard.js';
import { createMemoryStore } from '../../../src/store/memory-store.js';
import type { Document, SharedStore } from '../../../src/store/shared-store.js';
import { lostAnswer, twoProcesses } from '../../support/guard-processes.js';
import { testProcess } from '../../support/processes.js';
import { callAt, sendGuardContract } from '../../support/send-guard-contract.js';

sendGuardContract('a store', (clock) => {
  const guard = createSharedSendGuard(createMemoryStore(clock.now), clock);
  return { guard, second: guard, inOrder: false };
});

sendGuardContract('a store, seen by another process', (clock) => {
  const store = createMemoryStore(clock.now);
  const [guard, second] = [1, 2].map(() => {
    const process = testProcess(store, clock);
    return createSharedSendGuard(process.store, process.clock);
  });
  if (guard === undefined || second === undefined) throw new Error('two are made');
  return { guard, second, inOrder: false };
});

describe('the store holds', () => {
  /** Everything that is written to a store. */
  function written(store: SharedStore): { readonly store: SharedStore; readonly texts: string[] } {
    const texts: string[] = [];
    const transact: SharedStore['transact'] = (documents, change, signal) =>
      store.transact(
        documents,
        (transaction) =>
          change({
            ...transaction,
            write(document, content, keepMs) {
              texts.push(document.key, JSON.stringify(content));
              transaction.write(document, content, keepMs);
            },
          }),
        signal,
      );
    return { store: { ...store, transact }, texts };
  }

  test('no word of a failure, and no long data', async () => {
    const { clock, store, found } = twoProcesses();
    const seen = written(store);
    const guard = createSharedSendGuard(seen.store, clock);
    for (const end of [
      (claim: Claim) => claim.unknown(lostAnswer),
      (claim: Claim) => claim.done({ status: 'x'.repeat(5_000) }),
    ]) {
      const claim = await guard.claim({ send: `send ${seen.texts.length}` }, callAt(0), new AbortController().signal);
      if (claim.state !== 'claimed') throw new Error(claim.state);
      await claim.claim.departure.before();
      claim.claim.departure.leave();
      await end(claim.claim);
    }
    expect(seen.texts.join('\n')).toContain('"kind":"network"');
    expect(seen.texts.join('\n')).not.toMatch(/Code|broken|xxx/);
    expect(await found(guard)).toBe('claimed');
  });

  test('a record that this version cannot read: nobody sends', async () => {
    const { store, one, found } = twoProcesses();
    const raw: Document<unknown> = { key: 'send:hello', parse: (content) => content };
    await store.transact([raw], (transaction) => transaction.write(raw, { claim: { of: 'the future' } }, 60_000));
    expect(await found(one.guard)).toBe('unknown');
  });
});
