import {
  completable,
  type McpRequestContext,
  McpServer,
  ProtocolError,
  ProtocolErrorCode,
  type ServerContext,
  type StandardSchemaWithJSON,
} from '@modelcontextprotocol/server';
import * as z from 'zod';
import { effectRules } from '../../tools/contract/effect.js';
import type { Declaration } from '../../tools/contract/endpoint.js';
import { type Failure, reasonIn } from '../../tools/contract/failure.js';
import type { Prompt, PromptArgument } from '../../tools/guidance/prompts.js';
import { cleanContact } from '../../tools/values/addresses/contact.js';
import type { VerifiedState } from '../account/request-state.js';
import type { Delivery } from '../account/send-guard/delivery.js';
import { version } from '../config/version.js';
import { operatorDoes } from '../text/operator.js';
import type { Backend, OpenBackend } from './backend.js';
import type { Completer } from './guidance/completion.js';
import type { ListedResource } from './listing/catalogue.js';
import type { JsonSchema } from './listing/json-schema.js';
import type { Offer } from './listing/offer.js';
import { handleToolCall, toolResult } from './tool-handler.js';

/** A schema that the SDK lists and does not validate with. Arguments are validated later, with failures in our words. */
function unchecked(schema: JsonSchema): StandardSchemaWithJSON {
  return {
    '~standard': {
      version: 1,
      vendor: 'manychat-mcp',
      validate: (value) => ({ value }),
      jsonSchema: { input: () => schema, output: () => schema },
    },
  };
}

/** The four hints of MCP, derived from the effect of a tool and from whether it calls an API. */
function annotationsOf({ api, effect }: Pick<Declaration, 'api' | 'effect'>) {
  const { readOnly, destructive, idempotent } = effectRules[effect];
  const openWorld = api !== 'none';
  return { readOnlyHint: readOnly, destructiveHint: destructive, idempotentHint: idempotent, openWorldHint: openWorld };
}

/** The code for calls is loaded with the first call. By then its files may be gone. */
const codeMissing: Failure = {
  kind: 'internal',
  message: 'A part of this server cannot be loaded. It was probably updated or removed while it was running',
  hint: operatorDoes('has to restart it.'),
  retryable: false,
  performed: 'no',
  source: 'client',
};

/** The revision of MCP that brought structured content. */
const structuredSince = '2025-06-18';

/** The form of results for a client. One of an older revision does not see structured content, which the SDK requires. */
const readableForm = (form: Offer['results'], revision = structuredSince): Offer['results'] =>
  form === 'structured' && revision < structuredSince ? 'both' : form;

type Open = () => Promise<Backend>;

const failureLine = (failure: Failure): string => `${failure.kind}: ${reasonIn(failure)}. ${failure.hint}`;

/** Registers a resource. One that a tool reads fails in the words of that tool. */
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

/** Registers a prompt. Its arguments are completed with names from the account. */
function registerPrompt(server: McpServer, { name, title, description, ...prompt }: Prompt, complete: Completer): void {
  const schemaOf = (argument: PromptArgument): z.ZodType<string | undefined> => {
    const { description: about, required, completes, isContact = false } = argument;
    const text = isContact ? z.string().overwrite(cleanContact).describe(about) : z.string().describe(about);
    const schema = completes === undefined ? text : completable(text, (value) => complete(completes, value));
    return required ? schema : schema.optional();
  };
  const shape = Object.entries(prompt.arguments).map(([key, argument]) => [key, schemaOf(argument)] as const);
  const argsSchema = z.object(Object.fromEntries(shape));
  server.registerPrompt(name, { title, description, argsSchema }, (args) => ({
    messages: [{ role: 'user', content: { type: 'text', text: prompt.text(args) } }],
  }));
}

/** What the servers of a process share. */
export interface ServerParts {
  readonly offer: Offer;
  readonly openBackend: OpenBackend;
  /** How the answer to a request reaches its client, if the transport knows. */
  readonly deliveryOf?: ((requestId: unknown) => Delivery) | undefined;
}

/**
 * Creates the MCP server for one client: for a connection over stdio, or for a request over HTTP.
 * @param context the client and its protocol era, as the SDK describes them.
 */
export function createServer({ offer, openBackend, deliveryOf }: ServerParts, context: McpRequestContext): McpServer {
  const { tools, resources, prompts, instructions, confirm, results } = offer;
  let opening: Promise<Backend> | undefined;
  const open: Open = () => {
    opening ??= openBackend(context);
    return opening;
  };
  /** Handlers see this instead of the state that the client sent. Without a backend they fail before they read it. */
  async function verify(state: string): Promise<VerifiedState | undefined> {
    const backend = await open().catch(() => undefined);
    return backend?.requestState.verify(state, backend.principal);
  }
  const unchanging = { listChanged: false };
  const server = new McpServer(
    { name: 'manychat-mcp', title: 'ManyChat', version },
    {
      capabilities: { tools: unchanging, resources: unchanging, prompts: unchanging, completions: {} },
      instructions,
      requestState: { verify },
    },
  );
  for (const listed of tools) {
    const { name, title, description, inputSchema, outputSchema } = listed;
    server.registerTool(
      name,
      {
        title,
        description,
        inputSchema: unchecked(inputSchema),
        ...(outputSchema !== undefined && { outputSchema: unchecked(outputSchema) }),
        annotations: annotationsOf(listed),
      },
      async (input: unknown, { mcpReq }: Pick<ServerContext, 'mcpReq'>) => {
        // Read before anything is awaited: a later frame may use the same id.
        const delivery = deliveryOf?.(mcpReq.id);
        const backend = await open().catch(() => undefined);
        const form = readableForm(results, server.server.getNegotiatedProtocolVersion());
        if (backend === undefined) return toolResult({ ok: false, failure: codeMissing }, form);
        return handleToolCall(backend.tool(name), input, mcpReq, { server, backend, confirm, results: form, delivery });
      },
    );
  }
  for (const resource of resources) registerResource(server, resource, open);
  const complete: Completer = async (kind, typed) => (await open()).complete(kind, typed);
  for (const prompt of prompts) registerPrompt(server, prompt, complete);
  return server;
}
