import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { asObject, type Result } from '../../../tools/contract/json.js';
import { type Connect, type Launch, Refusal } from './client.js';

/** What a client does to the arguments of its model before it sends them; undefined if it refuses them. */
export type Check = (args: Result) => Result | undefined;

const stdio = (launch: Launch): Transport => new StdioClientTransport({ ...launch, stderr: 'ignore' });

/**
 * A client that consists of the MCP SDK and of one rule.
 * @param checkOf What the client makes of a tool's schema; by default arguments are sent as they are
 * @param transportTo The transport of the client, the SDK's own by default
 */
export const sdkWith =
  (
    checkOf: (schema: Record<string, unknown>) => Check = () => (args) => args,
    transportTo: (launch: Launch) => Transport = stdio,
  ): Connect =>
  async (launch) => {
    const client = new Client({ name: 'test', version: '1' });
    await client.connect(transportTo(launch));
    const { tools } = await client.listTools();
    const checks = new Map(tools.map(({ name, inputSchema }) => [name, checkOf(asObject(inputSchema))]));
    return {
      tools: tools.map(({ name, inputSchema }) => ({ name, schema: inputSchema })),
      call: async (name, args) => {
        const checked = checks.get(name)?.(args);
        if (checked === undefined) throw new Refusal(`${name}: ${JSON.stringify(args)}`);
        try {
          const { content } = await client.callTool({ name, arguments: { ...checked } });
          return JSON.stringify(content);
        } catch (error) {
          // The SDK refuses results that do not fit the output schema; the model reads the reason instead.
          return String(error);
        }
      },
      close: () => client.close(),
    };
  };
