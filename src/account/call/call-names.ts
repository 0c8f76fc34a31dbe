import { type Reference, type ReferenceKind, referencesIn } from '../../../tools/contract/reference.js';
import { cleanText } from '../../text/safe-text.js';
import { lists } from '../lookups/names.js';
import {
  createNameList,
  isSameName,
  type NamedThing,
  type NameList,
  type NameMatch,
  onlyThing,
  trueForm,
} from '../lookups/true-names.js';
import {
  type AccountParts,
  type CallContext,
  type CallNames,
  type EndpointCall,
  endpointCall,
  type MeantName,
  newRecord,
} from './call-context.js';

/** A name in a call, and what it means. */
export interface NameFinding {
  readonly reference: Reference;
  readonly match: NameMatch;
  readonly list: NameList;
}

/** How long a call is held back for reads about its names or its contact, in milliseconds. */
export const readWithinMs = 10_000;

/** The list of a kind. It is read once in a call, and never shared between calls: what it says must be true now. A list that cannot be read is not read again. */
function listOf(kind: ReferenceKind, context: CallContext, account: AccountParts): Promise<NameList> {
  const { lists: known } = context.names;
  const earlier = known.get(kind);
  if (earlier !== undefined) return earlier;
  const { deadline } = context;
  const clean = (text: string): string => cleanText(text, account.redactor.withoutSecrets);
  const latestStart = Math.min(deadline.latestStart, account.host.clock.now() + readWithinMs);
  const record = newRecord(context.record.id);
  const call = endpointCall(lists[kind].endpoint, {}, { ...context, record, deadline: { ...deadline, latestStart } });
  const reading = account.perform(call).then(() => createNameList(kind, call.response?.data, clean));
  known.set(kind, reading);
  return reading;
}

/**
 * Looks up what names mean.
 * @param context with the connection that was chosen.
 * @throws CallError if a list cannot be read.
 */
export async function lookUpNames(
  references: readonly Reference[],
  context: CallContext,
  account: AccountParts,
): Promise<NameFinding[]> {
  const distinct = new Map(references.map((reference) => [`${reference.kind} ${reference.name}`, reference]));
  const findings: NameFinding[] = [];
  for (const reference of distinct.values()) {
    const list = await listOf(reference.kind, context, account);
    findings.push({ reference, list, match: list.match(reference.name) });
  }
  return findings;
}

/** The thing that a name was found to mean on a connection. */
export const knownThing = (
  { meant }: CallNames,
  { kind, name }: Reference,
  connection: string | undefined,
): NamedThing | undefined =>
  meant.find((each) => each.connection === connection && each.kind === kind && each.name === name)?.thing;

/** Remembers for the rest of a call what names mean. */
export function rememberNames(names: CallNames, found: readonly MeantName[], connection: string | undefined): void {
  const isNew = (name: MeantName): boolean => knownThing(names, name, connection) === undefined;
  names.meant.push(...found.filter(isNew).map((name) => ({ ...name, connection })));
}

const usedKey = (connection: string | undefined, { kind, name }: Reference): string =>
  JSON.stringify([connection ?? '', kind, trueForm(kind, name)]);

/** Notes that a call was carried out, or may have been, with the names in its input. */
export function noteUsed({ endpoint, input, connection, context }: EndpointCall): void {
  for (const reference of referencesIn(endpoint, input)) context.names.used.add(usedKey(connection, reference));
}

/** Whether a thing with this very name may have been used: the name must not come to mean another. */
export const wasUsed = ({ used }: CallNames, reference: Reference, connection: string | undefined): boolean =>
  used.has(usedKey(connection, reference));

/** The names that mean one thing, which has this very name or is shown so. */
export const meantBy = (findings: readonly NameFinding[]): MeantName[] =>
  findings.flatMap(({ reference, match }) => {
    const thing = onlyThing(match);
    return thing === undefined ? [] : [{ ...reference, thing }];
  });

/** Whether the true name of the thing is another. */
export const isReplaced = ({ kind, name, thing }: MeantName): boolean => !isSameName(kind, name, thing.name);
