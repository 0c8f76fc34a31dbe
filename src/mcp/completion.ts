import type { ReferenceKind } from '../../tools/contract/reference.js';
import type { ToolCaller } from '../account/call/call-tool.js';
import { candidatesIn, lists } from '../account/lookups/names.js';
import { plainTool } from '../account/policy/tool.js';

/** Completes what was typed by the names that the account has. */
export type Completer = (what: ReferenceKind, typed: string) => Promise<string[]>;

/** How long a list serves the keystrokes that follow. */
const believedMs = 30_000;
const mostChoices = 50;
/** No name that ManyChat takes is longer. */
const longestName = 500;

/**
 * Creates the completer; an account that cannot be read completes nothing.
 * @param now milliseconds, from any fixed point.
 */
export function createCompleter(call: ToolCaller, now: () => number): Completer {
  const read = new Map<ReferenceKind, { readonly choices: ReturnType<typeof choicesOf>; readonly since: number }>();

  async function choicesOf(what: ReferenceKind) {
    const { endpoint } = lists[what];
    const outcome = await call(plainTool(endpoint), {}, { signal: new AbortController().signal, whole: true });
    return outcome.ok ? candidatesIn(what, outcome.result) : [];
  }

  return async (what, typed) => {
    let entry = read.get(what);
    if (entry === undefined || now() - entry.since > believedMs) {
      entry = { choices: choicesOf(what), since: now() };
      read.set(what, entry);
    }
    const choices = await entry.choices;
    const begun = typed.trim().toLowerCase();
    const holds = (names: readonly string[], fits: (name: string) => boolean) =>
      names.some((name) => fits(name.toLowerCase()));
    const fitting = choices
      .filter(({ names }) => holds(names, (name) => name.includes(begun)))
      // Those that begin as it was typed come first.
      .toSorted((a, b) => {
        const [first, second] = [a, b].map(({ names }) => holds(names, (name) => name.startsWith(begun)));
        return Number(second) - Number(first);
      });
    // A flow is called by its ns, though found by its name.
    return fitting
      .map(({ names }) => names.at(-1) ?? '')
      .filter((name) => name.length <= longestName)
      .slice(0, mostChoices);
  };
}
