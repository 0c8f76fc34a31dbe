/** Whether a value is a JSON object: neither a list nor null. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A tool's result: an object with named keys, the same in text and in structured content. */
export type Result = Readonly<Record<string, unknown>>;

/** An object, or an empty one in the place of anything else. */
export const asObject = (value: unknown): Record<string, unknown> => (isObject(value) ? value : {});

/** The items of a list; also of an empty object or one with the keys 0, 1, 3…, as which PHP encodes some lists. */
export function toList(value: unknown): unknown[] | undefined {
  if (Array.isArray(value)) return value;
  const numbered = isObject(value) && Object.keys(value).every((key) => /^\d+$/.test(key));
  return numbered ? Object.values(value) : undefined;
}
