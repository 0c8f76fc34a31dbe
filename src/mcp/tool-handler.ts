import {
  type CallToolResult,
  CLIENT_CAPABILITIES_META_KEY,
  type InputRequiredResult,
  type McpServer,
} from '@modelcontextprotocol/server';
import type { Failure } from '../../tools/contract/failure.js';
import { isObject } from '../../tools/contract/json.js';
import type { Progress } from '../account/call/call-context.js';
import type { Outcome } from '../account/call/call-tool.js';
import { needsConfirmation } from '../account/policy/policy.js';
import type { Tool } from '../account/policy/tool.js';
import type { VerifiedState } from '../account/request-state/request-state.js';
import type { Delivery } from '../account/send-guard/delivery.js';
import type { CallingRequest } from '../account/telemetry/telemetry.js';
import { operatorDoes, type Reader } from '../text/operator.js';
import type { Backend, Open } from './backend.js';
import { askFailed, cannotAsk, refusedStateFailure } from './interaction/confirmation.js';
import { connectLinkIn, handOverLink } from './interaction/connect-link.js';
import { askConsent } from './interaction/consent.js';
import type { McpRequest } from './interaction/elicitation.js';
import { chooseAccount } from './listing/choose-account.js';
import type { Offer, OfferedTool } from './listing/offer.js';

/** The text of a result that is in the structured content only. */
const seeStructured = 'The result is in structuredContent.';

/** An outcome as an MCP result. A failure has text only, since clients validate structured content even on an error. */
function toolResult(outcome: Outcome, form: Offer['results']): CallToolResult {
  if (!outcome.ok)
    return { isError: true, content: [{ type: 'text', text: JSON.stringify({ error: outcome.failure }) }] };
  const text = form === 'structured' ? seeStructured : JSON.stringify(outcome.result);
  return {
    content: [{ type: 'text', text }],
    ...(form !== 'text' && { structuredContent: { ...outcome.result } }),
  };
}

/** Sends progress notifications, if the client asked for them. */
function progressReporter({ _meta, notify, signal }: McpRequest): ((progress: Progress) => void) | undefined {
  const progressToken = _meta?.progressToken;
  if (progressToken === undefined) return undefined;
  return (progress) => {
    if (signal.aborted) return;
    // The notification fails if the client is gone. The call itself continues.
    notify({ method: 'notifications/progress', params: { progressToken, ...progress } }).catch(() => undefined);
  };
}

/** The modes of elicitation that the client supports. */
function elicitationModes(server: McpServer, { envelope = {} }: McpRequest): { form: boolean; url: boolean } {
  const metadata: Readonly<Record<string, unknown>> = envelope;
  // Since 2026-07-28 capabilities come with each request, before that with the handshake.
  const capabilities = metadata[CLIENT_CAPABILITIES_META_KEY] ?? server.server.getClientCapabilities();
  const elicitation = isObject(capabilities) ? capabilities.elicitation : undefined;
  if (!isObject(elicitation)) return { form: false, url: false };
  // In revisions before there were modes, an empty object means forms.
  const form = elicitation.form !== undefined || elicitation.url === undefined;
  return { form, url: elicitation.url !== undefined };
}

/** The request state that came with a call. A state that was issued for another account is refused. */
async function verifiedState(
  request: McpRequest,
  { requestState, principal }: Pick<Backend, 'requestState' | 'principal'>,
): Promise<VerifiedState | undefined> {
  const state: unknown = request.requestState();
  return typeof state === 'string' ? requestState.verify(state, principal) : undefined;
}

/** The code for calls is loaded with the first call. By then its files may be gone. */
const codeMissing = (reader: Reader): Failure => ({
  kind: 'internal',
  message: 'A part of this server cannot be loaded. It was probably updated or removed while it was running',
  hint: operatorDoes('has to restart it.', reader),
  retryable: false,
  performed: 'no',
  source: 'client',
});

/** The revision of MCP that brought structured content. */
const structuredSince = '2025-06-18';

