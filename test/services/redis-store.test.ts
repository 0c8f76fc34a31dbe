import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { openRedisStore } from '../../src/store/redis/redis-store.js';
import { type Document, type SharedStore, StoreAway } from '../../src/store/shared-store.js';
import { inboxContract } from '../support/inbox/inbox-contract.js';
import { storeContract } from '../support/store-contract.js';
import { type Redis, startRedis } from './support/redis.js';
import { startSilentProxy } from './support/silent-proxy.js';

let redis: Redis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.close());

storeContract('Redis', async () => {
  let now = Date.now();
  const prefix = `${randomUUID()}:`;
  const open = () => openRedisStore({ url: redis.url, prefix, time: () => now });
  const pass = (milliseconds: number): void => {
    now += milliseconds;
  };
  return { one: open(), other: open(), pass };
});

const list: Document<readonly number[]> = {
  key: 'list',
  parse: (written) => (Array.isArray(written) ? written.map(Number) : undefined),
};

const add = (store: SharedStore, value: number, signal?: AbortSignal) =>
  store.transact(
    [list],
    (transaction) => transaction.write(list, [...(transaction.read(list) ?? []), value], 600_000),
    signal,
  );

const read = (store: SharedStore) => store.transact([list], (transaction) => transaction.read(list) ?? []);

/** Repeats what fails as long as Redis is away. */
async function persistent<Result>(work: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof StoreAway)) throw error;
    }
  }
}

describe('a store whose Redis is killed', () => {
  test('refuses while Redis is away, and goes on with what was written when it is back', async () => {
    const events: boolean[] = [];
    const store = openRedisStore({ url: redis.url, prefix: randomUUID(), onAway: (isAway) => events.push(isAway) });
    await add(store, 1);
    await redis.kill();
    await expect(add(store, 2)).rejects.toThrow(new StoreAway('Redis cannot be reached'));
    await redis.start();
    await persistent(() => add(store, 3));
    expect(await read(store)).toEqual([1, 3]);
    expect(events).toEqual([true, false]);
    await store.close();
  });

  test('makes each change once, whenever Redis is killed', async () => {
    const prefix = randomUUID();
    const stores = [0, 1, 2].map(() => openRedisStore({ url: redis.url, prefix }));
    const values = Array.from({ length: 12 }, (_, index) => index);
    let isDone = false;
    const killing = (async () => {
      while (!isDone) {
        await redis.kill();
        await redis.start();
        // The stores get somewhere between two kills.
        const [store] = stores;
        if (store !== undefined) await persistent(() => read(store));
      }
    })();
    await Promise.all(
      stores.map(async (store, own) => {
        // A read is repeated; a change whose answer is lost is not, since the store asks what became of it.
        for (const value of values.filter((each) => each % stores.length === own)) {
          await persistent(() => read(store));
          await add(store, value).catch(async (error: unknown) => {
            if (!(error instanceof StoreAway)) throw error;
            if (!(await persistent(() => read(store))).includes(value)) await persistent(() => add(store, value));
          });
        }
      }),
    );
    isDone = true;
    await killing;
    const [store] = stores;
    const found = store === undefined ? [] : await persistent(() => read(store));
    expect(found.toSorted((a, b) => a - b)).toEqual(values);
    for (const each of stores) await each.close();
  });

  test('tells since when Redis is back, which may have forgotten its last writes', async () => {
    const store = openRedisStore({ url: redis.url, prefix: randomUUID() });
    const seen = () => store.transact([list], ({ now, backSince }) => ({ now, backSince }));
    const before = await seen();
    await redis.kill();
    await redis.start();
    const { now, backSince } = await persistent(seen);
    expect(backSince).toBeGreaterThan(before.now);
    expect(backSince).toBeLessThanOrEqual(now);
    const later = await seen();
    expect(later.backSince).toBe(backSince);
    await store.close();
  });
});

describe('a store whose connection goes silent', () => {
  /** Two stores on one Redis, the first through a proxy. */
  async function throughProxy() {
    const proxy = await startSilentProxy(redis.port);
    const prefix = randomUUID();
    const events: boolean[] = [];
    const onAway = (isAway: boolean): void => void events.push(isAway);
    const store = openRedisStore({ url: `redis://127.0.0.1:${proxy.port}`, prefix, onAway });
    const direct = openRedisStore({ url: redis.url, prefix });
    onTestFinished(async () => {
      await Promise.all([store.close(), direct.close()]);
      await proxy.close();
    });
    return { proxy, store, direct, events };
  }

  test('gives it up, and goes on with another', async () => {
    const { proxy, store, direct, events } = await throughProxy();
    await persistent(() => add(store, 1));
    proxy.silence();
    await expect(read(store)).rejects.toThrow(new StoreAway('Redis does not answer'));
    expect(await persistent(() => read(store))).toEqual([1]);
    const { now, backSince } = await store.transact([list], (transaction) => transaction);
    expect(backSince).toBeLessThanOrEqual(now);
    // Of a commit that is not answered it is learnt on the next connection what became of it.
    proxy.silence();
    await persistent(() => add(store, 2));
    expect(await persistent(() => read(direct))).toEqual([1, 2]);
    expect(events).toEqual([true, false, true, false]);
  });

  test('goes on when new connections were silent too', async () => {
    const { proxy, store } = await throughProxy();
    await persistent(() => add(store, 1));
    proxy.silence(true);
    const opened = proxy.opened();
    await expect(read(store)).rejects.toBeInstanceOf(StoreAway);
    // Connections that are never ready are given up as well.
    while (proxy.opened() < opened + 2) await read(store).catch(() => undefined);
    proxy.heal();
    expect(await persistent(() => read(store))).toEqual([1]);
  });

  test('is told of changes again', async () => {
    const { proxy, store, direct } = await throughProxy();
    let notices = 0;
    store.watch(list, () => (notices += 1));
    const noticed = async (): Promise<void> => {
      const before = notices;
      // A notice can be lost until the watch has begun.
      while (notices === before) {
        await persistent(() => add(direct, 1));
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    };
    await noticed();
    proxy.silence();
    await noticed();
    await noticed();
  });
});

describe('a store that cannot use its Redis', () => {
  test('says why, without the password', async () => {
    const locked = await startRedis(['--requirepass', 'right-password']);
    const store = openRedisStore({ url: locked.url.replace('//', '//:wrong-password@') });
    const failure = await add(store, 1).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StoreAway);
    expect(String(failure)).toContain('WRONGPASS');
    expect(String(failure)).not.toContain('wrong-password');
    await store.close();
    await locked.close();
  });

  test('stops waiting when the signal aborts', async () => {
    const store = openRedisStore({ url: 'redis://127.0.0.1:9' });
    const stop = new AbortController();
    const waiting = add(store, 1, stop.signal);
    stop.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await store.close();
  });
});

inboxContract('Redis', async (time) => {
  const prefix = `${randomUUID()}:`;
  const open = () => openRedisStore({ url: redis.url, prefix, time });
  return [open(), open()];
});
