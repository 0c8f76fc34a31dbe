import { effectRules } from '../../../../tools/contract/effect.js';
import { isMatonId } from '../../../../tools/contract/reference.js';
import type { FailureContext } from '../../../upstream/failures/context.js';
import {
  type ConnectionChoice,
  choicesNamed,
  isSamePage,
  mayBeAnother,
  nameMoved,
  notNamed,
  pageNameForm,
  severalNamed,
  unreadText,
} from './names.js';
import type { ConnectionPages } from './pages/pages.js';
import type { PermittedConnections } from './permitted.js';
import type { AllConnections, ConnectionReads } from './shared-reads.js';

/** How old the name of a page may be by which a connection is chosen, in milliseconds. */
const maxAgeMs = 60_000;

/** A connection that was asked for, and a warning if it may not be the only one of that name. */
interface NamedConnection {
  readonly id: string;
  readonly warning?: string;
}

/** Finds connections by what they are called: their id, or the name of their page. */
export interface NamedConnections {
  /** @throws CallError if there is none of that name, or several pages have it or, for a change, may have it. */
  find(name: string, context: FailureContext, callId: string): Promise<NamedConnection>;
  /** Forgets what has meant a connection, because it was found missing. */
  forget(missing: string): void;
}

/**
 * Opens the names of an account's connections. An id in Maton's form is used as it is. Anything else is looked up once,
 * by a list of the connections and a read of each page, and means the same connection from then on: a page that is renamed
 * later must not redirect a send.
 */
export function createNamedConnections(
  readAll: (callId: string) => Promise<AllConnections>,
  pages: ConnectionPages,
  shared: Pick<ConnectionReads, 'listing'>,
  permitted: PermittedConnections | undefined,
  named: Map<string, string>,
): NamedConnections {
  const ids = new Set<string>();

  /** Concurrent calls share one read. */
  function all(callId: string): Promise<AllConnections> {
    shared.listing ??= readAll(callId).finally(() => {
      shared.listing = undefined;
    });
    return shared.listing;
  }

  /** Whether the name is known to be that of another page now. */
  function isDisputed(form: string, id: string): boolean {
    const known = pages.known();
    const own = known.get(id);
    return [...known].some(
      ([other, page]) => other !== id && pageNameForm(page.name) === form && (page.id === '' || page.id !== own?.id),
    );
  }

  return {
    async find(name, context, callId) {
      const isOpen = permitted === undefined || permitted.hasId(name);
      if ((isMatonId(name) && isOpen) || ids.has(name)) return { id: name };
      const form = pageNameForm(name);
      const before = named.get(form);
      if (before !== undefined && !isDisputed(form, before)) return { id: before };
      const listed = await all(callId);
      const { ids: every, active } = (await permitted?.among(listed, callId)) ?? listed;
      if (every.has(name)) {
        ids.add(name);
        return { id: name };
      }
      const activeIds = active.map(({ id }) => id);
      pages.keepOnly(listed.active.map(({ id }) => id));
      const found = await pages.ofSome(activeIds, callId, { maxAgeMs });
      const choices = active.map(({ id, created }): ConnectionChoice => ({ id, created, page: found.get(id) }));
      const same = choicesNamed(name, choices);
      const [match, ...others] = same;
      if (match === undefined) throw notNamed(name, choices, context);
      if (!others.every((other) => isSamePage(match, other))) throw severalNamed(name, same, context);
      const earlier = choices.find(({ id }) => id === before);
      if (earlier !== undefined && !isSamePage(match, earlier)) throw nameMoved(name, [earlier, ...same], context);
      const { id } = earlier ?? match;
      const unread = unreadText(choices);
      if (unread === '') {
        named.set(form, id);
        return { id };
      }
      if (!effectRules[context.declaration.effect].readOnly) throw mayBeAnother(name, choices, context);
      return { id, warning: `It is not known whether another page has the same name: ${unread}.` };
    },
    forget(missing) {
      ids.delete(missing);
      for (const [form, id] of named) if (id === missing) named.delete(form);
    },
  };
}
