/** Problems with rows, each with the lines that have it. */
export interface Problems {
  /** @param place the line of the row, and its number in a spreadsheet if that is another. */
  add(place: string, message: string): void;
  /** A line for each of the first problems. */
  lines(): string[];
}

const maxProblems = 10;
const maxLines = 3;

/** Collects problems; rows with the same one share a line. */
export function createProblems(): Problems {
  const found = new Map<string, { count: number; readonly places: string[] }>();
  let left = 0;
  return {
    add(place, message) {
      const same = found.get(message);
      if (same !== undefined) {
        same.count += 1;
        if (same.places.length < maxLines) same.places.push(place);
      } else if (found.size < maxProblems) found.set(message, { count: 1, places: [place] });
      else left += 1;
    },
    lines() {
      const shown = [...found].map(([message, { count, places }]) => {
        const which = `${count === 1 ? 'line' : 'lines'} ${places.join(', ')}`;
        return `${which}${count > places.length ? ` and ${count - places.length} more` : ''} would fail: ${message}`;
      });
      return left === 0 ? shown : [...shown, `… and ${left} more lines would fail, for other reasons`];
    },
  };
}
