import { expect, onTestFinished, test } from 'vitest';
import { createMemoryStore } from '../../../src/store/memory-store.js';
import { createLocalPacer } from '../../../src/upstream/pacing/local-pacer.js';
import { createSharedPacer } from '../../../src/upstream/pacing/shared-pacer.js';
import { createCaller } from '../../support/caller.js';
import { drivenClock } from '../../support/driven.js';
import { followers } from '../../support/people.js';
import { pinnedTo } from '../../support/program.js';
import { sandboxed } from '../../support/sandboxed.js';

const pacers = {
  'the local pacer': createLocalPacer,
  'a shared pacer': (clock: ReturnType<typeof drivenClock>) =>
    createSharedPacer({ clock, store: createMemoryStore(() => Math.floor(clock.wallClock.now())) }),
};

test.each(Object.entries(pacers))(
  'a call behind 100 waiting requests for many contacts is answered within about a second, with %s',
  async (_, openPacer) => {
    const clock = drivenClock();
    const { sandbox } = await sandboxed({ followers: 100, clock: clock.wallClock });
    const caller = createCaller(pinnedTo(sandbox), { clock, pacer: openPacer(clock) });
    onTestFinished(() => caller.close());
    const many = followers(100).map((id) =>
      caller.call('manychat_for_each_subscriber', { subscriber_ids: [id], action: 'add_tag', tag_name: 'VIP' }),
    );
    await new Promise<void>((resolve) => void clock.after(3_000, resolve));
    const asked = clock.now();
    expect(await caller.call('manychat_list_tags')).toMatchObject({ ok: true });
    expect(clock.now() - asked).toBeLessThan(1_300);
    const outcomes = await Promise.all(many);
    expect(outcomes.filter(({ ok }) => !ok)).toEqual([]);
    expect(clock.now()).toBeGreaterThan(9_000);
    expect(sandbox.requests().filter(({ status }) => status === 429)).toEqual([]);
  },
);
