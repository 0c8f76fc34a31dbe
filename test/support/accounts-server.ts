import type { Client } from '@modelcontextprotocol/client';
import { onTestFinished } from 'vitest';
import type { Sandbox } from '../../src/sandbox/index.js';
import { connectProgram } from './program.js';

/** The accounts of an agency: both pages of a sandbox with their own keys, and both of them through Maton. */
export const agency = {
  'Sunrise Coffee': { manychat_key: { env: 'FIRST_KEY' } },
  Wholesale: { manychat_key: { env: 'SECOND_KEY' } },
  Agency: { maton_key: { env: 'MATON_KEY' } },
};

/** Addresses and keys that reach a sandbox through the accounts of a file. */
export const agencyEnvironment = (
  { url, manychatKey, secondManychatKey, matonKey }: Sandbox,
  path: string,
): Record<string, string> => ({
  MANYCHAT_MCP_ACCOUNTS: path,
  MANYCHAT_API_URL: url,
  MATON_GATEWAY_URL: url,
  MATON_CONTROL_URL: url,
  FIRST_KEY: manychatKey,
  SECOND_KEY: secondManychatKey,
  MATON_KEY: matonKey,
});

/** The result or the failure of a tool call. */
export async function callTool(client: Client, name: string, args: Record<string, unknown>) {
  const { isError, content } = await client.callTool({ name: `manychat_${name}`, arguments: args });
  const [first] = content;
  const answer = JSON.parse(first?.type === 'text' ? first.text : '{}');
  return isError === true ? { failure: answer.error } : { result: answer };
}

/** Starts the built program with an environment, and a client that calls its tools. Both end with the test. */
export async function connectAccounts(environment: Record<string, string>, modern = false, args: string[] = []) {
  const { client, stderr } = await connectProgram(environment, args, { modern });
  onTestFinished(() => client.close());
  return {
    client,
    stderr,
    call: (name: string, given: Record<string, unknown>) => callTool(client, name, given),
  };
}
