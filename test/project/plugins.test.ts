import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { published } from '../../scripts/package/clients.js';
import { pluginFiles, pluginLaunch, pluginTexts } from '../../scripts/package/plugins.js';
import { facts, pathOf, program } from '../../scripts/root.js';
import { servingSettings } from '../../src/config/settings/serving.js';
import { restrictingNames, settingNames } from '../../src/config/settings.js';
import { asObject } from '../../tools/contract/json.js';
import { declarations } from '../../tools/index.js';
import { pluginFormats } from '../support/plugin-formats.js';
import { apart } from '../support/program.js';

const read = (name: string): string => readFileSync(pathOf(name), 'utf8');
const skillPath = 'skills/manychat/SKILL.md';
const skill = read(skillPath);

describe('the skill', () => {
  const [, frontMatter = '', body = ''] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(skill) ?? [];
  const fields = frontMatter.split('\n').map((line) => /^([a-z-]+): (.+)$/.exec(line)?.slice(1) ?? [line]);
  const { name = '', description = '', ...others } = Object.fromEntries(fields);

  test('has the front matter that the format asks for, on one line each', () => {
    expect(name).toBe('manychat');
    expect(name).toMatch(/^(?=.{1,64}$)[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(description.length).toBeLessThanOrEqual(1024);
    // A colon with a blank would begin another field, and clients refuse tags here.
    expect(description).not.toMatch(/: |[<>]|^["'[{&*!|>%@`]/);
    expect(description).toContain('Use it when');
    expect(others).toEqual({});
  });

  test('is short enough to be read whole', () => {
    expect(body.split('\n').length).toBeLessThan(150);
    expect(body).toMatch(/^\n# ManyChat\n/);
  });

  test('names tools that exist, and none of the connection tools', () => {
    const named = skill.match(/manychat_[a-z_]*[a-z]/g) ?? [];
    const known = declarations.filter(({ api }) => api !== 'connections').map((tool): string => tool.name);
    expect(new Set(named).size).toBeGreaterThan(10);
    expect(named.filter((tool) => !known.includes(tool))).toEqual([]);
  });

  test('names arguments, results and resources that exist', () => {
    for (const word of ['otn_topic_name', 'connection_id', 'performed', 'retryable', 'hint', 'chat_link', 'why_none']) {
      expect(skill).toContain(`\`${word}\``);
    }
    const uses = (tool: string, key: string) => {
      const found = declarations.find((each) => each.name === tool);
      return [...Object.keys(found?.input.shape ?? {}), JSON.stringify(found?.description)].join(' ').includes(key);
    };
    expect(uses('manychat_send_content', 'otn_topic_name')).toBe(true);
    expect(uses('manychat_find_subscribers', 'why_none')).toBe(true);
    const failure = read('tools/contract/failure.ts');
    for (const key of ['performed', 'retryable', 'hint', 'chat_link'])
      expect(failure).toMatch(new RegExp(` ${key}\\??: `));
    expect(skill).toContain('manychat://content-grammar');
  });
});

/** All files in a folder of the repository, by their paths from its root. */
const filesIn = (folder: string): string[] =>
  readdirSync(pathOf(folder), { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isFile() ? join(entry.parentPath, entry.name).slice(pathOf('.').length).replaceAll('\\', '/') : [],
  );

describe('the plugin', () => {
  const states = [
    ['before the package is on npm', false],
    ['once it is there', true],
  ] as const;

  test.each(states)('has files that keep to their formats, %s', (_, onNpm) => {
    const files = pluginFiles(onNpm);
    expect(Object.keys(files).toSorted()).toEqual(Object.keys(pluginFormats).toSorted());
    for (const [path, format] of Object.entries(pluginFormats)) {
      const accepts = new Ajv2020({ strict: false }).compile(format);
      accepts(files[path]);
      expect(accepts.errors ?? [], path).toEqual([]);
    }
  });

  test('has the version of the package in every manifest', () => {
    const versions = Object.values(pluginFiles(published)).flatMap((file) => asObject(file).version ?? []);
    expect(versions).toEqual([facts.version, facts.version, facts.version]);
  });

  test('has no file that is not generated, and none of its folders is its own marketplace', () => {
    expect(filesIn('plugins').toSorted()).toEqual(
      pluginTexts
        .map(([path]) => path)
        .filter((path) => path.startsWith('plugins/'))
        .toSorted(),
    );
    const [claude] = JSON.parse(read('.claude-plugin/marketplace.json')).plugins;
    const [codex] = JSON.parse(read('.agents/plugins/marketplace.json')).plugins;
    expect(codex.source.path).toBe(claude.source);
    expect(claude.name).toBe(JSON.parse(read(join(claude.source, '.claude-plugin/plugin.json'))).name);
    expect(existsSync(pathOf(join(claude.source, '.claude-plugin/marketplace.json')))).toBe(false);
  });

  test('has the skill, to the byte', () => {
    expect(read(`plugins/manychat/${skillPath}`)).toBe(skill);
    expect(skill).not.toContain('\r');
  });

  test('starts nothing from npm before the package is there, and then this version', () => {
    expect(pluginLaunch(false)).toEqual({ command: facts.name, args: [] });
    expect(Object.keys(facts.bin)).toEqual([facts.name]);
    expect(pluginLaunch(true)).toEqual({ command: 'npx', args: ['-y', `${facts.name}@${facts.version}`] });
  });

  test('holds no key, nor anything that looks like one', () => {
    for (const [path, text] of pluginTexts) expect(text, path).not.toMatch(/YOUR_|\d{4,}:[0-9a-f]|Bearer|sk-/);
  });
});

describe('the server of the plugin', () => {
  const environments: Readonly<Record<string, (given: Readonly<Record<string, string>>) => Record<string, string>>> = {
    // Claude Code replaces ${NAME:-} by the variable or by nothing.
    'plugins/manychat/.mcp.json': (given) => {
      const { env } = JSON.parse(read('plugins/manychat/.mcp.json')).mcpServers.manychat;
      const value = (text: string) => given[/^\$\{(\w+):-\}$/.exec(text)?.[1] ?? ''] ?? '';
      return Object.fromEntries(Object.entries(env).map(([key, text]) => [key, value(String(text))]));
    },
    // Codex passes on the variables of its list that are set.
    'plugins/manychat/.codex-plugin/plugin.json': (given) => {
      const { env_vars: names } = JSON.parse(read('plugins/manychat/.codex-plugin/plugin.json')).mcpServers.manychat;
      return Object.fromEntries(Object.entries(given).filter(([key]) => names.includes(key)));
    },
  };

  test.each(Object.entries(environments))(
    'gets every setting of a client that is set, and no others, by %s',
    (_, passedOn) => {
      const ofServers = Object.keys(servingSettings);
      const all = Object.fromEntries(
        settingNames
          .filter((name) => !/^(HTTPS?|NO)_PROXY$/.test(name) && !ofServers.includes(name))
          .map((name) => [name, 'x']),
      );
      expect(passedOn(all)).toMatchObject(all);
      expect(Object.keys(passedOn(all)).filter((name) => ofServers.includes(name))).toEqual([]);
      expect(Object.keys(all)).toEqual(
        expect.arrayContaining(restrictingNames.filter((name) => !ofServers.includes(name))),
      );
      expect(Object.values(passedOn({})).filter((value) => value !== '')).toEqual([]);
    },
  );

  test.each(Object.entries(environments))('works with nothing but the settings of %s', async (_, passedOn) => {
    const client = new Client({ name: 'test', version: '1' });
    const given = { MANYCHAT_MCP_SANDBOX: '1', MANYCHAT_MCP_READ_ONLY: '1' };
    const env = { ...apart, PATH: dirname(process.execPath), ...passedOn(given) };
    await client.connect(
      new StdioClientTransport({ command: process.execPath, args: [program], env, stderr: 'ignore' }),
    );
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).not.toContain('manychat_send_text');
    const { isError } = await client.callTool({ name: 'manychat_get_page', arguments: {} });
    expect(isError ?? false).toBe(false);
    await client.close();
  });
});
