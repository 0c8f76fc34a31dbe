/** A value as a text: a text as it is, anything else as JSON. */
export const valueText = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? '');

/** A body for people: JSON in lines. */
export const bodyText = (body: unknown): string =>
  typeof body === 'string' ? body : (JSON.stringify(body, null, 2) ?? '');
