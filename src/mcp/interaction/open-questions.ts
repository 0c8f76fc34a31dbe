import type { OpenQuestions } from '../../account/request-state/request-state.js';

/** Bounds the memory for questions that are never answered. */
const maxOpen = 1_000;

/** Open questions in the memory of this process. Of the owner with the most, the oldest are evicted first. */
export function createOpenQuestions(): OpenQuestions {
  const owners = new Map<string, string>();
  const open = new Map<string, Set<string>>();

  async function take(id: string): Promise<boolean> {
    const owner = owners.get(id);
    if (owner === undefined) return false;
    owners.delete(id);
    const own = open.get(owner);
    own?.delete(id);
    if (own?.size === 0) open.delete(owner);
    return true;
  }

  return {
    async add(id, _, owner) {
      owners.set(id, owner);
      open.set(owner, (open.get(owner) ?? new Set()).add(id));
      if (owners.size <= maxOpen) return;
      const [most = new Set<string>()] = [...open.values()].toSorted((one, other) => other.size - one.size);
      const [oldest] = most;
      if (oldest !== undefined) await take(oldest);
    },
    take,
  };
}
