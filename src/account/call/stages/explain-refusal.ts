import type { CallEndpoint, Declaration, Endpoint } from '../../../../tools/contract/endpoint.js';
import type { CallError, Kind } from '../../../../tools/contract/failure.js';
import type { Result } from '../../../../tools/contract/json.js';
import { idText, quoted } from '../../../../tools/contract/quoted.js';
import { type Reference, type ReferenceKind, referencesIn } from '../../../../tools/contract/reference.js';
import { getSubscriber } from '../../../../tools/endpoints/subscribers.js';
import { explainedByContact, reachability } from '../../../../tools/message/window.js';
import { aboutContact } from '../../../../tools/workflows/for-each/stop-rules.js';
import { type Candidate, closest } from '../../../text/closest.js';
import type { NamedThing } from '../../lookups/true-names.js';
import { type AccountParts, alongside, type EndpointCall, endpointCall, type MeantName } from '../call-context.js';
import { lookUpNames, type NameFinding, readWithinMs } from '../call-names.js';
import { missingKinds } from '../missing-names.js';

/** Refusals that a non-existent name can explain. */
const aboutNames: ReadonlySet<Kind> = new Set([
  'not_found',
  'invalid_content',
  'invalid_input',
  'otn_unavailable',
  'rejected',
]);

/** Names reported in one failure, and ids of the things that are shown under one name. */
const maxNames = 3;
const maxIds = 10;

/** Whether a name that does not exist can be why ManyChat refused a call, which then had no effect. */
const isRefusedByName = ({ failure, outcome }: CallError): boolean =>
  outcome === 'refused' &&
  failure.source === 'manychat' &&
  failure.performed === 'no' &&
  aboutNames.has(failure.kind) &&
  !aboutContact(failure.message);

const lettersOf = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

/** The names that differ only in case, spaces and punctuation. */
function alike(name: string, choices: readonly Candidate[]): Candidate[] {
  const letters = lettersOf(name);
  return letters === '' ? [] : choices.filter(({ names }) => names.some((each) => lettersOf(each) === letters));
}

/** What to do if a thing is to exist: which tool creates it, or why none does. */
const whereCreated: Readonly<Record<ReferenceKind, string>> = {
  tag: 'manychat_create_tag creates one, after the user agrees',
  'custom field': 'manychat_create_custom_field creates one, after the user agrees: the API cannot delete it',
  'bot field': 'manychat_create_bot_field creates one, after the user agrees: the API cannot delete it',
  flow: "flows are made in ManyChat's editor, not by the API",
  'OTN topic': 'topics are made in ManyChat, not by the API',
};

/** What a call that names a non-existent thing can do instead. */
function alternatives({ effect }: Declaration, { kind, name }: Reference, choices: readonly Candidate[]): string {
  const same = alike(name, choices);
  const near = (same.length > 0 ? same : closest(name, choices)).map(({ label }) => label).join(', ');
  const needsExisting = effect === 'destroy' || effect === 'remove' || effect === 'read';
  if (near === '') {
    const none = choices.length === 0 ? `the account has no ${kind}` : 'none is similar';
    return needsExisting ? `${none}, so ask the user which one is meant` : `${none}; ${whereCreated[kind]}`;
  }
  if (effect === 'destroy' && same.length === 0) {
    return `similar, but not the same: ${near}. Ask the user which one is meant before you delete any`;
  }
  // With a name that is the same but for its case, a second thing would be a duplicate.
  return needsExisting || same.length > 0
    ? `the closest are ${near}`
    : `the closest are ${near}; if none is meant, ${whereCreated[kind]}`;
}

/** The tools that take the id of a thing. */
function toolsById({ effect }: Declaration, kind: ReferenceKind): string | undefined {
  switch (kind) {
    case 'tag':
      if (effect === 'destroy') return 'manychat_delete_tag';
      if (effect === 'remove') return 'manychat_remove_tag_from_subscriber';
      if (effect === 'set') return 'manychat_add_tag_to_subscriber';
      return 'manychat_add_tag_to_subscriber or manychat_remove_tag_from_subscriber';
    case 'custom field':
      return effect === 'read' ? 'field_id' : 'manychat_set_custom_field';
    case 'bot field':
      return 'manychat_set_bot_field';
    case 'flow':
    case 'OTN topic':
      return undefined;
  }
}

