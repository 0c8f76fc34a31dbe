/** Problems with rows, each with the lines that have it. */
export interface Problems {
  add(line: number, message: string): void;
  /** A line for each of the first problems. */
  lines(): string[];
}

const maxProblems = 10;
const maxLines = 3;

/** Collects problems; rows with the same one share a line. */
export function createProblems(): Problems {
  const found = new Map<string, { count: number; readonly lines: number[] }>();
  let left = 0;
  return {
    add(line, message) {
      const same = found.get(message);
      if (same !== undefined) {
        same.count += 1;
        if (same.lines.length < maxLines) same.lines.push(line);
      } else if (found.size < maxProblems) found.set(message, { count: 1, lines: [line] });
      else left += 1;
    },
    lines() {
      const shown = [...found].map(([message, { count, lines }]) => {
        const which = `${count === 1 ? 'line' : 'lines'} ${lines.join(', ')}`;
        return `${which}${count > lines.length ? ` and ${count - lines.length} more` : ''} would fail: ${message}`;
      });
      return left === 0 ? shown : [...shown, `… and ${left} more lines would fail, for other reasons`];
    },
  };
}
