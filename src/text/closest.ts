import leven from 'leven';

/** A possible match: `label` is shown, and each of `names` is compared with the input. */
export interface Candidate {
  readonly label: string;
  readonly names: readonly string[];
}

/** The distance of two names, from 0 (equal except for case) to 1. A name that contains the other is near. */
function distance(input: string, name: string): number {
  const [a, b] = [input.trim().toLowerCase(), name.trim().toLowerCase()];
  const longest = Math.max(a.length, b.length);
  if (longest === 0) return 0;
  const edits = leven(a, b) / longest;
  const inside = a.length > 2 && b.length > 2 && (a.includes(b) || b.includes(a));
  return inside ? Math.min(edits, 0.3) : edits;
}

/** Characters of the input that are compared. No name is longer, and the time grows with the length. */
const maxCompared = 200;

/** Choices farther from the input than the nearest by more than this are left out. */
const spread = 0.3;

/** The choices nearest to the input, nearest first. */
export function closest<Item extends Candidate>(input: string, choices: readonly Item[], count = 5): Item[] {
  const compared = input.slice(0, maxCompared);
  const ranked = choices
    .map((choice) => ({ choice, far: Math.min(...choice.names.map((name) => distance(compared, name))) }))
    .toSorted((a, b) => a.far - b.far);
  const limit = (ranked[0]?.far ?? 0) + spread;
  return ranked
    .filter(({ far }) => far <= limit)
    .slice(0, count)
    .map(({ choice }) => choice);
}

/** How many letters are inserted, removed or replaced between two texts. */
export const editDistance = (one: string, other: string): number => leven(one, other);
