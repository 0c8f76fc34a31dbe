import type { ServerResponse } from 'node:http';
import { stringifyJson } from './json.js';
import type { SandboxResponse } from './refusal.js';

/** Content-Type by the `type` of a response. */
export const contentTypes = {
  json: 'application/json; charset=utf-8',
  html: 'text/html; charset=utf-8',
  text: 'text/plain; charset=utf-8',
};

/** The body as it is sent; '' without one. */
export function serializeBody({ body, type = 'json' }: SandboxResponse): string {
  if (body === undefined) return '';
  return type === 'json' ? stringifyJson(body) : String(body);
}

/** Sends a response and returns its status; `onFlushed` is called once it was handed to the system. */
export function sendResponse(response: ServerResponse, reply: SandboxResponse, onFlushed?: () => void): number {
  const body = Buffer.from(serializeBody(reply));
  const type = body.length === 0 ? {} : { 'content-type': contentTypes[reply.type ?? 'json'] };
  response.writeHead(reply.status, { ...type, 'content-length': body.length });
  response.end(body, onFlushed);
  return reply.status;
}
