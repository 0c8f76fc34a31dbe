import { describe, expect, test } from 'vitest';
import { sendOnce } from '../../../src/account/send-guard/guarded-sends.js';
import { createSendGuard } from '../../../src/account/send-guard/memory-send-guard.js';
import type { SendGuard } from '../../../src/account/send-guard/send-guard.js';
import { createSharedSendGuard } from '../../../src/account/send-guard/shared-send-guard.js';
import { createMemoryStore } from '../../../src/store/memory-store.js';
import type { Clock } from '../../../src/upstream/clock.js';
import { drivenClock } from '../../support/driven.js';
import { lostAnswer, never } from '../../support/guard-processes.js';
import { everyTurnAtOnce } from '../../support/pacer.js';
import { testProcess } from '../../support/processes.js';
import { lost, useCaller, useSendGuard } from '../../support/sandboxed.js';
import { callAt } from '../../support/send-guard-contract.js';
import { manualClock, settle } from '../../support/timing.js';

const as = (principal: string | undefined, at: number) => Object.assign(callAt(at), { principal });

describe.each<[string, (clock: Clock) => SendGuard[]]>([
  [
    'this process',
    (clock) => {
      const guard = createSendGuard(clock.now);
      return [guard, guard];
    },
  ],
  [
    'a store',
    (clock) => {
      const store = createMemoryStore(clock.now);
      return [1, 2].map(() => {
        const process = testProcess(store, clock);
        return createSharedSendGuard(process.store, process.clock);
      });
    },
  ],
])('the guard in %s', (_, create) => {
  test('tells whether another principal made a send; without a name it is the person at this machine', async () => {
    const clock = manualClock();
    const [guard, second] = create(clock);
    if (guard === undefined || second === undefined) throw new Error('two are made');
    const claimed = async (send: string, principal: string | undefined) => {
      const found = await guard.claim({ send }, as(principal, 0), never);
      if (found.state !== 'claimed') throw new Error(`was ${found.state}`);
      await found.claim.departure.before();
      found.claim.departure.leave();
      return found.claim;
    };
    await (await claimed('hello', 'anna')).done('data');
    await (await claimed('order', undefined)).unknown(lostAnswer);
    clock.advance(10_000);
    const found = async (send: string, principal: string | undefined, by = second) => {
      await settle();
      const earlier = await by.claim({ send }, as(principal, 10_000), never);
      return 'isOthers' in earlier ? [earlier.state, earlier.isOthers] : earlier.state;
    };
    expect(await found('hello', 'anna')).toEqual(['done', false]);
    expect(await found('hello', 'bob')).toEqual(['done', true]);
    expect(await found('hello', 'bob', guard)).toEqual(['done', true]);
    expect(await found('hello', undefined)).toEqual(['done', true]);
    expect(await found('order', 'local')).toEqual(['unknown', false]);
    expect(await found('order', 'bob')).toEqual(['unknown', true]);
  });
});

test.each([
  [false, 'data of the first call'],
  [true, undefined],
])('the data of an earlier send is given to its own principal only (of another: %s)', async (isOthers, data) => {
  const earlier = {
    state: 'done',
    data: 'data of the first call',
    agoMs: 1,
    leftMs: 1,
    why: 'open',
    isOthers,
  } as const;
  const sent = await sendOnce(earlier, undefined, () => Promise.reject(new Error('sent again')));
  expect(sent.data).toBe(data);
});

describe('a send of another member of the team', () => {
  const clock = drivenClock();
  const used = useCaller({ clock, guard: useSendGuard(clock.now), pacer: everyTurnAtOnce });
  const call = (principal: string) =>
    used.caller.call(
      'manychat_send_text',
      { subscriber_id: '24958501110451908', text: 'Hello team' },
      { principal, delivery: callAt(clock.now()).delivery },
    );

  test('is not made again', async () => {
    expect(await call('token:anna')).toMatchObject({ ok: true });
    const warnings = async (principal: string) => {
      const outcome = await call(principal);
      return outcome.ok && outcome.result.warnings;
    };
    const rest = 'by a call that was still open when this one arrived: it was not sent again.';
    expect(await warnings('token:anna')).toEqual([
      expect.stringContaining(`The same was sent to this contact within the last minute, ${rest}`),
    ]);
    expect(await warnings('token:bob')).toEqual([
      expect.stringContaining(
        `The same was sent to this contact within the last minute by another member of the team, ${rest}`,
      ),
    ]);
    expect(used.sandbox.messages()).toHaveLength(1);
  });

  test('is refused without the words of its failure if it may have arrived', async () => {
    used.sandbox.injectFault(lost('sendContent', true));
    expect(await call('token:anna')).toMatchObject({ ok: false });
    const about = 'and it is not known whether it arrived';
    expect(await call('token:anna')).toMatchObject({
      failure: { message: expect.stringMatching(new RegExp(`last minute, ${about} \\(.+\\): it was not`)) },
    });
    expect(await call('token:bob')).toMatchObject({
      ok: false,
      failure: {
        performed: 'unknown',
        message: `The same was sent to this contact within the last minute by another member of the team, ${about}: it was not sent again`,
      },
    });
  });
});
