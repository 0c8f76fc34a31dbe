/*
 * JSON Schemas of the files that a plugin has, from the descriptions of their formats: the specification of Agent Plugins 1.0.0
 * (agent-plugins.org), the references of Claude Code for plugins and marketplaces, and what Codex's plugin validator accepts.
 * They are strict where a client ignores a mistake, so that none goes unseen.
 */

const text = { type: 'string', minLength: 1 } as const;
const texts = { type: 'array', items: text } as const;

/** An object that has these properties and no others. */
const closed = (properties: object, required: readonly string[]) => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});

const semver = { type: 'string', pattern: '^(0|[1-9]\\d*)\\.(0|[1-9]\\d*)\\.(0|[1-9]\\d*)(-[0-9A-Za-z.-]+)?$' };
const kebabCase = { type: 'string', maxLength: 64, pattern: '^[a-z0-9]+(-[a-z0-9]+)*$' };
const https = { type: 'string', pattern: '^https://[^\\s]+$' };
/** A path inside the plugin, or the marketplace, but not its root. */
const innerPath = { type: 'string', pattern: '^\\./(?!\\.)(?!.*/\\.\\.?(/|$))[^\\\\]+$' };
/** One word, not a line for a shell. */
const command = { type: 'string', pattern: '^[^\\s/\\\\]+$' };
const variables = { type: 'object', propertyNames: { pattern: '^[A-Z][A-Z0-9_]*$' }, additionalProperties: text };

const facets = {
  name: kebabCase,
  version: semver,
  description: text,
  author: closed({ name: text, email: text, url: https }, ['name']),
  homepage: https,
  repository: https,
  license: text,
  keywords: texts,
};

const servers = (server: object) => ({ type: 'object', minProperties: 1, additionalProperties: server });

const schemaOf = (name: string) => ({ const: `https://agent-plugins.org/schemas/1.0.0/${name}.schema.json` });

/** The format of each file, by its name in the plugin or in the repository. */
export const pluginFormats = {
  'plugins/manychat/plugin.json': closed(
    {
      $schema: schemaOf('plugin'),
      ...facets,
      extensions: { type: 'object', additionalProperties: { type: 'object' } },
    },
    ['$schema', 'name'],
  ),
  'plugins/manychat/mcp.json': closed(
    {
      $schema: schemaOf('mcp'),
      mcpServers: servers(
        closed({ type: { const: 'stdio' }, command, args: texts, env: variables }, ['type', 'command']),
      ),
    },
    ['$schema', 'mcpServers'],
  ),
  'plugins/manychat/.claude-plugin/plugin.json': closed(facets, ['name']),
  'plugins/manychat/.mcp.json': closed(
    { mcpServers: servers(closed({ command, args: texts, env: variables }, ['command'])) },
    ['mcpServers'],
  ),
  'plugins/manychat/.codex-plugin/plugin.json': closed(
    {
      ...facets,
      skills: innerPath,
      mcpServers: servers(closed({ command, args: texts, env: variables, env_vars: texts }, ['command'])),
      interface: closed(
        {
          displayName: text,
          shortDescription: text,
          longDescription: text,
          developerName: text,
          category: text,
          capabilities: texts,
          websiteURL: https,
          defaultPrompt: { type: 'array', minItems: 1, maxItems: 3, items: { ...text, maxLength: 128 } },
        },
        [
          'displayName',
          'shortDescription',
          'longDescription',
          'developerName',
          'category',
          'capabilities',
          'defaultPrompt',
        ],
      ),
    },
    ['name', 'version', 'description', 'author', 'interface'],
  ),
  '.claude-plugin/marketplace.json': closed(
    {
      name: kebabCase,
      description: text,
      owner: closed({ name: text, email: text }, ['name']),
      plugins: {
        type: 'array',
        minItems: 1,
        items: closed({ name: kebabCase, source: innerPath, description: text }, ['name', 'source']),
      },
    },
    ['name', 'owner', 'plugins'],
  ),
  '.agents/plugins/marketplace.json': closed(
    {
      name: kebabCase,
      interface: closed({ displayName: text }, []),
      plugins: {
        type: 'array',
        minItems: 1,
        items: closed(
          {
            name: kebabCase,
            source: closed({ source: { const: 'local' }, path: innerPath }, ['source', 'path']),
            policy: closed(
              {
                installation: { enum: ['NOT_AVAILABLE', 'AVAILABLE', 'INSTALLED_BY_DEFAULT'] },
                authentication: { enum: ['ON_INSTALL', 'ON_USE'] },
              },
              ['installation', 'authentication'],
            ),
            category: text,
          },
          ['name', 'source', 'policy', 'category'],
        ),
      },
    },
    ['name', 'plugins'],
  ),
} as const satisfies Readonly<Record<string, object>>;
