import { describe, expect, test } from 'vitest';
import { loadOf } from '../../../src/upstream/pacing/limits.js';
import { endpointOf } from '../../support/attempts.js';

const throughMaton = (connection?: string) => ({ account: 'a', connection, throughMaton: true });
const direct = { account: 'a', throughMaton: false };

describe('what a request counts against', () => {
  test('a flow through Maton: the limits of the account, the endpoint and the contact', () => {
    const { limits } = loadOf(endpointOf('manychat_send_flow'), { subscriber_id: '5' }, throughMaton('c1'));
    expect(limits).toEqual([
      { key: '["a","maton"]', scope: 'account', calls: 10, windowMs: 1_000 },
      { key: '["a","c1","/fb/sending/sendFlow"]', scope: 'connection', calls: 20, windowMs: 1_000 },
      { key: '["a","c1","/fb/sending/sendFlow","5"]', scope: 'connection', calls: 100, windowMs: 3_600_000 },
    ]);
  });

  test('a flow through Maton can pause its account or its connection', () => {
    const load = loadOf(endpointOf('manychat_send_flow'), { subscriber_id: '5' }, throughMaton('c1'));
    expect(load).toMatchObject({ account: 'a', connection: '["a","connection","c1"]' });
  });

  test("Maton's own API: the limit and the pauses of the account", () => {
    const load = loadOf(endpointOf('manychat_list_connections'), {}, throughMaton());
    expect(load.limits.map(({ key }) => key)).toEqual(['["a","maton"]']);
    expect(load.connection).toBeUndefined();
  });

  test('without Maton: the limit of the endpoint', () => {
    const load = loadOf(endpointOf('manychat_get_page'), {}, direct);
    expect(load.limits).toEqual([
      { key: '["a","","/fb/page/getInfo"]', scope: 'connection', calls: 100, windowMs: 1_000 },
    ]);
  });

  test('without Maton: account and connection pause as one', () => {
    const load = loadOf(endpointOf('manychat_get_page'), {}, direct);
    expect(load.connection).toBe(load.account);
  });

  test('an endpoint without a documented limit has none', () => {
    expect(loadOf(endpointOf('manychat_get_subscriber_by_user_ref'), {}, direct).limits).toEqual([]);
  });

  test.each([true, false])('two accounts share no key, through Maton: %s', (maton) => {
    const keysOf = (account: string): string[] => {
      const load = loadOf(
        endpointOf('manychat_send_flow'),
        { subscriber_id: '5' },
        { account, connection: 'same', throughMaton: maton },
      );
      return [load.account, load.connection ?? '', ...load.limits.map(({ key }) => key)];
    };
    const shared = keysOf('a').filter((key) => keysOf('b').includes(key));
    expect(shared).toEqual([]);
  });

  describe('to a page that is known', () => {
    const flow = (owner: Parameters<typeof loadOf>[2]) =>
      loadOf(endpointOf('manychat_send_flow'), { subscriber_id: '5' }, { ...owner, page: '77' });
    const ofPage = ['["page","77","/fb/sending/sendFlow"]', '["page","77","/fb/sending/sendFlow","5"]'];

    test('through Maton: the limit of the account, and the limits and pauses of the page', () => {
      const load = flow(throughMaton('c1'));
      expect(load.limits.map(({ key }) => key)).toEqual(['["a","maton"]', ...ofPage]);
      expect(load).toMatchObject({ account: 'a', connection: '["page","77"]' });
    });

    test('without Maton: the limits and pauses of the page, which another key of it shares', () => {
      const load = flow(direct);
      expect(load.limits.map(({ key }) => key)).toEqual(ofPage);
      expect(load).toMatchObject({ account: '["page","77"]', connection: '["page","77"]' });
      expect(flow({ ...direct, account: 'b' })).toEqual(load);
    });
  });
});
