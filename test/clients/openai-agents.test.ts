import { getAllMcpTools, MCPServerStdio, RunContext } from '@openai/agents-core';
import { expect } from 'vitest';
import type { Connect } from './support/client.js';
import { describeClient } from './support/matrix.js';

const connect =
  (convertSchemasToStrict: boolean): Connect =>
  async (launch) => {
    const server = new MCPServerStdio({ name: 'manychat', ...launch });
    await server.connect();
    const all = await getAllMcpTools({ mcpServers: [server], convertSchemasToStrict });
    const tools = all.filter((tool) => tool.type === 'function');
    // It leaves a schema as it is if it cannot make it strict. A tool without arguments has nothing to be strict about.
    const otherwise = tools.filter(({ strict }) => strict !== convertSchemasToStrict).map(({ name }) => name);
    expect(otherwise).toEqual(convertSchemasToStrict ? ['manychat_create_connection'] : []);
    return {
      tools: tools.map(({ name, parameters }) => ({ name, schema: parameters })),
      call: async (name, args) => {
        const tool = tools.find((each) => each.name === name);
        if (tool === undefined) throw new Error(`no tool ${name}`);
        return JSON.stringify(await tool.invoke(new RunContext(), JSON.stringify(args)));
      },
      close: () => server.close(),
    };
  };

describeClient('OpenAI Agents, strict', connect(true));
describeClient('OpenAI Agents, not strict', connect(false));
