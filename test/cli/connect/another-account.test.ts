import { describe, expect, test } from 'vitest';
import { UsageError } from '../../../src/config/usage-error.js';
import { useConnect } from '../../support/connecting.js';

const { sandbox, enter, request, connecting, newId } = useConnect();

describe('connect beside an ACTIVE connection', () => {
  const entering = { onLink: (link: string) => enter(link, { api_key: sandbox.secondManychatKey }) };

  test.each([
    ['y', 0, 1],
    ['YES', 0, 1],
    ['n', 4, 0],
    ['', 4, 0],
    ['yesterday', 4, 0],
  ])('asks at a terminal, shows what is connected, and takes %j', async (answer, code, created) => {
    const asked: string[] = [];
    const ask = async (question: unknown) => {
      asked.push(String(question));
      return answer;
    };
    const run = await connecting({ ...entering, yes: false, ask });
    expect(run).toMatchObject({ code, created });
    expect(asked).toEqual(['Connect another ManyChat account? [y/N] ']);
    expect(run.err).toContain(`Connected already:\n  "Sunrise Coffee" (page 123456789): ${sandbox.connectionId}`);
    expect(run.err.includes('Nothing was created.')).toBe(created === 0);
  });

  test('is refused without a terminal, with or without --json, and says what to add or what to resume', async () => {
    for (const json of [false, true]) {
      const run = connecting({ yes: false, json });
      await expect(run).rejects.toThrow(UsageError);
      await expect(run).rejects.toThrow(
        new RegExp(`^--yes is needed .*"Sunrise Coffee".*manychat-mcp connect ${sandbox.secondConnectionId}$`, 's'),
      );
    }
    expect(sandbox.requests().filter(({ method }) => method === 'POST')).toEqual([]);
  });

  test('creates nothing if it is interrupted at the question', async () => {
    const stop = new AbortController();
    const ask = () => {
      stop.abort();
      return Promise.reject(stop.signal.reason);
    };
    const { code, err, created } = await connecting({ yes: false, ending: stop.signal, ask });
    expect([code, created]).toEqual([4, 0]);
    expect(err).toMatch(/Stopped before anything was created\.$/);
  });

  test('goes on without a question where none is ACTIVE, and for a connection that is resumed', async () => {
    await request('DELETE', `/connections/${sandbox.connectionId}`);
    const first = await connecting({ ...entering, yes: false });
    expect(first).toMatchObject({ code: 0, created: 1 });
    expect(await connecting({ yes: false, connectionId: newId(first.err) })).toMatchObject({ code: 0, created: 1 });
  });

  test('says that the page was connected before, and how to delete the new connection', async () => {
    const { err } = await connecting({ onLink: (link) => enter(link, { api_key: sandbox.manychatKey }) });
    expect(err).toContain(
      `This page was connected before, by ${sandbox.connectionId}. To delete the new connection:\n  manychat-mcp call delete_connection connection_id=${newId(err)}`,
    );
    const other = await connecting(entering);
    expect(other.err).not.toContain('This page was connected before');
  });

  test('says why the page cannot be read, and is done all the same', async () => {
    const { code, out } = await connecting({
      onLink: async (link) => {
        await enter(link, { api_key: sandbox.secondManychatKey });
        sandbox.injectFault({ match: { path: 'getInfo' }, times: 9, status: 401, body: { message: 'Wrong token' } });
      },
    });
    expect(code).toBe(0);
    expect(out[1]).toMatch(/^[\da-f-]{36} is connected\. Its page could not be read: Wrong token$/);
  });

  test('needs no other setting if its page is the pinned one', async () => {
    const { err } = await connecting({ ...entering, environment: { MATON_CONNECTION_ID: 'sunrise wholesale' } });
    expect(err).not.toContain('replace it');
  });
});
