import { ToolInputParsingException } from '@langchain/core/tools';
import { MultiServerMCPClient } from '@langchain/mcp-adapters';
import { type Connect, Refusal } from './support/client.js';
import { describeClient } from './support/matrix.js';

const connect: Connect = async (launch) => {
  const client = new MultiServerMCPClient({ manychat: { transport: 'stdio', ...launch, stderr: 'ignore' } });
  const tools = await client.getTools();
  return {
    tools: tools.map(({ name, schema }) => ({ name, schema })),
    call: async (name, args) => {
      const tool = tools.find((each) => each.name === name);
      if (tool === undefined) throw new Error(`no tool ${name}`);
      try {
        const message = await tool.invoke({ type: 'tool_call', id: '1', name, args: { ...args } });
        return JSON.stringify(message.content);
      } catch (error) {
        if (error instanceof ToolInputParsingException) throw new Refusal(error.message);
        // An agent gives the message of the error to its model.
        return String(error);
      }
    },
    close: () => client.close(),
  };
};

describeClient('LangChain adapters', connect);
