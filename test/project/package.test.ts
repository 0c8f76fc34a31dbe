import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import type { Metafile } from 'esbuild';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { metafilePath } from '../../scripts/package/bundle.js';
import { manifest, mcpb } from '../../scripts/package/mcpb.js';
import { noticesOf } from '../../scripts/package/notices.js';
import { facts, pathOf, program } from '../../scripts/root.js';
import { declarations } from '../../tools/index.js';

/** npm as a person at the shell calls it; it prints JSON. */
const npm = (folder: string, ...args: string[]) =>
  JSON.parse(execFileSync('npm', args, { cwd: folder, encoding: 'utf8', shell: process.platform === 'win32' }));

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'manychat-mcp-')));
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));

const names = declarations.map(({ name }): string => name);

/** Lists the tools of a server that is started so, and calls one. */
async function use(command: string, args: string[], env: Record<string, string> = {}) {
  const client = new Client({ name: 'test', version: '1' });
  // HOME and its like decide where Node.js keeps what it compiles.
  const kept = { PATH: process.env.PATH ?? '', HOME: folder, LOCALAPPDATA: folder };
  await client.connect(new StdioClientTransport({ command, args, env: { ...kept, ...env }, stderr: 'ignore' }));
  const { tools } = await client.listTools();
  const { content } = await client.callTool({ name: 'manychat_get_page', arguments: {} });
  await client.close();
  const [first] = content;
  return {
    tools: tools.map(({ name }) => name),
    text: first?.type === 'text' ? first.text : '',
  };
}

describe('the package', () => {
  let packed: { filename: string; size: number; files: { path: string }[] };
  let bin: string;
  beforeAll(() => {
    [packed] = npm(pathOf('.'), 'pack', '--json', '--pack-destination', folder);
    const installed = join(folder, 'installed');
    mkdirSync(installed);
    writeFileSync(join(installed, 'package.json'), '{"private":true}');
    npm(installed, 'install', '--json', '--offline', '--no-audit', '--no-fund', join(folder, packed.filename));
    bin = join(installed, 'node_modules', facts.name, facts.bin[facts.name] ?? '');
  });

  test('holds what is needed, nothing else, and stays small', () => {
    expect(packed.size).toBeLessThan(1_200_000);
    const paths = packed.files.map(({ path }) => path);
    const known =
      /^(dist\/manychat-mcp\.js(\.map)?|dist\/bundle\/[\w-]+\.js(\.map)?|dist\/THIRD-PARTY-NOTICES|LICENSE|README\.md|package\.json|mcp\.json\.example)$/;
    expect(paths.filter((path) => !known.test(path))).toEqual([]);
    const { outputs }: Metafile = JSON.parse(readFileSync(metafilePath, 'utf8'));
    expect(paths).toEqual(expect.arrayContaining(Object.keys(outputs)));
  });

  test('installs nothing beside itself', () => {
    const modules = join(folder, 'installed', 'node_modules');
    expect(readdirSync(modules).filter((name) => !name.startsWith('.'))).toEqual([facts.name]);
  });

  test('serves, and calls a tool', async () => {
    const { tools, text } = await use(process.execPath, [bin, '--sandbox']);
    expect(tools).toEqual(names);
    expect(text).toContain('"name":"Sunrise Coffee"');
  });

  test('is started by its name', () => {
    const started = join(folder, 'installed', 'node_modules', '.bin', facts.name);
    const run = (...args: string[]) =>
      spawnSync(started, args, {
        encoding: 'utf8',
        shell: process.platform === 'win32',
        env: { ...process.env, HOME: folder },
      });
    expect(run('--version')).toMatchObject({ status: 0, stdout: `${facts.version}\n` });
    const { status, stdout } = run('doctor', '--sandbox');
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^ok +page: /m)]);
  });

  test('says so when its files are gone while it runs, and goes on answering', async () => {
    const copy = join(folder, 'copy');
    cpSync(dirname(dirname(bin)), copy, { recursive: true });
    const client = new Client({ name: 'test', version: '1' });
    await client.connect(
      new StdioClientTransport({
        command: process.execPath,
        args: [join(copy, 'dist', 'manychat-mcp.js')],
        stderr: 'ignore',
      }),
    );
    await client.listTools();
    rmSync(join(copy, 'dist', 'bundle'), { recursive: true });
    const { isError, content } = await client.callTool({ name: 'manychat_get_page', arguments: {} });
    expect([isError, JSON.stringify(content)]).toEqual([true, expect.stringContaining('restarts it')]);
    expect((await client.listTools()).tools).toHaveLength(names.length);
    await client.close();
  });
});

describe('the bundle for desktop clients', () => {
  test('holds a program that starts, lists the tools of its manifest, and takes what the user has entered', async () => {
    const unpacked = join(folder, 'mcpb');
    for (const [name, bytes] of Object.entries(unzipSync(mcpb()))) {
      mkdirSync(dirname(join(unpacked, name)), { recursive: true });
      writeFileSync(join(unpacked, name), bytes);
    }
    expect(JSON.parse(readFileSync(join(unpacked, 'manifest.json'), 'utf8'))).toEqual(manifest);
    const { args, env } = manifest.server.mcp_config;
    const entered = { ...env, MATON_API_KEY: 'an entered key', MANYCHAT_MCP_READ_ONLY: 'false' };
    const { tools, text } = await use(
      process.execPath,
      args.map((arg) => arg.replace('${__dirname}', unpacked)),
      entered,
    );
    expect(tools).toEqual(manifest.tools.map(({ name }) => name));
    expect(text).toContain('MATON_API_KEY contains white space');
    expect(readdirSync(unpacked).toSorted()).toEqual([
      'LICENSE',
      'THIRD-PARTY-NOTICES',
      'manifest.json',
      'package.json',
      'server',
    ]);
  });

  test('is the same bytes for the same program', () => {
    expect(Buffer.from(mcpb()).equals(Buffer.from(mcpb()))).toBe(true);
  });
});

test('the licence of everything in the bundle goes with it', () => {
  const metafile: Metafile = JSON.parse(readFileSync(metafilePath, 'utf8'));
  const written = readFileSync(pathOf('dist/THIRD-PARTY-NOTICES'), 'utf8');
  const notices = noticesOf(metafile);
  for (const { name, version, text } of notices) {
    expect(written).toContain(`${name} ${version} (`);
    expect(written, name).toContain(text);
    expect(text, name).toMatch(/permission is hereby granted|Apache License/i);
  }
  const bundled = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.keys(inputs));
  const packages = bundled.flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []);
  expect(notices.map(({ name }) => name)).toEqual(expect.arrayContaining([...new Set(packages)]));
  expect(notices.map(({ name }) => name)).toEqual(expect.arrayContaining(['zod', 'undici', 'pino', 'content-type']));
});

test('a defect is told by its places in the source files', () => {
  const broken = join(folder, 'broken.mjs');
  // What the program cannot do without, taken away.
  writeFileSync(broken, 'Object.defineProperty(process, "pid", { get() { throw new Error("no process"); } });');
  const { status, stderr } = spawnSync(process.execPath, ['--import', pathToFileURL(broken).href, program], {
    encoding: 'utf8',
  });
  expect(status).toBe(1);
  expect(stderr).toMatch(/^manychat-mcp: Error: no process\n[\s\S]* at openShell \(src\/main\.ts:\d+:\d+\)/);
});
