import { asJson, mcpServers } from './clients.js';
import { serverJson } from './server-json.js';

/** Files of the repository, by their paths from the root, that are written from here: `npm run update` rewrites them, the tests compare them. */
export const generatedFiles: ReadonlyMap<string, string> = new Map([
  ['mcp.json.example', `${asJson(mcpServers)}\n`],
  ['server.json', `${JSON.stringify(serverJson, undefined, 2)}\n`],
]);
