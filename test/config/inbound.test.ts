import { chmodSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { namedAccounts } from '../../src/config/accounts/choice.js';
import { secretsIn } from '../../src/config/accounts/keys.js';
import { readInboundSecrets } from '../../src/config/accounts/sources/inbound-secrets.js';
import { configOf } from './../support/config.js';
import { useFolder } from '../support/folder.js';

const secret = 'a-secret-of-this-server';
const other = 'another-secret-of-this-server';

describe('inbound of the account of a key', () => {
  test('is on with a secret, of which several are valid, and with the settings of the table', () => {
    const { account, inbound } = configOf({
      MANYCHAT_MCP_INBOUND_SECRET: `${secret}, ${other}`,
      MANYCHAT_MCP_INBOUND_MODE: 'reply',
      MANYCHAT_MCP_INBOUND_ANSWERS: '5/30',
      MANYCHAT_MCP_INBOUND_WHATSAPP: 'Late answer content2025_1',
    });
    expect(inbound.secrets).toEqual([secret, other]);
    expect(account.inbound).toEqual({
      header: 'X-ManyChat-Secret',
      mode: 'reply',
      pauseMs: 2_000,
      loop: { answers: 5, withinMs: 1_800_000 },
      whatsapp: { field: 'Late answer', flow: 'content2025_1' },
    });
  });

  test('is off without a secret', () => {
    expect(configOf({ MANYCHAT_MCP_INBOUND_MODE: 'reply' }).account.inbound).toBeUndefined();
  });

  test('keeps its secrets out of all output, and out of other settings', () => {
    expect(secretsIn({ MANYCHAT_MCP_INBOUND_SECRET: `${secret},${other}` })).toEqual([secret, other]);
    expect(() => configOf({ MATON_API_KEY: secret, MANYCHAT_MCP_INBOUND_SECRET: secret })).toThrow(
      /^MANYCHAT_MCP_INBOUND_SECRET contains the key that is set as MATON_API_KEY/,
    );
  });
});

describe('inbound of an accounts file', () => {
  const write = useFolder();
  async function read(accounts: Record<string, unknown>, environment: Record<string, string> = {}) {
    const path = write('accounts.json', JSON.stringify({ accounts }));
    chmodSync(path, 0o600);
    const config = configOf({ ...environment, MANYCHAT_MCP_ACCOUNTS: path });
    const file = await namedAccounts(config, { environment, platform: 'linux' });
    return { file, secrets: () => readInboundSecrets(config, file, { environment }) };
  }
  const key = { maton_key: { env: 'KEY' } };

  test('says the same as the settings, and reads its secrets from the sources of keys', async () => {
    write('secret.txt', `${secret}\n`);
    const { file, secrets } = await read(
      {
        shop: {
          ...key,
          inbound: {
            secret: [{ file: 'secret.txt' }, { env: 'OLD' }],
            header: 'X-Shop',
            mode: 'draft',
            pause_ms: 0,
            answers: '3/1',
            whatsapp: { field: 'Answer', flow: 'content2025_1' },
          },
        },
        quiet: key,
      },
      { OLD: other },
    );
    expect(await secrets()).toEqual([{ account: 'shop', secrets: [secret, other] }]);
    expect(file?.accounts.map(({ inbound }) => inbound)).toEqual([
      {
        secrets: [{ file: 'secret.txt' }, { env: 'OLD' }],
        header: 'X-Shop',
        mode: 'draft',
        pauseMs: 0,
        loop: { answers: 3, withinMs: 60_000 },
        whatsapp: { field: 'Answer', flow: 'content2025_1' },
      },
      undefined,
    ]);
  });

  test.each([
    [{ secret: 'short' }, /shop > inbound > secret must have at least 16 characters/],
    [{ secret, answers: 'many' }, /shop > inbound > answers must be two numbers/],
    [{ secret, mod: 'reply' }, /shop > inbound > mod is not known; did you mean mode\?/],
    [{ secret, pause_ms: 9_000 }, /shop > inbound > pause_ms must be a whole number of milliseconds from 0 to 5000/],
    [{ mode: 'reply' }, /shop > inbound > secret must be \{"env": "NAME"\}/],
  ])('is refused if it is not valid: %j', async (inbound, problem) => {
    await expect(read({ shop: { ...key, inbound } })).rejects.toThrow(problem);
  });

  test.each([
    [{ A: secret, B: secret }, /"shop" and "bar" have the same inbound secret/],
    [{ A: secret, B: 'too-short' }, /account "bar" must have at least 16 characters/],
    [{ A: secret }, /account "bar" cannot be read: the variable B is not set/],
  ])('is refused if a secret is shared, not valid or missing, without showing it: %j', async (environment, problem) => {
    const inbound = (env: string) => ({ ...key, inbound: { secret: { env } } });
    const { secrets } = await read({ shop: inbound('A'), bar: inbound('B') }, environment as Record<string, string>);
    const error = await secrets().catch((each: unknown) => each);
    expect(String(error)).toMatch(problem);
    expect(String(error)).not.toContain(secret);
  });

  test('does not go with the secret of the account of a key, which no account would have', async () => {
    const { secrets } = await read({ shop: key }, { MANYCHAT_MCP_INBOUND_SECRET: secret });
    await expect(secrets()).rejects.toThrow(/is for the account of a key in the environment/);
  });

  test('in a file that others can read holds no secret itself', async () => {
    const path = write('accounts.json', JSON.stringify({ accounts: { shop: { ...key, inbound: { secret } } } }));
    chmodSync(path, 0o644);
    const config = configOf({ MANYCHAT_MCP_ACCOUNTS: path });
    await expect(namedAccounts(config, { environment: {}, platform: 'linux' })).rejects.toThrow(/holds a key/);
  });
});
