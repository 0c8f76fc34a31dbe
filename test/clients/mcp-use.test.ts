import { ToolInputParsingException } from '@langchain/core/tools';
import { LangChainAdapter } from 'mcp-use/adapters';
import { MCPClient } from 'mcp-use/client';
import { type Connect, Refusal } from './support/client.js';
import { describeClient } from './support/matrix.js';

const connect: Connect = async (launch) => {
  const client = new MCPClient({ mcpServers: { manychat: launch } });
  await client.createAllSessions();
  const connectors = Object.values(client.getAllActiveSessions()).map(({ connector }) => connector);
  const tools = await new LangChainAdapter().createToolsFromConnectors(connectors);
  return {
    tools: tools.map(({ name, schema }) => ({ name, schema })),
    call: async (name, args) => {
      const tool = tools.find((each) => each.name === name);
      if (tool === undefined) throw new Error(`no tool ${name}`);
      try {
        return String(await tool.invoke({ ...args }));
      } catch (error) {
        if (error instanceof ToolInputParsingException) throw new Refusal(error.message);
        throw error;
      }
    },
    close: () => client.closeAllSessions(),
  };
};

describeClient('mcp-use', connect);
