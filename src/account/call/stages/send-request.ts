import { effectRules } from '../../../../tools/contract/effect.js';
import { oneLine } from '../../../../tools/contract/quoted.js';
import { referencesIn } from '../../../../tools/contract/reference.js';
import { getPage } from '../../../../tools/endpoints/page.js';
import { errorMessage } from '../../../text/error-text.js';
import { tokensIn } from '../../../text/link-tokens.js';
import { cleanText } from '../../../text/safe-text.js';
import { HttpFault } from '../../../upstream/client/http-client.js';
import { parseJson } from '../../../upstream/client/lossless-json.js';
import type { Departure } from '../../../upstream/departure.js';
import { asCallError } from '../../../upstream/failures/call-error.js';
import { loadOf } from '../../../upstream/pacing/limits.js';
import { readResponse } from '../../../upstream/response.js';
import { withRetries } from '../../../upstream/retry.js';
import { noteSent } from '../../inbox/calls/note-sent.js';
import { sendOnce } from '../../send-guard/guarded-sends.js';
import { type AccountParts, callLine, type EndpointCall, failureContext, measuredAs } from '../call-context.js';
import { noteUsed } from '../call-names.js';
import { requestOf } from '../http-request.js';

function headersOf(connection: string | undefined, hasBody: boolean, { settings, host }: AccountParts) {
  const { access } = settings;
  return {
    ...(access.mode !== 'none' && { authorization: `Bearer ${access.key}` }),
    'user-agent': host.userAgent,
    accept: 'application/json',
    'accept-encoding': 'identity',
    ...(hasBody && { 'content-type': 'application/json' }),
    ...(connection !== undefined && { 'maton-connection': connection }),
  };
}

/** The id of the page that a call goes to, if it is certain and a limit depends on it. */
async function pageOf(
  { endpoint, connection, context }: EndpointCall,
  { settings: { access, identity }, host, pages }: AccountParts,
): Promise<string | undefined> {
  if (access.mode === 'direct') return access.page;
  const isLimited = endpoint.perSecond !== undefined || endpoint.perSubscriberHour !== undefined;
  if (connection === undefined || !isLimited || endpoint.path === getPage.path) return undefined;
  const read = async () => (await pages.of(connection, context.record.id))?.id || undefined;
  return host.pageIds?.of(identity, connection, read);
}

/**
 * Makes the request: paced, and retried where that is harmless.
 * @throws CallError
 */
async function exchange(call: EndpointCall, account: AccountParts, departure: Departure | undefined): Promise<unknown> {
  const { endpoint, input, connection } = call;
  const { deadline, record } = call.context;
  const { settings, host, redactor } = account;
  const measures = host.telemetry.account(measuredAs(settings));
  const context = failureContext(endpoint, settings);
  const { method, url, body } = requestOf(endpoint, input, settings);
  const headers = headersOf(connection, body !== undefined, account);
  const attempt = async (signal: AbortSignal, onSent: () => void): Promise<unknown> => {
    const sentAt = host.clock.now();
    const about = { method, path: endpoint.path };
    const line = () => ({ ...callLine(record, settings), ...about, ms: Math.round(host.clock.now() - sentAt) });
    const measure = (status?: number): void =>
      measures.requested({ ...about, seconds: (host.clock.now() - sentAt) / 1_000, status });
    const responding = host.http.exchange({ method, url, headers, body }, signal, () => {
      onSent();
      record.requests = (record.requests ?? 0) + 1;
    });
    const response = await responding.catch((error: unknown) => {
      const reason = error instanceof HttpFault ? oneLine(error.message) : 'aborted';
      host.log.debug({ ...line(), error: reason }, 'request');
      measure();
      throw error;
    });
    host.log.debug({ ...line(), status: response.status }, 'request');
    measure(response.status);
    record.httpStatus = response.status;
    if (endpoint.api === 'connections')
      for (const token of tokensIn(parseJson(response.text))) redactor.learn('token', token);
    return readResponse(response, context, host.now(), (text) => cleanText(text, redactor.forFailure));
  };
  const load = loadOf(endpoint, input, {
    account: settings.identity,
    connection,
    page: await pageOf(call, account),
    throughMaton: settings.access.mode !== 'direct',
  });
  const onPacerError = (error: unknown): void =>
    host.log.warn({ ...callLine(record, settings), error: oneLine(errorMessage(error)) }, 'pacer');
  const pacer = measures.paced(host.pacer);
  return withRetries(attempt, load, deadline, context, { ...host, pacer, onPacerError }, departure);
}

/** Invalidates what is remembered of the account and may have been changed by the endpoint. */
async function noteChange(
  call: EndpointCall,
  { fieldTypes, deletedTags, sends, host, settings }: AccountParts,
): Promise<void> {
  const { endpoint, original, connection, context } = call;
  noteUsed(call);
  if (endpoint.effect === 'destroy' && endpoint.api === 'manychat') deletedTags.note(connection, deletedName(call));
  fieldTypes.forgetAfter(endpoint, connection ?? '');
  if (endpoint.effect === 'create' || endpoint.effect === 'destroy') host.notices.announce(settings.identity);
  // The change is made, whether or not it can be noted.
  await sends.noteChange(endpoint, original, connection).catch((error: unknown) => {
    host.log.warn({ ...callLine(context.record, settings), error: oneLine(errorMessage(error)) }, 'send guard');
  });
}

/** The name of the tag that a call deletes, if the call has it. */
function deletedName({ endpoint, input, context }: EndpointCall): string | undefined {
  const byId = context.names.meant.find(({ kind, thing }) => kind === 'tag' && thing.id === String(input.tag_id));
  return (referencesIn(endpoint, input)[0] ?? byId)?.name;
}

/** Forgets the values that a write may change; returns what they were. */
const takeValues = ({ endpoint, input, connection }: EndpointCall, { seen }: AccountParts) =>
  effectRules[endpoint.effect].readOnly
    ? undefined
    : seen.takeValues(connection, endpoint.fieldValues?.kind ?? 'custom field', input.subscriber_id);

/** Stage: makes the request, unless the send guard knows the outcome of the same send. */
export async function sendRequest(call: EndpointCall, account: AccountParts): Promise<void> {
  const { endpoint, context, held } = call;
  const noted = async () => {
    await noteChange(call, account);
    takeValues(call, account);
  };
  const valueBefore = takeValues(call, account);
  if (valueBefore !== undefined) call.valueBefore = valueBefore;
  const changes = account.seen.changes();
  const measures = account.host.telemetry.account(measuredAs(account.settings));
  try {
    const make = (departure: Departure | undefined) => exchange(call, account, departure);
    const { data, warnings } = await sendOnce(held, context.departure, make);
    if (held?.state === 'claimed') measures.guarded('sent');
    call.response = { data };
    account.seen.note(endpoint, call.connection, data, changes);
    call.warnings.push(...warnings);
  } catch (thrown) {
    // A request that has left fails with a CallError; anything else was thrown before.
    const error = asCallError(thrown, failureContext(endpoint, account.settings), 'unsent');
    if (held?.state === 'claimed') measures.guarded(error.failure.performed === 'unknown' ? 'unknown' : 'not_sent');
    if (error.failure.performed !== 'no') await noted();
    const answer = endpoint.answerIn?.(error.failure);
    if (answer === undefined) throw error;
    call.response = { data: answer };
  }
  if (held?.state === 'done') return;
  await noted();
  noteSent(call, account);
}
