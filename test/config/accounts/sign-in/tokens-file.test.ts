import { chmodSync, chownSync, lstatSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  changeTokensFile,
  digestOf,
  isToken,
  newToken,
  readTokensFile,
} from '../../../../src/config/accounts/sign-in/tokens-file.js';
import { UsageError } from '../../../../src/config/usage-error.js';
import { useFolder } from '../../../support/folder.js';

const sha256 = digestOf('one');
const token = `mmcp_${'0123456789abcdef'.repeat(3)}`;
const created = '2026-03-01T09:00:00Z';
const write = useFolder();

function read(content: unknown, { mode = 0o600, platform = 'linux' } = {}) {
  const path = write('tokens.json', typeof content === 'string' ? content : JSON.stringify(content));
  chmodSync(path, mode);
  return readTokensFile(path, platform);
}

describe('a token', () => {
  test('is recognised by its form, and never the same twice', () => {
    const made = Array.from({ length: 100 }, newToken);
    expect(new Set(made).size).toBe(100);
    expect(made.every(isToken)).toBe(true);
    for (const other of ['', 'mmcp_', `${made[0]}0`, made[0]?.toUpperCase() ?? '', `x${made[0]}`])
      expect(isToken(other)).toBe(false);
  });
});

describe('a tokens file', () => {
  test('gives its tokens in order', () => {
    const expires = '2026-05-30T09:00:00+02:00';
    const other = digestOf('two');
    const tokens = { ci: { sha256, created }, n8n: { sha256: other, created, expires, profile: 'Senders' } };
    expect(read({ tokens })).toEqual([
      { name: 'ci', sha256, created },
      { name: 'n8n', sha256: other, created, expires, profile: 'Senders' },
    ]);
  });

  test.each([
    ['', /the tokens file \S+ is not JSON: it is empty/],
    [[], /the file must be an object with "tokens"/],
    [{ tokens: [] }, /tokens must be an object with tokens by name/],
    [{ tokens: {}, token: {} }, /token is not known; did you mean tokens\?/],
    [{ tokens: { ci: {} } }, /tokens > ci > sha256 must be a SHA-256 digest/],
    [{ tokens: { ci: { sha256: token, created } } }, /tokens > ci > sha256 must be a SHA-256 digest/],
    [{ tokens: { ci: { sha256, created: 'today' } } }, /tokens > ci > created must be a time such as/],
    [
      { tokens: { ci: { sha256, created, expire: created } } },
      /tokens > ci > expire is not known; did you mean expires\?/,
    ],
    [{ tokens: { 'a/b': { sha256, created } } }, /tokens > "a\/b" is not a name/],
    [
      { tokens: { 'my ci': { sha256, created }, My_CI: { sha256: digestOf('two'), created } } },
      /tokens > My_CI and "my ci" mean the same name/,
    ],
    [{ tokens: { a: { sha256, created }, b: { sha256, created } } }, /tokens > b has the digest of "a"/],
  ])('is refused with its mistakes: %j', (content, message) => {
    expect(() => read(content)).toThrow(UsageError);
    expect(() => read(content)).toThrow(message);
  });

  test('that holds a token itself is refused without showing it', () => {
    for (const content of [{ tokens: { [token]: { sha256, created } } }, { tokens: { ci: { [token]: 1 } } }]) {
      let message = '';
      try {
        read(content);
      } catch (error) {
        message = String(error);
      }
      expect(message).toMatch(/not shown/);
      expect(message).not.toContain(token.slice(5));
    }
  });

  test.each([0o604, 0o640, 0o644, 0o620, 0o602])('that others can read or change is refused: %o', (mode) => {
    // A file of the administrator, as Kubernetes mounts secrets, may be readable for its group.
    const isAdministrator = process.getuid?.() === 0;
    const reading = () => read({ tokens: {} }, { mode });
    if (isAdministrator && mode === 0o640) expect(reading()).toEqual([]);
    else expect(reading).toThrow(/can be read or changed by other users. Run: chmod 600/);
  });

  test('is not checked for who can read it on Windows, which has no such permissions', () => {
    expect(read({ tokens: {} }, { mode: 0o644, platform: 'win32' })).toEqual([]);
  });
});

describe('a tokens file that is changed', () => {
  /** Revokes the only token of a file. */
  function revoked(prepare: (path: string) => void): string {
    const path = write('tokens.json', JSON.stringify({ tokens: { ci: { sha256, created } } }));
    prepare(path);
    changeTokensFile(path, process.platform, () => []);
    return path;
  }

  test.runIf(process.platform !== 'win32')('keeps its permissions', () => {
    expect(statSync(revoked((path) => chmodSync(path, 0o400))).mode & 0o777).toBe(0o400);
  });

  test.runIf(process.getuid?.() === 0)('keeps its owner and group, so that the server can still read it', () => {
    const path = revoked((file) => {
      chownSync(file, 1234, 2345);
      chmodSync(file, 0o600);
    });
    expect(statSync(path)).toMatchObject({ uid: 1234, gid: 2345 });
    const shared = revoked((file) => {
      chownSync(file, 0, 0);
      chmodSync(file, 0o640);
    });
    expect(statSync(shared).mode & 0o777).toBe(0o640);
  });

  test.runIf(process.platform !== 'win32')('is the file that a link leads to, and the link stays', () => {
    const link = write('link.json', '');
    const path = revoked((file) => {
      chmodSync(file, 0o600);
    });
    rmSync(link);
    symlinkSync(path, link);
    changeTokensFile(link, process.platform, () => [{ name: 'new', sha256, created }]);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readTokensFile(path, process.platform)).toEqual([{ name: 'new', sha256, created }]);
  });
});
