import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import { type Offer, offerFor } from '../../src/mcp/listing/offer.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.js';
import type { Line } from '../../src/text/terminal.js';
import { agencyEnvironment, callTool } from './accounts-server.js';
import { configOf } from './config.js';
import { connectProgram } from './program.js';
import { runHere } from './shell.js';

/** The documented accounts, with each way to name a key. */
const documentedAccounts = {
  'Sunrise Coffee': { manychat_key: { file: 'coffee.key' } },
  Wholesale: { maton_key: { env: 'AGENCY_MATON_KEY' }, connection: '21fd90f9-5935-43cd-b6c8-bde9d915ca80' },
  Museum: { manychat_key: { command: ['op', 'read', 'op://Clients/museum/manychat'] } },
};

/** The documented file, with each key on one line. */
export const accountsFileText = (): string =>
  JSON.stringify(
    {
      $schema: 'https://raw.githubusercontent.com/manychat-mcp/manychat-mcp/main/accounts.schema.json',
      accounts: documentedAccounts,
    },
    undefined,
    2,
  ).replaceAll(/(?<=_key": )\{[^}]*\}/g, (key) =>
    key.replaceAll(/(?<=[[{])\s+|\s+(?=[\]}])/g, '').replaceAll(/\s+/g, ' '),
  );

/** Runs `work` with the documented accounts on a sandbox. The password manager prints a key that ManyChat refuses. */
async function withAccounts<Shown>(
  work: (environment: Record<string, string>, path: string) => Promise<Shown>,
): Promise<Shown> {
  const sandbox: Sandbox = await startSandbox({ secondConnection: 'ACTIVE' });
  const folder = mkdtempSync(join(tmpdir(), 'manychat-mcp-'));
  try {
    const path = join(folder, 'accounts.json');
    const key = join(folder, 'museum.key');
    writeFileSync(join(folder, 'coffee.key'), sandbox.manychatKey);
    writeFileSync(key, '123456789:00000000000000000000000000000000');
    const print = [process.execPath, '-e', 'console.log(require("fs").readFileSync(process.argv[1], "utf8"))', key];
    const accounts = {
      ...documentedAccounts,
      Wholesale: { ...documentedAccounts.Wholesale, connection: sandbox.secondConnectionId },
      Museum: { manychat_key: { command: print } },
    };
    writeFileSync(path, JSON.stringify({ accounts }));
    return await work({ ...agencyEnvironment(sandbox, path), AGENCY_MATON_KEY: sandbox.matonKey }, path);
  } finally {
    rmSync(folder, { recursive: true });
    await sandbox.close();
  }
}

/** What `accounts` prints for the documented file. */
export const accountsScreen = (): Promise<string> =>
  withAccounts(async (environment, path) => {
    const { out, err } = await runHere(['accounts'], environment);
    return `${out}\n${err.replace(path, '~/.config/manychat-mcp/accounts.json')}`;
  });

/** Contacts of two of the documented accounts. */
const ordersOfAccounts = `account,subscriber_id,first_name
Sunrise Coffee,24958501110451908,Maria
wholesale,7002000112,
Sunrise Coffee,123456789,John
`;

/** What `bulk` shows on a terminal for a table that names the account of each row, after a yes. */
export const accountColumnScreen = (): Promise<string> =>
  withAccounts(async (environment, path) => {
    const table = join(dirname(path), 'orders.csv');
    writeFileSync(table, ordersOfAccounts);
    const args = ['bulk', table, '--account-column', '--send-text', 'Hi {{first_name|there}}, your order has shipped!'];
    const questions: string[] = [];
    const ask = async (question: Line): Promise<string> => {
      questions.push([question].flat().map(String).join(''));
      return 'y';
    };
    const { out, err } = await runHere(args, environment, { interactive: true, ask });
    const notes = err.split('\n').filter((line) => !line.endsWith('\r') && line !== '');
    const begun = notes.findIndex((line) => line.includes(' contacts to do, with '));
    const answered = questions.map((each) => `${each}y`);
    const ended = notes.findIndex((line) => line.startsWith('Report for a browser: '));
    const lines = [...notes.slice(0, begun), ...answered, ...notes.slice(begun, ended), out, ...notes.slice(ended)];
    return lines.join('\n').replaceAll(`${dirname(path)}/`, '');
  });

/** What a client gets for a call that names no account. */
export const accountMissingScreen = (): Promise<string> =>
  withAccounts(async (environment) => {
    const { client } = await connectProgram(environment);
    try {
      const args = { subscriber_id: '24958501110451908', text: 'Your order has shipped.' };
      const { failure } = await callTool(client, 'send_text', args);
      return JSON.stringify({ error: failure }, undefined, 2);
    } finally {
      await client.close();
    }
  });

/** What a model sees of an offer, in tokens (o200k). */
function tokensOf({ tools, instructions }: Offer): number {
  const seen = tools.map(({ name, description, inputSchema }) => ({ name, description, inputSchema }));
  return encode(JSON.stringify(seen)).length + encode(instructions).length;
}

/** What a model sees of the offer of so many accounts, in tokens. */
export function accountTokens(count: number): number {
  if (count === 1) return tokensOf(offerFor(configOf({ MATON_API_KEY: 'k' })));
  const accounts = Array.from({ length: count }, (_, index) => ({
    name: `Sunrise Coffee ${index + 1}`,
    mode: 'maton' as const,
  }));
  return tokensOf(offerFor(configOf({}), accounts));
}
