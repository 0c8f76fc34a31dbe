import { expect, test } from 'vitest';
import { useConnect } from '../../support/connecting.js';
import { useFolder } from '../../support/folder.js';

const { sandbox, enter, connecting, newId } = useConnect();
const write = useFolder();

/** The environment that chooses an account of the accounts file. */
const chosen = (account: object) => ({
  MANYCHAT_MCP_ACCOUNTS: write('accounts.json', JSON.stringify({ accounts: { Agency: account, Other: account } })),
  MANYCHAT_MCP_ACCOUNT: 'agency',
  KEY: sandbox.matonKey,
});
const maton = { maton_key: { env: 'KEY' } };
const entering = { onLink: (link: string) => enter(link, { api_key: sandbox.secondManychatKey }) };

test.each([
  [maton, 'To use it for every call of account "Agency", add to it in the accounts file:'],
  [
    { ...maton, connection: 'Sunrise Coffee' },
    'Account "Agency" uses connection "Sunrise Coffee". Give the new one a name of its own in the accounts file, with the same maton_key and:',
  ],
  [
    { ...maton, connection: 'Sunrise Wholesale' },
    'Account "Agency" uses it already. The id names it even if the page is renamed:',
  ],
])('connect with an account of the accounts file says what to write there: %j', async (account, advice) => {
  const { code, out, err } = await connecting({ ...entering, environment: chosen(account) });
  expect(code).toBe(0);
  const id = newId(out.join());
  expect(err.endsWith(advice)).toBe(true);
  expect(out.at(-1)).toBe(`"connection": "${id}"`);
  // A server with several accounts refuses that variable.
  expect([...out, err].join()).not.toContain('MATON_CONNECTION_ID');
});

test('connect with an account of the accounts file says so in JSON, and for a connection that stays PENDING', async () => {
  const environment = chosen(maton);
  const { out } = await connecting({ ...entering, environment, json: true });
  const last = JSON.parse(out.at(-1) ?? '');
  expect(Object.keys(last)).toEqual(['connection', 'account']);
  expect(last.account).toEqual({ name: 'Agency', connection: last.connection.connection_id });
  const { err } = await connecting({ environment, timeoutSeconds: 1 });
  expect(err).toMatch(/ {2}"connection": "[\da-f-]{36}" {3}in the accounts file uses it\n/);
  expect(err).not.toContain('MATON_CONNECTION_ID');
});

test("connect is refused for an account with ManyChat's own key", async () => {
  const environment = { ...chosen({ manychat_key: { env: 'KEY' } }), KEY: sandbox.manychatKey };
  await expect(connecting({ environment })).rejects.toThrow(
    /^connections exist only at Maton, and account "Agency" has ManyChat's own key: name one with a maton_key$/,
  );
});
