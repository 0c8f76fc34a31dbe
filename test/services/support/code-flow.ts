import {
  Client,
  type OAuthClientProvider,
  type OAuthDiscoveryState,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client';
import { UnauthorizedError as UnauthorizedErrorV1 } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { expect, onTestFinished } from 'vitest';

/** Who signs in with a browser, and the scopes to which that user consents. */
interface User {
  readonly name: string;
  readonly consents: readonly string[];
}

/** Where the identity provider sends the browser back to. Nothing listens there: the test is the browser. */
const callback = 'http://127.0.0.1:9/callback';

/** Signs a user in from a page on, as a browser does. Resolves with the address to which it is sent back. */
async function browse(start: URL, { name, consents }: User): Promise<URL> {
  const cookies = new Map<string, string>();
  const load = async (url: URL, body?: URLSearchParams): Promise<Response> => {
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
    const request = { headers: { cookie }, redirect: 'manual' } as const;
    const response = await fetch(url, body === undefined ? request : { ...request, method: 'POST', body });
    for (const set of response.headers.getSetCookie()) {
      const [, key, value] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      if (key !== undefined && value !== undefined) cookies.set(key, value);
    }
    return response;
  };
  const forms = new Map([
    ['login', new URLSearchParams({ user: name })],
    ['consent', new URLSearchParams({ scopes: consents.join(' ') })],
  ]);
  let url = start;
  while (!url.href.startsWith(callback)) {
    let response = await load(url);
    if (response.status === 200) {
      const page = await response.text();
      const form = forms.get(page);
      if (form === undefined) throw new Error(`a page that is not known: ${page}`);
      response = await load(url, form);
    }
    const next = response.headers.get('location');
    if (next === null) throw new Error(`no way on from ${url.href}: ${response.status} ${await response.text()}`);
    url = new URL(next, url);
  }
  return url;
}

/** What a client keeps of its user's sign-in. */
interface Kept extends OAuthClientProvider {
  /** The address to which the browser was sent back. */
  returned(): URL;
  /** The claims of the token. */
  claims(): Record<string, unknown>;
}

/** What a client keeps while its user signs in. */
function keptFor(user: User): Kept {
  let client: ReturnType<OAuthClientProvider['clientInformation']>;
  let tokens: Awaited<ReturnType<OAuthClientProvider['tokens']>>;
  let verifier = '';
  let discovered: OAuthDiscoveryState | undefined;
  let back: URL | undefined;
  return {
    redirectUrl: callback,
    clientMetadata: { client_name: 'test', redirect_uris: [callback], token_endpoint_auth_method: 'none' },
    clientInformation: () => client,
    saveClientInformation(given) {
      client = given;
    },
    tokens: () => tokens,
    saveTokens(given) {
      tokens = given;
    },
    saveCodeVerifier(given) {
      verifier = given;
    },
    codeVerifier: () => verifier,
    discoveryState: () => discovered,
    saveDiscoveryState(given) {
      discovered = given;
    },
    async redirectToAuthorization(url) {
      back = await browse(url, user);
    },
    returned() {
      if (back === undefined) throw new Error('no browser was needed');
      return back;
    },
    claims: () => JSON.parse(Buffer.from(tokens?.access_token.split('.')[1] ?? '', 'base64url').toString()),
  };
}

/** A client, as far as these tests use it. */
interface AnyClient {
  listTools(): Promise<{ tools: { name: string; annotations?: { readOnlyHint?: boolean | undefined } | undefined }[] }>;
  callTool(call: { name: string; arguments: Record<string, unknown> }): Promise<object>;
  close(): Promise<void>;
}

/** A client whose user has signed in. */
interface SignedIn {
  /** Connects it. It is closed with the test. */
  connect(): Promise<AnyClient>;
  /** The claims of its token. */
  claims(): Record<string, unknown>;
}

/** What has signed in, and connects with what was kept. */
const signedIn = (kept: Kept, open: () => Promise<AnyClient>): SignedIn => ({
  async connect() {
    const client = await open();
    onTestFinished(() => client.close());
    return client;
  },
  claims: kept.claims,
});

/** Signs a user in through a client of the SDK v2: of 2026-07-28, or as clients are by default. */
const byV2 =
  (isModern: boolean) =>
  async (url: URL, user: User): Promise<SignedIn> => {
    const kept = keptFor(user);
    const options = isModern ? ({ versionNegotiation: { mode: { pin: '2026-07-28' } } } as const) : {};
    const newClient = () => new Client({ name: 'test', version: '1' }, options);
    const newTransport = () => new StreamableHTTPClientTransport(url, { authProvider: kept });
    const first = newTransport();
    await expect(newClient().connect(first)).rejects.toBeInstanceOf(UnauthorizedError);
    await first.finishAuth(kept.returned().searchParams);
    return signedIn(kept, async () => {
      const client = newClient();
      await client.connect(newTransport());
      return client;
    });
  };

/** Signs a user in through a client of the SDK v1. */
async function byV1(url: URL, user: User): Promise<SignedIn> {
  const kept = keptFor(user);
  const newClient = () => new ClientV1({ name: 'test', version: '1' });
  const newTransport = () => new TransportV1(url, { authProvider: kept });
  const first = newTransport();
  await expect(newClient().connect(first)).rejects.toBeInstanceOf(UnauthorizedErrorV1);
  await first.finishAuth(kept.returned().searchParams.get('code') ?? '');
  return signedIn(kept, async () => {
    const client = newClient();
    await client.connect(newTransport());
    return client;
  });
}

/** The ways in which a user signs in, by the client. */
export const codeFlows = { 'SDK v2, 2026-07-28': byV2(true), 'SDK v2, by default': byV2(false), 'SDK v1': byV1 };
