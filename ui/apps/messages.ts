import { isObject, type Result } from '../../tools/contract/json.js';

/** Identifies a request, and the response to it. */
export type RequestId = string | number;

/** A message of the host. */
export type HostMessage =
  | { readonly kind: 'result'; readonly id: RequestId; readonly result: Result }
  | { readonly kind: 'failure'; readonly id: RequestId; readonly reason: string }
  | { readonly kind: 'request'; readonly id: RequestId; readonly method: string }
  | { readonly kind: 'notice'; readonly method: string; readonly params: Result };

const isId = (value: unknown): value is RequestId => typeof value === 'string' || typeof value === 'number';

/** Reads a JSON-RPC message of the host; undefined if it is none. */
export function readMessage(data: unknown): HostMessage | undefined {
  if (!isObject(data) || data.jsonrpc !== '2.0') return undefined;
  const { id, method, params, result, error } = data;
  if (typeof method === 'string') {
    if (isId(id)) return { kind: 'request', id, method };
    return { kind: 'notice', method, params: isObject(params) ? params : {} };
  }
  if (!isId(id)) return undefined;
  if (error === undefined) return { kind: 'result', id, result: isObject(result) ? result : {} };
  const reason = isObject(error) && typeof error.message === 'string' ? error.message : 'no reason given';
  return { kind: 'failure', id, reason };
}
