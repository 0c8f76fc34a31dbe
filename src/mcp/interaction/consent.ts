import { type InputRequiredResult, inputRequired, inputResponse } from '@modelcontextprotocol/server';
import type { Failure } from '../../../tools/contract/failure.js';
import type { CallerSide } from '../../account/call/call-tool.js';
import type { Tool } from '../../account/policy/tool.js';
import type { VerifiedState } from '../../account/request-state/request-state.js';
import { errorMessage } from '../../text/error-text.js';
import type { Reader } from '../../text/operator.js';
import type { Backend } from '../backend.js';
import { confirmationForm, notAsked, refusalOf } from './confirmation.js';
import { elicit, type McpRequest, usesInputRequired } from './elicitation.js';

/** The outcome of asking: a failure, a question to return to the client, or what the confirmed call is bound to. */
export type Consent =
  | { readonly failure: Failure }
  | { readonly question: InputRequiredResult }
  | { readonly confirmed: Pick<CallerSide, 'connectionId' | 'deadlineMs' | 'names'> };

/**
 * Asks the user to confirm a call, or reads the answer that came with it. Rejects when a question cannot be stored.
 * @param state the request state that came with the call, verified for its account.
 */
export async function askConsent(
  tool: Tool,
  input: unknown,
  request: McpRequest,
  state: VerifiedState | undefined,
  {
    prepareQuestion,
    requestState,
    principal,
    reader,
  }: Pick<Backend, 'prepareQuestion' | 'requestState' | 'principal'> & { readonly reader: Reader },
): Promise<Consent> {
  const { name } = tool.declaration;
  if (state?.step === 'question' && (await requestState.redeem(state, { tool: name, input }))) {
    const answer = inputResponse(request.inputResponses, 'confirm');
    const failure = answer.kind === 'elicit' ? refusalOf(answer, reader) : notAsked('it sent no answer', reader);
    return failure === undefined
      ? { confirmed: { connectionId: state.connectionId, names: state.names ?? [] } }
      : { failure };
  }
  // A state of another call, or one that was answered before, is ignored: the user is asked about this call.
  const prepared = await prepareQuestion(tool, input, request.signal);
  if (prepared === undefined) return { confirmed: {} };
  if ('failure' in prepared) return prepared;
  const { text, ...confirmed } = prepared;
  const params = { message: text, requestedSchema: confirmationForm };
  if (usesInputRequired(request)) {
    const { connectionId, names } = confirmed;
    const call = { tool: name, input, connectionId, names };
    return {
      question: inputRequired({
        inputRequests: { confirm: inputRequired.elicit(params) },
        requestState: await requestState.issueQuestion(call, principal),
      }),
    };
  }
  const failure = await elicit(request, { mode: 'form', ...params }).then(
    (answer) => refusalOf(answer, reader),
    (error: unknown) => notAsked(errorMessage(error), reader),
  );
  return failure === undefined ? { confirmed } : { failure };
}
