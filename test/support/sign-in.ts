import { writeFileSync } from 'node:fs';
import { readAccountsFile } from '../../src/config/accounts/accounts-file.js';
import { digestOf, newToken } from '../../src/config/accounts/sign-in/tokens-file.js';
import type { Principal } from '../../src/mcp/http/principal.js';
import { readGrants } from '../../src/mcp/http/sign-in/grants.js';
import { createSignIn, type SignInParts } from '../../src/mcp/http/sign-in/sign-in.js';
import { openTokenList } from '../../src/mcp/http/sign-in/token-list.js';
import { catalogue } from '../../src/mcp/listing/catalogue.js';
import { useFolder } from './folder.js';

/** The resource of the tokens. */
export const resource = new URL('https://manychat.example.com/mcp');
export const { tools } = catalogue;
const created = '2026-03-01T09:00:00Z';

/** Profiles by claims and tokens. */
export const profiles = {
  Owners: { when: { claims: { groups: ['owners'] } }, accounts: 'all' },
  Coffee: {
    when: { tokens: ['n8n'], claims: { groups: 'coffee', 'realm_access.roles': ['staff'] } },
    accounts: ['Sunrise Coffee'],
    toolsets: ['page', 'sending'],
  },
  Readers: { accounts: ['Museum'], read_only: true, connections: ['Museum'] },
};

const accounts = { 'Sunrise Coffee': { maton_key: { env: 'A' } }, Museum: { maton_key: { env: 'B' } } };

/** A sign-in that records why it refuses callers. */
export function signIn(parts: Partial<SignInParts> = {}) {
  const refused: (string | undefined)[][] = [];
  const { identify } = createSignIn({
    clientKey: false,
    grants: readGrants(undefined, tools),
    tools,
    onRefused: (...about) => refused.push(about),
    ...parts,
  });
  return {
    refused,
    ask: (headers: Record<string, string> = {}) => identify(new Request('http://127.0.0.1/mcp', { headers })),
  };
}

/** The headers of a token. */
export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** The principal that was found. */
export function principalOf(found: Principal | Response): Principal {
  if (found instanceof Response) throw new Error(`refused with ${found.status}`);
  return found;
}

/** The refusal that was expected. */
export async function refusalOf(
  found: Principal | Response,
): Promise<{ status: number; challenge: string; body: string }> {
  if (!(found instanceof Response)) throw new Error('a refusal was expected');
  return { status: found.status, challenge: found.headers.get('www-authenticate') ?? '', body: await found.text() };
}

/** Files for the tests of the calling block. */
export function useSignInFiles() {
  const write = useFolder();

  /** The grants of an accounts file. */
  const grantsOf = (of: unknown = profiles, claim?: string) =>
    readGrants(
      readAccountsFile(write('accounts.json', JSON.stringify({ accounts, profiles: of })), 'linux').profiles,
      tools,
      claim,
    );

  /** A file with tokens. */
  function tokensIn(entries: Record<string, object>, now = () => Date.parse(created)) {
    const made = Object.fromEntries(Object.keys(entries).map((name) => [name, newToken()]));
    const content = (chosen = Object.keys(entries)) =>
      JSON.stringify({
        tokens: Object.fromEntries(
          chosen.map((name) => [name, { sha256: digestOf(made[name] ?? ''), created, ...entries[name] }]),
        ),
      });
    const path = write('tokens.json', '');
    writeFileSync(path, content());
    const changes: (string | undefined)[] = [];
    return {
      path,
      content,
      changes,
      token: (name: string) => made[name] ?? '',
      // Folders of tests are not private, so permissions are tested elsewhere.
      open: () => openTokenList({ path, platform: 'win32', now, onChange: (problem) => changes.push(problem) }),
    };
  }

  return { grantsOf, tokensIn };
}
