/** Whether a value is a JSON object, not a list or null. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The arguments or the result of a tool: an object with named keys. */
export type Result = Readonly<Record<string, unknown>>;

/** The value if it is an object, else an empty object. */
export const asObject = (value: unknown): Record<string, unknown> => (isObject(value) ? value : {});

/** The items of a list, or of an object with only numeric keys: PHP encodes some lists so. Undefined for anything else. */
export function toList(value: unknown): unknown[] | undefined {
  if (Array.isArray(value)) return value;
  const numbered = isObject(value) && Object.keys(value).every((key) => /^\d+$/.test(key));
  return numbered ? Object.values(value) : undefined;
}
