import * as z from 'zod';
import { accountsFileSchema } from '../../src/config/accounts/accounts-file.js';
import { asJson, mcpServers } from './clients.js';
import { pluginTexts } from './plugins.js';
import { serverJson } from './server-json.js';

const accountsSchema = {
  $id: 'https://raw.githubusercontent.com/manychat-mcp/manychat-mcp/main/accounts.schema.json',
  title: 'Accounts of manychat-mcp',
  ...z.toJSONSchema(accountsFileSchema, { io: 'input' }),
};

/** Generated files of the repository, by their paths from the root. `npm run update` writes them, the tests compare them. */
export const generatedFiles: ReadonlyMap<string, string> = new Map([
  ['mcp.json.example', `${asJson(mcpServers)}\n`],
  ['accounts.schema.json', `${JSON.stringify(accountsSchema, undefined, 2)}\n`],
  ['server.json', `${JSON.stringify(serverJson, undefined, 2)}\n`],
  ...pluginTexts,
]);
