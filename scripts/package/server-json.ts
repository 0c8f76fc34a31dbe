import { type DocumentedSetting, documentedSettings } from '../../src/config/settings.js';
import { facts } from '../root.js';
import { launch } from './clients.js';

/** Which kind of text a setting is, as the registry's schema names it. */
function formatOf({ name, flag, value }: DocumentedSetting): 'string' | 'number' | 'boolean' {
  if (name.endsWith('_MS')) return 'number';
  return flag !== undefined && value === undefined ? 'boolean' : 'string';
}

/** Whether a setting must not be shown. */
export const isSecret = ({ name }: { readonly name: string }): boolean => name.endsWith('_API_KEY');

/** Settings that users have a reason to set; addresses are for tests and for other gateways. */
const offered = documentedSettings.filter(({ name }) => !name.endsWith('_URL'));

const repository = facts.repository.url.replace(/^git\+|\.git$/g, '');

/** What the MCP registry is told: `server.json`, by its schema of 2025-12-11. */
export const serverJson = {
  $schema: 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json',
  name: facts.mcpName,
  title: 'ManyChat',
  description: facts.description,
  version: facts.version,
  websiteUrl: facts.homepage,
  repository: { url: repository, source: 'github' },
  packages: [
    {
      registryType: 'npm',
      identifier: facts.name,
      version: facts.version,
      runtimeHint: launch.command,
      transport: { type: 'stdio' },
      environmentVariables: offered.map((text) => ({
        name: text.name,
        description: text.description,
        format: formatOf(text),
        isRequired: Object.hasOwn(launch.env, text.name),
        isSecret: isSecret(text),
      })),
    },
  ],
};
