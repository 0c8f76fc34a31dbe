import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { describe, expect, test } from 'vitest';
import { copyPlaceholder, keyPlaceholder, launch, published, snippets } from '../../scripts/package/clients.js';
import { generatedFiles } from '../../scripts/package/generated.js';
import { manifest } from '../../scripts/package/mcpb.js';
import { serverJson } from '../../scripts/package/server-json.js';
import { facts, pathOf, program } from '../../scripts/root.js';
import { documentedSettings } from '../../src/config/settings.js';
import { oldestNode, version } from '../../src/config/version.js';
import { configOf } from '../support/config.js';
import { requesting } from '../support/requesting.js';

const file = (name: string): string => readFileSync(pathOf(name), 'utf8');

test.each([...generatedFiles])('%s is as it is generated (npm run update rewrites it)', (name, text) => {
  expect(file(name)).toBe(text);
});

test('all files agree on the version and the name', () => {
  const lock = JSON.parse(file('package-lock.json'));
  expect(new Set([version, facts.version, lock.version, serverJson.version, manifest.version])).toEqual(
    new Set([version]),
  );
  expect(serverJson.packages.map((each) => each.version)).toEqual([version]);
  expect(serverJson.name).toBe(facts.mcpName);
  expect(file('Dockerfile')).toContain(`io.modelcontextprotocol.server.name="${facts.mcpName}"`);
  expect(file('CHANGELOG.md')).toContain(`## ${version}\n`);
  expect(new Set([serverJson.packages[0]?.identifier, manifest.name])).toEqual(new Set([facts.name]));
  expect(facts.engines.node).toBe(`>=${oldestNode}`);
});

