import type { ServerResponse } from 'node:http';
import { stringifyJson } from './json.js';
import type { SandboxResponse } from './refusal.js';

export const contentTypes = { json: 'application/json; charset=utf-8', html: 'text/html; charset=utf-8' };

export function serializeBody({ body, type = 'json' }: SandboxResponse): string {
  if (body === undefined) return '';
  return type === 'html' ? String(body) : stringifyJson(body);
}

/** Sends an answer as it is; returns its status. */
export function sendResponse(response: ServerResponse, answer: SandboxResponse, onFlushed?: () => void): number {
  const body = Buffer.from(serializeBody(answer));
  const type = body.length === 0 ? {} : { 'content-type': contentTypes[answer.type ?? 'json'] };
  response.writeHead(answer.status, { ...type, 'content-length': body.length });
  response.end(body, onFlushed);
  return answer.status;
}
