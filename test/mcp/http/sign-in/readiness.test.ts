import { expect, test, vi } from 'vitest';
import { startIssuer } from '../../../support/issuer.js';
import { openTeam, startPages } from '../../../support/team.js';

test('a server is not ready until the keys of the identity provider were read, and says why', async () => {
  const { environment } = await startPages();
  const issuer = await startIssuer('http://127.0.0.1:8808/mcp');
  issuer.setDown(true);
  const { statusOf, logged } = await openTeam({
    environment: {
      ...environment,
      MANYCHAT_MCP_SIGN_IN: 'tokens,oauth',
      MANYCHAT_MCP_PUBLIC_URL: 'http://127.0.0.1:8808',
      MANYCHAT_MCP_OAUTH_ISSUER: issuer.url,
    },
  });
  await vi.waitUntil(() => logged.join().includes('identity provider not reached, so the server is not ready'), 20_000);
  expect([await statusOf('/readyz'), await statusOf('/healthz')]).toEqual([503, 200]);
  issuer.setDown(false);
  await vi.waitUntil(async () => (await statusOf('/readyz')) === 200, 20_000);
  expect(issuer.requests.at(-1)).toBe('/jwks');
  // Once it is ready it stays so: the keys that are known are used.
  issuer.setDown(true);
  expect(await statusOf('/readyz')).toBe(200);
});
