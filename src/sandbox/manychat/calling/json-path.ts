import { isRecord } from '../../http/json.js';

/** The form of a path, for messages. */
export const jsonPathForm = 'a JSONPath such as $.answer or $.items[0].name';

const steps = /\.([\p{L}_$][\p{L}\p{N}_$-]*)|\[(\d{1,6})\]|\['([^'\]]+)'\]|\["([^"\]]+)"\]/gu;

/** The keys and positions that a path names; undefined if it is none, or has wildcards, filters or slices. */
export function parseJsonPath(path: string): (string | number)[] | undefined {
  if (!path.startsWith('$')) return undefined;
  const rest = path.slice(1);
  const found = [...rest.matchAll(steps)];
  if (found.map(([text]) => text).join('') !== rest) return undefined;
  return found.map(
    ([, key, position, ...quoted]) => key ?? (position === undefined ? undefined : Number(position)) ?? quoted.join(''),
  );
}

/** What a path points at; undefined if there is nothing. */
export function valueAt(path: string, value: unknown): unknown {
  return parseJsonPath(path)?.reduce<unknown>((found, step) => {
    if (Array.isArray(found)) return typeof step === 'number' ? found[step] : undefined;
    return isRecord(found) && Object.hasOwn(found, step) ? found[step] : undefined;
  }, value);
}
