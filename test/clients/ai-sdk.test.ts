import { createMCPClient } from '@ai-sdk/mcp';
import { Experimental_StdioMCPTransport as StdioTransport } from '@ai-sdk/mcp/mcp-stdio';
import { asSchema, generateText, isStepCount } from 'ai';
import { MockLanguageModelV4 } from 'ai/test';
import { type Connect, Refusal } from './support/client.js';
import { describeClient } from './support/matrix.js';

const usage = {
  inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 1, text: 1, reasoning: 0 },
};

const connect: Connect = async (launch) => {
  const client = await createMCPClient({ transport: new StdioTransport({ ...launch, stderr: 'ignore' }) });
  const tools = await client.tools();
  return {
    tools: await Promise.all(
      Object.entries(tools).map(async ([name, tool]) => ({
        name,
        schema: await asSchema(tool.inputSchema).jsonSchema,
      })),
    ),
    // The model calls the tool in the first step, and reads the result in the second.
    call: async (name, args) => {
      const model = new MockLanguageModelV4({
        doGenerate: [
          {
            content: [{ type: 'tool-call', toolCallId: '1', toolName: name, input: JSON.stringify(args) }],
            finishReason: { unified: 'tool-calls', raw: undefined },
            usage,
            warnings: [],
          },
          {
            content: [{ type: 'text', text: 'Done.' }],
            finishReason: { unified: 'stop', raw: undefined },
            usage,
            warnings: [],
          },
        ],
      });
      const { steps } = await generateText({ model, tools, prompt: 'Do it.', stopWhen: isStepCount(2) });
      const call = steps[0]?.toolCalls[0];
      if (call?.invalid === true) throw new Refusal(String(call.error));
      const read = model.doGenerateCalls[1]?.prompt.at(-1)?.content;
      return JSON.stringify(read);
    },
    close: () => client.close(),
  };
};

describeClient('AI SDK', connect);
