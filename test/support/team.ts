import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Telemetry } from '../../src/account/telemetry/telemetry.js';
import { openHttpService } from '../../src/cli/commands/serve/http-service.js';
import { openSignIn } from '../../src/cli/commands/serve/sign-in.js';
import { namedAccounts } from '../../src/config/accounts/choice.js';
import { digestOf, newToken } from '../../src/config/accounts/sign-in/tokens-file.js';
import { collectedLog } from './caller.js';
import { configOf } from './config.js';
import { type Connection, idOf } from './connected.js';
import { messageOf } from './http-messages.js';
import { through } from './program.js';
import { startUpstream } from './upstream.js';

/** What a team's server is started with. */
export interface TeamParts {
  readonly accounts?: Readonly<Record<string, object>>;
  readonly profiles?: Readonly<Record<string, object>>;
  /** Profiles by the names of tokens; undefined for a token without a profile. */
  readonly tokens?: Readonly<Record<string, string | undefined>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly telemetry?: Telemetry;
}

/** A server for a team in this process, with the sign-in that is configured. It closes with the test. */
export async function openTeam({ accounts, profiles, tokens = {}, environment: more = {}, telemetry }: TeamParts) {
  const folder = mkdtempSync(join(tmpdir(), 'manychat-mcp-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const write = (name: string, content: object): string => {
    const path = join(folder, name);
    writeFileSync(path, JSON.stringify(content));
    chmodSync(path, 0o600);
    return path;
  };
  const made = Object.fromEntries(Object.keys(tokens).map((name) => [name, newToken()]));
  const entry = (name: string, profile: string | undefined) => ({
    sha256: digestOf(made[name] ?? ''),
    created: '2026-03-01T09:00:00Z',
    ...(profile !== undefined && { profile }),
  });
  const stored = Object.entries(tokens).map(([name, profile]) => [name, entry(name, profile)] as const);
  const environment = {
    MANYCHAT_MCP_HTTP: '1',
    MANYCHAT_MCP_LOG_LEVEL: 'debug',
    MANYCHAT_MCP_TOKENS: write('tokens.json', { tokens: Object.fromEntries(stored) }),
    ...(accounts !== undefined && {
      MANYCHAT_MCP_ACCOUNTS: write('accounts.json', { accounts, ...(profiles !== undefined && { profiles }) }),
    }),
    ...more,
  };
  const config = configOf(environment);
  if (config.http === undefined) throw new Error('over HTTP');
  const surroundings = { environment, platform: process.platform };
  const file = await namedAccounts(config, surroundings);
  const logged: string[] = [];
  const log = collectedLog(config, logged);
  const now = () => performance.now();
  const { signIn, close: closeSignIn } = await openSignIn(config, config.http, file, surroundings, {
    log: log.log,
    now,
  });
  const ownKey = config.signIn.ways.includes('client-key');
  const sources = {
    http: config.http,
    signIn,
    file: ownKey ? undefined : file,
    environment,
    log,
    ...(telemetry && { telemetry }),
  };
  const { service, close } = await openHttpService(config, sources);
  onTestFinished(async () => {
    await Promise.all([close(), closeSignIn()]);
  });
  /** Sends a request for a method with these headers. */
  async function send(
    headers: Readonly<Record<string, string>>,
    method: string,
    params: Parameters<typeof messageOf>[1] = {},
    { path = '/mcp', ...client }: Parameters<typeof messageOf>[2] & { readonly path?: string } = {},
  ): Promise<Response> {
    const { headers: own, body } = messageOf(method, params, client);
    const all = { host: 'localhost', ...own, ...headers };
    return service.fetch(new Request(`http://localhost${path}`, { method: 'POST', headers: all, body }));
  }
  return {
    logged,
    /** The status of a path. */
    statusOf: async (path: string): Promise<number> =>
      (await service.fetch(new Request(`http://localhost${path}`, { headers: { host: 'localhost' } }))).status,
    token: (name: string): string => made[name] ?? '',
    send,
    /** Sends a request for a method with a token. */
    ask: (name: string, ...request: Parameters<typeof send> extends [unknown, ...infer Rest] ? Rest : never) =>
      send({ authorization: `Bearer ${made[name] ?? ''}` }, ...request),
  };
}

/** The third page of an upstream for a team. */
const pages = ['Coffee', 'Wholesale', 'Museum'];

/** An upstream of Maton with three pages. Each request is answered with success. */
export async function startPages() {
  const connections: Connection[] = pages.map((name, at) => ({ id: idOf(at + 1), page: { id: at + 101, name } }));
  const listed = connections.map(({ id }) => ({
    connection_id: id,
    status: 'ACTIVE',
    creation_time: '2026-01-01T00:00:00Z',
  }));
  const upstream = await startUpstream(({ path, headers }, response) => {
    const used = connections.find(({ id }) => id === headers['maton-connection']);
    const body = path.startsWith('/connections/')
      ? { connection: { connection_id: path.split('/').at(-1), status: 'ACTIVE' } }
      : path === '/connections'
        ? { connections: listed, connection_id: idOf(9) }
        : { status: 'success', data: path.endsWith('getInfo') ? (used?.page ?? {}) : [] };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  onTestFinished(() => upstream.close());
  return { upstream, ids: connections.map(({ id }) => id), environment: through(upstream.url) };
}
