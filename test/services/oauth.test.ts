import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, ClientCredentialsProvider, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { expect, onTestFinished, test } from 'vitest';
import { serveProgram } from '../support/http-program.js';
import { sandboxed } from '../support/sandboxed.js';
import { codeFlows } from './support/code-flow.js';
import { agent, scopes, startIdentityProvider } from './support/identity-provider.js';
import { freePort } from './support/service.js';
import { temporaryFolder } from './support/temporary.js';

/** The built program with an identity provider, and profiles for its owners and its agents. */
async function startTeam() {
  const { sandbox } = await sandboxed();
  const origin = `http://127.0.0.1:${await freePort()}`;
  const url = new URL('/mcp', origin);
  const provider = await startIdentityProvider(url.href);
  const accounts = join(temporaryFolder(), 'accounts.json');
  const content = {
    accounts: { Coffee: { manychat_key: { env: 'COFFEE' } } },
    profiles: {
      Owners: { when: { claims: { groups: 'owners' } }, accounts: 'all' },
      Agents: { when: { claims: { client_id: agent.id } }, accounts: ['Coffee'] },
    },
  };
  writeFileSync(accounts, JSON.stringify(content));
  chmodSync(accounts, 0o600);
  const environment = {
    MANYCHAT_MCP_ACCOUNTS: accounts,
    MANYCHAT_MCP_STATE_FILE: 'off',
    COFFEE: sandbox.manychatKey,
    MANYCHAT_API_URL: sandbox.url,
  };
  const signIn = ['--sign-in', 'oauth', '--oauth-issuer', provider.url, '--public-url', origin];
  const server = await serveProgram(environment, ['--port', new URL(origin).port, ...signIn]);
  return { server, url, provider };
}

const newClient = () => new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: 'auto' } });

/** Lets an agent ask the identity provider for a token itself, with these scopes. */
async function tokenOf(issuer: string, resource: string, scope: string): Promise<string> {
  const authorization = `Basic ${Buffer.from(`${agent.id}:${agent.secret}`).toString('base64')}`;
  const body = new URLSearchParams({ grant_type: 'client_credentials', resource, scope });
  const response = await fetch(`${issuer}/token`, { method: 'POST', headers: { authorization }, body });
  return JSON.parse(await response.text()).access_token;
}

/** Connects an agent that has a token. */
async function connectWith(url: URL, token: string): Promise<Client> {
  const client = newClient();
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  await client.connect(new StreamableHTTPClientTransport(url, { requestInit }));
  onTestFinished(() => client.close());
  return client;
}

/** The header of a token, which names its key. */
const header = (token: string): unknown => JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString());

const getPage = { name: 'manychat_get_page', arguments: {} };
const page = { structuredContent: { page: { name: 'Sunrise Coffee' } } };
const createTag = { name: 'manychat_create_tag', arguments: { name: 'Regular' } };
const tag = { structuredContent: { tag: { name: 'Regular' } } };

test.each(Object.entries(codeFlows))('a user signs in by the code flow: %s', async (_, signIn) => {
  const { server, url, provider } = await startTeam();
  const signedIn = await signIn(url, { name: 'alice', consents: scopes });
  expect(provider.requests).toEqual(expect.arrayContaining(['POST /reg', 'GET /auth', 'POST /token']));
  expect(signedIn.claims()).toMatchObject({ aud: url.href, sub: 'alice', scope: scopes.join(' ') });
  const client = await signedIn.connect();
  const names = (await client.listTools()).tools.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['manychat_send_text', 'manychat_delete_tag']));
  expect(await client.callTool(getPage)).toMatchObject(page);
  expect(await client.callTool(createTag)).toMatchObject(tag);
  expect(JSON.parse(await server.line('"audit"'))).toMatchObject({
    principal: 'oauth:alice',
    tool: 'manychat_create_tag',
    outcome: 'done',
  });
});

test.each(Object.entries(codeFlows))('a user without a profile is refused after the login: %s', async (_, signIn) => {
  const { server, url } = await startTeam();
  const signedIn = await signIn(url, { name: 'mallory', consents: scopes });
  await expect(signedIn.connect()).rejects.toThrow(/You are signed in, and may use nothing on this server|HTTP 403/);
  expect(JSON.parse(await server.line('sign-in refused'))).toMatchObject({ principal: 'oauth:mallory' });
});

test('a user who consents to reading only is offered nothing else', async () => {
  const { url } = await startTeam();
  const signedIn = await codeFlows['SDK v2, 2026-07-28'](url, { name: 'alice', consents: ['manychat:read'] });
  const client = await signedIn.connect();
  const { tools } = await client.listTools();
  expect(tools.length).toBeGreaterThan(0);
  expect(tools.filter(({ annotations }) => annotations?.readOnlyHint !== true)).toEqual([]);
  expect(await client.callTool(getPage)).toMatchObject(page);
  await expect(client.callTool(createTag)).rejects.toThrow(createTag.name);
});

test('an agent finds the identity provider, and signs in by client credentials', async () => {
  const { server, url, provider } = await startTeam();
  const credentials = { clientId: agent.id, clientSecret: agent.secret, expectedIssuer: provider.url };
  const client = newClient();
  const authProvider = new ClientCredentialsProvider(credentials);
  await client.connect(new StreamableHTTPClientTransport(url, { authProvider }));
  onTestFinished(() => client.close());
  expect(await client.callTool(createTag)).toMatchObject(tag);
  expect(JSON.parse(await server.line('"audit"'))).toMatchObject({ principal: `oauth:${agent.id}`, outcome: 'done' });
});

test('an agent is offered what the scopes allow that it has asked for', async () => {
  const { url, provider } = await startTeam();
  const client = await connectWith(url, await tokenOf(provider.url, url.href, 'manychat:read manychat:send'));
  const names = (await client.listTools()).tools.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['manychat_get_page', 'manychat_send_text']));
  for (const other of ['manychat_create_tag', 'manychat_delete_tag']) expect(names).not.toContain(other);
});

test('a new key of the identity provider is used without a restart, and the one of before as well', async () => {
  const { url, provider } = await startTeam();
  const before = await tokenOf(provider.url, url.href, 'manychat:read');
  await (await connectWith(url, before)).listTools();
  provider.rotate();
  const fresh = await tokenOf(provider.url, url.href, 'manychat:read');
  expect(header(fresh)).not.toEqual(header(before));
  const request = { method: 'POST', headers: { authorization: `Bearer ${fresh}` }, body: '{}' };
  // Keys that were just read are not read again at once.
  while ((await fetch(url, request)).status === 401) await new Promise((resolve) => setTimeout(resolve, 100));
  for (const token of [fresh, before])
    expect((await (await connectWith(url, token)).listTools()).tools).not.toEqual([]);
});
