import { isSafeNumber, parse } from 'lossless-json';
import { clipped, quoted } from '../../contract/quoted.js';
import { pathText } from '../issues.js';

type Path = readonly PropertyKey[];

/** Deeper than any tool needs, and shallow enough for every recursion over arguments. */
const maxDepth = 50;

const tooDeep = `nested more than ${maxDepth} levels deep`;

const isDeeperThan = (value: unknown, depth: number): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (depth === 0 || Object.values(value).some((each) => isDeeperThan(each, depth - 1)));

/** The path of a value that has an own key `__proto__`, which only parsed JSON can have. */
function prototypeKey(value: unknown, path: Path): Path | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (Object.hasOwn(value, '__proto__')) return path;
  for (const [key, each] of Object.entries(value)) {
    const found = prototypeKey(each, [...path, Array.isArray(value) ? Number(key) : key]);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Problems that a schema cannot see: nesting beyond `maxDepth`, and a `__proto__` key, which zod drops. */
export function structuralProblem(value: unknown, path: Path): string | undefined {
  const subject = path.length === 0 ? 'the arguments are' : `${pathText(path)}: is`;
  if (isDeeperThan(value, maxDepth)) return `${subject} ${tooDeep}`;
  const parent = prototypeKey(value, path);
  if (parent === undefined) return undefined;
  return `${parent.length === 0 ? '' : `${pathText(parent)}: `}the key "__proto__" is not accepted`;
}

/** The message for a number in JSON text that would lose digits. */
export const inexactNumber = (digits: string): string =>
  `holds ${quoted(digits)}, a number that loses digits: write it as text`;

/** What a text holds as JSON, or why it holds nothing certain. */
export type ParsedText =
  /** `asText`: a long integer that is now a text of its digits, as ids are. */
  { readonly value: unknown; readonly asText?: string | undefined } | { readonly problem: string };

/** Reads a list or an object from JSON text without losing a digit. Undefined for a text that does not begin like one. */
export function parseContainer(text: string): ParsedText | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  let repeated: string | undefined;
  let asText: string | undefined;
  let inexact: string | undefined;
  const parseNumber = (digits: string): number | string => {
    if (isSafeNumber(digits)) return Number(digits);
    if (/^-?\d+$/.test(digits)) asText ??= digits;
    else inexact ??= digits;
    return digits;
  };
  const onDuplicateKey = ({ key, newValue }: { key: string; newValue: unknown }) => {
    repeated = key;
    return newValue;
  };
  try {
    const value = parse(text, undefined, { parseNumber, onDuplicateKey });
    if (repeated !== undefined) return { problem: `has the key ${quoted(repeated)} twice` };
    return inexact === undefined ? { value, asText } : { problem: inexactNumber(inexact) };
  } catch (error) {
    // The parser is recursive.
    if (error instanceof RangeError) return { problem: `is ${tooDeep}` };
    return { problem: `is not valid JSON: ${error instanceof Error ? clipped(error.message, 120) : 'it ends early'}` };
  }
}
