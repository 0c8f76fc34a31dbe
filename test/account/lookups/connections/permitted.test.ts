import { describe, expect, test } from 'vitest';
import { type Connection, coffee, connected, failureOf, idOf, third, wholesale } from '../../../support/connected.js';

const museum: Connection = { id: third, page: { id: 103, name: 'Museum' } };

/** A caller who may use these of three connections. */
const permitting = (permitted: readonly string[], others: readonly Connection[] = []) =>
  connected({}, [museum, ...others], permitted);

const listedIds = async ({ caller }: Awaited<ReturnType<typeof permitting>>, args = {}) => {
  const outcome = await caller.call('manychat_list_connections', args);
  return outcome.ok && Array.isArray(outcome.result.connections)
    ? outcome.result.connections.map(({ connection_id }) => connection_id)
    : outcome;
};

describe.each([
  ['by its id', wholesale],
  ['by the name of its page', 'sunrise wholesale'],
])('a connection that may be used, %s,', (_, permitted) => {
  test('is listed alone', async () => {
    const own = await permitting([permitted]);
    expect(await listedIds(own)).toEqual([wholesale]);
    expect(await listedIds(own, { status: 'ACTIVE' })).toEqual([wholesale]);
  });

  test('is used by a call that names none, without a word about others', async () => {
    const { send, requests } = await permitting([permitted]);
    const sent = await send();
    expect(sent).toMatchObject({ ok: true });
    expect(JSON.stringify(sent)).not.toMatch(/Museum|Coffee|oldest/);
    expect(requests().at(-1)).toBe('sendContent@2');
  });

  test.each([['Sunrise Wholesale'], [wholesale]])('is used by a call that names it as %s', async (name) => {
    const { send, requests } = await permitting([permitted]);
    expect(await send(name)).toMatchObject({ ok: true });
    expect(requests().at(-1)).toBe('sendContent@2');
  });

  test.each([
    ['manychat_get_page', (id: string) => ({ connection_id: id })],
    [
      'manychat_send_text',
      (id: string) => ({ connection_id: id, subscriber_id: '1', text: 'Hi', channel: 'messenger' }),
    ],
    ['manychat_get_connection', (id: string) => ({ connection_id: id })],
    ['manychat_delete_connection', (id: string) => ({ connection_id: id })],
  ])('is the only one for %s: others are refused like those that do not exist', async (tool, args) => {
    const { caller, requests } = await permitting([permitted]);
    const refusal = async (id: string) => {
      const failure = failureOf(await caller.call(tool, args(id)));
      return JSON.stringify(failure).replaceAll(id, 'ID');
    };
    const [forbidden, unknown] = [await refusal(third), await refusal(idOf(9))];
    expect(forbidden).toBe(unknown);
    expect(forbidden).toContain('connection_not_found');
    expect(forbidden).not.toMatch(/Museum|Coffee/);
    expect(requests().filter((each) => !/^(list|getInfo@\d)$/.test(each))).toEqual([]);
  });

  test('is the only one by name as well', async () => {
    const { send } = await permitting([permitted]);
    const failures = await Promise.all(['Museum', 'Musea'].map(async (name) => failureOf(await send(name))));
    const texts = failures.map((failure) => JSON.stringify(failure).replaceAll(/Museum|Musea/g, 'NAME'));
    expect(texts[0]).toBe(texts[1]);
  });

  test('is not left for one that a confirmed call names', async () => {
    const { caller, requests } = await permitting([permitted]);
    const outcome = await caller.call('manychat_get_page', {}, { connectionId: third });
    expect(failureOf(outcome).kind).toBe('connection_not_found');
    expect(requests()).not.toContain('getInfo');
  });

  test('cannot be added to', async () => {
    const { caller, requests } = await permitting([permitted]);
    const failure = failureOf(await caller.call('manychat_create_connection', {}));
    expect(failure).toMatchObject({ kind: 'permission_denied', performed: 'no' });
    expect(requests()).toEqual([]);
  });
});

describe('connections that may be used', () => {
  test('are chosen from if there are several', async () => {
    const { send, caller } = await permitting([wholesale, 'Museum']);
    const failure = failureOf(await send());
    expect(failure.kind).toBe('ambiguous_connection');
    expect(failure.details).toHaveLength(2);
    expect(JSON.stringify(failure)).not.toMatch(/Coffee/);
    const read = await caller.call('manychat_list_tags');
    expect(read.ok && read.result.warnings).toEqual([expect.stringContaining('the oldest of 2 connected accounts')]);
  });

  test('do not exist under a name that several pages have', async () => {
    const own = await permitting(['museum'], [{ id: idOf(4), page: { id: 104, name: 'Museum' } }]);
    expect(await listedIds(own)).toEqual([]);
    expect(failureOf(await own.send()).kind).toBe('no_connection');
  });

  test('stay the same when pages are renamed', async () => {
    const own = await permitting(['Museum']);
    expect(await listedIds(own)).toEqual([third]);
    const [first, , last] = own.connections;
    if (first === undefined || last === undefined) throw new Error('there are three');
    first.page = { id: 101, name: 'Museum' };
    last.page = { id: 103, name: 'Museum of Tea' };
    await own.clock.advance(400_000);
    expect(await listedIds(own)).toEqual([third]);
    expect(failureOf(await own.send(coffee)).kind).toBe('connection_not_found');
    expect(await own.send()).toMatchObject({ ok: true });
    // A client that narrows what it is offered gets another account.
    expect(await listedIds({ ...own, caller: own.another })).toEqual([third]);
  });
});
