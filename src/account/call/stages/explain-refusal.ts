import type { CallEndpoint, Endpoint } from '../../../../tools/contract/endpoint.js';
import type { CallError, Kind } from '../../../../tools/contract/failure.js';
import type { Result } from '../../../../tools/contract/json.js';
import { quoted } from '../../../../tools/contract/quoted.js';
import type { ReferenceKind } from '../../../../tools/contract/reference.js';
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

/** The names that differ only in case, spaces and punctuation. A call that deletes must not be pointed to anything less similar. */
function alike(name: string, choices: readonly Candidate[]): Candidate[] {
  const letters = lettersOf(name);
  return letters === '' ? [] : choices.filter(({ names }) => names.some((each) => lettersOf(each) === letters));
}

/** A sentence for each thing that the call names and that does not exist, with the closest existing names. */
async function unknownNames(endpoint: Endpoint, input: Result, read: CallEndpoint): Promise<string[]> {
  const references = endpoint.references?.(input) ?? [];
  const sentences = new Set<string>();
  for (const what of new Set(references.map((reference) => reference.kind))) {
    const choices = candidatesIn(what, await read(lists[what].endpoint, {}));
    for (const { name } of references.filter((reference) => reference.kind === what)) {
      if (exists(what, name, choices)) continue;
      const near = (endpoint.effect === 'destroy' ? alike(name, choices) : closest(name, choices)).map(
        ({ label }) => label,
      );
      const none =
        choices.length === 0 ? `the account has no ${what}` : 'none is similar, so ask the user which one is meant';
      const instead = near.length === 0 ? none : `the closest are ${near.join(', ')}`;
      sentences.add(`There is no ${what} ${quoted(name)}; ${instead}.`);
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
