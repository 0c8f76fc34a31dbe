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
import { apart } from '../support/program.js';
import { requesting } from '../support/requesting.js';

/** Runs npm and parses the JSON that it prints. */
const npm = (folder: string, ...args: string[]) =>
  JSON.parse(execFileSync('npm', args, { cwd: folder, encoding: 'utf8', shell: process.platform === 'win32' }));

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'manychat-mcp-')));
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));

const names = requesting.map(({ name }): string => name);

/** Starts a server, lists its tools and calls one. */
async function use(command: string, args: string[], env: Record<string, string> = {}) {
  const client = new Client({ name: 'test', version: '1' });
  // Node.js keeps its compile cache below these.
  const folders = { ...apart, HOME: folder, LOCALAPPDATA: folder };
  await client.connect(new StdioClientTransport({ command, args, env: { ...folders, ...env }, stderr: 'ignore' }));
  const { tools } = await client.listTools();
  const { content } = await client.callTool({ name: 'manychat_get_page', arguments: {} });
  await client.close();
  const [first] = content;
  return {
    tools: tools.map(({ name }) => name),
    text: first?.type === 'text' ? first.text : '',
  };
}

describe('the npm package', () => {
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

  test('contains the needed files and no others, and stays small', () => {
    expect(packed.size).toBeLessThan(1_600_000);
    const paths = packed.files.map(({ path }) => path);
    const allowed =
      /^(dist\/(manychat-mcp|library)\.js(\.map)?|dist\/library\.d\.ts|dist\/bundle\/[\w-]+\.js(\.map)?|dist\/pages\/[\w-]+\.html|dist\/THIRD-PARTY-NOTICES|LICENSE|README\.md|skills\/manychat\/SKILL\.md|package\.json|mcp\.json\.example|accounts\.schema\.json)$/;
    expect(paths.filter((path) => !allowed.test(path))).toEqual([]);
    const { outputs }: Metafile = JSON.parse(readFileSync(metafilePath, 'utf8'));
    expect(paths).toEqual(expect.arrayContaining([...Object.keys(outputs), 'skills/manychat/SKILL.md']));
  });

  test('installs nothing beside itself', () => {
    const modules = join(folder, 'installed', 'node_modules');
    expect(readdirSync(modules).filter((name) => !name.startsWith('.'))).toEqual([facts.name]);
  });

  test('serves its tools on the sandbox', async () => {
    const { tools, text } = await use(process.execPath, [bin, '--sandbox']);
    expect(tools).toEqual(names);
    expect(text).toContain('"name":"Sunrise Coffee"');
  });

  test('is started by its command name', () => {
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

  test('reports a deleted installation and keeps answering', async () => {
    const copy = join(folder, 'copy');
    cpSync(dirname(dirname(bin)), copy, { recursive: true });
    const client = new Client({ name: 'test', version: '1' });
    await client.connect(
      new StdioClientTransport({
        command: process.execPath,
        args: [join(copy, 'dist', 'manychat-mcp.js')],
        env: apart,
        stderr: 'ignore',
      }),
    );
    await client.listTools();
    rmSync(join(copy, 'dist', 'bundle'), { recursive: true });
    const { isError, content } = await client.callTool({ name: 'manychat_get_page', arguments: {} });
    expect([isError, JSON.stringify(content)]).toEqual([true, expect.stringContaining('has to restart it')]);
    expect((await client.listTools()).tools).toHaveLength(names.length);
    await client.close();
  });
});

describe('the bundle for desktop clients', () => {
  const unpacked = join(folder, 'mcpb');
  const { args, env } = manifest.server.mcp_config;
  /** Starts the unpacked program as a client does, with what the user entered and placeholders for the rest. */
  const start = (entered: Record<string, string>) =>
    use(
      process.execPath,
      args.map((arg) => arg.replace('${__dirname}', unpacked)),
      { ...env, MANYCHAT_MCP_READ_ONLY: 'false', ...entered },
    );

  beforeAll(() => {
    for (const [name, bytes] of Object.entries(unzipSync(mcpb()))) {
      mkdirSync(dirname(join(unpacked, name)), { recursive: true });
      writeFileSync(join(unpacked, name), bytes);
    }
  });

  test('starts, lists the tools of its manifest, and uses the key that the user entered', async () => {
    const { tools, text } = await start({ MATON_API_KEY: 'an entered key' });
    expect(tools).toEqual(manifest.tools.map(({ name }) => name));
    expect(text).toContain('MATON_API_KEY contains white space');
  });

  test('serves the sandbox if the user chose it, without a key', async () => {
    const { text } = await start({ MANYCHAT_MCP_SANDBOX: 'true' });
    expect(text).toContain('"name":"Sunrise Coffee"');
  });

  test('contains the manifest, the program, the licences and the skill', () => {
    expect(JSON.parse(readFileSync(join(unpacked, 'manifest.json'), 'utf8'))).toEqual(manifest);
    expect(readdirSync(unpacked).toSorted()).toEqual([
      'LICENSE',
      'THIRD-PARTY-NOTICES',
      'manifest.json',
      'package.json',
      'server',
      'skills',
    ]);
    const skill = 'skills/manychat/SKILL.md';
    expect(readFileSync(join(unpacked, skill), 'utf8')).toBe(readFileSync(pathOf(skill), 'utf8'));
  });

  test('has the same bytes for the same program', () => {
    expect(Buffer.from(mcpb()).equals(Buffer.from(mcpb()))).toBe(true);
  });
});

test('THIRD-PARTY-NOTICES contains the licence of every package in the bundle', () => {
  const metafile: Metafile = JSON.parse(readFileSync(metafilePath, 'utf8'));
  const written = readFileSync(pathOf('dist/THIRD-PARTY-NOTICES'), 'utf8');
  const notices = noticesOf(metafile);
  for (const { name, version, text } of notices) {
    expect(written).toContain(`${name} ${version} (`);
    expect(written, name).toContain(text);
    expect(text, name).toMatch(/permission is hereby granted|Apache License|free and unencumbered/i);
  }
  const bundled = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.keys(inputs));
  const packages = bundled.flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []);
  expect(notices.map(({ name }) => name)).toEqual(expect.arrayContaining([...new Set(packages)]));
  expect(notices.map(({ name }) => name)).toEqual(expect.arrayContaining(['zod', 'undici', 'pino', 'content-type']));
});

test('the stack trace of a defect points into the source files', () => {
  const broken = join(folder, 'broken.mjs');
  // The program cannot start without process.pid.
  writeFileSync(broken, 'Object.defineProperty(process, "pid", { get() { throw new Error("no process"); } });');
  const { status, stderr } = spawnSync(process.execPath, ['--import', pathToFileURL(broken).href, program], {
    encoding: 'utf8',
  });
  expect(status).toBe(1);
  expect(stderr).toMatch(/^manychat-mcp: Error: no process\n[\s\S]* at openShell \(src\/main\.ts:\d+:\d+\)/);
});
