import { describe, expect, test } from 'vitest';
import { coffee, connected, failureOf, idOf, third, wholesale } from '../../../support/connected.js';

const reads = ['getInfo@1', 'getInfo@2'];

describe('a connection that is asked for by the name of its page', () => {
  test.each(['Sunrise Wholesale', 'sunrise wholesale', '  SUNRISE \u00a0 Wholesale ', 'Sunrise\u200b Wholesale'])(
    'is found as %j, by one list and one read of each page, and from then on without any',
    async (name) => {
      const { requests, send } = await connected();
      expect(await send(name, 'one')).toMatchObject({ ok: true });
      expect(requests().toSorted()).toEqual([...reads, 'list', 'sendContent@2'].toSorted());
      expect(await send(name, 'two')).toMatchObject({ ok: true });
      expect(requests()).toEqual(['sendContent@2']);
    },
  );

  test.each([
    ['Caf\u00e9 Z\u00fcrich', 'CAFE\u0301 ZU\u0308RICH'],
    ['Stra\u00dfe', 'STRASSE'],
    ['\u041a\u043e\u0444\u0435', '\u041a\u041e\u0424\u0415'],
    ['Coffee \ud83d\udc68\u200d\ud83c\udf73', 'coffee \ud83d\udc68\u200d\ud83c\udf73'],
  ])('named %j is found as %j', async (page, name) => {
    const { requests, send } = await connected({}, [{ id: third, page: { id: 103, name: page } }]);
    expect(await send(name)).toMatchObject({ ok: true });
    expect(requests().at(-1)).toBe('sendContent@3');
  });

  test('is read once for many first calls at the same time', async () => {
    const { caller, requests } = await connected();
    const all = Array.from({ length: 8 }, () => caller.call('manychat_list_tags', { connection_id: 'sunrise coffee' }));
    expect((await Promise.all(all)).every(({ ok }) => ok)).toBe(true);
    expect(
      requests()
        .filter((each) => each === 'list' || each.startsWith('getInfo'))
        .toSorted(),
    ).toEqual([...reads, 'list'].toSorted());
  });

  test.each([
    ['Sunrise', [/^"Sunrise (Coffee|Wholesale)"/, /^"Sunrise/]],
    ['Sunrise Coffe', [/^"Sunrise Coffee" \(page 101\): \S+01 \(created 2026-01-01T00:00:00Z\)$/, /Wholesale/]],
    ['Wholesale', [/^"Sunrise Wholesale"/, /Coffee/]],
    ['Quite another', [/Coffee/, /Wholesale/]],
  ])('is not found as %j, and the choices are listed, the closest first', async (name, choices) => {
    const { requests, send } = await connected();
    const failure = failureOf(await send(name));
    expect(failure).toMatchObject({ kind: 'connection_not_found', performed: 'no', retryable: false });
    expect(failure.message).toBe(`No connection has the id or page name "${name}"`);
    expect(failure.details).toEqual(choices.map((words) => expect.stringMatching(words)));
    expect(requests()).not.toContain('sendContent@1');
  });

  test('is refused if several pages have the name, and used by id', async () => {
    const twin = { id: third, page: { id: 103, name: 'SUNRISE coffee' } };
    const { requests, send } = await connected({}, [twin]);
    const failure = failureOf(await send('Sunrise Coffee'));
    expect(failure).toMatchObject({ kind: 'ambiguous_connection', performed: 'no' });
    expect(failure.details).toEqual([expect.stringContaining(coffee), expect.stringContaining(third)]);
    expect(requests().join()).not.toContain('sendContent');
    expect(await send(third)).toMatchObject({ ok: true });
    expect(requests()).toEqual(['sendContent@3']);
  });

  test('is the oldest of several connections to one and the same page', async () => {
    const { requests, send } = await connected({}, [{ id: third, page: { id: 102, name: 'Sunrise Wholesale' } }]);
    expect(await send('Sunrise Wholesale')).toMatchObject({ ok: true });
    expect(requests().at(-1)).toBe('sendContent@2');
  });

  test.each([
    ['unreadable', /^The name may be that of a page that could not be read/],
    [{ id: 103, name: 'Another' }, /^The connection is set by MATON_CONNECTION_ID/],
  ] as const)('that is pinned and not found is not said to be set wrong if a page is %j', async (page, hint) => {
    const { send } = await connected({ MATON_CONNECTION_ID: 'Third' }, [{ id: third, page }]);
    expect(failureOf(await send()).hint).toMatch(hint);
  });

  test('is not found by its page if that cannot be read, has no name, or is not ACTIVE', async () => {
    const { requests, send } = await connected({}, [
      { id: third, page: 'unreadable' },
      { id: idOf(4), page: { id: 104 } },
      { id: idOf(5), status: 'PENDING', page: { id: 105, name: 'Third' } },
    ]);
    const failure = failureOf(await send('Third'));
    expect(failure.message).toBe(
      'No connection has the id or page name "Third"; the page of 1 connection could not be read',
    );
    expect(failure.hint).toMatch(/^The name may be that of a page that could not be read: try again in a minute/);
    expect(failure.details?.join()).not.toContain(idOf(5));
    expect(requests()).not.toContain('getInfo@5');
  });

  test('is used by a read and refused to a send while the page of another connection cannot be read', async () => {
    const { caller, requests, send } = await connected({}, [{ id: third, page: 'unreadable' }]);
    expect(await caller.call('manychat_list_tags', { connection_id: 'Sunrise Coffee' })).toMatchObject({
      ok: true,
      result: {
        warnings: [
          'It is not known whether another page has the same name: the page of 1 connection could not be read.',
        ],
      },
    });
    const failure = failureOf(await send('Sunrise Coffee'));
    expect(failure).toMatchObject({
      kind: 'ambiguous_connection',
      performed: 'no',
      message:
        'It is not known whether "Sunrise Coffee" is also the name of another page: the page of 1 connection could not be read',
      hint: expect.stringMatching(/use the id of the connection/),
    });
    expect(requests().join()).not.toContain('sendContent');
    expect(await send(idOf(1))).toMatchObject({ ok: true });
  });

  test('stays the same when pages are renamed, and is refused once another page is known to have the name', async () => {
    const { connections, caller, clock, requests, send } = await connected();
    expect(await send('Sunrise Coffee', 'one')).toMatchObject({ ok: true });
    const [first, second] = connections;
    if (first === undefined || second === undefined) throw new Error('there are two');
    first.page = { id: 101, name: 'Old Coffee' };
    second.page = { id: 102, name: 'Sunrise Coffee' };
    clock.advance(3_600_000);
    expect(await send('Sunrise Coffee', 'two')).toMatchObject({ ok: true });
    expect(requests().at(-1)).toBe('sendContent@1');
    // The agent is shown the new names, so that the old one could mean either.
    await caller.call('manychat_list_connections');
    const failure = failureOf(await send('Sunrise Coffee', 'three'));
    expect(failure).toMatchObject({ kind: 'ambiguous_connection', performed: 'no' });
    expect(failure.message).toBe('"Sunrise Coffee" is the name of another page now than before');
    expect(failure.details?.join()).toMatch(/"Old Coffee".*0001.*"Sunrise Coffee".*0002/);
    // The other page is deleted: the name means what it did.
    connections.pop();
    clock.advance(3_600_000);
    requests();
    first.page = { id: 101, name: 'Sunrise Coffee' };
    expect(await send('Sunrise Coffee', 'four')).toMatchObject({ ok: true });
    expect(requests().at(-1)).toBe('sendContent@1');
  });

  test('is looked up again after its connection was found missing', async () => {
    const { connections, requests, send } = await connected();
    await send('Sunrise Coffee', 'one');
    connections.splice(0, 1, { id: third, page: { id: 101, name: 'Sunrise Coffee' } });
    expect(failureOf(await send('Sunrise Coffee', 'two'))).toMatchObject({ kind: 'connection_not_found' });
    requests();
    expect(await send('Sunrise Coffee', 'two')).toMatchObject({ ok: true });
    expect(requests().at(-1)).toBe('sendContent@3');
  });

  test('is looked up again after its connection was deleted here', async () => {
    const { connections, caller, requests, send } = await connected();
    await send('Sunrise Coffee', 'one');
    connections.splice(0, 1, { id: third, page: { id: 101, name: 'Sunrise Coffee' } });
    await caller.call('manychat_delete_connection', { connection_id: coffee });
    expect(await send('Sunrise Coffee', 'two')).toMatchObject({ ok: true });
    expect(requests().at(-1)).toBe('sendContent@3');
  });

  test('gets no second send that was made under its id, and the other way round', async () => {
    const { requests, send, upstream } = await connected();
    const reply = upstream.reply;
    if (typeof reply !== 'function') throw new Error('the reply is a function');
    upstream.reply = (request, response) => {
      if (request.path.endsWith('sendContent')) response.destroy();
      else reply(request, response);
    };
    const [first, second] = [await send(coffee), await send('sunrise COFFEE')];
    expect(failureOf(first)).toMatchObject({ performed: 'unknown' });
    expect(failureOf(second).message).toContain('The same was sent to this contact');
    expect(requests().filter((each) => each === 'sendContent@1')).toHaveLength(1);
  });

  test('is shown by its id in a dry run', async () => {
    const { send } = await connected({ MANYCHAT_MCP_DRY_RUN: '1' });
    const outcome = await send('Sunrise Wholesale');
    expect(outcome).toMatchObject({ ok: true, result: { dry_run: true, requests: [{ connection_id: wholesale }] } });
  });
});

describe('an id that is not of Maton\u2019s form', () => {
  const opaque = { id: 'conn_7', page: { id: 107, name: 'Opaque' } };

  test('costs one list at the first call, and wins over a page of that name', async () => {
    const named = { id: third, page: { id: 103, name: 'conn_7' } };
    const { requests, send } = await connected({}, [named, opaque]);
    expect(await send('conn_7', 'one')).toMatchObject({ ok: true });
    expect(requests()).toEqual(['list', 'sendContent@7']);
    expect(await send('conn_7', 'two')).toMatchObject({ ok: true });
    expect(requests()).toEqual(['sendContent@7']);
  });

  test('is sent although it is PENDING, and Maton says what is wrong', async () => {
    const { requests, send } = await connected({}, [{ ...opaque, status: 'PENDING' }]);
    expect(failureOf(await send('conn_7'))).toMatchObject({ kind: 'no_connection', source: 'gateway' });
    expect(requests()).toEqual(['list', 'sendContent@7']);
  });

  test('is nothing that could be a key: that is refused without being shown', async () => {
    const { caller } = await connected();
    const key = 'mtnLive9fQ3cKx8ZpW2vR6tY1s';
    const outcome = await caller.call('manychat_get_page', { connection_id: key });
    expect(failureOf(outcome).message).toBe('No connection has the id or page name that was given');
    expect(JSON.stringify(outcome) + caller.logged.join('')).not.toContain(key);
  });
});

describe('a pinned page', () => {
  test('is used by every call, for resources and steps of workflows too', async () => {
    const { caller, requests } = await connected({ MATON_CONNECTION_ID: ' sunrise WHOLESALE' });
    expect(await caller.call('manychat_get_page')).toMatchObject({
      ok: true,
      result: { page: { name: 'Sunrise Wholesale' } },
    });
    const many = { subscriber_ids: ['1', '2'], action: 'add_tag', tag_name: 'Gold' };
    expect(await caller.call('manychat_for_each_subscriber', many)).toMatchObject({ ok: true });
    expect(requests().filter((each) => !reads.includes(each))).toEqual(['list', 'addTagByName@2', 'addTagByName@2']);
  });

  test('that does not exist is refused in each call, with what to correct and the choices', async () => {
    const { requests, send } = await connected({ MATON_CONNECTION_ID: 'Sunrise' });
    const failure = failureOf(await send());
    expect(failure).toMatchObject({ kind: 'connection_not_found', hint: expect.stringContaining('--connection') });
    expect(failure.details).toHaveLength(2);
    expect(requests().join()).not.toContain('sendContent');
  });
});
