import { type InputRequiredResult, inputRequired, inputResponse } from '@modelcontextprotocol/server';
import type { Failure } from '../../../tools/contract/failure.js';
import type { CallerSide } from '../../account/call/call-tool.js';
import type { Tool } from '../../account/policy/tool.js';
import type { VerifiedState } from '../../account/request-state.js';
import { errorMessage } from '../../text/error-text.js';
import type { Backend } from '../backend.js';
import { confirmationForm, notAsked, refusalOf } from './confirmation.js';
import { elicit, type McpRequest, usesInputRequired } from './elicitation.js';

/** What came of asking: the answer to the call as it stands, or what the call is made with. */
export type Consent =
  | { readonly failure: Failure }
  | { readonly question: InputRequiredResult }
  | { readonly side: Pick<CallerSide, 'connectionId' | 'deadlineMs'> };

/** Asks the user whether a call is to be made, or reads what was answered in an earlier round. */
export async function askConsent(
  tool: Tool,
  given: unknown,
  request: McpRequest,
  { asker, requestState, principal }: Pick<Backend, 'asker' | 'requestState' | 'principal'>,
): Promise<Consent> {
  const { name } = tool.declaration;
  const state = request.requestState<VerifiedState>();
  if (state?.step === 'question' && (await requestState.redeem(state, { tool: name, input: given }))) {
    const answer = inputResponse(request.inputResponses, 'confirm');
    const failure = answer.kind === 'elicit' ? refusalOf(answer) : notAsked('it sent no answer');
    return failure === undefined ? { side: { connectionId: state.connectionId } } : { failure };
  }
  const prepared = await asker.prepare(tool, given, request.signal);
  if (prepared === undefined) return { side: {} };
  if ('failure' in prepared) return prepared;
  const { text, ...side } = prepared;
  const params = { message: text, requestedSchema: confirmationForm };
  if (usesInputRequired(request)) {
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
  const failure = await elicit(request, { mode: 'form', ...params }).then(refusalOf, (error: unknown) =>
    notAsked(errorMessage(error)),
  );
  return failure === undefined ? { side } : { failure };
}
