import { pathText } from './issues.js';

/** Levels that no tool needs, and that everything which walks through arguments can bear. */
const mostLevels = 50;

const isDeeper = (value: unknown, levels: number): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (levels === 0 || Object.values(value).some((each) => isDeeper(each, levels - 1)));

type Path = readonly PropertyKey[];

/** Where a value has a key `__proto__` of its own, as only parsed JSON can. */
function prototypeKey(value: unknown, path: Path): Path | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (Object.hasOwn(value, '__proto__')) return path;
  for (const [key, each] of Object.entries(value)) {
    const found = prototypeKey(each, [...path, Array.isArray(value) ? Number(key) : key]);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What no check of a value's parts could tell: that it is nested too deep for them, or has a key that they drop. */
export function structuralProblem(value: unknown, path: Path): string | undefined {
  const what = path.length === 0 ? 'the arguments are' : `${pathText(path)}: is`;
  if (isDeeper(value, mostLevels)) return `${what} nested more than ${mostLevels} levels deep`;
  const place = prototypeKey(value, path);
  if (place === undefined) return undefined;
  return `${place.length === 0 ? '' : `${pathText(place)}: `}the key "__proto__" is not taken`;
}
