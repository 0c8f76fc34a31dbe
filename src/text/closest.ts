import leven from 'leven';

/** Something that can be meant: `label` is shown, any of `names` can have been written. */
export interface Candidate {
  readonly label: string;
  readonly names: readonly string[];
}

/** How unlike two names are, from 0, the same but for case, to 1; one inside the other is near. */
function distance(given: string, name: string): number {
  const [a, b] = [given.trim().toLowerCase(), name.trim().toLowerCase()];
  const longest = Math.max(a.length, b.length);
  if (longest === 0) return 0;
  const edits = leven(a, b) / longest;
  const inside = a.length > 2 && b.length > 2 && (a.includes(b) || b.includes(a));
  return inside ? Math.min(edits, 0.3) : edits;
}

/** Characters of what was given that are compared: no name is longer, and the time grows with their number. */
const longestCompared = 200;

/** How much farther than the nearest a choice may be and still be shown. */
const spread = 0.3;

/** The choices nearest to what was given, nearest first; those far behind the nearest are left out. */
export function closest<Item extends Candidate>(given: string, choices: readonly Item[], count = 5): Item[] {
  const compared = given.slice(0, longestCompared);
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
