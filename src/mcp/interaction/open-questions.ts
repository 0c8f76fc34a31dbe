import type { OpenQuestions } from '../../account/request-state/request-state.js';

/** Bounds the memory for questions that are never answered. */
const maxOpen = 1_000;

/** Open questions in the memory of this process. The oldest are evicted first. */
export function createOpenQuestions(): OpenQuestions {
  const open = new Set<string>();
  return {
    async add(id) {
      open.add(id);
      const [oldest] = open;
      if (open.size > maxOpen && oldest !== undefined) open.delete(oldest);
    },
    take: async (id) => open.delete(id),
  };
}
