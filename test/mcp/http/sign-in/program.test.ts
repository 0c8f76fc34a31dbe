import { spawnSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { describe, expect, test } from 'vitest';
import { useFolder } from '../../../support/folder.js';
import { serveProgram } from '../../../support/http-program.js';
import { program } from '../../../support/program.js';
import { useSandbox } from '../../../support/sandboxed.js';

const write = useFolder();

describe('a server that others can reach', () => {
  test.each([
    [['--host', '0.0.0.0'], /--host 0\.0\.0\.0 can be reached by other machines.*add --sign-in tokens or oauth/],
    // A proxy on the same machine lets others in.
    [['--public-url', 'https://manychat.example.com'], /--public-url https:\S+ can be reached by other machines/],
    [
      ['--allowed-hosts', 'localhost,manychat.internal'],
      /--allowed-hosts manychat\.internal can be reached by other machines.*add --sign-in tokens or oauth/,
    ],
    [
      ['--allowed-origins', 'app.example.com', '--sign-in', 'client-key'],
      /--allowed-origins app\.example\.com lets in pages of other machines, so --sign-in client-key needs tokens or oauth/,
    ],
    [['--host', '::', '--sign-in', 'client-key'], /so --sign-in client-key needs tokens or oauth as well/],
    [['--sign-in', 'oauth'], /needs the identity provider: add --oauth-issuer\n.*add --public-url/],
    [
      ['--sign-in', 'oauth', '--oauth-issuer', 'https://login.example.com', '--oauth-profile-claim', 'role'],
      /--oauth-profile-claim names a profile, and there are no profiles/,
    ],
    [['--oauth-issuer', 'https://login.example.com'], /go with --sign-in oauth/],
    [['--sign-in', 'none,tokens'], /MANYCHAT_MCP_SIGN_IN contains none and another way/],
    [['--sign-in', 'password'], /MANYCHAT_MCP_SIGN_IN must be one or more of none, tokens, oauth, client-key/],
    [
      ['--sign-in', 'tokens', '--tokens', '/no/such/tokens.json'],
      /there is no tokens file \S+: create a token first, with tokens create NAME --tokens \S+tokens\.json/,
    ],
    [['--sign-in', 'client-key', '--sandbox'], /the sandbox has a key of its own/],
    [
      ['--oauth-issuer', 'http://login.example.com', '--sign-in', 'oauth'],
      /MANYCHAT_MCP_OAUTH_ISSUER must be an address/,
    ],
  ])('does not start with %j', (args, message) => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [program, 'serve', '--http', '--port', '0', ...args],
      {
        env: {},
        encoding: 'utf8',
      },
    );
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
  });
});

describe('profiles that do not count', () => {
  const accounts = () =>
    write(
      'accounts.json',
      JSON.stringify({
        accounts: { Coffee: { manychat_key: { env: 'COFFEE' } } },
        profiles: { Readers: { accounts: ['Coffee'], read_only: true } },
      }),
    );

  test('are reported where nobody signs in', async () => {
    const server = await serveProgram({ MANYCHAT_MCP_ACCOUNTS: accounts() }, ['--allowed-hosts', '127.0.0.2']);
    expect(JSON.parse(await server.line('do not count'))).toMatchObject({ level: 40 });
  });

  test('are reported where the sandbox takes the place of the accounts, and a token with one may do nothing', async () => {
    const environment = { MANYCHAT_MCP_ACCOUNTS: accounts() };
    const created = spawnSync(process.execPath, [program, 'tokens', 'create', 'ci', '--profile', 'Readers'], {
      env: environment,
      encoding: 'utf8',
    });
    const server = await serveProgram(environment, ['--sign-in', 'tokens', '--sandbox']);
    expect(JSON.parse(await server.line('takes the place of the accounts file and of its profiles'))).toMatchObject({
      level: 40,
    });
    const headers = { authorization: `Bearer ${created.stdout.trim()}` };
    expect((await fetch(`${server.url}/mcp`, { method: 'POST', headers, body: '{}' })).status).toBe(403);
    await server.line('and the server has no profiles');
  });
});

describe('a server with tokens', () => {
  const sandbox = useSandbox();

  test('serves a client whose token the command has created, until it is revoked', async () => {
    const accounts = write(
      'accounts.json',
      JSON.stringify({
        accounts: { Coffee: { manychat_key: { env: 'COFFEE' } } },
        profiles: { Readers: { accounts: ['Coffee'], read_only: true } },
      }),
    );
    chmodSync(accounts, 0o600);
    const environment = {
      MANYCHAT_MCP_ACCOUNTS: accounts,
      COFFEE: sandbox.manychatKey,
      MANYCHAT_API_URL: sandbox.url,
    };
    const tokens = (...args: string[]): string =>
      spawnSync(process.execPath, [program, 'tokens', ...args], { env: environment, encoding: 'utf8' }).stdout.trim();
    const token = tokens('create', 'ci', '--profile', 'readers');
    const server = await serveProgram(environment, ['--sign-in', 'tokens']);
    const url = new URL(`${server.url}/mcp`);
    const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: 'auto' } });
    const requestInit = { headers: { Authorization: `Bearer ${token}` } };
    await client.connect(new StreamableHTTPClientTransport(url, { requestInit }));
    const { tools } = await client.listTools();
    expect(tools.every(({ annotations }) => annotations?.readOnlyHint === true)).toBe(true);
    const { structuredContent } = await client.callTool({ name: 'manychat_get_page', arguments: {} });
    expect(structuredContent).toMatchObject({ page: { name: 'Sunrise Coffee' } });
    tokens('revoke', 'ci');
    await expect(client.callTool({ name: 'manychat_get_page', arguments: {} })).rejects.toThrow();
    await client.close();
    expect((await fetch(url, { method: 'POST', headers: requestInit.headers, body: '{}' })).status).toBe(401);
    await server.line('sign-in refused');
    expect(server.stderr() + server.stdout()).not.toContain(token.slice(5, 20));
  });
});
