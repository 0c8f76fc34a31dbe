import { isMatonId } from '../../../../tools/contract/reference.js';
import { type ConnectionChoice, choicesNamed, isSamePage, pageNameForm } from './names.js';
import type { ConnectionPages } from './pages/pages.js';
import type { AllConnections, PageMeanings } from './shared-reads.js';

/** Which connections of a Maton account may be used by those who share it. */
export interface PermittedConnections {
  /** Whether an id in Maton's form is one of them, as far as that is known without a request. */
  hasId(id: string): boolean;
  /** The part of the connections that may be used. */
  among(all: AllConnections, callId: string): Promise<AllConnections>;
}

/**
 * Opens the connections that may be used, by their ids or the names of their pages. A name means the same connections from
 * when it was first found: a page that is renamed later must not open another. A name that several pages have permits none.
 */
export function createPermittedConnections(
  permitted: readonly string[],
  pages: Pick<ConnectionPages, 'ofSome'>,
  { permitted: named }: Pick<PageMeanings, 'permitted'>,
): PermittedConnections {
  /** The connections to the one page with a name. */
  function idsNamed(name: string, choices: readonly ConnectionChoice[]): Set<string> {
    const same = choicesNamed(name, choices);
    const [first] = same;
    const isOnePage = first !== undefined && same.every((other) => isSamePage(first, other));
    return new Set(isOnePage ? same.map(({ id }) => id) : []);
  }

  return {
    hasId: (id) => permitted.includes(id),
    async among({ ids, active }, callId) {
      const names = permitted.filter((each) => !isMatonId(each) && !ids.has(each));
      const isLost = (name: string): boolean => ![...(named.get(pageNameForm(name)) ?? [])].some((id) => ids.has(id));
      const lost = names.filter(isLost);
      if (lost.length > 0) {
        const activeIds = active.map(({ id }) => id);
        const found = await pages.ofSome(activeIds, callId);
        const choices = active.map(({ id, created }): ConnectionChoice => ({ id, created, page: found.get(id) }));
        for (const name of lost) {
          const meant = idsNamed(name, choices);
          if (meant.size > 0) named.set(pageNameForm(name), meant);
        }
      }
      const open = new Set([...permitted, ...names.flatMap((name) => [...(named.get(pageNameForm(name)) ?? [])])]);
      return {
        ids: new Set([...ids].filter((id) => open.has(id))),
        active: active.filter(({ id }) => open.has(id)),
      };
    },
  };
}
