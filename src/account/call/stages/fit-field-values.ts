import type { Endpoint } from '../../../../tools/contract/endpoint.js';
import type { FieldKind } from '../../../../tools/contract/field-values.js';
import { fitValues, hasFieldValues, type TypeOf } from '../../../../tools/values/field-values.js';
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
  if (settings.access.mode === 'none' || fieldValues === undefined || !hasFieldValues(fieldValues, call.input)) return;
  const failure = failureContext(endpoint, settings);
  const read = (endpoint: Endpoint) =>
    account.read({
      endpoint,
      input: {},
      connection,
      deadlineMs: settings.deadlineMs * readShare,
      id: context.record.id,
    });
  const typesOf = (kind: FieldKind, maxAgeMs?: number): Promise<TypeOf> =>
    withinDeadline(context.deadline, fieldTypes.of(kind, connection ?? '', read, maxAgeMs), failure, host.clock);

  const cached = fitValues(fieldValues, call.input, await typesOf(fieldValues.kind));
  const unchanged = cached.typesKnown && cached.problems.length + cached.warnings.length === 0;
  const { input, warnings, problems } = unchanged
    ? cached
    : fitValues(fieldValues, call.input, await typesOf(fieldValues.kind, freshMs));
  if (problems.length > 0) {
    const kind = effect === 'send' ? 'invalid_content' : 'invalid_input';
    throw callError(kind, failure, { message: problems.join('; '), source: 'client' });
  }
  call.input = input;
  call.warnings.push(...warnings);
}
