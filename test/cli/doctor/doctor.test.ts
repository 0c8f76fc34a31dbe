import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { oldestNode } from '../../../src/config/version.js';
import { allWell, examined } from '../../support/examined.js';
import { program, through } from '../../support/program.js';
import { sandboxed } from '../../support/sandboxed.js';
import { runHere } from '../../support/shell.js';

describe('what doctor prints', () => {
  test('one line for each check, in order, without the key', async () => {
    const { sandbox, connections, environment } = await sandboxed();
    await connections('DELETE', sandbox.secondConnectionId);
    const { code, out, err } = await runHere(['doctor'], environment);
    expect(out.split('\n')).toEqual([
      'ok       node: Node.js 22.0.0',
      `ok       settings: calls go to ${sandbox.url}`,
      'ok       key: MATON_API_KEY is set and well formed: calls go through Maton',
      'ok       proxy: none is set',
      'ok       shared limits: not shared: Node.js is older than 22.13',
      `ok       gateway: ${sandbox.url} answers`,
      "ok       clock: agrees with the server's",
      'ok       key accepted: Maton accepts the key',
      'ok       connections: 1 connection',
      `           ${sandbox.connectionId} ACTIVE "Sunrise Coffee"`,
      'ok       page: "Sunrise Coffee" (page 123456789)',
    ]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });

  test('indented advice below a check, and colours only if stdout has them', async () => {
    const { environment } = await sandboxed();
    const plain = await runHere(['doctor'], environment);
    expect(plain.out).toMatch(
      /\nwarning {2}connections: .*(\n {11}[\da-f-]{36} .*){2}\n {11}PENDING waits for the ManyChat key/,
    );
    expect(plain.out).not.toContain('\x1b');
    const coloured = await runHere(['doctor'], environment, { colour: true });
    expect(stripVTControlCharacters(coloured.out)).toBe(plain.out);
    expect(coloured.out).toContain('\x1b[33mwarning\x1b[39m');
  });

  test('as JSON on stdout from the built program, with nothing on stderr', async () => {
    const { environment } = await sandboxed();
    const env = { PATH: process.env.PATH ?? '', ...environment, MATON_API_KEY: 'not-this-key' };
    const run = await new Promise<{ code: unknown; out: string; err: string }>((resolve) => {
      execFile(process.execPath, [program, 'doctor', '--json'], { env }, (error, out, err) =>
        resolve({ code: error?.code ?? 0, out, err }),
      );
    });
    expect(run).toMatchObject({ code: 1, err: '' });
    expect(run.out).not.toContain('not-this-key');
    const { ok, checks } = JSON.parse(run.out);
    expect(ok).toBe(false);
    expect(checks).toContainEqual({
      name: 'key accepted',
      status: 'failed',
      found: 'Invalid or missing API key',
      advice: expect.stringContaining('https://maton.ai/settings'),
    });
    expect(checks.at(0)).toEqual({ name: 'node', status: 'ok', found: `Node.js ${process.versions.node}` });
  });

  test('that it stopped, at a signal', async () => {
    const { environment } = await sandboxed();
    const { code, err } = await runHere(['doctor'], environment, { ending: AbortSignal.abort() });
    expect({ code, err }).toEqual({ code: 1, err: 'Stopped before all checks were made.' });
  });
});

describe('the settings', () => {
  test.each([
    ['20.18.0', 'failed'],
    ['18.20.8', 'failed'],
    ['20.9.0', 'failed'],
    ['20.18.1', 'ok'],
    ['20.19.0', 'ok'],
    ['24.0.0', 'ok'],
  ])('Node.js %s: %s', async (nodeVersion, status) => {
    const { environment } = await sandboxed();
    const { statuses, code } = await examined(environment, [], { nodeVersion });
    expect(statuses).toMatchObject({ node: status, key: 'ok', page: status === 'ok' ? 'ok' : 'skipped' });
    expect(code).toBe(status === 'ok' ? 0 : 1);
  });

  test('the oldest supported Node.js is that of package.json', () => {
    const { engines } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
    expect(engines.node).toBe(`>=${oldestNode}`);
  });

  test('an invalid setting fails its check, and the rest is skipped', async () => {
    const { statuses, text, code } = await examined({ MATON_GATEWAY_URL: 'http://gateway.example' });
    expect(statuses).toMatchObject({ settings: 'failed', page: 'skipped' });
    expect(text('settings')).toContain('MATON_GATEWAY_URL must use https');
    expect(code).toBe(1);
  });

  test.each([
    [{}, 'failed', /Neither MATON_API_KEY nor MANYCHAT_API_KEY is set \| .*maton\.ai\/settings/],
    [{ MATON_API_KEY: '${MATON_API_KEY}' }, 'failed', /contains a placeholder/],
    [{ MATON_API_KEY: 'two words' }, 'failed', /contains white space/],
    [{ MATON_KEY: 'misplaced-key' }, 'failed', /MATON_KEY is set, but not a setting/],
    [{ MATON_API_KEY: '"Bearer quoted-key"' }, 'ok', /quotes or "Bearer" are removed/],
    [{ MATON_API_KEY: 'plain-key', MANYCHAT_API_KEY: '123456:0123456789abcdef' }, 'ok', /is also set, but not used/],
    [{ MANYCHAT_API_KEY: '123456:0123456789abcdef' }, 'ok', /go to ManyChat without Maton/],
    [{ MANYCHAT_API_KEY: 'some-other-key' }, 'warning', /does not look like a ManyChat key/],
    [{ MANYCHAT_API_KEY: '123456:0123456789abcdef', MATON_API_KEY: '$MATON_API_KEY' }, 'warning', /placeholder/],
  ] as const)('key: %j', async (keys, status, words) => {
    const { url } = (await sandboxed()).sandbox;
    const environment = { MATON_GATEWAY_URL: url, MATON_CONTROL_URL: url, MANYCHAT_API_URL: url, ...keys };
    const { statuses, text, checks } = await examined(environment);
    expect(statuses.key).toBe(status);
    expect(text('key')).toMatch(words);
    expect(JSON.stringify(checks)).not.toMatch(/two words|(misplaced|quoted|plain|other)-key|0123456789abcdef/);
  });

  test('without a key the addresses and the clock are still checked', async () => {
    const { url } = (await sandboxed()).sandbox;
    const { statuses, code } = await examined({ MATON_GATEWAY_URL: url, MATON_CONTROL_URL: url });
    const keyless = { 'key accepted': 'skipped', connections: 'skipped', page: 'skipped' };
    expect(statuses).toEqual({ ...allWell, key: 'failed', ...keyless });
    expect(code).toBe(1);
  });

  test('warns of an address that includes the path', async () => {
    const { environment } = await sandboxed();
    const url = `${environment.MATON_GATEWAY_URL}/manychat/`;
    const { statuses, text } = await examined({ ...environment, MATON_GATEWAY_URL: url });
    expect(statuses).toMatchObject({ settings: 'warning', page: 'failed' });
    expect(text('settings')).toContain('MATON_GATEWAY_URL: remove the path');
  });

  test('explains an address whose path is not an app to Maton', async () => {
    const { environment } = await sandboxed();
    const url = `${environment.MATON_GATEWAY_URL}/other`;
    const { text, code } = await examined({ ...environment, MATON_GATEWAY_URL: url });
    expect(text('page')).toMatch(/Invalid app name \| .*without \/manychat or any other path/);
    expect(code).toBe(1);
  });
});

describe('without Maton, and on the embedded sandbox', () => {
  test('the page shows that the key works, and there are no connections', async () => {
    const { sandbox } = await sandboxed();
    const environment = { MANYCHAT_API_KEY: sandbox.manychatKey, MANYCHAT_API_URL: sandbox.url };
    const { statuses, code, text } = await examined(environment);
    const { gateway: _, connections: __, ...rest } = allWell;
    expect(statuses).toEqual({ ...rest, manychat: 'ok' });
    expect(text('page')).toContain('Sunrise Coffee');
    expect(code).toBe(0);
    const pinned = await examined({ ...environment, MATON_CONNECTION_ID: 'c1' });
    expect(pinned.text('settings')).toContain('MATON_CONNECTION_ID is not used');
  });

  test('a key that ManyChat refuses', async () => {
    const { url } = (await sandboxed()).sandbox;
    const key = '123456789:0123456789abcdef0123456789abcdef';
    const { statuses, code, text, checks } = await examined({ MANYCHAT_API_KEY: key, MANYCHAT_API_URL: url });
    expect(statuses).toMatchObject({ key: 'ok', 'key accepted': 'failed', page: 'skipped' });
    expect(text('key accepted')).toMatch(/Wrong token \| Copy MANYCHAT_API_KEY again/);
    expect(JSON.stringify(checks)).not.toContain(key);
    expect(code).toBe(1);
  });

  test.each([
    ['{{MATON_API_KEY}}', /^MATON_API_KEY contains a placeholder instead of a key/],
    ['your-api-key-here', /^MATON_API_KEY contains a placeholder instead of a key/],
  ])('the placeholder %s in place of a key', async (MATON_API_KEY, found) => {
    const { url } = (await sandboxed()).sandbox;
    const { statuses, text } = await examined(through(url, MATON_API_KEY));
    expect(statuses).toMatchObject({ key: 'failed', page: 'skipped' });
    expect(text('key')).toMatch(found);
  });

  test('a SOCKS proxy, which is reported without its password', async () => {
    const environment = { MATON_API_KEY: 'k3y', HTTPS_PROXY: 'socks5://user:pass5word@127.0.0.1:1080' };
    const { statuses, text, code, checks } = await examined(environment);
    expect(statuses).toMatchObject({ settings: 'ok', proxy: 'failed', gateway: 'failed', page: 'skipped' });
    expect(text('proxy')).toMatch(
      /^HTTPS_PROXY names a SOCKS proxy, and only HTTP proxies are supported \| Set it to .* NO_PROXY=gateway\.maton\.ai,ctrl\.maton\.ai /,
    );
    expect(text('gateway')).toContain('names a SOCKS proxy');
    expect(JSON.stringify(checks)).not.toContain('pass5word');
    expect(code).toBe(1);
  });

  test.each(['http://127.0.0.1:1', 'socks5://127.0.0.1:1'])('a proxy is not used with --sandbox: %s', async (proxy) => {
    const { statuses, code } = await examined({ HTTPS_PROXY: proxy, HTTP_PROXY: proxy }, ['--sandbox']);
    expect(statuses).toEqual({ ...allWell, connections: 'warning' });
    expect(code).toBe(0);
  });

  test('--sandbox needs no key', async () => {
    const { statuses, code } = await examined({ HTTPS_PROXY: 'http://127.0.0.1:1' }, ['--sandbox']);
    expect(statuses).toEqual({ ...allWell, connections: 'warning' });
    expect(code).toBe(0);
  });
});
