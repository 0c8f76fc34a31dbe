import { pipeline } from 'node:stream';
import {
  type CallToolResult,
  CLIENT_CAPABILITIES_META_KEY,
  completable,
  type InputRequiredResult,
  isJSONRPCNotification,
  isJSONRPCRequest,
  isJSONRPCResponse,
  McpServer,
  ProtocolError,
  ProtocolErrorCode,
  type ServerContext,
  type StandardSchemaWithJSON,
} from '@modelcontextprotocol/server';
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import * as z from 'zod';
import { type Declaration, effectRules } from '../../tools/contract/endpoint.js';
import { type Failure, reasonIn } from '../../tools/contract/failure.js';
import { isObject } from '../../tools/contract/json.js';
import type { Prompt, PromptArgument } from '../../tools/guidance/prompts.js';
import type { Outcome } from '../account/call/call-tool.js';
import type { Progress } from '../account/call/progress.js';
import type { Tool } from '../account/policy/tool.js';
import { type Delivery, trackDeliveries, unanswered } from '../account/send-guard/delivery.js';
import type { Wires } from '../cli/shell.js';
import { version } from '../config/version.js';
import type { Backend } from './backend.js';
import type { Completer } from './interaction/completion.js';
import { linkIn, needsConfirmation } from './interaction/confirmation.js';
import { consentTo, withLink } from './interaction/consent.js';
import type { ListedResource } from './listing/catalogue.js';
import type { JsonSchema } from './listing/json-schema.js';
import type { Offer } from './listing/offer.js';
import { watchEnd } from './stdio/ending.js';
import { type FrameError, frameFilter, maxFrame } from './stdio/frames.js';

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
function progressTo({ _meta, notify, signal }: ServerContext['mcpReq']): ((progress: Progress) => void) | undefined {
  const progressToken = _meta?.progressToken;
  if (progressToken === undefined) return undefined;
  return (progress) => {
    // What was cancelled goes on to its end without a word.
    if (signal.aborted) return;
    // A client that has gone away does not hear it, which is no failure of the call.
    notify({ method: 'notifications/progress', params: { progressToken, ...progress } }).catch(() => undefined);
  };
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

type ToolContext = Pick<ServerContext, 'mcpReq'>;

/** The kinds of questions that the client can put to its user, in either era of the protocol. */
function offersOf(server: McpServer, { mcpReq }: ToolContext): { form: boolean; url: boolean } {
  const envelope: Readonly<Record<string, unknown>> = mcpReq.envelope ?? {};
  const declared = envelope[CLIENT_CAPABILITIES_META_KEY] ?? server.server.getClientCapabilities();
  const elicitation = isObject(declared) ? declared.elicitation : undefined;
  if (!isObject(elicitation)) return { form: false, url: false };
  // Before there were kinds, an empty object stood for forms.
  const form = elicitation.form !== undefined || elicitation.url === undefined;
  return { form, url: elicitation.url !== undefined };
}

/** What the handlers of all tools have in common. */
interface ToolSide {
  readonly server: McpServer;
  readonly confirm: Offer['confirm'];
}

/** Makes a tool's calls: asks the user first where that is wanted and can be done, and hands a link to them. */
function toolHandler({ server, confirm }: ToolSide, tool: Tool, backend: Backend, delivery: Delivery) {
  const { call, rounds } = backend;
  const { name, effect } = tool.declaration;
  return async (given: unknown, context: ToolContext): Promise<CallToolResult | InputRequiredResult> => {
    const { mcpReq } = context;
    // The call was made in an earlier round; the link has been shown since.
    const made = rounds.resultOf(name, mcpReq.requestState());
    if (made !== undefined) return toolResult({ ok: true, result: made });
    const offers = offersOf(server, context);
    const asks = needsConfirmation(tool, confirm) && offers.form;
    const consent = asks ? await consentTo(tool, given, mcpReq, backend) : { side: {} };
    if ('failure' in consent) return toolResult({ ok: false, ...consent });
    if ('question' in consent) return consent.question;
    const { side } = consent;
    const own = { signal: mcpReq.signal, onProgress: progressTo(mcpReq), delivery };
    const outcome = await call(tool, given, { ...side, ...own });
    const link = outcome.ok && effect === 'create' ? linkIn(outcome.result) : undefined;
    if (!outcome.ok || link === undefined || !offers.url) return toolResult(outcome);
    return withLink(toolResult(outcome), link, mcpReq, () => rounds.made(name, outcome.result));
  };
}

function createServer(offer: Offer, open: Open, deliveryOf: (requestId: unknown) => Delivery): McpServer {
  const { tools, resources, prompts, instructions, confirm } = offer;
  const fixed = { listChanged: false };
  const server = new McpServer(
    { name: 'manychat-mcp', title: 'ManyChat', version },
    { capabilities: { tools: fixed, resources: fixed, prompts: fixed, completions: {} }, instructions },
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
      async (given: unknown, context: ToolContext) => {
        // Looked up at once: a later frame of the same id must not take its place.
        const delivery = deliveryOf(context.mcpReq.id);
        const backend = await open().catch(() => undefined);
        if (backend === undefined) return toolResult({ ok: false, failure: partMissing });
        return toolHandler(side, backend.tool(name), backend, delivery)(given, context);
      },
    );
  }
  for (const resource of resources) registerResource(server, resource, open);
  const complete: Completer = async (what, typed) => (await open()).complete(what, typed);
  for (const prompt of prompts) registerPrompt(server, prompt, complete);
  return server;
}

