import { describe, expect, test } from 'vitest';
import { type Connection, coffee, connected, failureOf, idOf, third, wholesale } from '../../../support/connected.js';

const reads = ['getInfo@1', 'getInfo@2'];

describe('names of pages', () => {
  test('are in the choices of a call that names no connection, and in the warning of a read', async () => {
    const { caller, requests, send } = await connected({}, [{ id: third, page: 'unreadable' }]);
    const failure = failureOf(await send());
    expect(failure).toMatchObject({ kind: 'ambiguous_connection', performed: 'no' });
    expect(failure.details).toEqual([
      `"Sunrise Coffee" (page 101): ${coffee} (created 2026-01-01T00:00:00Z)`,
      `"Sunrise Wholesale" (page 102): ${wholesale} (created 2026-01-02T00:00:00Z)`,
      `${third} (created 2026-01-03T00:00:00Z; its page was not read)`,
    ]);
    requests();
    expect(await caller.call('manychat_list_tags')).toMatchObject({
      result: {
        warnings: [
          `Read from "Sunrise Coffee" (page 101) through ${coffee}, the oldest of 3 connected accounts; connection_id selects another.`,
        ],
      },
    });
    expect(requests()).toEqual(['getTags@1']);
  });

  test('are in the list of connections for those that are ACTIVE, and stay cached for some minutes', async () => {
    const { caller, clock, connections, requests } = await connected({}, [
      { id: third, page: 'unreadable' },
      { id: idOf(4), status: 'PENDING' },
    ]);
    const listed = () => caller.call('manychat_list_connections');
    expect(await listed()).toMatchObject({
      ok: true,
      result: {
        connections: [
          { connection_id: coffee, page: { id: '101', name: 'Sunrise Coffee' } },
          { connection_id: wholesale, page: { id: '102', name: 'Sunrise Wholesale' } },
          expect.not.objectContaining({ page: expect.anything() }),
          expect.not.objectContaining({ page: expect.anything() }),
        ],
        warnings: ['The page of 1 connection could not be read: manychat_get_page with the connection_id says why.'],
      },
    });
    expect(requests().toSorted()).toEqual([...reads, 'getInfo@3', 'list'].toSorted());
    const [first] = connections;
    if (first !== undefined) first.page = { id: 101, name: 'Renamed' };
    await listed();
    expect(requests()).toEqual(['list']);
    clock.advance(300_001);
    expect(JSON.stringify(await listed())).toContain('Renamed');
  });

  test('are read for 25 connections a call, at no more than 10 requests a second', async () => {
    const others = Array.from({ length: 40 }, (_, index): Connection => {
      const number = index + 10;
      return { id: idOf(number), page: { id: number, name: `Page ${number}` } };
    });
    const { caller, clock, requests } = await connected({}, others);
    const startedAt = clock.now();
    const named = async () => {
      const outcome = await caller.call('manychat_list_connections');
      if (!outcome.ok) throw new Error(outcome.failure.message);
      const { connections, warnings } = outcome.result as { connections: { page?: object }[]; warnings?: string[] };
      return [connections.filter(({ page }) => page !== undefined).length, warnings] as const;
    };
    expect(await named()).toEqual([25, ['Not read yet: the pages of 17 connections. Call again to see more.']]);
    expect(requests()).toHaveLength(26);
    expect(clock.now() - startedAt).toBeGreaterThanOrEqual(2_000);
    expect(await named()).toEqual([42, undefined]);
    expect(requests()).toHaveLength(18);
  });
});
