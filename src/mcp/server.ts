import {
  completable,
  type McpRequestContext,
  McpServer,
  ProtocolError,
  ProtocolErrorCode,
  type StandardSchemaWithJSON,
} from '@modelcontextprotocol/server';
import * as z from 'zod';
import { effectRules } from '../../tools/contract/effect.js';
import type { Declaration } from '../../tools/contract/endpoint.js';
import { type Failure, reasonIn } from '../../tools/contract/failure.js';
import type { Prompt, PromptArgument } from '../../tools/guidance/prompts.js';
import type { VerifiedState } from '../account/request-state.js';
import type { Delivery } from '../account/send-guard/delivery.js';
import { version } from '../config/version.js';
import type { Backend, OpenBackend } from './backend.js';
import type { Completer } from './completion.js';
import type { ListedResource } from './listing/catalogue.js';
import type { JsonSchema } from './listing/json-schema.js';
import type { Offer } from './listing/offer.js';
import { type ToolContext, type ToolSide, toolHandler, toolResult } from './tool-handler.js';

/** A schema that the SDK shows and does not check: arguments are checked where the failure can be told in our words. */
function shown(schema: JsonSchema): StandardSchemaWithJSON {
  return {
    '~standard': {
      version: 1,
      vendor: 'manychat-mcp',
      validate: (value) => ({ value }),
      jsonSchema: { input: () => schema, output: () => schema },
    },
  };
}

/** The four MCP hints of a tool, from its effect and whether it reaches the outside world. */
function annotations({ api, effect }: Pick<Declaration, 'api' | 'effect'>) {
  const { readOnly, destructive, idempotent } = effectRules[effect];
  const openWorld = api !== 'none';
  return { readOnlyHint: readOnly, destructiveHint: destructive, idempotentHint: idempotent, openWorldHint: openWorld };
}

/** The failure of a call whose code is no longer where the server was started from. */
const partMissing: Failure = {
  kind: 'internal',
  message: 'A part of this server cannot be loaded: it was probably updated or removed while it ran',
  hint: 'The person who runs this server restarts it.',
  retryable: false,
  performed: 'no',
  source: 'client',
};

/** Opens what is answered with, once. */
type Open = () => Promise<Backend>;

/** Offers a resource; one of the account is read as its tool reads it, and fails in the same words. */
function registerResource(server: McpServer, listed: ListedResource, open: Open): void {
  const { uri, title, description, mimeType } = listed;
  server.registerResource(
    uri.replace('manychat://', ''),
    uri,
    { title, description, mimeType },
    async (_, { mcpReq: { signal } }) => {
      const { resource, call } = await open();
      const content = resource(uri);
      if ('markdown' in content) return { contents: [{ uri, mimeType, text: content.markdown }] };
      const outcome = await call(content.tool, {}, { signal });
      if (!outcome.ok) throw new ProtocolError(ProtocolErrorCode.InternalError, failureLine(outcome.failure));
      return { contents: [{ uri, mimeType, text: JSON.stringify(outcome.result) }] };
    },
  );
}

const failureLine = (failure: Failure): string => `${failure.kind}: ${reasonIn(failure)}. ${failure.hint}`;

/** Offers a prompt; its arguments are completed from the account, if that can be read. */
function registerPrompt(server: McpServer, { name, title, description, ...prompt }: Prompt, complete: Completer): void {
  const argumentOf = ({ description: about, required, completes }: PromptArgument): z.ZodType<string | undefined> => {
    const text = z.string().describe(about);
    const completed = completes === undefined ? text : completable(text, (value) => complete(completes, value));
    return required ? completed : completed.optional();
  };
  const shape = Object.entries(prompt.arguments).map(([key, argument]) => [key, argumentOf(argument)] as const);
  const argsSchema = z.object(Object.fromEntries(shape));
  server.registerPrompt(name, { title, description, argsSchema }, (args) => ({
    messages: [{ role: 'user', content: { type: 'text', text: prompt.text(args) } }],
  }));
}

/** What the servers of a process have in common. */
export interface ServerParts {
  readonly offer: Offer;
  readonly openBackend: OpenBackend;
  /** How the answer to a request reaches its client, where the transport knows it. */
  readonly deliveryOf?: ((requestId: unknown) => Delivery) | undefined;
}

/**
 * An MCP server for one client: a connection over stdio, or a request over HTTP.
 * @param context tells who the client is and which era of the protocol it speaks.
 */
export function createServer({ offer, openBackend, deliveryOf }: ServerParts, context: McpRequestContext): McpServer {
  const { tools, resources, prompts, instructions, confirm } = offer;
  let opening: Promise<Backend> | undefined;
  const open: Open = () => {
    opening ??= openBackend(context);
    return opening;
  };
  /** What handlers see instead of the state that the client sent. Without a backend they fail before they look at it. */
  async function verify(state: string): Promise<VerifiedState | undefined> {
    const backend = await open().catch(() => undefined);
    return backend?.requestState.verify(state, backend.principal);
  }
  const fixed = { listChanged: false };
  const server = new McpServer(
    { name: 'manychat-mcp', title: 'ManyChat', version },
    {
      capabilities: { tools: fixed, resources: fixed, prompts: fixed, completions: {} },
      instructions,
      requestState: { verify },
    },
  );
  const side: ToolSide = { server, confirm };
  for (const listed of tools) {
    const { name, title, description, inputSchema, outputSchema } = listed;
    server.registerTool(
      name,
      {
        title,
        description,
        inputSchema: shown(inputSchema),
        outputSchema: shown(outputSchema),
        annotations: annotations(listed),
      },
      async (given: unknown, call: ToolContext) => {
        // Looked up at once: a later frame of the same id must not take its place.
        const delivery = deliveryOf?.(call.mcpReq.id);
        const backend = await open().catch(() => undefined);
        if (backend === undefined) return toolResult({ ok: false, failure: partMissing });
        return toolHandler(side, backend.tool(name), backend, delivery)(given, call);
      },
    );
  }
  for (const resource of resources) registerResource(server, resource, open);
  const complete: Completer = async (what, typed) => (await open()).complete(what, typed);
  for (const prompt of prompts) registerPrompt(server, prompt, complete);
  return server;
}
