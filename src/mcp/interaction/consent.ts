import { randomUUID } from 'node:crypto';
import {
  type CallToolResult,
  type InputRequiredResult,
  inputRequired,
  inputResponse,
  type ServerContext,
} from '@modelcontextprotocol/server';
import type { Failure } from '../../../tools/contract/failure.js';
import type { CallerSide } from '../../account/call/call-tool.js';
import type { Tool } from '../../account/policy/tool.js';
import type { VerifiedState } from '../../account/request-state.js';
import { errorMessage } from '../../text/error-text.js';
import type { Backend } from '../backend.js';
import { agreement, cannotAsk, refusalAfter } from './confirmation.js';
import { answerSeconds } from './request-state.js';

/** What a question is asked with. */
export type Request = ServerContext['mcpReq'];

/**
 * Whether a request is of the protocol's newer era, in which a question is the answer to a call and its own answer comes
 * with a second call. A client of that era that cannot ask fails on its own side: we are told nothing, and do nothing.
 */
const asksByAnswer = ({ envelope }: Request): boolean => envelope !== undefined;

/**
 * Asks by a request of our own, as it is done in the older era. The SDK would do it as well, but tells what goes wrong
 * in its own words and not as a failure of ours.
 */
const elicit = ({ send, signal }: Request, params: Record<string, unknown>) =>
  send(
    { method: 'elicitation/create', params },
    { timeout: answerSeconds * 1_000, resetTimeoutOnProgress: true, onprogress: () => undefined, signal },
  );

/** What came of asking: the answer to the call as it stands, or what the call is made with. */
export type Consent =
  | { readonly failure: Failure }
  | { readonly question: InputRequiredResult }
  | { readonly side: Pick<CallerSide, 'connectionId' | 'deadlineMs'> };

/** Asks the user whether a call is to be made, or reads what was answered in an earlier round. */
export async function consentTo(
  tool: Tool,
  given: unknown,
  request: Request,
  { asker, requestState, principal }: Pick<Backend, 'asker' | 'requestState' | 'principal'>,
): Promise<Consent> {
  const { name } = tool.declaration;
  const state = request.requestState<VerifiedState>();
  if (state?.step === 'question' && (await requestState.redeem(state, { tool: name, input: given }))) {
    const answer = inputResponse(request.inputResponses, 'confirm');
    const failure = answer.kind === 'elicit' ? refusalAfter(answer) : cannotAsk('it sent no answer');
    return failure === undefined ? { side: { connectionId: state.connectionId } } : { failure };
  }
  const prepared = await asker.prepare(tool, given, request.signal);
  if (prepared === undefined) return { side: {} };
  if ('failure' in prepared) return prepared;
  const { text, ...side } = prepared;
  const params = { message: text, requestedSchema: agreement };
  if (asksByAnswer(request)) {
    const question = inputRequired.elicit(params);
    return {
      question: inputRequired({
        inputRequests: { confirm: question },
        requestState: await requestState.issueQuestion(
          { tool: name, input: given, connectionId: side.connectionId },
          principal,
        ),
      }),
    };
  }
  const failure = await elicit(request, { mode: 'form', ...params }).then(refusalAfter, (error: unknown) =>
    cannotAsk(errorMessage(error)),
  );
  return failure === undefined ? { side } : { failure };
}

/** Shows a link to the user; the result stands whatever they, or their client, make of it. */
export async function withLink(
  result: CallToolResult,
  link: string,
  request: Request,
  state: () => Promise<string>,
): Promise<CallToolResult | InputRequiredResult> {
  const message = 'Open this page and enter the ManyChat API key there, to connect the account';
  if (asksByAnswer(request)) {
    return inputRequired({
      inputRequests: { link: inputRequired.elicitUrl({ message, url: link }) },
      requestState: await state(),
    });
  }
  // The result has the link as well: a client that cannot show it must not lose the connection.
  await elicit(request, { mode: 'url', message, url: link, elicitationId: randomUUID() }).catch(() => undefined);
  return result;
}
