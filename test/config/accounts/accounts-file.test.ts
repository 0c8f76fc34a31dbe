import { chmodSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { pathOf } from '../../../scripts/root.js';
import { readAccountsFile } from '../../../src/config/accounts/accounts-file.js';
import { UsageError } from '../../../src/config/usage-error.js';
import { useFolder } from '../../support/folder.js';

const key = '123456789:0123456789abcdef0123456789abcdef';
const env = { env: 'KEY' };

describe('an accounts file', () => {
  const write = useFolder();
  const read = (content: unknown, { mode = 0o644, platform = 'linux' } = {}) => {
    const path = write('accounts.json', typeof content === 'string' ? content : JSON.stringify(content));
    chmodSync(path, mode);
    return readAccountsFile(path, platform);
  };
  const problem = (content: unknown, options = {}): string => {
    try {
      read(content, options);
    } catch (error) {
      expect(error).toBeInstanceOf(UsageError);
      return String(error).replaceAll(/\S*accounts\.json/g, 'FILE');
    }
    return 'none';
  };

  test('gives its accounts in the order of the file', () => {
    const { accounts } = read({
      $schema: 'accounts.schema.json',
      accounts: {
        'Sunrise Coffee': { maton_key: env, connection: 'Sunrise Coffee' },
        10: { maton_key: { file: 'maton.key' } },
        "Zoë's (Café) & Bar": { manychat_key: { command: ['op', 'read', 'op://Clients/zoe/key'] } },
      },
    });
    expect(accounts).toEqual([
      // JSON objects put keys that are whole numbers first.
      { name: '10', mode: 'maton', key: { file: 'maton.key' } },
      { name: 'Sunrise Coffee', mode: 'maton', key: env, connection: 'Sunrise Coffee' },
      { name: "Zoë's (Café) & Bar", mode: 'direct', key: { command: ['op', 'read', 'op://Clients/zoe/key'] } },
    ]);
  });

  test('may begin with a byte-order mark', () => {
    expect(read(`\uFEFF${JSON.stringify({ accounts: { a: { maton_key: env } } })}`).accounts).toHaveLength(1);
  });

  test.each([
    [{}, /accounts must be an object with accounts by name/],
    [{ accounts: {} }, /accounts is empty/],
    [[], /the file must be an object with "accounts"/],
    [{ accounts: { a: 5 } }, /accounts > a must be an object with maton_key or manychat_key/],
    [{ accounts: { a: { maton_key: env, connection: '' } } }, /connection must be the name of a page or the id/],
    [{ accounts: { a: { maton_key: env } }, account: {} }, /account is not known; did you mean accounts\?/],
    [{ accounts: { a: {} } }, /accounts > a needs either maton_key or manychat_key/],
    [{ accounts: { a: { maton_key: env, manychat_key: env } } }, /accounts > a needs either maton_key or manychat_key/],
    [
      { accounts: { a: { manychat_key: env, connection: 'x' } } },
      /accounts > a has a connection, which needs maton_key/,
    ],
    [{ accounts: { a: { maton_key: env, conection: 'x' } } }, /a > conection is not known; did you mean connection\?/],
    [
      { accounts: { a: { maton_key: { env: 'A B' } } } },
      /accounts > a > maton_key > env must be the name of a variable/,
    ],
    [{ accounts: { a: { maton_key: { command: 'op read' } } } }, /accounts > a > maton_key must be/],
    [{ accounts: { a: { maton_key: { command: [] } } } }, /accounts > a > maton_key > command must name a program/],
    [
      { accounts: { 'Old Town': { maton_key: env }, old_town: { maton_key: env } } },
      /> old_town and "Old Town" mean the same name/,
    ],
    [{ accounts: { 'a,b': { maton_key: env } } }, /accounts > "a,b" is not a name/],
    [{ accounts: { ' a': { maton_key: env } } }, /is not a name/],
    [{ accounts: { '../a': { maton_key: env } } }, /is not a name/],
    [{ accounts: { ['x'.repeat(61)]: { maton_key: env } } }, /is not a name/],
    [
      '{"accounts": {"a": {"maton_key": {"env": "A"}}, "a": {"maton_key": {"env": "B"}}}}',
      /FILE is not JSON: a is there a second time in line 1, column \d+/,
    ],
    ['{"accounts": {', /FILE is not JSON: .* in line 1, column 15/],
    [' \n', /FILE is not JSON: it is empty/],
    ['{\n“accounts”: {}}', /FILE is not JSON: line 2, column 1 has a typographic quotation mark: write straight/],
    ['{"accounts": {"a": {"maton_key": „x“}}}', /line 1, column 34 has a typographic quotation mark/],
    ['{"accounts": {"a": {"maton_key": {"file": "C:\\keys\\a"}}}}', /column 46 has a backslash .* write it twice/],
    [
      '{"accounts": {\r\n "a": {"maton_key": {"env": "A"}},\r\n}}',
      /the comma before line 3, column 1 is followed by no name in double quotes/,
    ],
    ['['.repeat(50_000), /FILE is not JSON: it is nested too deeply/],
    ['{"accounts": {"__proto__": {"maton_key": {"env": "A"}}, "b": {"maton_key": {"env": "A"}}}}', /__proto__ is not/],
  ])('is refused with its mistakes: %j', (content, message) => {
    expect(problem(content)).toMatch(message);
  });

  test('names all of its mistakes at once', () => {
    const mistakes = problem({ accounts: { a: { maton_key: { env: '' } }, b: { manychat: env } } });
    expect(mistakes).toMatch(/ {2}accounts > a > maton_key > env must be .*\n {2}accounts > b > manychat is not known/);
  });

  test('is refused if it is not there', () => {
    const path = `${dirname(write('other', ''))}/accounts.json`;
    expect(() => readAccountsFile(path, 'linux')).toThrow(/cannot be read: there is no such file/);
  });

  const inline = { accounts: { a: { manychat_key: key } } };
  const inCommand = { accounts: { a: { manychat_key: { command: ['echo', key] } } } };
  const inMatonKey = { accounts: { a: { maton_key: 'a-maton-key' } } };

  test.each([
    ['a key', inline],
    ['a key in a command', inCommand],
    ['a Maton key', inMatonKey],
  ])('may hold %s only if nobody else can read it', (_, content) => {
    expect(read(content, { mode: 0o600 }).accounts).toHaveLength(1);
    for (const mode of [0o640, 0o604, 0o620, 0o644]) {
      expect(problem(content, { mode })).toMatch(/FILE holds a key, and other users can read it\..*chmod 600 FILE/);
    }
    expect(problem(content, { mode: 0o600, platform: 'win32' })).toMatch(/permissions cannot be checked on Windows/);
  });

  test('is refused without showing a key', () => {
    for (const content of [inline, inCommand, inMatonKey])
      expect(problem(content)).not.toMatch(/0123456789abcdef|a-maton-key/);
    expect(problem({ accounts: { a: { maton_key: [key] } } }, { mode: 0o600 })).not.toContain('abcdef');
    const misplaced = [
      { accounts: { [key]: { manychat_key: env } } },
      { accounts: { a: { manychat_key: env, [key]: 1 } } },
      { accounts: { a: { maton_key: { ...env, 'k3y-abcdef-0123456789abcdef': '' } } } },
      { accounts: { a: { maton_key: env, 'k3y-abcdef-0123456789abcdef': '' } } },
      `{"accounts": {"${key}": 1, "${key}": 2}}`,
    ];
    for (const content of misplaced) expect(problem(content)).toMatch(/^(?!.*abcdef).*\[not shown: it may be a key\]/s);
  });
});

test('the published schema accepts what the reader accepts', () => {
  const validate = new Ajv2020({ allowUnionTypes: true }).compile(
    JSON.parse(readFileSync(pathOf('accounts.schema.json'), 'utf8')),
  );
  for (const source of [env, { file: 'key' }, { command: ['pass', 'show', 'x'] }, 'key'])
    expect(validate({ accounts: { a: { maton_key: source, connection: 'Sunrise' } } })).toBe(true);
  for (const wrong of [{ accounts: { a: { maton_key: { var: 'X' } } } }, { accounts: { a: { key: env } } }, {}])
    expect(validate(wrong)).toBe(false);
});
