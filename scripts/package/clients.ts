import { facts } from '../root.js';

/** How clients name the server. */
const serverName = 'manychat';

/** Stands where a user's key goes; the program takes it for a missing key. */
export const keyPlaceholder = 'YOUR_API_KEY';

/** How the published program is started. */
export const launch = {
  command: 'npx',
  args: ['-y', facts.name],
  env: { MATON_API_KEY: keyPlaceholder },
} as const;

/** JSON with short lists and objects in one line. */
export const asJson = (value: unknown): string =>
  JSON.stringify(value, undefined, 2)
    .replace(/\[\s+([^[\]{}]{1,60}?)\s+\]/g, (_, inner: string) => `[${inner.replace(/\s+/g, ' ')}]`)
    .replace(/\{\s+([^[\]{}]{1,60}?)\s+\}/g, (_, inner: string) => `{ ${inner.replace(/\s+/g, ' ')} }`);

/** The file that most clients take, such as Claude Desktop, Cursor and Windsurf. */
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

const shell = [launch.command, ...launch.args].join(' ');
const variable = `MATON_API_KEY=${keyPlaceholder}`;

const codex = [
  `[mcp_servers.${serverName}]`,
  `command = ${JSON.stringify(launch.command)}`,
  `args = ${asJson(launch.args)}`,
  `env = { MATON_API_KEY = ${JSON.stringify(keyPlaceholder)} }`,
].join('\n');

const windows = { command: 'cmd', args: ['/c', launch.command, ...launch.args] };

const block = (language: string, text: string): string => `\`\`\`${language}\n${text}\n\`\`\``;

/** How each client is told of the server, for the README. */
export const clientsSection = `**Claude Desktop**: open \`${facts.name}.mcpb\` of the latest release and enter the key; or Settings, Developer, Edit Config, and add what
[\`mcp.json.example\`](mcp.json.example) holds. **Cursor** takes the same in \`~/.cursor/mcp.json\`, **Windsurf** in
\`~/.codeium/windsurf/mcp_config.json\`, and so does every client that knows \`mcpServers\`:

${block('json', asJson(mcpServers))}

**Claude Code** and **Codex**:

${block('sh', `claude mcp add ${serverName} --env ${variable} -- ${shell}\ncodex mcp add ${serverName} --env ${variable} -- ${shell}`)}

The latter in \`~/.codex/config.toml\`:

${block('toml', codex)}

**VS Code**, in \`.vscode/mcp.json\`; it asks for the key and keeps it:

${block('json', asJson(vsCode))}

**Any other**: command \`${launch.command}\`, arguments \`${launch.args.join(' ')}\`, transport stdio, the key in the environment as \`MATON_API_KEY\`.

**On Windows**, where a client does not find \`${launch.command}\`: \`${asJson(windows).replace(/\s+/g, ' ')}\`.`;