describe('server.json', () => {
  test("keeps to the lengths and forms of the registry's schema", () => {
    expect(serverJson.name).toMatch(/^[a-zA-Z0-9.-]+\/[a-zA-Z0-9._-]+$/);
    expect(serverJson.description.length).toBeLessThanOrEqual(100);
    expect(serverJson.repository).toEqual({ url: expect.stringMatching(/^https:\/\/github\.com\//), source: 'github' });
  });

  const variables = serverJson.packages[0]?.environmentVariables ?? [];
  const variable = (name: string) => variables.find((each) => each.name === name);

  test('offers every setting but the addresses and those of a server over HTTP', () => {
    const names = documentedSettings.flatMap(({ name, serving }): string[] =>
      serving === true || name.endsWith('_URL') ? [] : [name],
    );
    expect(variables.map(({ name }) => name)).toEqual(names);
    expect(variable('MANYCHAT_MCP_READ_ONLY')?.format).toBe('boolean');
    expect(variable('MANYCHAT_MCP_DEADLINE_MS')?.format).toBe('number');
  });

  test('takes either key and the secrets of inbound, as secrets, and says where to get a key', () => {
    expect(variables.filter(({ isSecret }) => isSecret).map(({ name }) => name)).toEqual([
      'MATON_API_KEY',
      'MANYCHAT_API_KEY',
      'MANYCHAT_MCP_INBOUND_SECRET',
      'MANYCHAT_MCP_FORWARD_SECRET',
    ]);
    expect(variables.filter(({ isRequired }) => isRequired)).toEqual([]);
    expect(variable('MATON_API_KEY')?.description).toContain('https://maton.ai/settings');
    expect(variable('MANYCHAT_API_KEY')?.description).toContain('Settings, API');
  });

  test('starts the package from npm', () => {
    expect(serverJson.packages[0]).toMatchObject({ registryType: 'npm', identifier: facts.name, runtimeHint: 'npx' });
  });
});

describe('the manifest for desktop clients', () => {
  const { env } = manifest.server.mcp_config;

  test('asks for either key as a secret, and says where to get it', () => {
    const { maton_api_key: maton, manychat_api_key: manychat } = manifest.user_config;
    for (const key of [maton, manychat])
      expect(key).toMatchObject({ type: 'string', sensitive: true, required: false });
    expect(maton?.description).toContain('https://maton.ai/settings');
    expect(manychat?.description).toContain('Settings, API');
  });

  test('asks for nothing else that is secret or required', () => {
    const { maton_api_key: _maton, manychat_api_key: _manychat, ...others } = manifest.user_config;
    expect(Object.keys(others)).toEqual(['sandbox', 'read_only', 'connection_id']);
    for (const option of Object.values(others)) {
      expect(option.required).toBe(false);
      expect(option).not.toMatchObject({ sensitive: true });
    }
  });

  test('passes on every option, and lists the tools', () => {
    const passed = Object.values(env).map((text) => /^\$\{user_config\.(\w+)\}$/.exec(text)?.[1]);
    expect(passed).toEqual(Object.keys(manifest.user_config));
    expect(env.MATON_API_KEY).toBe('${user_config.maton_api_key}');
    expect(manifest.tools.map(({ name }) => name)).toEqual(requesting.map(({ name }) => name));
  });

  test('has only the keys of the MCPB specification, with those it requires', () => {
    expect(Object.keys(manifest)).toEqual(
      expect.arrayContaining(['manifest_version', 'name', 'version', 'description']),
    );
    const optionKeys = ['type', 'title', 'description', 'required', 'default', 'sensitive'];
    for (const option of Object.values(manifest.user_config)) {
      expect(Object.keys(option).filter((key) => !optionKeys.includes(key))).toEqual([]);
      expect(option.description).not.toBe('');
    }
    for (const tool of manifest.tools) expect(Object.keys(tool)).toEqual(['name', 'description']);
  });

  // What a client passes on: text for a boolean, and the placeholder itself for an option without a value or a default.
  const unfilled = { ...env, MANYCHAT_MCP_READ_ONLY: 'false' };

  test.each([
    ['a Maton key', { MATON_API_KEY: 'k' }, { mode: 'maton', key: 'k' }],
    ['a ManyChat key', { MANYCHAT_API_KEY: '123456:abcdef' }, { mode: 'direct', key: '123456:abcdef' }],
  ])('works with %s and nothing else', (_, entered, access) => {
    expect(configOf({ ...unfilled, ...entered })).toMatchObject({
      account: { access, connection: undefined, policy: { readOnly: false } },
      sandbox: false,
    });
  });

  test.each([
    ['true', true],
    ['false', false],
    [env.MANYCHAT_MCP_SANDBOX ?? '', false],
  ])('reads the sandbox option %s as %s', (text, sandbox) => {
    expect(manifest.user_config.sandbox).toMatchObject({ type: 'boolean', default: false });
    expect(configOf({ ...unfilled, MANYCHAT_MCP_SANDBOX: text })).toMatchObject({ sandbox });
  });

  test('does not start if a client ignores the default of an option that restricts', () => {
    expect(manifest.user_config.read_only).toMatchObject({ default: false });
    expect(() => configOf({ ...env, MATON_API_KEY: 'k' })).toThrow(/MANYCHAT_MCP_READ_ONLY contains a placeholder/);
  });
});

describe('the snippets for clients', () => {
  const inside = (block: string): string => block.replace(/^```\w+\n|\n```$/g, '');

  test('start the package from npm, or the built program in a copy of the repository until it is there', () => {
    const here = pathOf('.').replace(/[\\/]$/, '');
    const started = [launch.command, ...launch.args].map((part) => part.replace(copyPlaceholder, here));
    expect(started).toEqual(published ? ['npx', '-y', facts.name] : ['node', program.replaceAll('\\', '/')]);
  });

  test.each(['README.md', 'docs/clients.md', 'docs/troubleshooting.md'])(
    'agree with %s on where the package is',
    (name) => {
      expect(file(name).replaceAll(/\s+/g, ' ').includes('is not on npm yet')).toBe(!published);
    },
  );

  test('are valid, and have a placeholder for the key, which the program recognises', () => {
    const configFile = JSON.parse(inside(snippets.configFile));
    expect(configFile.mcpServers.manychat).toEqual(launch);
    expect(launch.env).toEqual({ MATON_API_KEY: keyPlaceholder });
    expect(configOf({ MATON_API_KEY: keyPlaceholder }).account.access.mode).toBe('none');
  });

  test('have VS Code ask for the key', () => {
    const { servers, inputs } = JSON.parse(inside(snippets.vsCode));
    expect(servers.manychat).toEqual({
      type: 'stdio',
      command: launch.command,
      args: launch.args,
      env: { MATON_API_KEY: `\${input:${inputs[0].id}}` },
    });
    expect(inputs).toMatchObject([{ password: true }]);
  });

  test('add the server at the command line of Claude Code and Codex', () => {
    const added = `mcp add manychat --env MATON_API_KEY=YOUR_API_KEY -- ${[launch.command, ...launch.args].join(' ')}`;
    expect(inside(snippets.claudeCode)).toBe(`claude ${added}`);
    expect(inside(snippets.codex)).toBe(`codex ${added}`);
    expect(inside(snippets.codexConfig)).toBe(
      `[mcp_servers.manychat]\ncommand = "${launch.command}"\nargs = [${launch.args.map((arg) => JSON.stringify(arg)).join(', ')}]\nenv = { MATON_API_KEY = "YOUR_API_KEY" }`,
    );
  });

  test('are shown for each client', () => {
    const clients = file('docs/clients.md');
    for (const client of ['Claude Desktop', 'Cursor', 'Windsurf', 'Claude Code', 'Codex', 'VS Code', 'Docker'])
      expect(clients).toMatch(new RegExp(`^## .*${client}`, 'm'));
    expect(clients).toContain('On Windows');
  });
});

/** Makes a server listen on a free port of loopback. */
async function portOf(server: Server): Promise<string> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  return typeof address === 'object' ? String(address?.port) : '';
}

describe('the image', () => {
  const lines = file('Dockerfile').split('\n');

  test('contains the bundle and nothing else, and does not run as root', () => {
    const last = lines.slice(lines.lastIndexOf('FROM ${NODE_IMAGE}'));
    const copied = last.filter((line) => line.startsWith('COPY')).flatMap((line) => line.split(' ').slice(1, -1));
    const files = copied.filter((name) => !name.startsWith('--')).map((name) => name.replace('/build/', ''));
    expect(files.toSorted()).toEqual(
      [
        'LICENSE',
        'deploy/healthcheck.mjs',
        'package.json',
        ...facts.files.filter((name) => name.startsWith('dist/') && !name.startsWith('dist/library')),
      ].toSorted(),
    );
    for (const name of files) expect(existsSync(pathOf(name)), name).toBe(true);
    // Kubernetes cannot tell that a user with a name is not root.
    expect(last.filter((line) => line.startsWith('USER '))).toEqual(['USER 1000:1000']);
    expect(lines.filter((line) => line.startsWith('FROM ')).map((line) => line.split(' ')[1])).toEqual([
      '${NODE_IMAGE}',
      '${NODE_IMAGE}',
    ]);
    expect(pathOf(/^ENTRYPOINT \["node", "\/app\/(.+)"\]/m.exec(last.join('\n'))?.[1] ?? '')).toBe(program);
  });

  test.each([
    ['a server over HTTP that answers', 200, '1', 0],
    ['a server over HTTP that does not listen', undefined, '1', 1],
    ['a server over HTTP that fails', 500, '1', 1],
    ['a server over HTTP by its flag that fails', 500, '', 1],
    ['a server over stdio', undefined, '', 0],
    ['a server over stdio, by its setting', undefined, 'false', 0],
  ])('is healthy with %s only if it is', async (_, status, http, code) => {
    const server = createServer((request, response) => {
      response.writeHead(request.url === '/healthz' ? (status ?? 500) : 404).end();
    });
    const port = await portOf(server);
    if (status === undefined) server.close();
    const environment = { MANYCHAT_MCP_HTTP: http, MANYCHAT_MCP_HTTP_PORT_NUMBER: port };
    const child = spawn(process.execPath, [pathOf('deploy/healthcheck.mjs')], { env: environment, stdio: 'ignore' });
    expect(await once(child, 'exit')).toEqual([code, null]);
    server.close();
  });

  test('is built from files that .dockerignore does not exclude', () => {
    const allowed = file('.dockerignore').match(/(?<=^!).+$/gm) ?? [];
    const needed = lines
      .filter((line) => line.startsWith('COPY') && !line.includes('--from'))
      .flatMap((line) => line.split(' ').slice(1, -1));
    expect(allowed).toEqual(expect.arrayContaining(needed));
    const { include } = JSON.parse(file('tsconfig.json'));
    expect(needed).toEqual(expect.arrayContaining(include));
  });
});
