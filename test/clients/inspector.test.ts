import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.js';
import type { Result } from '../../tools/contract/json.js';
import { startHttpProgram } from '../support/http-program.js';
import { examples, failing, wholeGrammar } from './support/cases.js';
import { launchOn } from './support/client.js';
import { fitted, withNulls } from './support/forms.js';
import { requestsOf } from './support/reference.js';

const inspector = createRequire(import.meta.url)
  .resolve('@modelcontextprotocol/inspector/package.json')
  .replace('package.json', 'clients/launcher/build/index.js');

// It starts a process a call, so that only a few calls are made here: it sends arguments as they are.
describe.each(['legacy', 'modern', 'auto'])('Inspector CLI, %s', (era) => {
  const {
    schemas,
    wholeGrammar: { requests },
  } = inject('reference');
  let sandbox: Sandbox;
  let home: string;
  beforeAll(async () => {
    sandbox = await startSandbox({ limits: false });
    home = await mkdtemp(join(tmpdir(), 'inspector-'));
  });
  afterAll(async () => {
    await sandbox.close();
    await rm(home, { recursive: true });
  });

  /** Runs the Inspector on the program over stdio. */
  function inspect(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
    const { command, args: program, env } = launchOn(sandbox);
    const variables = Object.entries(env).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
    return run(...variables, command, ...program, ...args);
  }

  /** Runs the Inspector, which keeps its own files in a folder of this test. */
  async function run(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
    const all = [inspector, '--cli', ...args, '--protocol-era', era];
    const child = spawn(process.execPath, all, { env: { PATH: process.env.PATH, HOME: home, USERPROFILE: home } });
    const texts = { out: '', err: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      texts.out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      texts.err += text;
    });
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    return { code, ...texts };
  }

  const call = (tool: string, args: Result) =>
    inspect('--method', 'tools/call', '--tool-name', tool, '--tool-args-json', JSON.stringify(args));

  test('finds nothing to complain about in the schemas', async () => {
    const { code, out, err } = await inspect('--method', 'tools/list', '--strict');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse(out).tools).toHaveLength(examples.length);
  });

  test('finds nothing to complain about over HTTP', async () => {
    const server = await startHttpProgram(launchOn(sandbox).env);
    try {
      const { code, out, err } = await run(
        `${server.url}/mcp`,
        '--transport',
        'http',
        '--method',
        'tools/list',
        '--strict',
      );
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(JSON.parse(out).tools).toHaveLength(examples.length);
    } finally {
      await server.close();
    }
  });

  test.each([
    ['what a model sets', (_: unknown, args: Result) => args],
    ['null for the rest', withNulls],
  ])('sends every kind of content, with %s', async (_, form) => {
    const { tool, args } = wholeGrammar;
    sandbox.reset();
    const { code, err } = await call(tool, form(schemas[tool], fitted(schemas[tool], args)));
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(requestsOf(sandbox)).toEqual(requests);
  });

  test.each(failing.map((each) => [each.what, each] as const))('shows %s', async (_, { tool, args, fault, reads }) => {
    sandbox.reset();
    if (fault !== undefined) sandbox.injectFault(fault);
    const { code, out } = await call(tool, args);
    expect(code).toBe(5);
    for (const part of reads) expect(out.replaceAll('\\', '')).toContain(part);
  });
});