/** The form of results for a client. One of an older revision does not see structured content, which the SDK requires. */
const readableForm = (form: Offer['results'], revision = structuredSince): Offer['results'] =>
  form === 'structured' && revision < structuredSince ? 'both' : form;

/** What a call in one account is made with. */
interface AccountCallParts {
  readonly server: McpServer;
  readonly backend: Backend;
  readonly policy: Pick<Offer, 'confirm' | 'unconfirmed' | 'reader'>;
  readonly results: Offer['results'];
  readonly delivery: Delivery | undefined;
  /** The request, as the log names it. */
  readonly request: CallingRequest;
}

/** Makes a call in one account: asks the user to confirm it if required, and hands over a connect link. */
async function callInAccount(
  tool: Tool,
  input: unknown,
  request: McpRequest,
  { server, backend, policy: { confirm, unconfirmed, reader }, results, delivery, request: calling }: AccountCallParts,
): Promise<CallToolResult | InputRequiredResult> {
  const { call, refuse, requestState, principal, account } = backend;
  const refused = (failure: Failure): CallToolResult =>
    toolResult({ ok: false, failure: refuse(tool, failure, 'confirmation', calling) }, results);
  const { name, effect } = tool.declaration;
  const state = await verifiedState(request, backend);
  if (state?.step === 'refused') return refused(refusedStateFailure(state, effect));
  // An earlier request made the call, and the client has shown the link since.
  if (state?.step === 'result' && state.tool === name) return toolResult({ ok: true, result: state.result }, results);
  const modes = elicitationModes(server, request);
  const asks = needsConfirmation(effect, confirm);
  if (asks && !modes.form && unconfirmed === 'refuse') return refused(cannotAsk(effect, reader));
  const consent =
    asks && modes.form
      ? await askConsent(tool, input, request, state, { ...backend, reader }).catch(async (error: unknown) => {
          const { storeAwayIn } = await import('../account/request-state/store-away.js');
          return { failure: askFailed(error, storeAwayIn(error)) };
        })
      : { confirmed: {} };
  if ('failure' in consent) return refused(consent.failure);
  if ('question' in consent) return consent.question;
  const outcome = await call(tool, input, {
    ...consent.confirmed,
    account,
    signal: request.signal,
    onProgress: progressReporter(request),
    delivery,
    request: calling,
  });
  const link = outcome.ok && effect === 'create' ? connectLinkIn(outcome.result) : undefined;
  if (!outcome.ok || link === undefined || !modes.url) return toolResult(outcome, results);
  return handOverLink(toolResult(outcome, results), link, request, () =>
    requestState.issueResult({ tool: name, result: outcome.result }, principal),
  );
}

/** A message without arguments that are null: clients send them for a tool without arguments, and the SDK refuses them. */
export function withoutNullArguments<Message>(message: Message): Message {
  if (!isObject(message) || !isObject(message.params) || message.params.arguments !== null) return message;
  const { arguments: _, ...params } = message.params;
  return { ...message, params };
}

/** What a tool call is handled with. */
export interface ToolCallParts extends Pick<AccountCallParts, 'server' | 'delivery' | 'request'> {
  readonly offer: Offer;
  readonly open: Open;
}

/** Handles one tools/call: chooses its account, and makes the call there. */
export async function handleToolCall(
  listed: OfferedTool,
  given: unknown,
  request: McpRequest,
  { offer, open, ...parts }: ToolCallParts,
): Promise<CallToolResult | InputRequiredResult> {
  const results = readableForm(offer.results, parts.server.server.getNegotiatedProtocolVersion());
  const choice = chooseAccount(listed, given, offer);
  const backend = await open('failure' in choice ? undefined : choice.account).catch(() => undefined);
  if (backend === undefined) return toolResult({ ok: false, failure: codeMissing(offer.reader) }, results);
  const tool = backend.tool(listed.name);
  if ('failure' in choice)
    return toolResult({ ok: false, failure: backend.refuse(tool, choice.failure, 'account', parts.request) }, results);
  return callInAccount(tool, choice.input, request, { ...parts, backend, policy: offer, results });
}
