import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openInBrowser } from '../../../src/cli/connect/open-browser.js';
import { browsable } from '../../../src/config/address.js';
import { program, through } from '../../support/program.js';
import { useSandbox } from '../../support/sandboxed.js';

describe('opening the browser', () => {
  const sandbox = useSandbox();

  test('accepts https links, and plain http on this machine only', () => {
    expect(browsable('https://connect.maton.ai/?session_token=a b"')).toBe(
      'https://connect.maton.ai/?session_token=a%20b%22',
    );
    expect(browsable('http://127.0.0.1:80/connect')).toBe('http://127.0.0.1/connect');
    for (const link of ['http://connect.maton.ai', 'file:///etc/hosts', 'javascript:alert(1)', '--version', ''])
      expect(browsable(link), link).toBeUndefined();
  });

  test('reports why a link cannot be opened', async () => {
    const reason = (link: string, platform: string) => new Promise((resolve) => openInBrowser(link, platform, resolve));
    expect(await reason('ftp://example.com', 'linux')).toBe('it is not an https address');
    if (process.platform !== 'win32')
      expect(await reason('https://example.invalid', 'win32')).toMatch(/rundll32 ENOENT/);
  });

  /** Runs the built program with `opener` in place of the desktop's own command. */
  function running(opener: string) {
    const folder = mkdtempSync(join(tmpdir(), 'manychat-mcp-'));
    for (const name of ['open', 'xdg-open']) {
      writeFileSync(join(folder, name), `#!${process.execPath}\n${opener}`);
      chmodSync(join(folder, name), 0o755);
    }
    const path = [folder, process.env.PATH].join(delimiter);
    const child = spawn(process.execPath, [program, 'connect', '--yes', '--open'], {
      env: { PATH: path, ...through(sandbox.url, sandbox.matonKey) },
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
    });
    const noted = new Promise<void>((resolve) => {
      child.stderr.on('data', (chunk: Buffer) => {
        err += chunk.toString();
        if (err.includes('could not be opened')) resolve();
      });
    });
    const ended = new Promise<{ code: number | null; out: string; err: string }>((resolve) =>
      child.on('close', (code) => {
        rmSync(folder, { recursive: true });
        resolve({ code, out, err });
      }),
    );
    return { child, noted, ended };
  }

  test.skipIf(process.platform === 'win32')(
    'the built program opens the link and waits until the key is entered',
    async () => {
      const body = `new URLSearchParams({ api_key: ${JSON.stringify(sandbox.manychatKey)} })`;
      const { ended } = running(`fetch(process.argv[2], { method: 'POST', body: ${body} });`);
      const { code, out, err } = await ended;
      expect({ code, note: err.includes('could not be opened') }).toEqual({ code: 0, note: false });
      expect(out).toMatch(/\n"Sunrise Coffee" \(page \d+\) is connected: [0-9a-f-]{36}\n\nMATON_CONNECTION_ID=/);
    },
  );

  test.skipIf(process.platform === 'win32')(
    'a browser that fails is only a note, and Ctrl-C ends the wait',
    async () => {
      const { child, noted, ended } = running('process.exit(3);');
      await noted;
      child.kill('SIGINT');
      const { code, err } = await ended;
      expect(code).toBe(4);
      expect(err).toMatch(/could not be opened \((xdg-)?open ended with code 3\)/);
      expect(err).toContain('stays PENDING');
    },
  );
});
