import { Client, InMemoryTransport, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { onTestFinished } from 'vitest';
import { openHost } from '../../src/account/host.js';
import type { Inbox } from '../../src/account/inbox/inbox.js';
import { createSharedInbox, inboxScope } from '../../src/account/inbox/shared-inbox.js';
import { openHttpService } from '../../src/cli/commands/serve/http-service.js';
import { createPool, localCaller } from '../../src/cli/commands/serve/pool.js';
import { nothingShared } from '../../src/cli/shell/shared-state.js';
import { namedAccounts } from '../../src/config/accounts/choice.js';
import { identityOf } from '../../src/config/accounts/settings.js';
import type { Principal } from '../../src/mcp/http/principal.js';
import { createRequestState } from '../../src/mcp/interaction/request-state.js';
import { offerFor } from '../../src/mcp/listing/offer.js';
import { serveTransport } from '../../src/mcp/stdio/transport.js';
import { createMemoryStore } from '../../src/store/memory-store.js';
import { realClock } from '../../src/upstream/clock.js';
import { collectedLog } from './caller.js';
import { configOf } from './config.js';
import { inbound } from './hearing-client.js';

const clientOf = (modern: boolean): Client =>
  new Client({ name: 'test', version: '1' }, modern ? { versionNegotiation: { mode: { pin: '2026-07-28' } } } : {});

/** The configuration of an account that hears its contacts. */
function hearingConfig(environment: Readonly<Record<string, string>>) {
  const config = configOf(environment);
  return { ...config, account: { ...config.account, inbound } };
}

/** An inbox in the memory of this process. */
export const memoryInbox = (): Inbox => createSharedInbox(createMemoryStore(Date.now), realClock);

/** The notices that a client gets, and a promise for the next. */
export function noticesOf(client: Client) {
  const uris: string[] = [];
  let wake = (): void => undefined;
  client.setNotificationHandler('notifications/resources/updated', ({ params }) => {
    uris.push(params.uri);
    wake();
  });
  return {
    uris,
    next: () =>
      new Promise<void>((resolve) => {
        wake = resolve;
      }),
  };
}

/** A client over stdio without the pipes, of one of the eras, and the inbox of its account. */
export async function hearingOverStdio(modern: boolean, environment: Readonly<Record<string, string>> = {}) {
  const config = hearingConfig({ MATON_API_KEY: 'k', MATON_CONNECTION_ID: 'c', ...environment });
  const inbox = memoryInbox();
  const host = openHost(config.host, { inbox, log: collectedLog(config, []) });
  const pool = createPool(host, createRequestState());
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  serveTransport(ours, offerFor(config), async () => pool.backend(config.account, undefined, localCaller), {
    now: realClock.now,
    onError: () => undefined,
    onClosed: () => void host.close().then(end),
  });
  const client = clientOf(modern);
  await client.connect(theirs);
  onTestFinished(() => client.close());
  return { client, inbox, messages: inbox.of(inboxScope(config.account)), ended };
}

/** A team's server over HTTP, with the sign-in of its test, and the inboxes of its accounts by their keys. */
export async function hearingOverHttp(
  principals: Readonly<Record<string, Principal>>,
  environment: Readonly<Record<string, string>>,
) {
  const config = hearingConfig({ MANYCHAT_MCP_HTTP: '1', ...environment });
  if (config.http === undefined) throw new Error('over HTTP');
  const inbox = memoryInbox();
  const file = await namedAccounts(config, { environment, platform: process.platform });
  const { service, close } = await openHttpService(config, {
    http: config.http,
    signIn: {
      identify: async ({ headers }) =>
        principals[headers.get('authorization') ?? ''] ?? new Response('', { status: 401 }),
    },
    file,
    environment,
    log: collectedLog(config, []),
    state: { ...nothingShared, parts: { inbox } },
  });
  onTestFinished(close);
  return {
    service,
    /** The messages of an account of Maton. */
    messagesOf: (name: string | undefined, key: string) =>
      inbox.of(inboxScope({ identity: identityOf({ mode: 'maton', key }), name })),
    /** A client that signs in as a principal. */
    async connect(as: string, { modern = true, path = '/mcp' } = {}): Promise<Client> {
      const transport = new StreamableHTTPClientTransport(new URL(`http://localhost${path}`), {
        requestInit: { headers: { authorization: as, host: 'localhost' } },
        fetch: (url, init) => service.fetch(new Request(url, init)),
      });
      const client = clientOf(modern);
      await client.connect(transport);
      onTestFinished(() => client.close());
      return client;
    },
  };
}
