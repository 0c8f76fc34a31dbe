import type { ReferenceKind } from '../../../tools/contract/reference.js';
import type { ToolCaller } from '../../account/call/call-tool.js';
import { candidatesIn, lists } from '../../account/lookups/names.js';
import { plainTool } from '../../account/policy/tool.js';

/**
 * Completes a prompt argument with names from the account. Resolves to all matching names, best first. The SDK returns
 * 100 of them, with their number.
 */
export type Completer = (kind: ReferenceKind, typed: string) => Promise<string[]>;

/** A list is cached for the keystrokes that follow. */
const cacheMs = 30_000;
/** ManyChat accepts no longer names; a longer text would be content from a stranger. */
const maxNameLength = 500;

/**
 * Creates a completer. It completes nothing while the account cannot be read.
 * @param now milliseconds since any fixed point.
 */
export function createCompleter(call: ToolCaller, now: () => number): Completer {
  const cache = new Map<
    ReferenceKind,
    { readonly candidates: ReturnType<typeof readCandidates>; readonly readAt: number }
  >();

  async function readCandidates(kind: ReferenceKind) {
    const { endpoint } = lists[kind];
    const outcome = await call(plainTool(endpoint), {}, { signal: new AbortController().signal, whole: true });
    return outcome.ok ? candidatesIn(kind, outcome.result) : [];
  }

  return async (kind, typed) => {
    let entry = cache.get(kind);
    if (entry === undefined || now() - entry.readAt > cacheMs) {
      entry = { candidates: readCandidates(kind), readAt: now() };
      cache.set(kind, entry);
    }
    const candidates = await entry.candidates;
    const text = typed.trim().toLowerCase();
    const anyName = (names: readonly string[], matches: (name: string) => boolean) =>
      names.some((name) => matches(name.toLowerCase()));
    const matching = candidates
      .filter(({ names }) => anyName(names, (name) => name.includes(text)))
      // Names that start with the text come first.
      .toSorted((a, b) => {
        const [first, second] = [a, b].map(({ names }) => anyName(names, (name) => name.startsWith(text)));
        return Number(second) - Number(first);
      });
    // The last name of a candidate identifies it: a flow is found by its name and passed by its ns.
    return matching.map(({ names }) => names.at(-1) ?? '').filter((name) => name.length <= maxNameLength);
  };
}
