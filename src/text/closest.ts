import leven from 'leven';

/** A possible match: `label` is shown, and each of `names` is compared with the input. */
export interface Candidate {
  readonly label: string;
  readonly names: readonly string[];
}

/** How many letters are inserted, removed or replaced between two texts. */
export const editDistance = (one: string, other: string): number => leven(one, other);

/** Whether two texts differ only in two adjacent letters that changed places. */
function isSwap(a: string, b: string): boolean {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  return a !== b && a.slice(0, at) + a.charAt(at + 1) + a.charAt(at) + a.slice(at + 2) === b;
}

/** A shorter text is in too many names. */
const minContained = 3;

/** Whether a text contains another one at the start of a word: "Old Tag" contains "old", and "capacity" does not contain "city". */
function contains(text: string, part: string): boolean {
  if (part.length < minContained) return false;
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) {
    // Other scripts may write words without spaces.
    if (!/[\p{Script=Latin}\d]$/u.test(text.slice(0, at))) return true;
  }
  return false;
}

/** Of the letters of the longer text, the share that may differ. */
const maxShare = 0.4;

/** More edits are no typo, however long the text is: ids of flows differ by few characters. */
const maxEdits = 4;

/** The distance of a text that contains the other one, at most. */
const containedDistance = 0.3;

/** The distance of two names, from 0 (equal except for case) to 1; undefined if they are not close. */
function distance(input: string, name: string): number | undefined {
  const [a, b] = [input.trim().toLowerCase(), name.trim().toLowerCase()];
  if (a === '' || b === '') return undefined;
  const longest = Math.max(a.length, b.length);
  const edits = isSwap(a, b) ? 1 : editDistance(a, b);
  if (contains(a, b) || contains(b, a)) return Math.min(edits / longest, containedDistance);
  return edits <= Math.min(maxEdits, longest * maxShare) ? edits / longest : undefined;
}

/** Characters of the input that are compared. No name is longer, and the time grows with the length. */
const maxCompared = 200;

/** Choices farther from the input than the nearest by more than this are left out. */
const spread = 0.3;

/** The choices close to the input, nearest first; none if none is close. */
export function closest<Item extends Candidate>(input: string, choices: readonly Item[], count = 5): Item[] {
  const compared = input.slice(0, maxCompared);
  const ranked = choices
    .flatMap((choice) => {
      const distances = choice.names.flatMap((name) => distance(compared, name) ?? []);
      return distances.length === 0 ? [] : [{ choice, far: Math.min(...distances) }];
    })
    .toSorted((a, b) => a.far - b.far);
  const limit = (ranked[0]?.far ?? 0) + spread;
  return ranked
    .filter(({ far }) => far <= limit)
    .slice(0, count)
    .map(({ choice }) => choice);
}
