import { isObject } from '../../tools/contract/json.js';
import { oneLine } from '../../tools/contract/quoted.js';

const indent = '  ';

const indented = (lines: readonly string[]): string[] => lines.map((line) => indent + line);

/** Each line of a multi-line text gets a bar, so that none can look like a line of the data around it. */
function scalarText(value: unknown): string[] {
  if (value === null) return ['none'];
  const lines = String(value).split('\n');
  return lines.length === 1 ? lines : lines.map((line) => `| ${line}`);
}

function itemLines(value: unknown): string[] {
  const [first = '', ...rest] = linesOf(value);
  return [`- ${first}`, ...indented(rest)];
}

function linesOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.length === 0 ? ['none'] : value.flatMap(itemLines);
  if (!isObject(value)) return scalarText(value);
  return Object.entries(value).flatMap(([key, each]) => {
    const lines = linesOf(each);
    const name = oneLine(key);
    const inline = lines.length === 1 && !(Array.isArray(each) && each.length > 0) && !isObject(each);
    return inline ? [`${name}: ${lines[0]}`] : [`${name}:`, ...indented(lines)];
  });
}

/** Formats data for people: `key: value` lines, indented below their parent. */
export const readable = (value: unknown): string => linesOf(value).join('\n');
