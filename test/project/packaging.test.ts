import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { clientsSection, keyPlaceholder, launch } from '../../scripts/package/clients.js';
import { generatedFiles } from '../../scripts/package/generated.js';
import { manifest } from '../../scripts/package/mcpb.js';
import { serverJson } from '../../scripts/package/server-json.js';
import { facts, pathOf, program } from '../../scripts/root.js';
import { documentedSettings } from '../../src/config/settings.js';
import { oldestNode, version } from '../../src/config/version.js';
import { declarations } from '../../tools/index.js';
import { configOf } from '../support/config.js';

const file = (name: string): string => readFileSync(pathOf(name), 'utf8');

test.each([...generatedFiles])('%s is as it is generated (npm run update rewrites it)', (name, text) => {
  expect(file(name)).toBe(text);
});

test('one version and one name are everywhere', () => {
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
  // By the registry's schema.
  test('keeps to the lengths and forms that the registry takes', () => {
    expect(serverJson.name).toMatch(/^[a-zA-Z0-9.-]+\/[a-zA-Z0-9._-]+$/);
    expect(serverJson.description.length).toBeLessThanOrEqual(100);
    expect(serverJson.repository).toEqual({ url: expect.stringMatching(/^https:\/\/github\.com\//), source: 'github' });
  });

  test('offers every setting but the addresses, the keys as secrets', () => {
    const variables = serverJson.packages[0]?.environmentVariables ?? [];
    const names = documentedSettings.map(({ name }): string => name).filter((name) => !name.endsWith('_URL'));
    expect(variables.map(({ name }) => name)).toEqual(names);
    expect(variables.filter(({ isSecret }) => isSecret).map(({ name }) => name)).toEqual([
      'MATON_API_KEY',
      'MANYCHAT_API_KEY',
    ]);
    expect(variables.filter(({ isRequired }) => isRequired).map(({ name }) => name)).toEqual(['MATON_API_KEY']);
    expect(variables.find(({ name }) => name === 'MANYCHAT_MCP_READ_ONLY')?.format).toBe('boolean');
    expect(variables.find(({ name }) => name === 'MANYCHAT_MCP_DEADLINE_MS')?.format).toBe('number');
  });
});

describe('the manifest for desktop clients', () => {
  test('asks for the key as a secret, and hands on what was asked', () => {
    const { maton_api_key: key, connection_id: connection } = manifest.user_config;
    expect(key).toMatchObject({ type: 'string', sensitive: true, required: true });
    expect(connection).toMatchObject({ type: 'string', sensitive: false, required: false });
    const { env } = manifest.server.mcp_config;
    expect(env.MATON_API_KEY).toBe('${user_config.maton_api_key}');
    const asked = Object.values(env).map((text) => /^\$\{user_config\.(\w+)\}$/.exec(text)?.[1]);
    expect(asked).toEqual(Object.keys(manifest.user_config));
    expect(manifest.tools.map(({ name }) => name)).toEqual(declarations.map(({ name }) => name));
  });

  test('starts although what may be left out was left out, and not where a client ignores the default of what restrains', () => {
    const { env } = manifest.server.mcp_config;
    const entered = { ...env, MATON_API_KEY: 'k' };
    expect(manifest.user_config.read_only).toMatchObject({ default: false });
    expect(configOf({ ...entered, MANYCHAT_MCP_READ_ONLY: 'false' })).toMatchObject({
      account: { access: { mode: 'maton', key: 'k' }, connection: undefined, policy: { readOnly: false } },
    });
    expect(() => configOf(entered)).toThrow(/MANYCHAT_MCP_READ_ONLY contains a placeholder/);
  });
});

describe('what clients are to be told', () => {
  const blocks = (language: string) =>
    [...clientsSection.matchAll(new RegExp(`\`\`\`${language}\n([^\`]+)\n\`\`\``, 'g'))].map(([, text = '']) => text);

  test('is valid, and starts the published program with the key in its environment', () => {
    const [common, vsCode] = blocks('json').map((text) => JSON.parse(text));
    expect(common.mcpServers.manychat).toEqual(launch);
    expect(vsCode.servers.manychat).toMatchObject({ type: 'stdio', command: launch.command, args: launch.args });
    expect(vsCode.servers.manychat.env).toEqual({ MATON_API_KEY: `\${input:${vsCode.inputs[0].id}}` });
    expect(vsCode.inputs).toMatchObject([{ password: true }]);
    for (const line of blocks('sh').flatMap((text) => text.split('\n')))
      expect(line).toMatch(/^(claude|codex) mcp add manychat --env MATON_API_KEY=YOUR_API_KEY -- npx -y manychat-mcp$/);
    expect(blocks('toml')[0]).toBe(
      '[mcp_servers.manychat]\ncommand = "npx"\nargs = ["-y", "manychat-mcp"]\nenv = { MATON_API_KEY = "YOUR_API_KEY" }',
    );
  });

  test('names each of them', () => {
    for (const client of ['Claude Desktop', 'Claude Code', 'Cursor', 'VS Code', 'Windsurf', 'Codex', 'On Windows'])
      expect(clientsSection).toContain(`**${client}**`);
    expect(configOf({ MATON_API_KEY: keyPlaceholder }).account.access.mode).toBe('none');
  });
});

describe('the image', () => {
  const lines = file('Dockerfile').split('\n');

  test('holds the bundle and no more, and does not run as root', () => {
    const last = lines.slice(lines.lastIndexOf('FROM node:22-slim'));
    const copied = last.filter((line) => line.startsWith('COPY')).flatMap((line) => line.split(' ').slice(1, -1));
    const here = copied.filter((name) => !name.startsWith('--')).map((name) => name.replace('/build/', ''));
    expect(here.toSorted()).toEqual(
      ['LICENSE', 'package.json', ...facts.files.filter((name) => name.startsWith('dist/'))].toSorted(),
    );
    for (const name of here) expect(existsSync(pathOf(name)), name).toBe(true);
    expect(last.indexOf('USER node')).toBeGreaterThan(0);
    expect(pathOf(/\["node", "\/app\/(.+)"\]/.exec(last.join('\n'))?.[1] ?? '')).toBe(program);
  });

  test('is built from what .dockerignore lets through', () => {
    const allowed = file('.dockerignore').match(/(?<=^!).+$/gm) ?? [];
    const needed = lines
      .filter((line) => line.startsWith('COPY') && !line.includes('--from'))
      .flatMap((line) => line.split(' ').slice(1, -1));
    expect(allowed).toEqual(expect.arrayContaining(needed));
    const { include } = JSON.parse(file('tsconfig.json'));
    expect(needed).toEqual(expect.arrayContaining(include));
  });
});
