import { describe, expect, test } from 'vitest';
import { useFolder } from '../support/folder.js';
import { directlyTo, pinnedTo } from '../support/program.js';
import { useSandbox } from '../support/sandboxed.js';
import { runHere } from '../support/shell.js';

describe('commands, where processes share limits in a Redis that is away', () => {
  const sandbox = useSandbox();
  const write = useFolder();
  const shared = { MANYCHAT_MCP_REDIS_URL: 'redis://127.0.0.1:1', MANYCHAT_MCP_DEADLINE_MS: '1000' };

  test.each([['connect', '--yes'], ['accounts']])('%s makes no request without it', async (...args) => {
    const accounts = { Shop: { manychat_key: { env: 'SHOP_KEY' } } };
    const file = {
      SHOP_KEY: sandbox.manychatKey,
      MANYCHAT_MCP_ACCOUNTS: write('a.json', JSON.stringify({ accounts })),
    };
    const environment = args[0] === 'connect' ? pinnedTo(sandbox) : { MANYCHAT_API_URL: sandbox.url, ...file };
    const { code, err } = await runHere(args, { ...environment, ...shared });
    expect(code).not.toBe(0);
    expect(err).toContain('Redis cannot be reached');
    expect(sandbox.requests()).toEqual([]);
  });

  test('doctor says so, and checks the rest without it', async () => {
    const { out } = await runHere(['doctor', '--json'], { ...directlyTo(sandbox), ...shared });
    const status = (name: string) =>
      JSON.parse(out).checks.find((each: { name: string }) => each.name === name)?.status;
    expect([status('shared limits'), status('page')]).toEqual(['failed', 'ok']);
  });
});
