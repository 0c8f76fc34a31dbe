import { beforeEach, describe, expect, test } from 'vitest';
import { everything } from '../../../src/config/accounts/grant.js';
import { agency, agencyEnvironment } from '../../support/accounts-server.js';
import { useFolder } from '../../support/folder.js';
import { messageOf } from '../../support/http-messages.js';
import { openService } from '../../support/http-service.js';
import { useSandbox } from '../../support/sandboxed.js';

const write = useFolder();
const sandbox = useSandbox({ secondConnection: 'ACTIVE', limits: false });

let service: Awaited<ReturnType<typeof openService>>;
beforeEach(async () => {
  const path = write('accounts.json', JSON.stringify({ accounts: agency }));
  service = await openService(
    { ...agencyEnvironment(sandbox, path), MANYCHAT_MCP_PUBLIC_URL: 'https://manychat.example.com' },
    {
      boss: { id: 'boss', grant: everything },
      clerk: { id: 'clerk', grant: { accounts: ['Wholesale'], readOnly: false } },
      nobody: { id: 'nobody', grant: { accounts: [], readOnly: false } },
    },
  );
});

const list = messageOf('tools/list', {});
const asBoss = { ...list, method: 'POST', headers: { ...list.headers, authorization: 'boss' } };
const errorIn = async (response: Response) => JSON.parse(await response.text()).error.message;

describe('a request', () => {
  test.each([['localhost:8808'], ['127.0.0.1'], ['[::1]:1'], ['manychat.example.com']])(
    'to the host %s is served',
    async (host) => {
      const { status } = await service.request('/mcp', { ...asBoss, headers: { ...asBoss.headers, host } });
      expect(status).toBe(200);
    },
  );

  test.each([
    [{ host: 'evil.example' }, 'Invalid Host'],
    [{ host: 'manychat.example.com.evil.example' }, 'Invalid Host'],
    [{ origin: 'https://evil.example' }, 'Invalid Origin'],
    [{ origin: 'null' }, 'Invalid Origin'],
  ])('with the headers %j is refused before anything else', async (headers, message) => {
    const response = await service.request('/mcp', { ...asBoss, headers: { ...asBoss.headers, ...headers } });
    expect([response.status, await errorIn(response)]).toEqual([403, expect.stringContaining(message)]);
    // Behind a proxy, the person who runs the server learns only from the log which name is missing.
    expect(JSON.parse(service.lines.at(-1) ?? '')).toMatchObject(headers);
  });

  test.each([['https://manychat.example.com'], ['http://localhost:6274']])(
    'from the origin %s is served',
    async (origin) => {
      const { status } = await service.request('/mcp', { ...asBoss, headers: { ...asBoss.headers, origin } });
      expect(status).toBe(200);
    },
  );

  test.each(['/', '/mcp/a/b', '/mcpx', '/sse', '/.well-known/oauth-protected-resource'])(
    'to %s finds nothing',
    async (path) => {
      const response = await service.request(path, asBoss);
      expect([response.status, await errorIn(response)]).toEqual([404, expect.stringContaining('served under /mcp')]);
    },
  );

  test.each(['GET', 'DELETE', 'PUT'])('with %s is not allowed, since there are no sessions', async (method) => {
    const response = await service.request('/mcp', { method, headers: { authorization: 'boss' } });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
  });

  test('without a sign-in gets the response of the sign-in, and its body is not read', async () => {
    const request = { method: 'POST', headers: list.headers, body: 'x'.repeat(5_000_000) };
    const response = await service.request('/mcp', request);
    expect([response.status, await response.text()]).toEqual([401, 'who are you?']);
  });

  test.each([
    ['application/x-www-form-urlencoded', 'a=b', 415, 'application/json'],
    ['text/plain', '{}', 415, 'application/json'],
    ['application/json', '{"jsonrpc":', 400, 'not valid JSON'],
    ['application/json', '', 400, 'not valid JSON'],
    ['application/json', '\u00ff', 400, 'not valid JSON'],
  ])('with a body of type %s, %j, is refused', async (type, text, status, message) => {
    const headers = { ...asBoss.headers, 'content-type': type };
    const body = Buffer.from(text, 'latin1');
    const response = await service.request('/mcp', { method: 'POST', headers, body });
    expect([response.status, await errorIn(response)]).toEqual([status, expect.stringContaining(message)]);
  });

  test.each([[true], [false]])(
    'with a body of more than 4 MiB is refused (its length is declared: %s)',
    async (declared) => {
      const size = 4 * 1_024 * 1_024;
      const post = (bytes: number) => {
        const padded = list.body.padEnd(bytes, ' ');
        const headers = { ...asBoss.headers, ...(declared && { 'content-length': String(bytes) }) };
        return service.request('/mcp', { method: 'POST', headers, body: padded });
      };
      expect((await post(size)).status).toBe(200);
      const response = await post(size + 1);
      expect([response.status, await errorIn(response)]).toEqual([
        413,
        expect.stringContaining('the limit is 4194304'),
      ]);
    },
  );
});

describe('a probe', () => {
  test.each(['/healthz', '/readyz'])('of %s is answered to any host, without a sign-in', async (path) => {
    const response = await service.request(path, {
      headers: { host: '10.1.2.3:8808', origin: 'https://evil.example' },
    });
    expect([response.status, await response.text()]).toEqual([200, 'ok\n']);
    expect((await service.request(path, { method: 'POST' })).status).toBe(405);
  });

  test('says that a server which ends is alive, and not ready', async () => {
    service.service.drain();
    expect((await service.request('/healthz')).status).toBe(200);
    expect((await service.request('/readyz')).status).toBe(503);
    expect((await service.request('/mcp', asBoss)).status).toBe(200);
  });
});

describe('the account in a path', () => {
  const statusOf = async (as: string, path: string) => (await service.ask(as, path, 'tools/list')).status;

  test.each(['/mcp/Sunrise%20Coffee', '/mcp/sunrise-coffee', '/mcp/SUNRISE_COFFEE/', '/mcp/'])(
    'is found: %s',
    async (path) => {
      expect(await statusOf('boss', path)).toBe(200);
    },
  );

  test('is answered alike whether it is unknown or forbidden', async () => {
    const responses = await Promise.all(
      ['/mcp/agency', '/mcp/museum', '/mcp/%E0%A4%A'].map((path) => service.ask('clerk', path, 'tools/list')),
    );
    const texts = await Promise.all(responses.map((each) => each.text()));
    expect(responses.map(({ status }) => status)).toEqual([404, 404, 404]);
    expect(new Set(texts).size).toBe(1);
    expect(await statusOf('clerk', '/mcp/wholesale')).toBe(200);
    expect(await statusOf('nobody', '/mcp')).toBe(404);
  });
});
