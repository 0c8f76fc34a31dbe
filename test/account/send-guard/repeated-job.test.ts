import { describe, expect, test } from 'vitest';
import { deferred } from '../../support/deferred.js';
import { drivenClock } from '../../support/driven.js';
import { everyTurnAtOnce } from '../../support/pacer.js';
import { followers } from '../../support/people.js';
import { createRandom } from '../../support/random.js';
import { reached, useCaller, useSendGuard } from '../../support/sandboxed.js';
import { callAt } from '../../support/send-guard-contract.js';
import { settle } from '../../support/timing.js';

const clock = drivenClock();
const used = useCaller({ clock, guard: useSendGuard(clock.now), pacer: everyTurnAtOnce }, { followers: 60 });

describe('for_each that is cancelled or abandoned half way and repeated twice', () => {
  const subscriber_ids = followers(60);
  const many = { subscriber_ids, action: 'send_text', text: 'Closed on Friday' };

  test.each(Array.from({ length: 20 }, (_, seed) => seed + 1))(
    'sends to each of 60 contacts once, seed %i',
    async (seed) => {
      const random = createRandom(seed);
      const stopAfter = 20 + Math.floor(random() * 25);
      const isAbandoned = seed % 2 === 0;
      const cancel = new AbortController();
      const call = callAt(clock.now());
      const halfWay = deferred();
      const onProgress = ({ progress }: { progress: number }) => progress >= stopAfter && halfWay.resolve();
      const first = used.caller.call('manychat_for_each_subscriber', many, {
        delivery: call.delivery,
        signal: cancel.signal,
        onProgress,
      });
      await halfWay.promise;
      if (!isAbandoned) {
        call.delivery.cancelled = true;
        cancel.abort();
      }
      for (let turns = random() * 5; turns > 0; turns -= 1) await settle();
      const repeats = [await used.result('manychat_for_each_subscriber', many)];
      repeats.push(await used.result('manychat_for_each_subscriber', many));
      await first;
      for (const result of repeats)
        expect(result).toMatchObject({ accepted: 60, failed: [], unknown: [], remaining: 0 });
      expect(reached(used.sandbox).sort()).toEqual(subscriber_ids);
    },
  );
});
