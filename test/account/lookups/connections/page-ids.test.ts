import { describe, expect, test } from 'vitest';
import { createPageIds } from '../../../../src/account/lookups/connections/pages/page-ids.js';
import { createMemoryStore } from '../../../../src/store/memory-store.js';
import { StoreAway, type Transaction } from '../../../../src/store/shared-store.js';
import type { Load } from '../../../../src/upstream/pacing/pacer.js';
import { everyTurnAtOnce } from '../../../support/pacer.js';
import { john } from '../../../support/people.js';
import { useCaller } from '../../../support/sandboxed.js';

describe('the limits of a connection, where processes share a store', () => {
  const store = createMemoryStore(Date.now);
  const loads: Load[] = [];
  const pacer = {
    ...everyTurnAtOnce,
    turn: (...asked: Parameters<typeof everyTurnAtOnce.turn>) => {
      loads.push(asked[0]);
      return everyTurnAtOnce.turn(...asked);
    },
  };
  const used = useCaller({ pacer, pageIds: createPageIds(store) });
  const text = (words: string) => used.result('manychat_send_text', { subscriber_id: john, text: words });
  const keys = () => loads.flatMap(({ limits }) => limits.map(({ key }) => key));

  test('are those of its page, which is read once', async () => {
    await text('one');
    await text('two');
    const pages = used.sandbox.requests().filter(({ path }) => path.endsWith('/page/getInfo'));
    expect(pages).toHaveLength(1);
    const { page } = await used.result('manychat_get_page');
    const sends = keys().filter((key) => key.includes('sendContent'));
    expect(sends.length).toBeGreaterThan(0);
    for (const key of sends) expect(key).toContain(JSON.stringify(['page', Object(page).id]).slice(0, -1));
  });

  test('are not read again by another process', async () => {
    const other = createPageIds(store);
    const known = await Promise.all(
      [1, 2].map(() => other.of(used.caller.config.account.identity, used.sandbox.connectionId, async () => 'again')),
    );
    expect(new Set(known).size).toBe(1);
    expect(known[0]).not.toBe('again');
  });

  test('stay those of the connection while the page cannot be read, which is tried again', async () => {
    const ids = createPageIds(createMemoryStore(Date.now));
    const answers = [undefined, '77', '88'];
    const learnt = () => ids.of('account', 'connection', async () => answers.shift());
    expect([await learnt(), await learnt(), await learnt()]).toEqual([undefined, '77', '77']);
    await expect(ids.of('account', 'other', () => Promise.reject(new Error('no')))).resolves.toBeUndefined();
  });

  test.each([
    [
      'away',
      (): never => {
        throw new StoreAway('Redis does not answer');
      },
    ],
    [
      'full',
      (transaction: Transaction) => ({
        ...transaction,
        write(): never {
          throw new StoreAway('Redis refused: OOM');
        },
      }),
    ],
  ])('are those of the page even while the store is %s, and the page is read once', async (_, fault) => {
    const memory = createMemoryStore(Date.now);
    const ids = createPageIds({
      ...memory,
      transact: (documents, change) => memory.transact(documents, (transaction) => change(fault(transaction))),
    });
    const answers = ['77', '88'];
    const learnt = () => ids.of('account', 'connection', async () => answers.shift());
    expect([await learnt(), await learnt()]).toEqual(['77', '77']);
  });
});
