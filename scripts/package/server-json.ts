import { type DocumentedSetting, documentedSettings } from '../../src/config/settings.js';
import { facts } from '../root.js';
import { npmLaunch } from './clients.js';
import { keyHelp } from './key-help.js';

/** The format of a setting's value, as the registry's schema names it. */
function formatOf({ name, flag, value }: DocumentedSetting): 'string' | 'number' | 'boolean' {
  if (name.endsWith('_MS')) return 'number';
  return flag !== undefined && value === undefined ? 'boolean' : 'string';
}

/** Whether a client has to keep a setting secret. */
export const isSecret = ({ name }: { readonly name: string }): boolean => /_(API_KEY|SECRET)$/.test(name);

/** Settings that users of a client have a reason to set. Addresses are for tests and other gateways. */
const offered = documentedSettings.filter(({ name, serving }) => serving !== true && !name.endsWith('_URL'));

/** The address of the repository. */
export const repository = facts.repository.url.replace(/^git\+|\.git$/g, '');

/** The entry in the MCP registry, by its schema of 2025-12-11. Either key is enough, so neither is required. */
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
      runtimeHint: npmLaunch.command,
      transport: { type: 'stdio' },
      environmentVariables: offered.map((setting) => ({
        name: setting.name,
        description: keyHelp[setting.name] ?? setting.description,
        format: formatOf(setting),
        isRequired: false,
        isSecret: isSecret(setting),
      })),
    },
  ],
};
