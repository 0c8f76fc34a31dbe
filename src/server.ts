import {
  type CallToolResult,
  McpServer,
  ProtocolError,
  ProtocolErrorCode,
  type ServerContext,
  type StandardSchemaWithJSON,
} from '@modelcontextprotocol/server';
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import { type Declaration, effectRules } from '../tools/endpoint.js';
import type { Failure } from '../tools/failure.js';
import type { Resource } from '../tools/resources.js';
import type { Outcome, ToolCaller } from './calls.js';
import type { Progress } from './progress.js';
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

/** Passes on how far a call has come, if the client has asked for progress. */
function progressTo({ _meta, notify }: ServerContext['mcpReq']): ((progress: Progress) => void) | undefined {
  const progressToken = _meta?.progressToken;
  if (progressToken === undefined) return undefined;
  return (progress) => {
    // A client that has gone away does not hear it, which is no failure of the call.
    notify({ method: 'notifications/progress', params: { progressToken, ...progress } }).catch(() => undefined);
  };
}

/** Offers a resource; one of the account is read as its tool reads it, and fails in the same words. */
function registerResource(server: McpServer, { uri, title, description, content }: Resource, call: ToolCaller): void {
  const mimeType = 'markdown' in content ? 'text/markdown' : 'application/json';
  server.registerResource(
    uri.replace('manychat://', ''),
    uri,
    { title, description, mimeType },
    async (_, { mcpReq: { signal } }) => {
      if ('markdown' in content) return { contents: [{ uri, mimeType, text: content.markdown }] };
      const { endpoint } = content;
      const outcome = await call({ declaration: endpoint, input: endpoint.input }, {}, { signal });
      if (!outcome.ok) throw new ProtocolError(ProtocolErrorCode.InternalError, failureText(outcome.failure));
      return { contents: [{ uri, mimeType, text: JSON.stringify(outcome.result) }] };
    },
  );
}

const failureText = ({ kind, message, hint }: Failure): string => `${kind}: ${message}. ${hint}`;

/** What a client is offered. */
export interface Offer {
  readonly tools: readonly Tool[];
  readonly resources: readonly Resource[];
}

function createServer({ tools, resources }: Offer, call: ToolCaller): McpServer {
  const server = new McpServer(
    { name: 'manychat-mcp', title: 'ManyChat', version },
    { capabilities: { tools: { listChanged: false }, resources: { listChanged: false } } },
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
        return toolResult(await call(tool, given, { signal, onProgress: progressTo(mcpReq) }));
      },
    );
  }
  for (const resource of resources) registerResource(server, resource, call);
  return server;
}

/** Serves what is offered over this process's stdin and stdout, in both protocol eras, until the client goes away. */
export function serveOffer(
  offer: Offer,
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
  serveStdio(() => createServer(offer, call), { transport, onerror: onError });
}
