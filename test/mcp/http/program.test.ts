import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { describe, expect, test } from 'vitest';
import { serveProgram } from '../../support/http-program.js';
import { program, through } from '../../support/program.js';
import { useSandbox } from '../../support/sandboxed.js';

describe('serve --http', () => {
  const sandbox = useSandbox();

  test.each([[false], [true]])('serves a client (2026-07-28: %s), and writes nothing to stdout', async (modern) => {
    const server = await serveProgram(through(sandbox.url, sandbox.matonKey));
    const client = new Client(
      { name: 'test', version: '1' },
      modern ? { versionNegotiation: { mode: { pin: '2026-07-28' } } } : {},
    );
    await client.connect(new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`)));
    const { structuredContent } = await client.callTool({ name: 'manychat_get_page', arguments: {} });
    expect(structuredContent).toMatchObject({ page: { name: 'Sunrise Coffee' } });
    await client.close();
    server.process.kill('SIGTERM');
    expect(await once(server.process, 'exit')).toEqual([0, null]);
    expect(server.stdout()).toBe('');
  });

  test.each([['0.0.0.0'], ['::'], ['192.0.2.1'], ['manychat.example.com']])(
    'refuses to listen on %s, where others could use the accounts',
    (host) => {
      const args = [program, 'serve', '--http', '--host', host, '--port', '0'];
      const { status, stdout, stderr } = spawnSync(process.execPath, args, { env: {}, encoding: 'utf8' });
      expect([status, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(/^manychat-mcp: --host .* can be reached by other machines.*listen on 127\.0\.0\.1\n$/);
    },
  );

  test('names what keeps it from listening', async () => {
    const { url } = await serveProgram(through(sandbox.url, sandbox.matonKey));
    const args = [program, 'serve', '--http', '--port', new URL(url).port];
    const { status, stderr } = spawnSync(process.execPath, args, { env: {}, encoding: 'utf8' });
    expect([status, stderr]).toEqual([2, expect.stringMatching(/cannot listen on port \d+ of 127\.0\.0\.1: another/)]);
  });

  test.each([[['serve', '--port', '8808']], [['serve', '--host', '127.0.0.1']]])(
    'is asked for with --http: %j alone is an error',
    (args) => {
      const { status, stderr } = spawnSync(process.execPath, [program, ...args], { env: {}, encoding: 'utf8' });
      expect([status, stderr]).toEqual([2, expect.stringMatching(/--(port|host) goes with --http/)]);
    },
  );
});
