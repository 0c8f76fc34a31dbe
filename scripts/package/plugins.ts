import { servingSettings } from '../../src/config/settings/serving.js';
import { documentedSettings, settingNames } from '../../src/config/settings.js';
import { catalogue } from '../../src/mcp/listing/catalogue.js';
import { facts } from '../root.js';
import { asJson, npmLaunch, published, serverName } from './clients.js';
import { repository } from './server-json.js';

/** The skill of this repository, and the plugin that brings it. */
const name = 'manychat';
const folder = `plugins/${name}`;

/** The path of the skill, from the root of the repository and of the plugin. */
export const skillFile = `skills/${name}/SKILL.md`;

/**
 * How a plugin starts the server. From npm it is the version whose tools the skill describes. Until the package is there it is
 * the command that a copy of the repository installs, and never a name on npm that somebody else could take.
 */
export const pluginLaunch = (onNpm: boolean): { readonly command: string; readonly args: readonly string[] } =>
  onNpm
    ? { command: npmLaunch.command, args: ['-y', `${facts.name}@${facts.version}`] }
    : { command: facts.name, args: [] };

const facets = {
  name,
  version: facts.version,
  description: 'Find, tag and message ManyChat contacts, start flows, and know why a message cannot be sent',
  author: { name: facts.author },
  homepage: facts.homepage,
  repository,
  license: facts.license,
  keywords: facts.keywords,
};

const title = 'ManyChat';
const category = 'Productivity';
const agentPlugins = 'https://agent-plugins.org/schemas/1.0.0';

/** What Codex shows of the plugin. */
const appearance = {
  displayName: title,
  shortDescription: 'Contacts, tags, flows and messages of ManyChat',
  longDescription: facets.description,
  developerName: facts.author,
  category,
  capabilities: ['Read', 'Write'],
  websiteURL: facts.homepage,
  defaultPrompt: [
    'Find Maria Garcia in ManyChat and tell me whether I can write to her.',
    'Send everybody in this list a reminder, and show me the text first.',
  ],
};

/**
 * The files of the plugin for Claude Code, for Codex and for clients of the Agent Plugins format, with the lists in which
 * the two find it, by their paths from the root of the repository.
 */
export function pluginFiles(onNpm: boolean): Readonly<Record<string, object>> {
  const launch = pluginLaunch(onNpm);
  // Claude Code replaces an unset variable by nothing, which counts as not set.
  const passedOn = Object.fromEntries(
    documentedSettings.flatMap(({ name, serving }) => (serving === true ? [] : [[name, `\${${name}:-}`]])),
  );
  return {
    [`${folder}/.claude-plugin/plugin.json`]: facets,
    [`${folder}/.mcp.json`]: { mcpServers: { [serverName]: { ...launch, env: passedOn } } },
    [`${folder}/plugin.json`]: { $schema: `${agentPlugins}/plugin.schema.json`, ...facets },
    // This format passes on no variables of its user.
    [`${folder}/mcp.json`]: {
      $schema: `${agentPlugins}/mcp.schema.json`,
      mcpServers: { [serverName]: { type: 'stdio', ...launch } },
    },
    // Codex takes the variables to pass on from here, also where it reads the two files above. Older ones read only this.
    [`${folder}/.codex-plugin/plugin.json`]: {
      ...facets,
      skills: './skills/',
      mcpServers: {
        [serverName]: { ...launch, env_vars: settingNames.filter((name) => !Object.hasOwn(servingSettings, name)) },
      },
      interface: appearance,
    },
    '.claude-plugin/marketplace.json': {
      name: facts.name,
      description: facts.description,
      owner: { name: facts.author },
      plugins: [{ name, source: `./${folder}`, description: facets.description }],
    },
    '.agents/plugins/marketplace.json': {
      name: facts.name,
      interface: { displayName: title },
      plugins: [
        {
          name,
          source: { source: 'local', path: `./${folder}` },
          policy: { installation: 'AVAILABLE', authentication: 'ON_USE' },
          category,
        },
      ],
    },
  };
}

/** The files of the plugin as text, by their paths from the root of the repository. */
export const pluginTexts: readonly (readonly [string, string])[] = [
  [`${folder}/${skillFile}`, catalogue.skill],
  ...Object.entries(pluginFiles(published)).map(([path, content]) => [path, `${asJson(content)}\n`] as const),
];
