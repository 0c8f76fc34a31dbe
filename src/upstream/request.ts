import type { Endpoint } from '../../tools/contract/endpoint.js';
import type { Result } from '../../tools/contract/json.js';

/** The part of an HTTP request that follows from an endpoint and its input. The account adds host and headers. */
export interface EndpointRequest {
  readonly method: Endpoint['method'];
  /** Path and query, percent-encoded. */
  readonly target: string;
  readonly body?: string;
}

/** Percent-encodes a value. An unpaired surrogate, which has no encoding, becomes U+FFFD. */
const encode = (value: unknown): string => encodeURIComponent(String(value).toWellFormed());

/** Builds a request. Inputs without a placeholder in the path go into a JSON body for POST, else into the query. */
export function endpointRequest(endpoint: Endpoint, input: Result): EndpointRequest {
  const inPath = new Set<string>();
  const path = endpoint.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    inPath.add(name);
    return encode(input[name]);
  });
  const sent = Object.entries({ ...endpoint.constants, ...input }).filter(
    ([name, value]) => value !== undefined && !inPath.has(name) && endpoint.localInputs?.includes(name) !== true,
  );
  if (endpoint.method === 'POST')
    return { method: 'POST', target: path, body: JSON.stringify(Object.fromEntries(sent)) };
  const query = sent.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');
  return { method: endpoint.method, target: query === '' ? path : `${path}?${query}` };
}
