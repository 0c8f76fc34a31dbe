import { pathText } from './issues.js';

/** Deeper than any tool needs, and shallow enough for every recursion over arguments. */
const maxDepth = 50;

const isDeeperThan = (value: unknown, depth: number): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (depth === 0 || Object.values(value).some((each) => isDeeperThan(each, depth - 1)));

type Path = readonly PropertyKey[];

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
  if (isDeeperThan(value, maxDepth)) return `${subject} nested more than ${maxDepth} levels deep`;
  const parent = prototypeKey(value, path);
  if (parent === undefined) return undefined;
  return `${parent.length === 0 ? '' : `${pathText(parent)}: `}the key "__proto__" is not accepted`;
}
