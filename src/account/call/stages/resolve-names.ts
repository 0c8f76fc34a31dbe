import { effectRules } from '../../../../tools/contract/effect.js';
import type { Declaration, Endpoint } from '../../../../tools/contract/endpoint.js';
import type { CallError } from '../../../../tools/contract/failure.js';
import type { Result } from '../../../../tools/contract/json.js';
import { idText, quoted } from '../../../../tools/contract/quoted.js';
import { type Reference, type ReferenceKind, referencesIn } from '../../../../tools/contract/reference.js';
import { withoutHidden } from '../../../text/safe-text.js';
import { callError } from '../../../upstream/failures/call-error.js';
import { onlyThing, shownForm, trueForm } from '../../lookups/true-names.js';
import {
  type AccountParts,
  type CallContext,
  type EndpointCall,
  endpointCall,
  failureContext,
  type MeantName,
} from '../call-context.js';
import {
  isReplaced,
  knownThing,
  lookUpNames,
  meantBy,
  type NameFinding,
  rememberNames,
  wasUsed,
} from '../call-names.js';
import { missingKinds } from '../missing-names.js';
import { aboutName, oneShownText, shownText } from './explain-refusal.js';

/** The warning that a name is read as that of a thing with another true name. */
export const replacedText = ({ kind, name, thing }: MeantName): string =>
  `${quoted(withoutHidden(name))} is read as the ${kind} with id ${idText(thing.id)}: no other is shown so, but its true name differs in characters that are not shown. Use the id where a tool takes one.`;

/** Whether a name can be shown otherwise than it is. The ns of a flow is an id. */
const isCleaned = ({ kind }: Reference): boolean => kind !== 'flow';

function refused(declaration: Declaration, account: AccountParts, message: string): CallError {
  const context = failureContext(declaration, account.settings);
  const kind = declaration.effect === 'send' && declaration.kind === 'endpoint' ? 'invalid_content' : 'invalid_input';
  return callError(kind, context, { message, source: 'client' });
}

/** A tool that takes several fields of a kind by their ids. */
const setById = (kind: ReferenceKind): string =>
  kind === 'bot field' ? 'manychat_set_bot_fields' : 'manychat_set_custom_fields';

const twiceText = ({ kind, name }: Reference): string =>
  `The field ${quoted(name)} is given twice, in spellings that are shown alike: give it once; if two fields are meant, give each by its id, with ${setById(kind)}`;

/**
 * Refuses a list that gives a field twice by its name, whose case ManyChat ignores, or by its id.
 * @throws CallError
 */
function refuseFieldsTwice({ endpoint, input }: EndpointCall, account: AccountParts): void {
  const given = new Set<string>();
  endpoint.fieldValues?.map(input, (path, { field_id: id, field_name: name }, value) => {
    const key = id === undefined ? `"${String(name).toLowerCase()}` : `#${String(id)}`;
    if (given.has(key)) {
      const what = id === undefined ? `${quoted(name)} (case is ignored)` : `with id ${idText(id)}`;
      throw refused(endpoint, account, `${path}: the field ${what} is given twice: give it once`);
    }
    given.add(key);
    return value;
  });
}

/**
 * Refuses an input of several requests that gives two fields by names that are shown alike: they may mean one field, which
 * would be set twice.
 * @throws CallError
 */
export function refuseFieldsShownAlike(declaration: Declaration, input: Result, account: AccountParts): void {
  const names = new Map<string, string>();
  for (const reference of referencesIn(declaration, input)) {
    const { kind, name } = reference;
    if (!kind.endsWith('field')) continue;
    const form = shownForm(kind, name);
    const earlier = names.get(form);
    if (earlier !== undefined && trueForm(kind, earlier) !== trueForm(kind, name))
      throw refused(declaration, account, twiceText(reference));
    names.set(form, name);
  }
}

/** The ids by which an input gives fields. */
function fieldIdsIn({ endpoint: { fieldValues }, input }: EndpointCall): Set<string> {
  const ids = new Set<string>();
  fieldValues?.map(input, (_, { field_id: id }, value) => {
    if (id !== undefined) ids.add(String(id));
    return value;
  });
  return ids;
}

