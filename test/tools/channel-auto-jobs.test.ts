import { describe, expect, test } from 'vitest';
import type { Result } from '../../tools/contract/json.js';
import { channelAccount, idsOn } from '../support/channel-contacts.js';
import { drivenClock } from '../support/driven.js';
import { createRandom } from '../support/random.js';
import { lost, reached, useCaller } from '../support/sandboxed.js';

const clock = drivenClock();
const used = useCaller({ clock, random: () => 0 }, { account: channelAccount });
const { sandbox } = used;
const run = (subscriber_ids: readonly string[], more: object = {}): Promise<Result> =>
  used.result('manychat_for_each_subscriber', { subscriber_ids, action: 'send_text', text: 'Hello!', ...more });
/** What was read earlier is forgotten, and so are sends. */
const forget = (): void => clock.advance(3_600_001);
const requests = () => ({ reads: used.countOf('getInfo'), sends: used.countOf('sendContent') });
/** How often each contact is in the requests with a path. */
const mostPerContact = (path: string, { contacts = [] }: Result): number => {
  const counts = new Map<string, number>();
  // At the end, some of those that failed are read for the result.
  const count = sandbox.requests().length - (contacts as unknown[]).length;
  for (const request of sandbox
    .requests()
    .slice(0, count)
    .filter((each) => each.path.endsWith(path))) {
    const { subscriber_id: body } = Object(request.body);
    const id = String(body ?? Object(request.query).subscriber_id);
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return Math.max(0, ...counts.values());
};

describe('a job without a channel', () => {
  test('reads no contact if it goes well', async () => {
    forget();
    const result = await run(idsOn('messenger', 50));
    expect(result).toMatchObject({ accepted: 50, failed: [], unknown: [], remaining: 0, channels: { messenger: 50 } });
    expect(requests()).toEqual({ reads: 0, sends: 50 });
  });

  test('reads a contact whose channel is refused, and reaches it on the one on record', async () => {
    forget();
    expect(await run([...idsOn('messenger', 47), ...idsOn('whatsapp', 2), ...idsOn('instagram', 1)])).toMatchObject({
      accepted: 50,
      channels: { messenger: 47, whatsapp: 2, instagram: 1 },
    });
    expect(requests()).toEqual({ reads: 3, sends: 53 });
  });

  test('reads contacts first once three were refused', async () => {
    forget();
    const first = idsOn('whatsapp', 3);
    await run([...first, ...idsOn('messenger', 20), ...idsOn('instagram', 7), ...idsOn('whatsapp', 23).slice(3)]);
    expect(reached(sandbox)).toHaveLength(50);
    const { reads, sends } = requests();
    // Those in flight when the third was refused were sent to first.
    expect(sends).toBe(53);
    expect(reads).toBeGreaterThanOrEqual(30);
    expect(reads).toBeLessThanOrEqual(50);
  });

  test('of many channels reaches each contact once, with at most one read and two requests a contact', async () => {
    forget();
    const ids = ['messenger', 'whatsapp', 'instagram'] as const;
    const mixed = [...ids.flatMap((each) => idsOn(each, 14)), ...idsOn('telegram', 4), ...idsOn('closed', 4)];
    const shuffled = mixed.toSorted((one, other) => Number(one.slice(-2)) - Number(other.slice(-2)));
    const result = await run(shuffled);
    expect(result).toMatchObject({
      accepted: 42,
      unknown: [],
      remaining: 0,
      channels: { messenger: 14, whatsapp: 14, instagram: 14 },
    });
    expect(result.failed).toEqual(
      expect.arrayContaining([
        { error: 'channel_refused', subscriber_ids: idsOn('telegram', 4) },
        { error: 'window_closed', subscriber_ids: idsOn('closed', 4) },
      ]),
    );
    expect(reached(sandbox).toSorted()).toEqual(mixed.slice(0, 42).toSorted());
    expect(mostPerContact('/getInfo', result)).toBe(1);
    expect(mostPerContact('/sendContent', result)).toBe(2);
  });

  test('reads nobody whose channel an earlier result showed', async () => {
    forget();
    for (const id of idsOn('instagram', 10))
      await used.result('manychat_find_subscribers_by_name', { name: `Guest ${id}` });
    expect(await run(idsOn('instagram', 10))).toMatchObject({ accepted: 10, channels: { instagram: 10 } });
    expect(requests()).toEqual({ reads: 0, sends: 10 });
  });

  test('makes no read before it sends on a channel that is named', async () => {
    forget();
    const result = await run(idsOn('whatsapp', 5), { channel: 'messenger' });
    expect(result).toMatchObject({ accepted: 0, failed: [{ error: 'channel_refused' }] });
    expect(result).not.toHaveProperty('channels');
    expect(used.paths()).toEqual([...Array(5).fill('sendContent'), ...Array(5).fill('getInfo')]);
  });
});

describe('a job without a channel that loses responses', () => {
  test.each(Array.from({ length: 12 }, (_, index) => index + 1))('sends to no contact twice, seed %i', async (seed) => {
    forget();
    const random = createRandom(seed);
    const ids = [...idsOn('messenger', 10), ...idsOn('whatsapp', 10), ...idsOn('instagram', 10)].toSorted(
      () => random() - 0.5,
    );
    const injectLosses = (): void => {
      for (let count = 0; count < 3; count += 1) {
        const path = random() < 0.8 ? 'sendContent' : 'getInfo';
        sandbox.injectFault({ ...lost(path, random() < 0.5), after: Math.floor(random() * 40), times: 1 });
      }
    };
    /** Contacts that were once unknown must stay so or be done, and never be sent to. */
    const unknown = new Set<string>();
    for (let round = 0; round < 4; round += 1) {
      injectLosses();
      const result = await run(ids);
      for (const id of Object(result.unknown)) unknown.add(String(id));
      sandbox.clearFaults();
      const sent = reached(sandbox).map(String);
      expect(new Set(sent).size).toBe(sent.length);
    }
    const sent = new Set(reached(sandbox).map(String));
    for (const id of ids) expect(sent.has(id) || unknown.has(id)).toBe(true);
  });
});
