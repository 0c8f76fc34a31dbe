import type { Query, Requests } from '../state/ports.js';

function withQuery(path: string, query: Query): string {
  const named = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) named.set(name, String(value));
  return named.size === 0 ? path : `${path}?${named}`;
}

/** The sentence in a refusal. */
function refusalIn(body: unknown, status: number): string {
  const error = typeof body === 'object' && body !== null && 'error' in body ? body.error : undefined;
  return typeof error === 'string' && error !== '' ? error : `The sandbox answered with status ${status}.`;
}

async function answerTo<T>(path: string, init: RequestInit): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new Error('The sandbox cannot be reached. Is it still running?');
  }
  const text = await response.text();
  let body: T | undefined;
  try {
    body = JSON.parse(text);
  } catch {
    throw new Error(`The sandbox answered with status ${response.status}, and not with JSON.`);
  }
  if (!response.ok || body === undefined) throw new Error(refusalIn(body, response.status));
  return body;
}

/** Requests to the sandbox that served this page. */
export const requests: Requests = {
  get: (path, query = {}, signal) => answerTo(withQuery(path, query), signal === undefined ? {} : { signal }),
  post: (path, body, query = {}) =>
    answerTo(withQuery(path, query), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  remove: (path) => answerTo(path, { method: 'DELETE' }),
};