/** Replaces the names that are known to mean a thing with another true name. */
function replaceNames(call: EndpointCall, account: AccountParts): void {
  const { endpoint, context, connection, warnings } = call;
  if (context.names.meant.length === 0 || endpoint.mapNames === undefined) return;
  const ids = fieldIdsIn(call);
  /** The name that was given for each field. */
  const given = new Map<string, string>();
  const added = new Set<string>();
  function trueNameOf(reference: Reference): string {
    const { kind, name } = reference;
    const known = knownThing(context.names, reference, connection);
    const thing = known !== undefined && isReplaced({ ...reference, thing: known }) ? known : undefined;
    const trueName = thing?.name ?? name;
    if (kind.endsWith('field')) {
      const earlier = given.get(trueForm(kind, trueName));
      const isTwice = earlier !== undefined && trueForm(kind, earlier) !== trueForm(kind, name);
      if (isTwice || (thing !== undefined && ids.has(thing.id))) {
        throw refused(endpoint, account, twiceText(reference));
      }
      given.set(trueForm(kind, trueName), name);
    }
    if (thing !== undefined) added.add(replacedText({ ...reference, thing }));
    return trueName;
  }
  call.input = endpoint.mapNames(call.input, trueNameOf);
  warnings.push(...added);
}

/** Replaces a name by the id of what it names. */
async function putId(call: EndpointCall, account: AccountParts): Promise<void> {
  const { endpoint, input, context, connection } = call;
  const { idByName } = endpoint;
  const name = idByName && input[idByName.name];
  if (idByName === undefined || typeof name !== 'string') return;
  const reference = { kind: idByName.kind, name };
  const [finding] = await lookUpNames([reference], { ...context, connectionId: connection }, account);
  if (finding === undefined) return;
  const { match } = finding;
  const things = match.found === 'shown' ? [match.thing] : match.found === 'exact' ? match.things : [];
  const [thing] = things;
  if (thing === undefined || things.length > 1) {
    const failure = failureContext(endpoint, account.settings);
    const message = (aboutName(endpoint, finding) ?? shownText(endpoint, reference, things)).replace(/\.$/, '');
    throw callError('not_found', failure, { message, source: 'client' });
  }
  if (match.found === 'shown') call.warnings.push(replacedText({ ...reference, thing }));
  call.input = { ...input, [idByName.id]: thing.id };
}

/** What the names in a call mean. */
export interface NameMeanings {
  /** The names that mean one thing. */
  readonly meant: readonly MeantName[];
  /** A sentence for each name that means nothing. */
  readonly absent: readonly string[];
  /** Why the call is refused: a name is shown for several things. */
  readonly refusal?: CallError | undefined;
}

/** Looks up what the names in a call mean before it is made. Names that cannot be read stay as they are. */
export async function meaningsOf(
  declaration: Declaration,
  input: Result,
  context: CallContext,
  account: AccountParts,
): Promise<NameMeanings> {
  const findings = await lookUpNames(referencesIn(declaration, input).filter(isCleaned), context, account).catch(
    (): NameFinding[] => [],
  );
  const several = findings.filter(({ match }) => match.found === 'several');
  const sentences = several.flatMap((finding) => aboutName(declaration, finding) ?? []);
  const message = sentences.join(' ').replace(/\.$/, '');
  return {
    meant: meantBy(findings),
    absent: findings.flatMap((finding) =>
      finding.match.found === 'none' ? (aboutName(declaration, finding) ?? []) : [],
    ),
    refusal: several.length === 0 ? undefined : refused(declaration, account, message),
  };
}

/**
 * Refuses a confirmed call if a name does not mean the thing any more that the user has confirmed.
 * @throws CallError
 */
