import { beforeEach, describe, expect, test } from 'vitest';
import { createSendGuard } from '../../../src/account/send-guard/memory-send-guard.js';
import { drivenClock } from '../../support/driven.js';
import { everyTurnAtOnce } from '../../support/pacer.js';
import { followers } from '../../support/people.js';
import { createRandom } from '../../support/random.js';
import { reached, useCaller } from '../../support/sandboxed.js';
import { callAt } from '../../support/send-guard-contract.js';
import { settle } from '../../support/timing.js';

const clock = drivenClock();
const used = useCaller({ clock, guard: createSendGuard(clock.now), pacer: everyTurnAtOnce }, { followers: 60 });

/** How long a send is remembered after its call has ended, and how late an answer may come; both are documented. */
const rememberedMs = 300_000;
const promptMs = 3_000;
/** The longest time a call may take. */
const longestCallMs = 600_000;

// The guard has forgotten the sends of one test when the next one starts.
beforeEach(() => clock.advance(longestCallMs + rememberedMs));

describe('for_each that is cancelled or abandoned half way and repeated twice', () => {
  const subscriber_ids = followers(60);
  const many = { subscriber_ids, action: 'send_text', text: 'Closed on Friday' };

  test.each(Array.from({ length: 20 }, (_, seed) => seed + 1))(
    'sends to each of 60 contacts once, seed %i',
    async (seed) => {
      const random = createRandom(seed);
      const half = 20 + Math.floor(random() * 25);
      const abandoned = seed % 2 === 0;
      const cancel = new AbortController();
      const call = callAt(clock.now());
      let reachedHalf = (): void => undefined;
      const atHalf = new Promise<void>((resolve) => {
        reachedHalf = resolve;
      });
      const onProgress = ({ progress }: { progress: number }) => progress >= half && reachedHalf();
      const first = used.caller.call('manychat_for_each_subscriber', many, {
        delivery: call.delivery,
        signal: cancel.signal,
        onProgress,
      });
      await atHalf;
      if (!abandoned) {
        call.delivery.cancelled = true;
        cancel.abort();
      }
      for (let turn = random() * 5; turn > 0; turn -= 1) await settle();
      const repeats = [await used.result('manychat_for_each_subscriber', many)];
      repeats.push(await used.result('manychat_for_each_subscriber', many));
      await first;
      for (const result of repeats) expect(result).toMatchObject({ done: 60, failed: [], unknown: [], remaining: [] });
      expect(reached(used.sandbox).sort()).toEqual(subscriber_ids);
    },
  );
});
