import { facts } from '../root.js';

/** How clients name the server. */
export const serverName = 'manychat';

/** Stands where a user's key goes; the program treats it as a missing key. */
export const keyPlaceholder = 'YOUR_API_KEY';

/** Whether the package is on npm. Until then the snippets start a copy of the repository. */
export const published: boolean = false;

/** How the package is started once it is on npm. */
export const npmLaunch = { command: 'npx', args: ['-y', facts.name] } as const;

/** Stands where the path of a user's copy of the repository goes. */
export const copyPlaceholder = '/path/to/manychat-mcp';

const copyLaunch = { command: 'node', args: [`${copyPlaceholder}/${facts.bin[facts.name]}`] } as const;

/** How the snippets start the server. */
export const launch: {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
} = { ...(published ? npmLaunch : copyLaunch), env: { MATON_API_KEY: keyPlaceholder } };

/** JSON with short lists and objects on one line. */
export const asJson = (value: unknown): string =>
  JSON.stringify(value, undefined, 2)
    .replace(/\[\s+([^[\]{}]{1,60}?)\s+\]/g, (_, inner: string) => `[${inner.replace(/\s+/g, ' ')}]`)
    .replace(/\{\s+([^[\]{}]{1,60}?)\s+\}/g, (_, inner: string) => `{ ${inner.replace(/\s+/g, ' ')} }`);

/** The configuration file of most clients, such as Claude Desktop, Cursor and Windsurf. */
export const mcpServers = { mcpServers: { [serverName]: launch } };

const vsCode = {
  servers: {
    [serverName]: {
      type: 'stdio',
      command: launch.command,
      args: launch.args,
      env: { MATON_API_KEY: '${input:maton-key}' },
    },
  },
  inputs: [{ type: 'promptString', id: 'maton-key', description: 'Maton API key', password: true }],
};

const commandLine = [launch.command, ...launch.args].join(' ');

const addCommand = (client: string): string =>
  `${client} mcp add ${serverName} --env MATON_API_KEY=${keyPlaceholder} -- ${commandLine}`;

const codexConfig = [
  `[mcp_servers.${serverName}]`,
  `command = ${JSON.stringify(launch.command)}`,
  `args = ${asJson(launch.args)}`,
  `env = { MATON_API_KEY = ${JSON.stringify(keyPlaceholder)} }`,
].join('\n');

const block = (language: string, text: string): string => `\`\`\`${language}\n${text}\n\`\`\``;

/** How each client is configured, as Markdown code blocks for the documents. */
export const snippets = {
  configFile: block('json', asJson(mcpServers)),
  claudeCode: block('sh', addCommand('claude')),
  codex: block('sh', addCommand('codex')),
  codexConfig: block('toml', codexConfig),
  vsCode: block('json', asJson(vsCode)),
};
