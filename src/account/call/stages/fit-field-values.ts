import type { Endpoint } from '../../../../tools/contract/endpoint.js';
import { type FittedInput, fitValues, hasFieldValues } from '../../../../tools/values/field-values.js';
import { withinDeadline } from '../../../upstream/deadline.js';
import { callError } from '../../../upstream/failures/call-error.js';
import { type AccountParts, type EndpointCall, failureContext } from '../call-context.js';

/** The share of the deadline in which the types of fields are read. */
const readShare = 0.25;

/** Values are changed or refused only by types that are at most this old, in milliseconds, since a field may be new. */
const freshMs = 5_000;

/**
 * Stage: converts the values of fields to the types of the fields. Values of unknown types stay as they are.
 * @throws CallError if a value does not fit its field.
 */
export async function fitFieldValues(call: EndpointCall, account: AccountParts): Promise<void> {
  const { endpoint, connection, context } = call;
  const { settings, fieldTypes, host } = account;
  const { fieldValues, effect } = endpoint;
  if (fieldValues === undefined || !hasFieldValues(fieldValues, call.input)) return;
  const stated = fieldValues.type?.(call.input);
  if (stated === undefined && settings.access.mode === 'none') return;
  const failure = failureContext(endpoint, settings);
  const read = async (endpoint: Endpoint) => {
    const deadlineMs = settings.deadlineMs * readShare;
    const { data } = await account.read({ endpoint, input: {}, connection, deadlineMs, id: context.record.id });
    return data;
  };
  const fitted = async (maxAgeMs?: number): Promise<FittedInput> => {
    const types = fieldTypes.of(fieldValues.kind, connection ?? '', read, maxAgeMs);
    const typeOf = await withinDeadline(context.deadline, types, failure, host.clock);
    return fitValues(fieldValues, call.input, typeOf);
  };
  const cached = stated === undefined ? await fitted() : fitValues(fieldValues, call.input, () => stated);
  const isCertain = stated !== undefined || (cached.typesKnown && cached.problems.length === 0 && !cached.changed);
  const { input, warnings, problems } = isCertain ? cached : await fitted(freshMs);
  if (problems.length > 0) {
    const kind = effect === 'send' ? 'invalid_content' : 'invalid_input';
    throw callError(kind, failure, { message: problems.join('; '), source: 'client' });
  }
  call.input = input;
  call.warnings.push(...warnings);
}
