import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { deferred } from '../../support/deferred.js';
import { pinnedId, program, through } from '../../support/program.js';
import { requesting } from '../../support/requesting.js';
import { startUpstream, type Upstream } from '../../support/upstream.js';

interface Run {
  child: ChildProcessWithoutNullStreams;
  out: () => string;
  err: () => string;
  ended: Promise<{ code: number | null; signal: string | null }>;
  send(...messages: object[]): void;
  /** Resolves with the answer to request `id`. */
  answer(id: number): Promise<{ result?: Record<string, unknown>; error?: { code: number } }>;
}

function run(environment: Record<string, string> = {}, args: string[] = []): Run {
  const child = spawn(process.execPath, [program, ...args], { env: { PATH: process.env.PATH ?? '', ...environment } });
  let out = '';
  let err = '';
  const waiting = new Set<() => void>();
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString('utf8');
    for (const look of waiting) look();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString('utf8');
  });
  // The last part is a line that is still arriving.
  const lines = () => out.split('\n').slice(0, -1);
  return {
    child,
    out: () => out,
    err: () => err,
    ended: new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal }))),
    send: (...messages) => void child.stdin.write(messages.map((message) => `${JSON.stringify(message)}\n`).join('')),
    answer: (id) =>
      new Promise((resolve) => {
        const look = () => {
          const found = lines()
            .map((line) => JSON.parse(line))
            .find((message) => message.id === id);
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
  };
}

const initialize = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
};
const initialized = { jsonrpc: '2.0', method: 'notifications/initialized' };
const toolCall = (id: number, name: string, args: object = {}) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: args },
});

