import {
  type CallToolResult,
  CLIENT_CAPABILITIES_META_KEY,
  type InputRequiredResult,
  type McpServer,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { isObject } from '../../tools/contract/json.js';
import type { Progress } from '../account/call/call-context.js';
import type { Outcome } from '../account/call/call-tool.js';
import type { Tool } from '../account/policy/tool.js';
import type { VerifiedState } from '../account/request-state.js';
import type { Delivery } from '../account/send-guard/delivery.js';
import type { Backend } from './backend.js';
import { askFailed, needsConfirmation, refusedStateFailure } from './interaction/confirmation.js';
import { connectLinkIn, handOverLink } from './interaction/connect-link.js';
import { askConsent } from './interaction/consent.js';
import type { Offer } from './listing/offer.js';

/** Failures carry text only: clients check structured content against the output schema even on an error. */
export function toolResult(outcome: Outcome): CallToolResult {
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

export type ToolContext = Pick<ServerContext, 'mcpReq'>;

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
export interface ToolSide {
  readonly server: McpServer;
  readonly confirm: Offer['confirm'];
}

/** Makes a tool's calls: asks the user first where that is wanted and can be done, and hands a link to them. */
export function toolHandler(
  { server, confirm }: ToolSide,
  tool: Tool,
  backend: Backend,
  delivery: Delivery | undefined,
) {
  const { call, requestState, principal } = backend;
  const { name, effect } = tool.declaration;
  return async (given: unknown, context: ToolContext): Promise<CallToolResult | InputRequiredResult> => {
    const { mcpReq } = context;
    const state = mcpReq.requestState<VerifiedState>();
    if (state?.step === 'refused') return toolResult({ ok: false, failure: refusedStateFailure(state, effect) });
    // The call was carried out in an earlier request; the link has been shown since.
    if (state?.step === 'result' && state.tool === name) return toolResult({ ok: true, result: state.result });
    const offers = offersOf(server, context);
    const asks = needsConfirmation(tool, confirm) && offers.form;
    const consent = asks
      ? await askConsent(tool, given, mcpReq, backend).catch((error: unknown) => ({ failure: askFailed(error) }))
      : { side: {} };
    if ('failure' in consent) return toolResult({ ok: false, ...consent });
    if ('question' in consent) return consent.question;
    const { side } = consent;
    const own = { signal: mcpReq.signal, onProgress: progressTo(mcpReq), delivery };
    const outcome = await call(tool, given, { ...side, ...own });
    const link = outcome.ok && effect === 'create' ? connectLinkIn(outcome.result) : undefined;
    if (!outcome.ok || link === undefined || !offers.url) return toolResult(outcome);
    return handOverLink(toolResult(outcome), link, mcpReq, () =>
      requestState.issueResult({ tool: name, result: outcome.result }, principal),
    );
  };
}
