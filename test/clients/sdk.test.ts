import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as StdioTransportV1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import type { Connect } from './support/client.js';
import { describeClient } from './support/matrix.js';

const info = { name: 'test', version: '1' };

const connectV1: Connect = async (launch) => {
  const client = new ClientV1(info);
  await client.connect(new StdioTransportV1({ ...launch, stderr: 'ignore' }));
  const { tools } = await client.listTools();
  return {
    tools: tools.map(({ name, inputSchema }) => ({ name, schema: inputSchema })),
    call: async (name, args) => JSON.stringify((await client.callTool({ name, arguments: { ...args } })).content),
    close: () => client.close(),
  };
};

const connectV2 =
  (versionNegotiation: { mode: 'auto' | { pin: string } } | undefined): Connect =>
  async (launch) => {
    const client = new Client(info, versionNegotiation === undefined ? {} : { versionNegotiation });
    await client.connect(new StdioClientTransport({ ...launch, stderr: 'ignore' }));
    const { tools } = await client.listTools();
    return {
      tools: tools.map(({ name, inputSchema }) => ({ name, schema: inputSchema })),
      call: async (name, args) => JSON.stringify((await client.callTool({ name, arguments: { ...args } })).content),
      close: () => client.close(),
    };
  };

describeClient('MCP SDK 1', connectV1);
describeClient('MCP SDK 2, 2025 era', connectV2(undefined));
describeClient('MCP SDK 2, 2026-07-28', connectV2({ mode: { pin: '2026-07-28' } }));
