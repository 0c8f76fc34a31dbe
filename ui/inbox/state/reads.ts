import type {
  Account,
  AccountFile,
  Call,
  CallsPage,
  Contact,
  ContactPage,
  ContactSummary,
  ConversationPage,
  FaultState,
  FaultsPage,
  InboxPage,
  Overview,
  RequestRecord,
  RequestsPage,
  Turn,
} from '../server/shapes.js';
import { type Cell, cell } from './cell.js';
import { type Tail, withSame } from './merge.js';
import type { Place } from './place.js';
import type { Query, Requests } from './ports.js';
import { createResource, type Resource } from './resource.js';
import { createTail } from './tail.js';

/** Which contacts are listed; an empty text lists all. */
export interface Filters {
  readonly search: string;
  readonly channel: string;
  readonly window: string;
  readonly tag: string;
}

export const noFilters: Filters = { search: '', channel: '', window: '', tag: '' };

/** The contacts that are listed, of `total`. */
interface ContactList {
  readonly page: InboxPage['page'];
  readonly total: number;
  readonly contacts: readonly ContactSummary[];
}

const contactsOfPage = 50;
/** The most that the sandbox lists at once. */
const mostContacts = 200;
const turnsOfPage = 100;
const requestsOfPage = 50;
const callsOfPage = 50;
/** The most that the sandbox lists at once. */
export const mostCalls = 1_000;

/** What the page reads of the sandbox. */
export interface Resources {
  readonly overview: Resource<Overview>;
  readonly contacts: Resource<ContactList>;
  readonly contact: Resource<Contact | undefined>;
  readonly conversation: Resource<Tail<Turn>>;
  readonly requests: Resource<Tail<RequestRecord>>;
  readonly calls: Resource<Tail<Call>>;
  readonly account: Resource<Account>;
  readonly faults: Resource<readonly FaultState[]>;
}

/** What is to be read. */
interface Chosen {
  readonly place: Cell<Place>;
  readonly filters: Cell<Filters>;
}

/** The query of a place's page. */
export const pageQuery = ({ page }: Place): Query => (page === 'second' ? { page: 'second' } : {});

/** The path of a contact, or of something of it. */
export const contactPath = (id: string, part = ''): string => `/sandbox/contacts/${encodeURIComponent(id)}${part}`;

/** An answer that takes the place of what is known. */
const instead =
  <T>(answer: T) =>
  (): T =>
    answer;

const idOf = <K>({ id }: { readonly id: K }): K => id;

