import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { program } from '../../scripts/root.js';
import type { Sandbox } from '../../src/sandbox/index.js';

export { program };

/**
 * Environment in which the program writes nothing into the folders of the user who runs the tests: a client hands on the
 * variables that name them.
 */
export const apart: Readonly<Record<string, string>> = {
  PATH: process.env.PATH ?? '',
  MANYCHAT_MCP_STATE_FILE: 'off',
};

/** Starts the built program and connects a client to it over stdio. Only `apart` and `environment` are passed on. */
export async function connectProgram(
  environment: Record<string, string>,
  args: readonly string[] = [],
  options: { modern?: boolean; revision?: string; node?: string } = {},
): Promise<{ client: Client; transport: StdioClientTransport; stderr: () => string }> {
  const transport = new StdioClientTransport({
    command: options.node ?? process.execPath,
    args: [program, ...args],
    env: { ...apart, ...environment },
    stderr: 'pipe',
  });
  let logged = '';
  transport.stderr?.on('data', (chunk: Buffer) => {
    logged += chunk.toString('utf8');
  });
  const client = new Client(
    { name: 'test', version: '1' },
    {
      ...(options.modern === true && { versionNegotiation: { mode: { pin: '2026-07-28' } } }),
      ...(options.revision !== undefined && { supportedProtocolVersions: [options.revision] }),
    },
  );
  await client.connect(transport);
  return { client, transport, stderr: () => logged };
}

/** The id of a connection as Maton issues them, which needs no look-up. */
export const pinnedId = '5b0c2a3e-7d41-4f86-9a1c-0e8d6b54c2f7';

/** Environment that uses `url` in place of Maton. */
export const through = (url: string, key = 'test-maton-key'): Record<string, string> => ({
  MATON_API_KEY: key,
  MATON_GATEWAY_URL: url,
  MATON_CONTROL_URL: url,
});

/** Environment for a sandbox through Maton, with its first connection pinned. */
export const pinnedTo = ({ url, matonKey, connectionId }: Sandbox): Record<string, string> => ({
  ...through(url, matonKey),
  MATON_CONNECTION_ID: connectionId,
});

/** Environment for the first page of a sandbox without Maton. */
export const directlyTo = ({ url, manychatKey }: Sandbox): Record<string, string> => ({
  MANYCHAT_API_KEY: manychatKey,
  MANYCHAT_API_URL: url,
});