/** What is served beside the offer, and who is told what becomes of the connection. */
export interface ServerSide {
  readonly wires: Wires;
  /** Milliseconds, from any fixed point; the times of deliveries are told in it. */
  readonly now: () => number;
  readonly onError: (error: Error) => void;
  /** Told of a frame that was not served. */
  readonly onRefused: (error: FrameError) => void;
  /** Told once why the connection has ended; undefined where the client has gone away. */
  readonly onClosed: (fault: Error | undefined) => void;
}

const isFrame = (value: unknown): boolean =>
  isJSONRPCRequest(value) || isJSONRPCNotification(value) || isJSONRPCResponse(value);

/**
 * Serves what is offered over a pair of streams, in both protocol eras, until the client goes away; what is answered
 * with is opened when it is first needed.
 */
export function serveOffer(offer: Offer, open: Open, { wires, now, onError, onRefused, onClosed }: ServerSide): void {
  const deliveries = trackDeliveries(now);
  const deliveryOf = (requestId: unknown): Delivery => deliveries.of(requestId) ?? unanswered(now());
  const frames = frameFilter({
    isFrame,
    refuse(error, id) {
      onRefused(error);
      if (id === undefined) return;
      // It may name an open call as well, which is not answered with this.
      deliveries.read({ id, method: 'tools/call' });
      transport.send({ jsonrpc: '2.0', id, error: { ...error } }).catch(onError);
    },
  });
  // Each answer that waits for a slow reader listens to stdout. Node.js would warn of that on stderr, outside the log.
  wires.stdout.setMaxListeners(0);
  // Larger than any frame, which the filter sees to.
  const transport = new StdioServerTransport(frames, wires.stdout, { maxBufferSize: 2 * maxFrame });
  const fault = watchEnd(wires);
  const close = transport.close.bind(transport);
  const send = transport.send.bind(transport);
  // The entry below owns the transport's callbacks, and it does not tell when the connection has ended.
  transport.close = async () => {
    await close();
    onClosed(fault());
  };
  transport.send = (message) => {
    const sent = send(message);
    deliveries.write(message, sent);
    return sent;
  };
  serveStdio(() => createServer(offer, open, deliveryOf), { transport, onerror: onError });
  const take = transport.onmessage;
  transport.onmessage = (message) => {
    deliveries.read(message);
    take?.(message);
  };
  // What goes wrong with either is told by the transport.
  pipeline(wires.stdin, frames, () => undefined);
}