/** @param pause resolves after a while, or as soon as the signal is aborted: the time between two readings of one thing */
export function createReads(
  requests: Requests,
  { place, filters }: Chosen,
  pause: (signal: AbortSignal) => Promise<void>,
) {
  const now = cell<number | undefined>(undefined);
  const pageIds = new Map<Place['page'], string>();
  let wanted = contactsOfPage;
  let wantedCalls = callsOfPage;
  /** The call that is to be in the list after the next reading. */
  let sought: number | undefined;

  const page = (): Query => pageQuery(place.get());
  const hear = <T extends { readonly now: string }>(answer: T): T => {
    now.set(Date.parse(answer.now));
    return answer;
  };

  const overview = createResource<Overview>(
    async (signal) => instead(hear(await requests.get<Overview>('/sandbox', {}, signal))),
    pause,
  );

  const contacts = createResource<ContactList>(async (signal) => {
    const { search, ...others } = filters.get();
    const asked = place.get().page;
    const named = Object.entries({ ...others, search: search.trim() }).filter(([, value]) => value !== '');
    const query = { ...Object.fromEntries(named), ...page() };
    const found = new Map<string, ContactSummary>();
    let answer: InboxPage;
    let from = 0;
    do {
      const part = { ...query, ...(from > 0 && { from }), limit: Math.min(wanted - from, mostContacts) };
      answer = hear(await requests.get<InboxPage>('/sandbox/inbox', part, signal));
      // A contact that moves down between two parts is in both.
      for (const each of answer.contacts) if (!found.has(each.id)) found.set(each.id, each);
      from += answer.contacts.length;
    } while (from < Math.min(wanted, answer.total) && answer.contacts.length > 0);
    const { page: of, total } = answer;
    pageIds.set(asked, of.id);
    return (before) => ({ page: of, total, contacts: withSame(before?.contacts, [...found.values()], idOf) });
  }, pause);

  const contact = createResource<Contact | undefined>(async (signal) => {
    const { contact: id } = place.get();
    if (id === undefined) return instead(undefined);
    return instead(hear(await requests.get<ContactPage>(contactPath(id), page(), signal)).contact);
  }, pause);

  const turns = createTail<Turn>(
    {
      size: turnsOfPage,
      keyOf: ({ seq }) => seq,
      async read(query, signal) {
        const { contact: id } = place.get();
        if (id === undefined) return { entries: [], more: 0 };
        const path = contactPath(id, '/conversation');
        const answer = await requests.get<ConversationPage>(path, { ...page(), ...query }, signal);
        return { entries: answer.conversation, more: answer.more };
      },
    },
    pause,
  );

  const records = createTail<RequestRecord>(
    {
      size: requestsOfPage,
      keyOf: idOf,
      async read(query, signal) {
        const { requests: entries, more } = await requests.get<RequestsPage>('/sandbox/requests', query, signal);
        return { entries, more };
      },
    },
    pause,
  );

  const latestCalls = async (signal: AbortSignal): Promise<Tail<Call>> => {
    const { calls: entries, more } = await requests.get<CallsPage>('/sandbox/calls', { limit: wantedCalls }, signal);
    return { entries, more };
  };
  // Calls change until they have ended, so that all that are shown are read again.
  const calls = createResource<Tail<Call>>(async (signal) => {
    let { entries, more } = await latestCalls(signal);
    const first = entries[0]?.id ?? 0;
    if (sought !== undefined && sought < first && more > 0 && wantedCalls < mostCalls) {
      // With a page more, so that it stays in the list when others follow.
      const pages = Math.ceil((wantedCalls + first - sought) / callsOfPage) + 1;
      wantedCalls = Math.min(pages * callsOfPage, mostCalls);
      ({ entries, more } = await latestCalls(signal));
    }
    if (!signal.aborted) sought = undefined;
    return (before) => ({ entries: withSame(before?.entries, entries, idOf), more });
  }, pause);

  const account = createResource<Account>(async (signal) => {
    const file = await requests.get<AccountFile>('/sandbox/account', { contacts: 'false' }, signal);
    return instead(place.get().page === 'second' ? file.second_page : file);
  }, pause);

  const faults = createResource<readonly FaultState[]>(
    async (signal) => instead((await requests.get<FaultsPage>('/sandbox/faults', {}, signal)).faults),
    pause,
  );

  const resources: Resources = {
    overview,
    contacts,
    contact,
    conversation: turns.resource,
    requests: records.resource,
    calls,
    account,
    faults,
  };
  return {
    now,
    resources,
    hear,
    /** Which page has an id. */
    pageWithId(id: string | undefined): Place['page'] {
      const { page: here } = place.get();
      const other = here === 'first' ? 'second' : 'first';
      const idHere = pageIds.get(here);
      const isOther = idHere === undefined ? id === pageIds.get(other) : id !== idHere;
      return id !== undefined && isOther ? other : here;
    },
    /** Lists as many contacts as at first, when others are wanted. */
    fewContacts() {
      wanted = contactsOfPage;
    },
    showMoreContacts() {
      wanted += contactsOfPage;
      contacts.restart('keep');
    },
    showEarlierTurns: turns.showEarlier,
    showEarlierRequests: records.showEarlier,
    seekCall(id: number) {
      sought = id;
      calls.invalidate();
    },
    /** Lists as many calls as at first. */
    fewCalls() {
      wantedCalls = callsOfPage;
      sought = undefined;
    },
    showEarlierCalls() {
      wantedCalls = Math.min(wantedCalls + callsOfPage, mostCalls);
      calls.restart('keep');
    },
  };
}
