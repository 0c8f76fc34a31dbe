import {
  type CallToolResult,
  McpServer,
  type ServerContext,
  type StandardSchemaWithJSON,
} from '@modelcontextprotocol/server';
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import { type Declaration, effectRules } from '../tools/endpoint.js';
import type { Outcome, ToolCaller } from './calls.js';
import { type JsonSchema, jsonSchema } from './schema.js';
import type { Tool } from './tool.js';
import { version } from './version.js';

/** A schema that the SDK shows and does not check: arguments are checked where the failure can be told in our words. */
function shown(schema: () => JsonSchema): StandardSchemaWithJSON {
  return {
    '~standard': {
      version: 1,
      vendor: 'manychat-mcp',
      validate: (value) => ({ value }),
      jsonSchema: { input: schema, output: schema },
    },
  };
}

/** The four MCP hints of an endpoint, from its effect; every endpoint reaches the outside world. */
function annotations({ effect }: Declaration) {
  const { readOnly, destructive, idempotent } = effectRules[effect];
  return { readOnlyHint: readOnly, destructiveHint: destructive, idempotentHint: idempotent, openWorldHint: true };
}

/** Failures carry text only: clients check structured content against the output schema even on an error. */
function toolResult(outcome: Outcome): CallToolResult {
  if (!outcome.ok)
    return { isError: true, content: [{ type: 'text', text: JSON.stringify({ error: outcome.failure }) }] };
  return {
    content: [{ type: 'text', text: JSON.stringify(outcome.result) }],
    structuredContent: { ...outcome.result },
  };
}

/** Reports the seconds a call waits for its turn, if the client has asked for progress. */
function progress({ _meta, notify }: ServerContext['mcpReq']): ((seconds: number) => void) | undefined {
  const progressToken = _meta?.progressToken;
  if (progressToken === undefined) return undefined;
  return (seconds) => {
    const message = `Waiting for the rate limit, ${seconds} s so far`;
    // A client that has gone away does not hear it, which is no failure of the call.
    notify({ method: 'notifications/progress', params: { progressToken, progress: seconds, message } }).catch(
      () => undefined,
    );
  };
}

function createServer(tools: readonly Tool[], call: ToolCaller): McpServer {
  const server = new McpServer(
    { name: 'manychat-mcp', title: 'ManyChat', version },
    { capabilities: { tools: { listChanged: false } } },
  );
  for (const tool of tools) {
    const { name, title, description, output } = tool.declaration;
    server.registerTool(
      name,
      {
        title,
        description,
        inputSchema: shown(() => jsonSchema(tool.input, 'input')),
        outputSchema: shown(() => jsonSchema(output.schema, 'output')),
        annotations: annotations(tool.declaration),
      },
      async (given, { mcpReq }) => {
        const { signal } = mcpReq;
        return toolResult(await call(tool, given, { signal, onWait: progress(mcpReq) }));
      },
    );
  }
  return server;
}

/** Serves the tools over this process's stdin and stdout, in both protocol eras, until the client goes away. */
export function serveTools(
  tools: readonly Tool[],
  call: ToolCaller,
  { onError, onClosed }: { onError: (error: Error) => void; onClosed: () => void },
): void {
  const transport = new StdioServerTransport();
  // The entry below owns the transport's callbacks, and it does not tell when the connection has ended.
  const close = transport.close.bind(transport);
  transport.close = async () => {
    await close();
    onClosed();
  };
  serveStdio(() => createServer(tools, call), { transport, onerror: onError });
}