/** What to do about a name that is shown for these things: which tool takes an id, or why none does. */
export function shownText(declaration: Declaration, { kind, name }: Reference, things: readonly NamedThing[]): string {
  const shown = things.length === 1 ? `one ${kind} is` : `${things.length} ${kind}s are`;
  const ids = [...things.slice(0, maxIds).map(({ id }) => idText(id)), ...(things.length > maxIds ? ['…'] : [])];
  const tools = toolsById(declaration, kind);
  const advice =
    tools === undefined ? 'no tool takes an id, so a person renames one in ManyChat' : `use the id, with ${tools}`;
  return `${shown} shown as ${quoted(name)} (id ${ids.join(', ')}): ${advice}.`;
}

/** What to do about a name that no thing has exactly, and for which one is shown. */
export const oneShownText = (declaration: Declaration, { thing, ...reference }: MeantName): string =>
  `No ${reference.kind} has exactly this name, and ${shownText(declaration, reference, [thing])}`;

/** What to do if a thing exists of which ManyChat has just said that it does not. */
const existsNow = ({ effect }: Declaration, { kind, name }: Reference): string =>
  effect === 'destroy'
    ? `The ${kind} ${quoted(name)} exists now: ask the user before you call again.`
    : `The ${kind} ${quoted(name)} exists now: call again.`;

/** What is to be said about a name in a refused call; undefined if a thing has this very name. */
export function aboutName(declaration: Declaration, { reference, match, list }: NameFinding): string | undefined {
  const { kind, name } = reference;
  switch (match.found) {
    case 'exact':
      return undefined;
    case 'shown':
      return oneShownText(declaration, { ...reference, thing: match.thing });
    case 'several':
      return `No ${kind} has exactly this name, and ${shownText(declaration, reference, match.things)}`;
    case 'none':
      return `There is no ${kind} ${quoted(name)}; ${alternatives(declaration, reference, list.candidates)}.`;
  }
}

/** What the contact's record says: the time of its last message and its channels. */
async function contactState(
  kind: Kind,
  { effect }: Endpoint,
  { subscriber_id: id }: Result,
  read: CallEndpoint,
  now: number,
) {
  if (effect !== 'send' || id === undefined) return [];
  const { subscriber } = await read(getSubscriber, { subscriber_id: id });
  return reachability(subscriber, now, kind);
}

/**
 * Adds to a refusal of ManyChat's what the account says about the reason: the contact's state, or the names closest to
 * one that does not exist. This takes one or two reads, which may fail or come too late without harm.
 */
export async function explainRefusal(error: CallError, call: EndpointCall, account: AccountParts): Promise<CallError> {
  const { endpoint, input, context } = call;
  const { host, perform } = account;
  const { failure, outcome } = error;
  if (outcome !== 'refused' || failure.source !== 'manychat') return error;
  const latestStart = Math.min(context.deadline.latestStart, host.clock.now() + readWithinMs);
  const own = { ...alongside(call), deadline: { ...context.deadline, latestStart } };
  const read: CallEndpoint = (list, listInput) => perform(endpointCall(list, listInput, own));
  try {
    const findings = isRefusedByName(error) ? await lookUpNames(referencesIn(endpoint, input), own, account) : [];
    const missing = missingKinds(error, call);
    const lacking = new Set(
      findings.flatMap(({ match, reference }) => (match.found === 'exact' ? [] : reference.kind)),
    );
    const names = findings
      .flatMap((finding) => {
        const { kind } = finding.reference;
        const exists = missing.has(kind) && !lacking.has(kind);
        return exists ? existsNow(endpoint, finding.reference) : (aboutName(endpoint, finding) ?? []);
      })
      .slice(0, maxNames);
    const contact =
      context.readsContact && explainedByContact.has(failure.kind) && names.length === 0
        ? await contactState(failure.kind, endpoint, input, read, host.now())
        : [];
    if (names.length + contact.length === 0) return error;
    return error.with({ ...failure, details: [...(failure.details ?? []), ...names, ...contact] });
  } catch {
    return error;
  }
}
