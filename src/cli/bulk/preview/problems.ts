import type { Place } from '../account-job/scan.js';

/** Problems with rows, each with the lines that have it. */
export interface Problems {
  add(row: Place, message: string): void;
  /** A line for each of the first problems, in the order of the table. */
  lines(): string[];
}

interface Problem {
  readonly message: string;
  readonly firstLine: number;
  readonly places: string[];
  count: number;
}

const maxProblems = 10;
const maxPlaces = 3;

/** Collects problems; rows with the same one share a line. */
export function createProblems(): Problems {
  const found = new Map<string, Problem>();
  let left = 0;
  return {
    add({ line, place }, message) {
      const same = found.get(message);
      if (same !== undefined) {
        same.count += 1;
        if (same.places.length < maxPlaces) same.places.push(place);
      } else if (found.size < maxProblems) {
        found.set(message, { message, firstLine: line, places: [place], count: 1 });
      } else left += 1;
    },
    lines() {
      const shown = [...found.values()]
        .toSorted((a, b) => a.firstLine - b.firstLine)
        .map(({ message, places, count }) => {
          const more = count > places.length ? ` and ${count - places.length} more` : '';
          return `${count === 1 ? 'line' : 'lines'} ${places.join(', ')}${more} would fail: ${message}`;
        });
      return left === 0 ? shown : [...shown, `… and ${left} more lines would fail, for other reasons`];
    },
  };
}
