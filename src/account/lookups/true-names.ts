import { asObject, toList } from '../../../tools/contract/json.js';
import { clipped, idText, oneLine, quoted } from '../../../tools/contract/quoted.js';
import type { ReferenceKind } from '../../../tools/contract/reference.js';
import type { Candidate } from '../../text/closest.js';
import { withoutHidden } from '../../text/safe-text.js';

/** A thing of the account, with its name as ManyChat has it. */
export interface NamedThing {
  readonly id: string;
  readonly name: string;
}

/**
 * What a name means. `exact`: things with this very name. `shown`: none has it, and one is shown so. `several`: none has
 * it, and these are shown so.
 */
export type NameMatch =
  | { readonly found: 'exact' | 'several'; readonly things: readonly NamedThing[] }
  | { readonly found: 'shown'; readonly thing: NamedThing }
  | { readonly found: 'none' };

/** Whether two names of a kind are the same name to ManyChat. */
export const isSameName = (kind: ReferenceKind, one: string, other: string): boolean =>
  trueForm(kind, one) === trueForm(kind, other);

/** The only thing that a name means. */
export function onlyThing(match: NameMatch): NamedThing | undefined {
  if (match.found === 'shown') return match.thing;
  return match.found === 'exact' && match.things.length === 1 ? match.things[0] : undefined;
}

/** The things of one kind. */
export interface NameList {
  match(name: string): NameMatch;
  readonly candidates: readonly Candidate[];
}

const ignoresCase = (kind: ReferenceKind): boolean => kind.endsWith('field');

/** The form in which names of a kind are equal to ManyChat. Names of fields are case-insensitive. */
export const trueForm = (kind: ReferenceKind, name: string): string => (ignoresCase(kind) ? name.toLowerCase() : name);

/**
 * The form in which names that are shown alike are equal: without hidden characters, composed, and each run of white
 * space one blank. What is redacted or cut has no part in it: that is not the name any more.
 */
export const shownForm = (kind: ReferenceKind, name: string): string =>
  trueForm(kind, oneLine(withoutHidden(name)).normalize('NFC'));

/** The items in the data of a list. */
const itemsIn = (kind: ReferenceKind, data: unknown): unknown[] =>
  toList(kind === 'flow' ? asObject(data).flows : data) ?? [];

/** A thing as a suggestion: by name if that is identity enough, else with its id. */
function candidateOf({ id, name }: NamedThing, clean: (text: string) => string): Candidate {
  const shown = clean(name);
  const label = clipped(shown) === name ? quoted(name) : `${quoted(shown)} (id ${idText(id)})`;
  return { label, names: [shown] };
}

/** A flow is identified by its ns, and is found by its name as well. */
const flowCandidate = ({ id: ns, name }: NamedThing, clean: (text: string) => string): Candidate => ({
  label: `${quoted(ns)} (${quoted(clean(name))})`,
  names: [clean(name), ns],
});

/** Groups things by a form of their names. */
function groupBy(things: readonly NamedThing[], formOf: (thing: NamedThing) => string): Map<string, NamedThing[]> {
  const groups = new Map<string, NamedThing[]>();
  for (const thing of things) {
    const form = formOf(thing);
    const group = groups.get(form);
    if (group === undefined) groups.set(form, [thing]);
    else group.push(thing);
  }
  return groups;
}

/**
 * Reads the data of a list, whose names were not cleaned for display.
 * @param clean cleans texts as results do.
 */
export function createNameList(kind: ReferenceKind, data: unknown, clean: (text: string) => string): NameList {
  const isFlow = kind === 'flow';
  const things = itemsIn(kind, data).flatMap((item): NamedThing[] => {
    const { id, ns, name } = asObject(item);
    const identity = isFlow ? ns : id;
    return typeof name === 'string' ? [{ id: String(identity), name }] : [];
  });
  const exact = groupBy(things, ({ id, name }) => (isFlow ? id : trueForm(kind, name)));
  let shown: ReturnType<typeof groupBy> | undefined;
  let candidates: readonly Candidate[] | undefined;
  return {
    get candidates() {
      candidates ??= things.map((thing) => (isFlow ? flowCandidate(thing, clean) : candidateOf(thing, clean)));
      return candidates;
    },
    match(name) {
      const same = exact.get(trueForm(kind, name));
      if (same !== undefined) return { found: 'exact', things: same };
      const form = shownForm(kind, name);
      if (isFlow || form === '') return { found: 'none' };
      shown ??= groupBy(things, (thing) => shownForm(kind, thing.name));
      const [thing, ...others] = shown.get(form) ?? [];
      if (thing === undefined) return { found: 'none' };
      return others.length === 0 ? { found: 'shown', thing } : { found: 'several', things: [thing, ...others] };
    },
  };
}
