import { describe, expect, test } from 'vitest';
import { openMetrics } from '../../../src/account/telemetry/metrics.js';
import { createOpenTelemetry } from '../../../src/account/telemetry/open-telemetry.js';
import { type Document, type SharedStore, StoreAway } from '../../../src/store/shared-store.js';
import { TooLate } from '../../../src/upstream/pacing/pacer.js';
import { everyTurnAtOnce } from '../../support/pacer.js';

/** Telemetry whose clock goes on by half a second with each reading, and what it has counted. */
function measured() {
  const { meter, text } = openMetrics();
  let now = 0;
  const telemetry = createOpenTelemetry({
    meters: [meter],
    now: () => {
      now += 500;
      return now;
    },
    close: async () => undefined,
  });
  return {
    telemetry,
    /** The counts and sums, without buckets. */
    async counted(name: string): Promise<string[]> {
      const lines = (await text()).split('\n').filter((line) => line.startsWith(name) && !line.includes('_bucket'));
      return lines.map((line) => line.slice(name.length));
    },
  };
}

const document: Document<number> = {
  key: 'd',
  parse: (written) => (typeof written === 'number' ? written : undefined),
};

const failing = (error: unknown): SharedStore => ({
  transact: async () => {
    throw error;
  },
  watch: () => () => undefined,
  close: async () => undefined,
});

describe('a measured store', () => {
  test('counts transactions by engine, and those that failed by their reason', async () => {
    const { telemetry, counted } = measured();
    const working: SharedStore = {
      ...failing(undefined),
      transact: async (_, change) =>
        change({ now: 0, read: () => undefined, write: () => undefined, remove: () => undefined }),
    };
    expect(await telemetry.measured(working, 'sqlite').transact([document], () => 7)).toBe(7);
    const away = telemetry.measured(failing(new StoreAway('gone')), 'redis');
    await expect(away.transact([document], () => 7)).rejects.toThrow(StoreAway);
    const stopped = telemetry.measured(failing(new Error('stop')), 'redis');
    await expect(stopped.transact([document], () => 7, AbortSignal.abort())).rejects.toThrow('stop');
    expect(await counted('manychat_store_duration_count')).toEqual([
      '{manychat_store="sqlite"} 1',
      '{manychat_store="redis",error_type="away"} 1',
      '{manychat_store="redis",error_type="stopped"} 1',
    ]);
    expect(await counted('manychat_store_duration_sum')).toContain('{manychat_store="sqlite"} 0.5');
  });
});

describe('a measured pacer', () => {
  const load = { account: 'a', limits: [] };
  const options = { arrivedMsAgo: 0, waitAtMostMs: 1 };
  const { signal } = new AbortController();

  test('counts waits by account and outcome', async () => {
    const { telemetry, counted } = measured();
    const { paced } = telemetry.account('coffee');
    await paced(everyTurnAtOnce).turn(load, options, signal);
    for (const error of [new TooLate(1), new Error('stopped')]) {
      const refusing = { ...everyTurnAtOnce, turn: () => Promise.reject(error) };
      await expect(paced(refusing).turn(load, options, signal)).rejects.toBe(error);
    }
    expect(await counted('manychat_pace_wait_sum')).toEqual([
      '{manychat_account="coffee",manychat_outcome="turn"} 0.5',
      '{manychat_account="coffee",manychat_outcome="too_late"} 0.5',
      '{manychat_account="coffee",manychat_outcome="stopped"} 0.5',
    ]);
  });
});
