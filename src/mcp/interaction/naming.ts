import { quoted } from '../../../tools/contract/quoted.js';
import type { Naming } from '../../../tools/contract/reference.js';
import { withoutHidden } from '../../text/safe-text.js';

/** What a question may name: a thing of the account, by its id. */
export type NamedThing = readonly ['contact' | 'user_ref' | 'tag' | 'flow' | 'connection', string];

/** A contact as far as it is known. */
export interface KnownContact {
  readonly name?: string | undefined;
  /** Channels that its data shows. */
  readonly channels: readonly string[];
}

/** The names that could be read, by id. */
export interface Names {
  readonly page?: string | undefined;
  readonly contacts: ReadonlyMap<string, KnownContact>;
  readonly userRefs: ReadonlyMap<string, KnownContact>;
  readonly tags: ReadonlyMap<string, string>;
  readonly flows: ReadonlyMap<string, string>;
  readonly connections: ReadonlyMap<string, string>;
}

/** No names at all. */
export const noNames: Names = {
  contacts: new Map(),
  userRefs: new Map(),
  tags: new Map(),
  flows: new Map(),
  connections: new Map(),
};

/** A name that somebody else has chosen, so that it cannot be taken for our own words: quoted, cut and on one line. */
export const quotedName = (name: unknown): string => quoted(withoutHidden(String(name)));

/** Contacts of many that are shown. */
const fewContacts = 3;

/** A whole number with commas at its thousands. */
export const numberText = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ',');

/**
 * Calls things by their names.
 * @param note is told what is called by something, so that its name can be read.
 */
export function createNaming(names: Names, note: (named: NamedThing) => void = () => undefined): Naming {
  function known({ name, channels }: KnownContact, id: string): string | undefined {
    return name === undefined ? undefined : `${quotedName(name)} (${[id, ...channels].join(', ')})`;
  }
  function contactIn(id: unknown): string | undefined {
    note(['contact', String(id)]);
    const found = names.contacts.get(String(id));
    return found && known(found, String(id));
  }
  const contact = (id: unknown): string => contactIn(id) ?? `contact ${String(id)}`;
  return {
    contact,
    contacts(ids) {
      const [first, ...others] = new Set(ids.map(String));
      if (others.length === 0) return contact(first);
      const few = [first, ...others].slice(0, fewContacts).map((id) => contactIn(id) ?? id);
      const more = others.length >= fewContacts ? ['…'] : [];
      return `${numberText(others.length + 1)} contacts (${[...few, ...more].join(', ')})`;
    },
    userRef(ref) {
      const id = String(ref);
      note(['user_ref', id]);
      const found = names.userRefs.get(id);
      return (found && known(found, `user_ref ${id}`)) ?? `whoever opted in with user_ref ${id}`;
    },
    tag(id) {
      note(['tag', String(id)]);
      const name = names.tags.get(String(id));
      return name === undefined ? `tag ${String(id)}` : `tag ${quotedName(name)}`;
    },
    flow(ns) {
      note(['flow', String(ns)]);
      const name = names.flows.get(String(ns));
      return `flow ${quotedName(name ?? ns)}`;
    },
    connection(id) {
      note(['connection', String(id)]);
      const page = names.connections.get(String(id));
      return page === undefined ? `connection ${String(id)}` : `page ${quotedName(page)} (connection ${String(id)})`;
    },
    quoted: quotedName,
  };
}
