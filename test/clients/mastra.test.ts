import { noopObserve } from '@mastra/core/tools';
import { MCPClient } from '@mastra/mcp';
import { type Connect, Refusal } from './support/client.js';
import { describeClient } from './support/matrix.js';

let clients = 0;

const connect: Connect = async (launch) => {
  clients += 1;
  const client = new MCPClient({
    id: `client ${clients}`,
    servers: { manychat: { ...launch, stderr: 'ignore', inheritDefaultEnv: false } },
  });
  const tools = await client.listTools();
  return {
    tools: Object.entries(tools).map(([name, { inputSchema }]) => ({ name, schema: inputSchema })),
    call: async (name, args) => {
      const tool = tools[`manychat_${name}`];
      if (tool?.execute === undefined) throw new Error(`no tool ${name}`);
      try {
        const result: unknown = await tool.execute({ ...args }, { observe: noopObserve });
        if (typeof result === 'object' && result !== null && 'validationErrors' in result) {
          throw new Refusal(JSON.stringify(result));
        }
        return JSON.stringify(result);
      } catch (error) {
        if (error instanceof Refusal) throw error;
        return String(error);
      }
    },
    close: () => client.disconnect(),
  };
};

describeClient('Mastra', connect);
