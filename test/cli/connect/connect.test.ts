import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../../src/config/usage-error.js';
import { useConnect } from '../../support/connecting.js';
import { runHere } from '../../support/shell.js';

const { sandbox, enter, request, overview, enterInLatest, connecting, newId } = useConnect();

describe('connect', () => {
  test.each([
    [{ MANYCHAT_MCP_DRY_RUN: '1' }, /^connect creates a connection, which a dry run does not: omit --dry-run$/],
    [{ MANYCHAT_MCP_READ_ONLY: '1' }, /^connect creates a connection, which --read-only forbids: omit it$/],
    [
      { MANYCHAT_MCP_EXCLUDE_TOOLS: 'create_connection' },
      /^connect creates a connection, which --exclude-tools create_connection forbids: omit it$/,
    ],
  ] as [Record<string, string>, RegExp][])('is refused under %j before any request', async (environment, words) => {
    await expect(connecting({ environment })).rejects.toThrow(words);
    await expect(connecting({ environment })).rejects.toThrow(UsageError);
    expect(sandbox.requests()).toEqual([]);
  });

  test('prints the link, waits until the key is entered and prints what to configure', async () => {
    const { code, out, err, created } = await connecting({
      onLink: (link) => enter(link, { api_key: sandbox.secondManychatKey }),
    });
    expect(code).toBe(0);
    expect(created).toBe(1);
    const id = newId(err);
    expect(out[0]).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/connect\?session_token=\w+$/);
    const connected = `"Sunrise Wholesale" (page 104000000000777) is connected: ${id}`;
    expect(out.slice(1, 5)).toEqual([connected, '', `MATON_CONNECTION_ID=${id}`, '']);
    const example = JSON.parse(readFileSync(new URL('../../../mcp.json.example', import.meta.url), 'utf8'));
    const { manychat } = example.mcpServers;
    const env = { ...manychat.env, MATON_CONNECTION_ID: id };
    expect(JSON.parse(out[5] ?? '')).toEqual({ mcpServers: { manychat: { ...manychat, env } } });
    expect(out).toHaveLength(6);
    expect(err).toContain(
      [
        'Connected already:',
        `  "Sunrise Coffee" (page 123456789): ${sandbox.connectionId}`,
        'PENDING, and resumed by:',
        `  manychat-mcp connect ${sandbox.secondConnectionId}`,
      ].join('\n'),
    );
    expect(err).toContain('enters the ManyChat API key there');
    expect(err).toContain('There are other connections.');
    const { connection } = JSON.parse(await (await request('GET', `/connections/${id}`)).text());
    expect(connection.status).toBe('ACTIVE');
  });

  test('resumes a PENDING connection by its id', async () => {
    const first = await connecting({ timeoutSeconds: 10 });
    const connectionId = newId(first.err);
    expect(first.err).toContain(`manychat-mcp connect ${connectionId}   shows the link again and waits`);
    const onLink = (link: string) => enter(link, { api_key: sandbox.secondManychatKey });
    const second = await connecting({ connectionId, onLink });
    expect(second).toMatchObject({ code: 0, created: 1 });
    const connected = `"Sunrise Wholesale" (page 104000000000777) is connected: ${connectionId}`;
    expect(second.out.slice(0, 2)).toEqual([first.out[0], connected]);
    expect(second.err).not.toContain('Connected already');
    const third = await connecting({ connectionId });
    expect(third).toMatchObject({ code: 0, created: 1 });
    expect(third.out[0]).toBe(connected);
    const none = await connecting({ connectionId: 'nothing-like-it' });
    expect([none.code, none.err]).toEqual([1, expect.stringMatching(/^connection_not_found: /)]);
  });

  test('says that a first account needs no setting, and that a pinned connection has to be replaced', async () => {
    await request('DELETE', `/connections/${sandbox.connectionId}`);
    const { err } = await connecting({
      environment: { MATON_CONNECTION_ID: 'c1' },
      onLink: (link) => enter(link, { api_key: sandbox.manychatKey }),
    });
    expect(err).not.toContain('Connected already');
    expect(err).toContain('It is the only connection, so you need not set anything.');
    expect(err).toContain('MATON_CONNECTION_ID is set to c1 now: replace it.');
  });

  test('with --json prints one line with the link and one at the end', async () => {
    const { out } = await connecting({
      json: true,
      onLink: (link) => enter(link, { api_key: sandbox.manychatKey }),
    });
    const [first, last, ...more] = out.map((line) => JSON.parse(line));
    const { connection_id: id } = last.connection;
    expect(first.connection).toMatchObject({ connection_id: id, status: 'PENDING', url: expect.any(String) });
    expect(last).toMatchObject({
      connection: {
        connection_id: id,
        status: 'ACTIVE',
        page: { id: expect.any(String), name: 'Sunrise Coffee' },
        same_page: [sandbox.connectionId],
      },
      environment: { MATON_CONNECTION_ID: id },
      configuration: { mcpServers: { manychat: { env: { MATON_CONNECTION_ID: id } } } },
    });
    expect(more).toEqual([]);
  });

  test('prints the link once a poll returns it when the creation did not', async () => {
    const headers = { 'content-type': 'application/json' };
    const body = '{"create_shape":"id_only"}';
    await fetch(`${sandbox.url}/sandbox/settings`, { method: 'POST', headers, body });
    const broken = { match: { method: 'GET', path: '/connections/' }, times: 3, status: 503, body: {} };
    sandbox.injectFault(broken);
    const { code, out } = await connecting({
      onLink: (link) => enter(link, { api_key: sandbox.manychatKey }),
    });
    expect(out.filter((line) => line.includes('session_token'))).toHaveLength(1);
    expect(code).toBe(0);
  });

  test('keeps waiting while the status cannot be read, and says so', async () => {
    let entered: Promise<void> | undefined;
    const { code, err } = await connecting({
      onLink: () =>
        sandbox.injectFault({ match: { method: 'GET', path: '/connections/' }, times: 3, status: 503, body: {} }),
      onNote: (line) => {
        if (line.includes('cannot be read')) entered ??= enterInLatest();
        return entered;
      },
    });
    expect(err).toMatch(/PENDING; its status cannot be read now \(HTTP 503.*\), retrying/);
    expect(code).toBe(0);
  });

  test('on a terminal redraws one line, and clears it before other output', async () => {
    let redrawn = 0;
    const lines: string[] = [];
    const { err, code } = await connecting({
      interactive: true,
      columns: 50,
      redraw(line) {
        lines.push(line);
        redrawn += line === '' ? 0 : 1;
        return redrawn === 3 && line !== '' ? enterInLatest() : undefined;
      },
    });
    expect(code).toBe(0);
    expect(err).not.toContain('waiting');
    expect(lines.at(-1)).toBe('');
    expect(lines.find((line) => line !== '')).toMatch(/^waiting, 0 of 86400 s; [0-9a-f-]+/);
    for (const line of lines) expect(line.length).toBeLessThan(50);
  });
});

