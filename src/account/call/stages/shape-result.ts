import type { CallEndpoint, Known } from '../../../../tools/contract/endpoint.js';
import { asObject, isObject, type Result, toList } from '../../../../tools/contract/json.js';
import { cleanText, mapTexts } from '../../../text/safe-text.js';
import { withinDeadline } from '../../../upstream/deadline.js';
import { asCallError } from '../../../upstream/failures/call-error.js';
import { withPages } from '../../lookups/connections/listed.js';
import { type AccountParts, alongside, type EndpointCall, endpointCall, failureContext } from '../call-context.js';
import { shortened } from '../mark.js';

/** Deeper values are cut, so that no response can exhaust the stack. */
const maxDepth = 32;

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return true;
  return Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0;
}

/** Cleans a text, given the keys that lead to it. */
type CleanText = (text: string, path: readonly string[]) => string;

function compactValue(value: unknown, clean: CleanText, path: readonly string[]): unknown {
  if (typeof value === 'string') return clean(value, path);
  if (path.length > maxDepth) return undefined;
  if (Array.isArray(value))
    return value.map((each) => compactValue(each, clean, [...path, ''])).filter((each) => !isEmpty(each));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      // A key that cleaning would change is not the API's, and must not replace one that is.
      .filter(([key]) => clean(key, path) === key)
      .map(([key, each]) => [key, compactValue(each, clean, [...path, key])] as const)
      .filter(([, each]) => !isEmpty(each)),
  );
}

/** A result without nulls and empty values, its texts cleaned; the top-level keys stay even if they are empty. */
function compact(result: Result, clean: CleanText): Result {
  return Object.fromEntries(
    Object.entries(result).map(([key, value]) => [key, value === null ? null : compactValue(value, clean, [key])]),
  );
}

/** What is known about the things that a call concerns; names as they are shown. */
export const knownIn = (
  connection: string | undefined,
  { seen, redactor }: AccountParts,
  valueBefore: Known['valueBefore'] = () => undefined,
  repeated = false,
): Known => ({
  name(kind, id) {
    const name = seen.name(connection, kind, id);
    return name === undefined ? undefined : cleanText(name, redactor.withoutSecrets);
  },
  valueBefore,
  repeated,
});

/** What a write did, in texts of bounded length. */
function echoOf(call: EndpointCall, account: AccountParts): Result {
  const { endpoint, input, connection, valueBefore, held } = call;
  const known = knownIn(connection, account, valueBefore, held?.state === 'done');
  const clean = (text: string): string => shortened(cleanText(text, account.redactor.withoutSecrets));
  return asObject(mapTexts(endpoint.echo?.(input, known), clean));
}

/** The link of a new connection is for the caller. No other text shows any part of it. */
const isLink = (path: readonly string[]): boolean => path.join() === 'connection,url';

/** Stage: turns the response into the result. */
export async function shapeResult(call: EndpointCall, account: AccountParts): Promise<void> {
  const { settings, redactor, perform } = account;
  const { endpoint, input, response, warnings } = call;
  const { withoutKeys, withoutSecrets } = redactor;
  const clean: CleanText = (text, path) => cleanText(text, isLink(path) ? withoutKeys : withoutSecrets);
  try {
    const result = { ...endpoint.output.from(response?.data, input), ...echoOf(call, account) };
    const next: CallEndpoint = (other, otherInput) => perform(endpointCall(other, otherInput, alongside(call)));
    const whole = (await endpoint.followUp?.(result, next, input)) ?? result;
    const all = [...warnings, ...(toList(whole.warnings) ?? [])];
    call.result = compact(all.length === 0 ? whole : { ...whole, warnings: all }, clean);
  } catch (error) {
    throw asCallError(error, failureContext(endpoint, settings), 'performed');
  }
}

/** The result of a list of connections with the page of each; the result of any other call as it is. */
export async function showPages(call: EndpointCall, result: Result, account: AccountParts): Promise<Result> {
  const { endpoint, context, input } = call;
  if (endpoint.showsPages !== true) return result;
  const { deadline, record } = context;
  const { clock } = account.host;
  const forMs = Math.max(0, deadline.latestStart - clock.now()) / 2;
  const own = await account.connections.withoutOthers(result, record.id);
  const shown = withPages(own, input.offset, account.pages, record.id, forMs);
  return withinDeadline(deadline, shown, failureContext(endpoint, account.settings), clock);
}