describe('the process', () => {
  const upstreams: Upstream[] = [];
  const upstream = async (...reply: Parameters<typeof startUpstream>) => {
    const started = await startUpstream(...reply);
    upstreams.push(started);
    return started;
  };
  afterEach(() => Promise.all(upstreams.splice(0).map((each) => each.close())));

  test('starts without a key, lists its tools and answers each call with how to configure it', async () => {
    const server = run();
    server.send(
      initialize,
      initialized,
      { jsonrpc: '2.0', id: 2, method: 'tools/list' },
      toolCall(3, 'manychat_get_page'),
    );
    expect((await server.answer(2)).result?.tools).toHaveLength(requesting.length);
    expect(JSON.stringify(await server.answer(3))).toContain('not_configured');
    server.child.stdin.end();
    expect(await server.ended).toEqual({ code: 0, signal: null });
  });

  test('writes only frames to stdout, and one log line per call without personal data or secrets to stderr', async () => {
    const key = 'very-secret-key';
    const there = await upstream({ status: 400, body: { status: 'error', message: `${key}: no contact Maria` } });
    const server = run({ ...through(there.url, key), MATON_CONNECTION_ID: pinnedId });
    server.send(
      initialize,
      initialized,
      toolCall(2, 'manychat_find_subscribers_by_name', { name: 'Maria' }),
      toolCall(3, 'nonsense'),
    );
    server.child.stdin.write('this is no frame\n');
    server.send(toolCall(4, 'manychat_get_page'));
    expect(JSON.stringify(await server.answer(2))).toContain('[redacted]: no contact Maria');
    expect((await server.answer(3)).error?.code).toBe(-32602);
    await server.answer(4);
    server.child.stdin.end();
    await server.ended;
    for (const line of server.out().trimEnd().split('\n')) expect(JSON.parse(line)).toHaveProperty('jsonrpc', '2.0');
    const logged = server
      .err()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const calls = logged.filter((line) => line.tool !== undefined);
    expect(calls).toHaveLength(2);
    expect(calls[0]).toMatchObject({
      tool: 'manychat_find_subscribers_by_name',
      connection: pinnedId,
      httpStatus: 400,
      kind: 'rejected',
    });
    expect(typeof calls[0].ms).toBe('number');
    expect(server.out() + server.err()).not.toContain(key);
    expect(server.err()).not.toContain('Maria');
  });

  // On Windows a process cannot handle a signal; there the parent closes stdin.
  const endings = process.platform === 'win32' ? (['end of stdin'] as const) : (['end of stdin', 'SIGTERM'] as const);

  test.each(endings)('ends at %s and aborts the call in flight', async (how) => {
    const aborted = deferred();
    const begun = deferred();
    const there = await upstream((_, response) => {
      response.on('close', aborted.resolve);
      begun.resolve();
    });
    const server = run({ ...through(there.url), MATON_CONNECTION_ID: pinnedId });
    server.send(initialize, initialized, toolCall(2, 'manychat_get_page'));
    await begun.promise;
    if (how === 'SIGTERM') server.child.kill('SIGTERM');
    else server.child.stdin.end();
    expect(await server.ended).toEqual({ code: 0, signal: null });
    await aborted.promise;
  });

  test('answers the call in flight although another frame is too large', async () => {
    const [begun, release] = [deferred(), deferred()];
    const there = await upstream(async (_, response) => {
      begun.resolve();
      await release.promise;
      response.end(JSON.stringify({ status: 'success', data: [] }));
    });
    const server = run({ ...through(there.url), MATON_CONNECTION_ID: pinnedId });
    server.send(initialize, initialized, toolCall(2, 'manychat_list_tags'));
    await begun.promise;
    server.send(toolCall(3, 'manychat_create_tag', { name: 'x'.repeat(12_000_000) }));
    expect((await server.answer(3)).error?.code).toBe(-32600);
    release.resolve();
    expect((await server.answer(2)).result?.structuredContent).toEqual({ total: 0, tags: [] });
    server.child.stdin.end();
    expect(await server.ended).toEqual({ code: 0, signal: null });
  });

  test.runIf(existsSync('/dev/full'))(
    'exits with 1 and logs the reason when its answers cannot be written',
    async () => {
      const full = openSync('/dev/full', 'w');
      const child = spawn(process.execPath, [program], {
        env: { PATH: process.env.PATH ?? '' },
        stdio: ['pipe', full, 'pipe'],
      });
      let err = '';
      child.stderr?.on('data', (chunk: Buffer) => {
        err += chunk.toString('utf8');
      });
      child.stdin?.on('error', () => undefined);
      child.stdin?.write(`${JSON.stringify(initialize)}\n`);
      const [code] = await once(child, 'close');
      closeSync(full);
      expect(code).toBe(1);
      const logged = err
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect(logged).toContainEqual(
        expect.objectContaining({ level: 50, error: 'Error', code: 'ENOSPC', msg: 'connection failed' }),
      );
    },
  );

  test('exits with 0 when the client no longer reads', async () => {
    const server = run();
    server.send(initialize, initialized);
    await server.answer(1);
    server.child.stdout.destroy();
    server.child.stdin.on('error', () => undefined);
    const pings = setInterval(() => server.send({ jsonrpc: '2.0', id: 2, method: 'ping' }), 10);
    expect(await server.ended).toEqual({ code: 0, signal: null });
    clearInterval(pings);
  });

  test('aborts a cancelled call and continues the others', async () => {
    const aborted = deferred();
    const begun = deferred();
    const there = await upstream((request, response) => {
      if (request.path.endsWith('getTags')) response.end(JSON.stringify({ status: 'success', data: [] }));
      else {
        response.on('close', aborted.resolve);
        begun.resolve();
      }
    });
    const server = run({ ...through(there.url), MATON_CONNECTION_ID: pinnedId });
    server.send(initialize, initialized, toolCall(2, 'manychat_get_page'));
    await begun.promise;
    server.send(
      { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 2 } },
      toolCall(3, 'manychat_list_tags'),
    );
    await aborted.promise;
    expect((await server.answer(3)).result?.structuredContent).toEqual({ total: 0, tags: [] });
    server.child.stdin.end();
    await server.ended;
    expect(server.out()).not.toContain('"id":2');
  });

  test('gives up on a silent upstream at the deadline', async () => {
    const there = await upstream(({ path }, response) => {
      if (path.endsWith('getTags')) response.end(JSON.stringify({ status: 'success', data: [] }));
    });
    const server = run({ ...through(there.url), MATON_CONNECTION_ID: pinnedId, MANYCHAT_MCP_DEADLINE_MS: '3000' });
    // The first call loads the modules for calls, which on a slow machine can take longer than the deadline.
    server.send(initialize, initialized, toolCall(2, 'manychat_list_tags'));
    await server.answer(2);
    server.send(toolCall(3, 'manychat_send_flow', { subscriber_id: '1', flow_ns: 'content1' }));
    const text = JSON.stringify(await server.answer(3));
    expect(text).toContain('\\"kind\\":\\"timeout\\"');
    expect(text).toContain('\\"performed\\":\\"unknown\\"');
    expect(text).toContain('\\"retryable\\":false');
    server.child.stdin.end();
    await server.ended;
  });
});

describe('the command line', () => {
  test.each([
    [['--nonsense'], 2, /unknown option '--nonsense'/],
    [['serv'], 2, /unknown command "serv"; did you mean serve\?/],
    [['--port', '80'], 2, /--port goes with --http/],
    [['tools', '--port', '80'], 2, /unknown option '--port'/],
    [['sandbox', '--port', 'x'], 2, /--port must be a number/],
    [['--log-level', 'loud'], 2, /MANYCHAT_MCP_LOG_LEVEL must be one of/],
    [['--connection', 'a\nb'], 2, /MATON_CONNECTION_ID must be the id or the page name/],
  ])('%j is rejected on stderr', async (args, code, words) => {
    const server = run({}, args);
    expect((await server.ended).code).toBe(code);
    expect(server.err()).toMatch(words);
    expect(server.out()).toBe('');
  });

  test('--help lists the settings and --version prints the version', async () => {
    const help = run({}, ['--help']);
    expect((await help.ended).code).toBe(0);
    for (const name of ['MATON_API_KEY', 'MANYCHAT_API_KEY', 'MATON_CONNECTION_ID', '--sandbox', '--deadline-ms'])
      expect(help.out()).toContain(name);
    const version = run({}, ['--version']);
    await version.ended;
    expect(version.out()).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
