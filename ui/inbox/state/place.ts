/** The tabs of the panel. */
export const tabs = ['contact', 'requests', 'calls', 'account', 'faults'] as const;
export type Tab = (typeof tabs)[number];

/** What is shown if there is no room for everything. */
const panes = ['contacts', 'conversation', 'panel'] as const;
export type Pane = (typeof panes)[number];

/** Where the user is; all of it is in the address, so that a reload keeps it. */
export interface Place {
  /** Id of the selected contact. */
  readonly contact: string | undefined;
  readonly tab: Tab;
  readonly pane: Pane;
  readonly page: 'first' | 'second';
}

const oneOf = <Word extends string>(words: readonly Word[], value: string | null): Word | undefined =>
  words.find((word) => word === value);

/** The place that a hash, with or without #, names; what it does not name has a default. */
export function placeOf(hash: string): Place {
  const named = new URLSearchParams(hash.replace(/^#/, ''));
  const contact = named.get('contact') || undefined;
  return {
    contact,
    tab: oneOf(tabs, named.get('tab')) ?? 'contact',
    pane: oneOf(panes, named.get('pane')) ?? (contact === undefined ? 'contacts' : 'conversation'),
    page: named.get('page') === 'second' ? 'second' : 'first',
  };
}

/** The hash of a place, with #; defaults are left out. */
export function hashOf({ contact, tab, pane, page }: Place): string {
  const named = new URLSearchParams();
  if (contact !== undefined) named.set('contact', contact);
  if (tab !== 'contact') named.set('tab', tab);
  if (pane !== (contact === undefined ? 'contacts' : 'conversation')) named.set('pane', pane);
  if (page !== 'first') named.set('page', page);
  return `#${named}`;
}
