import { idText, quoted } from '../../../tools/contract/quoted.js';
import type { Naming } from '../../../tools/contract/reference.js';
import type { NameMeanings } from '../../account/call/stages/resolve-names.js';
import { withoutHidden } from '../../text/safe-text.js';

/** A thing of the account that a question mentions: its type and its id. */
export type NamedThing = readonly ['contact' | 'user_ref' | 'tag' | 'flow' | 'connection', string];

/** What is known about a contact. */
export interface KnownContact {
  readonly name?: string | undefined;
  /** Channels on record for the contact. */
  readonly channels: readonly string[];
}

/** The names that could be read, by id. */
export interface Names {
  readonly page?: string | undefined;
  readonly contacts: ReadonlyMap<string, KnownContact>;
  readonly userRefs: ReadonlyMap<string, KnownContact>;
  readonly tags: ReadonlyMap<string, string>;
  readonly flows: ReadonlyMap<string, string>;
  /** Pages by the id of their connection. */
  readonly connections: ReadonlyMap<string, string>;
  /** What the names in the call mean. */
  readonly meanings: Pick<NameMeanings, 'meant'>;
}

/** Used before any name has been read. */
export const noNames: Names = {
  contacts: new Map(),
  userRefs: new Map(),
  tags: new Map(),
  flows: new Map(),
  connections: new Map(),
  meanings: { meant: [] },
};

/** A name in quotes, shortened and on one line, so that text chosen by others cannot pass for ours. */
export const quotedName = (name: unknown): string => quoted(withoutHidden(String(name)));

/** How many of several contacts a question lists. */
const maxListedContacts = 3;

/** A whole number with thousands separators. */
export const numberText = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ',');

/**
 * Refers to things by name where it is known, else by id.
 * @param onMention called for each thing that is mentioned, so that its name can be read.
 */
export function createNaming(names: Names, onMention: (thing: NamedThing) => void = () => undefined): Naming {
  function describe({ name, channels }: KnownContact, id: string): string | undefined {
    return name === undefined ? undefined : `${quotedName(name)} (${[id, ...channels].join(', ')})`;
  }
  function knownContact(id: unknown): string | undefined {
    onMention(['contact', String(id)]);
    const known = names.contacts.get(String(id));
    return known && describe(known, String(id));
  }
  const contact = (id: unknown): string => knownContact(id) ?? `contact ${String(id)}`;
  return {
    contact,
    contacts(ids) {
      const [first, ...others] = new Set(ids.map(String));
      if (others.length === 0) return contact(first);
      const listed = [first, ...others].slice(0, maxListedContacts).map((id) => knownContact(id) ?? id);
      const more = others.length >= maxListedContacts ? ['…'] : [];
      return `${numberText(others.length + 1)} contacts (${[...listed, ...more].join(', ')})`;
    },
    userRef(ref) {
      const id = String(ref);
      onMention(['user_ref', id]);
      const known = names.userRefs.get(id);
      return (known && describe(known, `user_ref ${id}`)) ?? `the contact who opted in with user_ref ${id}`;
    },
    tag(id) {
      onMention(['tag', String(id)]);
      const name = names.tags.get(String(id));
      return name === undefined ? `tag ${String(id)}` : `tag ${quotedName(name)}`;
    },
    flow(ns) {
      onMention(['flow', String(ns)]);
      const name = names.flows.get(String(ns));
      return `flow ${quotedName(name ?? ns)}`;
    },
    connection(id) {
      onMention(['connection', String(id)]);
      const page = names.connections.get(String(id));
      return page === undefined ? `connection ${String(id)}` : `page ${quotedName(page)} (connection ${String(id)})`;
    },
    named({ kind, name }) {
      const id = names.meanings.meant.find((each) => each.kind === kind && each.name === name)?.thing.id;
      return `${kind} ${quotedName(name)}${id === undefined ? '' : ` (id ${idText(id)})`}`;
    },
  };
}