describe('connect ends without an ACTIVE connection', () => {
  test('when the connection FAILED', async () => {
    const { code, err, out } = await connecting({ onLink: (link) => enter(link, { action: 'cancel' }) });
    expect(code).toBe(1);
    expect(err).toMatch(/Connection \S+ FAILED: .*never becomes ACTIVE\.\n.*\n {2}manychat-mcp call delete_connection/);
    expect(out).toHaveLength(1);
  });

  test('when the time is up, and says how to resume', async () => {
    const { code, err } = await connecting({ timeoutSeconds: 5 });
    const id = newId(err);
    expect(code).toBe(4);
    expect(err).toContain(`No key was entered within 5 seconds: connection ${id} stays PENDING.`);
    expect(err).toContain(`manychat-mcp call get_connection connection_id=${id}`);
    expect(err).toContain('manychat-mcp doctor');
    const json = await connecting({ timeoutSeconds: 5, json: true });
    expect(JSON.parse(json.out.at(-1) ?? '')).toMatchObject({
      connection: { status: 'PENDING' },
      error: { message: expect.stringContaining('within 5 seconds') },
    });
  });

  test('when it is interrupted, and says what remains', async () => {
    const { code, err } = await connecting({ onLink: (_, end) => end() });
    const id = newId(err);
    expect(code).toBe(4);
    expect(err).toContain(`Stopped: connection ${id} stays PENDING.`);
    expect(err).toContain(`manychat-mcp call delete_connection connection_id=${id}`);
  });

  test('when the connection is deleted meanwhile', async () => {
    const { code, err } = await connecting({
      onLink: async () => {
        const latest = (await overview()).at(-1);
        await request('DELETE', `/connections/${latest?.connection_id}`);
      },
    });
    expect(code).toBe(1);
    expect(err).toContain('connection_not_found');
  });

  test('with a wrong key, without a key, or when the creation fails', async () => {
    const wrong = await connecting({ environment: { MATON_API_KEY: 'another-key' } });
    expect(wrong).toMatchObject({ code: 1, out: [], created: 0 });
    expect(wrong.err).toContain('gateway_auth');
    const none = await connecting({ environment: { MATON_API_KEY: '' }, json: true });
    expect(JSON.parse(none.out.join())).toMatchObject({ error: { kind: 'not_configured' } });
    sandbox.injectFault({ match: { method: 'POST', path: '/connections' }, status: 500, body: {} });
    const unknown = await connecting();
    expect(unknown.code).toBe(3);
    expect(unknown.err).toContain('it may have been carried out');
  });

  test('without a Maton key, and with an invalid timeout', async () => {
    const direct = runHere(['connect'], { MANYCHAT_API_KEY: '123456:0123456789abcdef' });
    await expect(direct).rejects.toThrow('connections exist only at Maton');
    await expect(runHere(['connect', '--timeout', '0'], {})).rejects.toThrow('--timeout must be a number of seconds');
  });
});
