import { spawn } from 'node:child_process';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ask } from '../support/asking.js';
import { listenTo } from '../support/events.js';
import { program } from '../support/program.js';

/** Starts the built program and collects its output. */
function start(args: readonly string[], environment: Record<string, string> = {}) {
  const child = spawn(process.execPath, [program, ...args], { env: { PATH: process.env.PATH ?? '', ...environment } });
  onTestFinished(() => void child.kill('SIGKILL'));
  const written = { out: '', err: '' };
  const checks = new Set<() => void>();
  for (const [stream, name] of [
    [child.stdout, 'out'],
    [child.stderr, 'err'],
  ] as const) {
    stream.on('data', (chunk: Buffer) => {
      written[name] += chunk.toString();
      for (const check of checks) check();
    });
  }
  const exited = new Promise<void>((resolve) => child.on('close', () => resolve()));
  return {
    child,
    written,
    exited,
    /** Resolves with the first match in the output. */
    matched: (name: 'out' | 'err', pattern: RegExp) =>
      new Promise<RegExpExecArray>((resolve) => {
        const check = () => {
          const found = pattern.exec(written[name]);
          if (found !== null) resolve(found);
        };
        checks.add(check);
        check();
      }),
  };
}

describe('the sandbox command', () => {
  const realKey = 'v1.very-real-maton-key-0123456789';

  test('never exposes or accepts the key of the environment', async () => {
    const { child, written, matched, exited } = start(['sandbox'], {
      MATON_API_KEY: realKey,
      MANYCHAT_API_KEY: `1${realKey}`,
    });
    const [, url = ''] = await matched('out', /at (http:\S+)\n[\s\S]*messages/);
    expect(written.out).toContain('export MATON_API_KEY=maton-sandbox-key\n');
    expect(written.out).toContain(`Its page for a browser: ${url}/\n`);
    expect((await ask(url, { path: '/' })).text).toContain('<title>Sandbox inbox</title>');
    const addresses = [...written.out.matchAll(/\b([A-Z_]+_URL)=(\S+)/g)].map(([, name, address]) => [name, address]);
    expect(Object.fromEntries(addresses)).toEqual({
      MATON_GATEWAY_URL: url,
      MATON_CONTROL_URL: url,
      MANYCHAT_API_URL: url,
    });
    expect(written.out).toMatch(/^MATON_API_KEY is already set: .* this shell only.*\n\nexport MATON_API_KEY=/m);

    const overview = await ask(url, { path: '/sandbox' });
    const { controls, manychat_routes: routes, connections } = JSON.parse(overview.text);
    const paths: string[] = [
      ...controls.map((control: string) => control.split(' ')[1]),
      ...routes.flatMap(({ path }: { path: string }) => [path, `/manychat${path}`]),
      ...connections.map((each: { url: string }) => each.url.slice(url.length)),
      '/connections',
    ];
    for (const path of new Set(paths)) {
      for (const method of ['GET', 'POST', 'DELETE']) {
        for (const key of [realKey, 'maton-sandbox-key']) {
          const { status, headers, text } = await ask(url, {
            method,
            path,
            headers: { authorization: `Bearer ${key}` },
          });
          expect(JSON.stringify(headers) + text, `${method} ${path}`).not.toContain(realKey);
          if (key === realKey && /^\/(manychat|connections)/.test(path)) expect(status, path).toBe(401);
        }
      }
    }
    child.kill('SIGTERM');
    await exited;
    expect(written.out + written.err).not.toContain(realKey);
  });

  test('prints its address at every log level, and no warning about a key if none is set', async () => {
    const { written, matched } = start(['sandbox', '--log-level', 'silent']);
    const [, url = ''] = await matched('out', /at (http:\S+)\n[\s\S]*messages/);
    expect((await ask(url, { path: '/sandbox' })).status).toBe(200);
    expect(written.out).not.toContain('already set');
  });
});

describe('serve --sandbox', () => {
  test.each(['silent', 'error', 'warn', 'info'])(
    'logs the address in one line on stderr: --log-level %s',
    async (level) => {
      const { child, written, matched, exited } = start(['--sandbox', '--log-level', level]);
      const [line] = await matched('err', /^.*\n/);
      const { sandbox } = JSON.parse(line);
      expect((await ask(sandbox, { path: '/sandbox' })).status).toBe(200);
      child.stdin.end();
      await exited;
      expect(written.out).toBe('');
      expect(written.err.match(/"sandbox":/g)).toHaveLength(1);
      if (level !== 'info') expect(written.err).toBe(line);
    },
  );

  test('ends with its client, whoever still listens for events', async () => {
    const { child, matched, exited } = start(['--sandbox', '--log-level', 'silent']);
    const { sandbox } = JSON.parse((await matched('err', /^.*\n/))[0]);
    const events = await listenTo(sandbox);
    expect(await events.next()).toMatchObject({ event: 'hello' });
    child.stdin.end();
    await exited;
    expect(await events.next()).toBeUndefined();
  });

  test('logs the address with an explicit `serve` too', async () => {
    const { matched } = start(['serve', '--sandbox', '--log-level', 'silent']);
    expect(JSON.parse((await matched('err', /^.*\n/))[0])).toEqual({
      sandbox: expect.stringMatching(/^http:.*\d$/),
      page: expect.stringMatching(/^http:.*\d\/$/),
    });
  });
});
