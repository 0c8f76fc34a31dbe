import {
  type McpRequestContext,
  McpServer,
  type ServerContext,
  type StandardSchemaWithJSON,
} from '@modelcontextprotocol/server';
import { effectRules } from '../../tools/contract/effect.js';
import type { Declaration } from '../../tools/contract/endpoint.js';
import type { Delivery } from '../account/send-guard/delivery.js';
import { noTelemetry, type Telemetry } from '../account/telemetry/telemetry.js';
import { version } from '../config/version.js';
import { registerViews, viewExtensions, viewMeta } from './apps/views.js';
import type { Backend, Open, OpenBackend } from './backend.js';
import { callingRequest, followRequests } from './follow-requests.js';
import { registerPrompts } from './guidance/prompts.js';
import { registerResources } from './guidance/resources.js';
import { serveSkill } from './guidance/skill.js';
import type { JsonSchema } from './listing/json-schema.js';
import type { Offer } from './listing/offer.js';
import { handleToolCall } from './tool-handler.js';

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

/** What the servers of a process share. */
export interface ServerParts {
  readonly offer: Offer;
  readonly openBackend: OpenBackend;
  /** How the answer to a request reaches its client, if the transport knows. */
  readonly deliveryOf?: ((requestId: unknown) => Delivery) | undefined;
  /** The client can subscribe to resources. */
  readonly subscribes?: boolean | undefined;
  readonly telemetry?: Telemetry | undefined;
}

/** The parts of an offer that a server for one request needs. */
export interface Needs {
  tools(name: string): boolean;
  readonly resources: boolean;
  readonly prompts: boolean;
}

/** A server for a connection needs all of it. */
const everything: Needs = { tools: () => true, resources: true, prompts: true };

/**
 * Creates the MCP server for one client: for a connection over stdio, or for a request over HTTP.
 * @param context the client and its protocol era, as the SDK describes them.
 * @param needs what is registered. Registering everything costs a millisecond, which a request for one tool need not pay.
 */
export function createServer(
  { offer, openBackend, deliveryOf, subscribes = false, telemetry = noTelemetry }: ServerParts,
  context: McpRequestContext,
  needs: Needs = everything,
): McpServer {
  const { tools, instructions } = offer;
  let opening: Promise<Backend> | undefined;
  const open: Open = (account) => {
    // The key of a named account can become readable at any time, so its backend is asked for with each call.
    if (account !== undefined) return openBackend(context, account);
    opening ??= openBackend(context);
    return opening;
  };
  const unchanging = { listChanged: false };
  const server = new McpServer(
    { name: 'manychat-mcp', title: 'ManyChat', version },
    {
      capabilities: {
        tools: unchanging,
        resources: subscribes ? { ...unchanging, subscribe: true } : unchanging,
        prompts: unchanging,
        completions: {},
        ...viewExtensions(offer),
      },
      instructions,
    },
  );
  const followed = followRequests(server, offer, context, telemetry);
  for (const listed of tools.filter(({ name }) => needs.tools(name))) {
    const { name, title, description, inputSchema, outputSchema, view } = listed;
    server.registerTool(
      name,
      {
        title,
        description,
        inputSchema: unchecked(inputSchema),
        ...(outputSchema !== undefined && { outputSchema: unchecked(outputSchema) }),
        annotations: annotationsOf(listed),
        ...viewMeta(view),
      },
      (input: unknown, { mcpReq }: Pick<ServerContext, 'mcpReq'>) => {
        // Read before anything is awaited: a later frame may use the same id.
        const delivery = deliveryOf?.(mcpReq.id);
        const request = callingRequest(mcpReq, followed.of(mcpReq.id));
        return handleToolCall(listed, input, mcpReq, { server, offer, open, delivery, request });
      },
    );
  }
  if (needs.resources) registerResources(server, offer, open);
  if (needs.resources) registerViews(server, offer);
  if (needs.prompts) registerPrompts(server, offer, open);
  if (needs.resources && offer.skill !== undefined) serveSkill(server, offer.skill);
  return server;
}
