import type { CallEndpoint, Endpoint } from '../../../../tools/contract/endpoint.js';
import type { CallError, Kind } from '../../../../tools/contract/failure.js';
import type { Result } from '../../../../tools/contract/json.js';
import { quoted } from '../../../../tools/contract/quoted.js';
import type { Reference, ReferenceKind } from '../../../../tools/contract/reference.js';
import { getSubscriber } from '../../../../tools/endpoints/subscribers.js';
import { reachability } from '../../../../tools/message/window.js';
import { aboutContact } from '../../../../tools/workflows/for-each/stop-rules.js';
import { type Candidate, closest } from '../../../text/closest.js';
import { candidatesIn, lists } from '../../lookups/names.js';
import { type AccountParts, alongside, type EndpointCall, endpointCall } from '../call-context.js';

/** Refusals of a send that the contact's state can explain. */
const inContact: ReadonlySet<Kind> = new Set([
  'window_closed',
  'otn_unavailable',
  'channel_refused',
  'subscriber_inactive',
  'message_tag_refused',
]);

/** Refusals that a non-existent name can explain. */
const aboutNames: ReadonlySet<Kind> = new Set([
  'not_found',
  'invalid_content',
  'invalid_input',
  'otn_unavailable',
  'rejected',
]);

/** Unknown names reported in one failure. */
const maxNames = 3;

/** Whether a thing with this name exists. Names of fields are case-insensitive; a flow is identified by its ns. */
function exists(what: ReferenceKind, name: string, choices: readonly Candidate[]): boolean {
  const same = what.endsWith('field')
    ? (each: string) => each.toLowerCase() === name.toLowerCase()
    : (each: string) => each === name;
  return choices.some(({ names }) => (what === 'flow' ? names.slice(-1) : names).some(same));
}

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
function alternatives({ effect }: Endpoint, { kind, name }: Reference, choices: readonly Candidate[]): string {
  const same = alike(name, choices);
  const near = (same.length > 0 ? same : closest(name, choices)).map(({ label }) => label).join(', ');
  const takesAway = effect === 'destroy' || effect === 'remove';
  if (near === '') {
    const none = choices.length === 0 ? `the account has no ${kind}` : 'none is similar';
    return takesAway ? `${none}, so ask the user which one is meant` : `${none}; ${whereCreated[kind]}`;
  }
  if (effect === 'destroy' && same.length === 0) {
    return `similar, but not the same: ${near}. Ask the user which one is meant before you delete any`;
  }
  // With a name that is the same but for its case, a second thing would be a duplicate.
  return takesAway || same.length > 0
    ? `the closest are ${near}`
    : `the closest are ${near}; if none is meant, ${whereCreated[kind]}`;
}

/** A sentence for each thing that the call names and that does not exist, with what can be done instead. */
async function unknownNames(endpoint: Endpoint, input: Result, read: CallEndpoint): Promise<string[]> {
  const references = endpoint.references?.(input) ?? [];
  const sentences = new Set<string>();
  for (const what of new Set(references.map((reference) => reference.kind))) {
    const choices = candidatesIn(what, await read(lists[what].endpoint, {}));
    for (const reference of references.filter(({ kind }) => kind === what)) {
      if (exists(what, reference.name, choices)) continue;
      sentences.add(`There is no ${what} ${quoted(reference.name)}; ${alternatives(endpoint, reference, choices)}.`);
    }
  }
  return [...sentences].slice(0, maxNames);
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

/** How long a refusal is held back for the reads that explain it, in milliseconds. */
const readWithinMs = 10_000;

/**
 * Adds to a refusal of ManyChat's what the account says about the reason: the contact's state, or the names closest to
 * one that does not exist. This takes one or two reads, which may fail or come too late without harm.
 */
export async function explainRefusal(
  error: CallError,
  call: EndpointCall,
  { host, perform }: AccountParts,
): Promise<CallError> {
  const { endpoint, input, context } = call;
  const { failure, outcome } = error;
  if (outcome !== 'refused' || failure.source !== 'manychat') return error;
  const latestStart = Math.min(context.deadline.latestStart, host.clock.now() + readWithinMs);
  const deadline = { ...context.deadline, latestStart };
  const read: CallEndpoint = (list, listInput) =>
    perform(endpointCall(list, listInput, { ...alongside(call), deadline }));
  try {
    const names =
      aboutNames.has(failure.kind) && !aboutContact(failure.message) ? await unknownNames(endpoint, input, read) : [];
    const contact =
      context.readsContact && inContact.has(failure.kind) && names.length === 0
        ? await contactState(failure.kind, endpoint, input, read, host.now())
        : [];
    if (names.length + contact.length === 0) return error;
    return error.with({ ...failure, details: [...(failure.details ?? []), ...names, ...contact] });
  } catch {
    return error;
  }
}
