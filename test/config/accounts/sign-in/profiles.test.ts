import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { pathOf } from '../../../../scripts/root.js';
import { readAccountsFile } from '../../../../src/config/accounts/accounts-file.js';
import { namedAccounts } from '../../../../src/config/accounts/choice.js';
import { UsageError } from '../../../../src/config/usage-error.js';
import { configOf } from '../../../support/config.js';
import { useFolder } from '../../../support/folder.js';

const accounts = {
  'Sunrise Coffee': { maton_key: { env: 'M' } },
  Wholesale: { maton_key: { env: 'M' }, connection: 'Wholesale' },
  Museum: { manychat_key: { env: 'C' } },
};
const write = useFolder();
const fileWith = (profiles: unknown): string => write('accounts.json', JSON.stringify({ accounts, profiles }));
const read = (profiles: unknown) => readAccountsFile(fileWith(profiles), 'linux').profiles;

describe('the profiles of an accounts file', () => {
  test('say who may do what, in the order of the file', () => {
    const profiles = {
      Admins: { when: { claims: { groups: ['agency-admins', 'owners'], tenant: 'acme' } }, accounts: 'all' },
      'Coffee only': {
        when: { tokens: ['n8n'] },
        accounts: ['sunrise-coffee'],
        connections: ['Sunrise Coffee'],
        toolsets: ['sending'],
        tools: ['get_page'],
        read_only: true,
        confirm: 'sends',
      },
      Machines: { accounts: ['Museum', 'Wholesale'] },
    };
    expect(read(profiles)).toEqual([
      {
        name: 'Admins',
        when: {
          tokens: [],
          claims: [
            ['groups', ['agency-admins', 'owners']],
            ['tenant', ['acme']],
          ],
        },
        accounts: 'all',
        readOnly: false,
      },
      {
        name: 'Coffee only',
        when: { tokens: ['n8n'], claims: [] },
        accounts: ['Sunrise Coffee'],
        connections: ['Sunrise Coffee'],
        toolsets: ['sending'],
        tools: ['get_page'],
        readOnly: true,
        confirm: 'sends',
      },
      { name: 'Machines', when: { tokens: [], claims: [] }, accounts: ['Wholesale', 'Museum'], readOnly: false },
    ]);
    const schema = JSON.parse(readFileSync(pathOf('accounts.schema.json'), 'utf8'));
    expect(new Ajv2020({ strict: false }).compile(schema)({ accounts, profiles })).toBe(true);
  });

  test('can be absent', () => {
    expect(read(undefined)).toBeUndefined();
  });

  test('keep the accounts that --account chooses', async () => {
    const path = fileWith({ Both: { accounts: ['Museum', 'Wholesale'] }, One: { accounts: ['Museum'] } });
    const environment = { MANYCHAT_MCP_ACCOUNTS: path, MANYCHAT_MCP_ACCOUNT: 'Wholesale' };
    const file = await namedAccounts(configOf(environment), { environment, platform: 'linux' });
    expect(file?.profiles?.map((profile) => profile.accounts)).toEqual([['Wholesale'], []]);
  });

  test.each([
    [{}, /profiles is empty: nobody could sign in/],
    [[], /profiles must be an object with profiles by name/],
    [{ a: {} }, /profiles > a > accounts must be a list of names of accounts, or "all"/],
    [{ a: { accounts: [] } }, /profiles > a > accounts must be a list of names/],
    [
      { a: { accounts: ['Museums'] } },
      /profiles > a > accounts: There is no account "Museums"; the closest is "Museum"/,
    ],
    [{ a: { accounts: ['Museum', 'museum'] } }, /profiles > a > accounts names "museum" twice/],
    [{ a: { accounts: 'all', readonly: true } }, /profiles > a > readonly is not known; did you mean read_only\?/],
    [
      { a: { accounts: 'all', when: { token: ['x'] } } },
      /profiles > a > when > token is not known; did you mean tokens\?/,
    ],
    [{ a: { accounts: 'all', when: {} } }, /profiles > a > when says nobody: name tokens or claims, or omit it/],
    [{ a: { accounts: 'all', when: { claims: {} } } }, /profiles > a > when says nobody/],
    [{ a: { accounts: 'all', confirm: 'always' } }, /profiles > a > confirm must be/],
    [
      { a: { accounts: 'all', when: { tokens: ['n8n'] } }, b: { accounts: 'all', when: { tokens: ['N8N'] } } },
      /profiles > b > when > tokens: "N8N" is in "a" as well/,
    ],
    [
      { 'Old Town': { accounts: 'all' }, old_town: { accounts: 'all' } },
      /profiles > old_town and "Old Town" mean the same/,
    ],
    [{ 'a/b': { accounts: 'all' } }, /profiles > "a\/b" is not a name/],
    [
      { a: { accounts: ['Museum'], connections: ['x'] } },
      /profiles > a has connections, and none of its accounts has a Maton key: omit them/,
    ],
  ])('are refused with their mistakes: %j', (profiles, message) => {
    expect(() => read(profiles)).toThrow(UsageError);
    expect(() => read(profiles)).toThrow(message);
  });
});
