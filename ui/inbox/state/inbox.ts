import { type Cell, cell } from './cell.js';
import { createDrafts, type Draft, type Drafts } from './drafts.js';
import { type Topic, topics, topicsToRead } from './notices.js';
import type { Place } from './place.js';
import type { Liveness, Requests } from './ports.js';
import { contactPath, createReads, type Filters, noFilters, pageQuery, type Resources } from './reads.js';

/** All that the page knows and can do. */
export interface Inbox extends Resources {
  readonly place: Cell<Place>;
  readonly filters: Cell<Filters>;
  /** The sandbox's time as it was last heard, in milliseconds since 1970; undefined before the first answer. */
  readonly now: Cell<number | undefined>;
  readonly liveness: Cell<Liveness>;
  readonly drafts: Drafts;
  /** The call that the user wants to see, by its id. */
  readonly shownCall: Cell<number | undefined>;
  /** Goes to another place. */
  go(to: Partial<Place>): void;
  /** Shows a contact of the page with this id, by default of the page that is shown. Both pages may have contacts with one id. */
  showContact(id: string, pageId: string | undefined): void;
  /** Shows a call out. */
  showCall(id: number): void;
  filter(by: Partial<Filters>): void;
  /** Lists the contacts that have a tag. */
  filterByTag(tag: string): void;
  clearFilters(): void;
  showMoreContacts(): void;
  showEarlierTurns(): Promise<void>;
  showEarlierRequests(): Promise<void>;
  showEarlierCalls(): void;
  /** A notice of the sandbox arrived. */
  heard(notice: string): void;
  /** Anything may have changed. */
  readAgain(): void;
  /** A contact writes. */
  write(contactId: string, written: Draft): Promise<void>;
  click(contactId: string, caption: string): Promise<void>;
  /** Resolves with the sandbox's new time. */
  moveClock(milliseconds: number): Promise<string>;
  orderFault(fault: object): Promise<void>;
  clearFaults(): Promise<void>;
  reset(): Promise<void>;
}

/** @param pause resolves after a while, or as soon as the signal is aborted: the time between two readings of one thing */
export function createInbox(requests: Requests, at: Place, pause: (signal: AbortSignal) => Promise<void>): Inbox {
  const place = cell(at);
  const filters = cell(noFilters);
  const shownCall = cell<number | undefined>(undefined);
  const reads = createReads(requests, { place, filters }, pause);
  const { resources } = reads;
  const { contacts, contact, conversation, calls, account } = resources;

  const readAll = (topics: Iterable<Topic>): void => {
    for (const topic of topics) resources[topic].invalidate();
  };
  const restartConversation = (): void => {
    contact.restart();
    conversation.restart();
  };
  const filter = (next: Filters): void => {
    filters.set(next);
    reads.fewContacts();
    contacts.restart('keep');
  };

  function go(to: Partial<Place>): void {
    const [from, next] = [place.get(), { ...place.get(), ...to }];
    place.set(next);
    if (next.page !== from.page) {
      filters.set(noFilters);
      reads.fewContacts();
      contacts.restart();
      account.restart();
    }
    if (next.page !== from.page || next.contact !== from.contact) restartConversation();
  }

  return {
    place,
    filters,
    now: reads.now,
    liveness: cell<Liveness>('connecting'),
    drafts: createDrafts(),
    shownCall,
    ...resources,
    showMoreContacts: reads.showMoreContacts,
    showEarlierTurns: reads.showEarlierTurns,
    showEarlierRequests: reads.showEarlierRequests,
    showEarlierCalls: reads.showEarlierCalls,
    go,
    showContact: (id, pageId) => go({ page: reads.pageWithId(pageId), contact: id, pane: 'conversation' }),
    showCall(id) {
      shownCall.set(id);
      reads.seekCall(id);
      go({ tab: 'calls', pane: 'panel' });
    },
    filter: (by) => filter({ ...filters.get(), ...by }),
    filterByTag(tag) {
      filter({ ...noFilters, tag });
      go({ pane: 'contacts' });
    },
    clearFilters: () => filter(noFilters),
    heard: (notice) => readAll(topicsToRead(notice, place.get().contact)),
    readAgain: () => readAll(topics),
    async write(id, { kind, content, channel }) {
      await requests.post(
        contactPath(id, '/writes'),
        { [kind]: content, ...(channel !== undefined && { channel }) },
        pageQuery(place.get()),
      );
      readAll(['contacts', 'contact', 'conversation']);
    },
    async click(id, caption) {
      await requests.post(contactPath(id, '/clicks'), { caption }, pageQuery(place.get()));
      readAll(['contacts', 'contact', 'conversation']);
    },
    async moveClock(milliseconds) {
      const { now: moved } = reads.hear(
        await requests.post<{ now: string }>('/sandbox/clock', { advance_ms: milliseconds }),
      );
      readAll(['overview', 'contacts', 'contact']);
      return moved;
    },
    async orderFault(fault) {
      await requests.post('/sandbox/faults', fault);
      readAll(['faults']);
    },
    async clearFaults() {
      await requests.remove('/sandbox/faults');
      readAll(['faults']);
    },
    async reset() {
      await requests.post('/sandbox/reset', {});
      // What was chosen may be gone: a tag, or a call.
      filters.set(noFilters);
      shownCall.set(undefined);
      reads.fewContacts();
      reads.fewCalls();
      for (const each of [contacts, contact, conversation, resources.requests, calls]) each.restart();
      readAll(topics);
    },
  };
}
