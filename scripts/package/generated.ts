import { asJson, mcpServers } from './clients.js';
import { serverJson } from './server-json.js';

/** Generated files of the repository, by their paths from the root. `npm run update` writes them, the tests compare them. */
export const generatedFiles: ReadonlyMap<string, string> = new Map([
  ['mcp.json.example', `${asJson(mcpServers)}\n`],
  ['server.json', `${JSON.stringify(serverJson, undefined, 2)}\n`],
]);
