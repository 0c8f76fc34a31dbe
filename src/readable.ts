import { isObject } from '../tools/object.js';

const indent = '  ';

const indented = (lines: readonly string[]): string[] => lines.map((line) => indent + line);

function scalarText(value: unknown): string[] {
  return value === null ? ['none'] : String(value).split('\n');
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
    const inline = lines.length === 1 && !(Array.isArray(each) && each.length > 0) && !isObject(each);
    return inline ? [`${key}: ${lines[0]}`] : [`${key}:`, ...indented(lines)];
  });
}

/** Data for a person: `key: value` lines, indented below what they belong to. */
export const readable = (value: unknown): string => linesOf(value).join('\n');