async function checkConfirmed(
  { endpoint, input, context, connection }: EndpointCall,
  account: AccountParts,
): Promise<void> {
  const { names } = context;
  if (!names.confirmed) return;
  const confirmed = referencesIn(endpoint, input).flatMap((reference): MeantName[] => {
    const thing = knownThing(names, reference, connection);
    return thing === undefined ? [] : [{ ...reference, thing }];
  });
  const own = { ...context, connectionId: connection };
  const findings = await lookUpNames(confirmed, own, account).catch(() => undefined);
  // Without the list, a name can still mean the only thing that has it.
  const changed = confirmed.find(({ thing, ...name }) => {
    const finding = findings?.find(({ reference: each }) => each.kind === name.kind && each.name === name.name);
    return finding === undefined ? isReplaced({ ...name, thing }) : onlyThing(finding.match)?.id !== thing.id;
  });
  if (changed === undefined) return;
  const { kind, name, thing } = changed;
  const message = `The user confirmed the ${kind} ${quoted(withoutHidden(name))} with id ${idText(thing.id)}, but the name may mean another one now: call again, so that the user is asked again`;
  throw refused(endpoint, account, message);
}

/** The call of an endpoint; by the id of what the user has confirmed, if another endpoint takes it. */
export function confirmedCall(endpoint: Endpoint, input: Result, context: CallContext): EndpointCall {
  const call = endpointCall(endpoint, input, context);
  const { byId } = endpoint;
  const [reference] = referencesIn(endpoint, input);
  if (!context.names.confirmed || byId === undefined || reference === undefined) return call;
  const thing = knownThing(context.names, reference, context.connectionId);
  const parsed = byId.endpoint.input.safeParse({ [byId.id]: thing?.id });
  if (thing === undefined || !parsed.success) return call;
  const other = endpointCall(byId.endpoint, parsed.data, context);
  const meant = { ...reference, thing };
  if (isReplaced(meant)) other.warnings.push(replacedText(meant));
  return other;
}

/** Stage: replaces the names of things that have another true name, and a name by an id where only an id is taken. */
export async function resolveNames(call: EndpointCall, account: AccountParts): Promise<void> {
  const { endpoint, context } = call;
  const { access, policy } = account.settings;
  if (access.mode === 'none') return;
  if (endpoint.effect === 'set') refuseFieldsTwice(call, account);
  await putId(call, account);
  await checkConfirmed(call, account);
  const shows = policy.dryRun && !effectRules[endpoint.effect].readOnly;
  if (shows && !context.names.confirmed) {
    // Nothing will refuse the names that a dry run shows.
    const own = { ...context, connectionId: call.connection };
    const { meant, absent, refusal } = await meaningsOf(endpoint, call.input, own, account);
    if (refusal !== undefined) throw refusal;
    const replaced = endpoint.effect === 'destroy' ? meant.find(isReplaced) : undefined;
    if (replaced !== undefined) throw refused(endpoint, account, oneShownText(endpoint, replaced).replace(/\.$/, ''));
    call.warnings.push(...absent);
    rememberNames(context.names, meant, call.connection);
  }
  replaceNames(call, account);
}

/**
 * Whether a name may have had its thing before, so that ManyChat finds none now: it was used by this very name, or a tag
 * that is shown so was deleted.
 */
const hadThing = (
  reference: Reference,
  { context, connection }: EndpointCall,
  { deletedTags }: AccountParts,
): boolean =>
  wasUsed(context.names, reference, connection) ||
  (reference.kind === 'tag' && deletedTags.mayInclude(connection, reference.name));

/**
 * The call again on the same connection, with the true names of what it names as it is shown; undefined if it must not be
 * made again. Nothing is deleted in this way: the call may repeat one that has deleted what was meant.
 */
export async function withTrueNames(
  error: CallError,
  call: EndpointCall,
  account: AccountParts,
): Promise<EndpointCall | undefined> {
  const { endpoint, input, original, context, connection } = call;
  if (context.names.confirmed || endpoint.effect === 'destroy') return undefined;
  const kinds = missingKinds(error, call);
  if (kinds.size === 0) return undefined;
  const own = { ...context, connectionId: connection };
  const findings = await lookUpNames(referencesIn(endpoint, input), own, account).catch((): NameFinding[] => []);
  const meant = meantBy(findings).filter(isReplaced);
  const isUnclear = findings.some(({ match: { found } }) => found === 'several' || found === 'none');
  if (isUnclear || !meant.some(({ kind }) => kinds.has(kind)) || meant.some((name) => hadThing(name, call, account)))
    return undefined;
  rememberNames(context.names, meant, connection);
  return endpointCall(endpoint, original, own);
}
