import type { ServerResponse } from 'node:http';
import { writeJson } from './json.js';
import type { Answer } from './refusal.js';

export const contentTypes = { json: 'application/json; charset=utf-8', html: 'text/html; charset=utf-8' };

export function bodyOf({ body, type = 'json' }: Answer): string {
  if (body === undefined) return '';
  return type === 'html' ? String(body) : writeJson(body);
}

/** Sends an answer as it is; returns its status. */
export function sendAnswer(response: ServerResponse, answer: Answer, afterwards?: () => void): number {
  const body = Buffer.from(bodyOf(answer));
  const type = body.length === 0 ? {} : { 'content-type': contentTypes[answer.type ?? 'json'] };
  response.writeHead(answer.status, { ...type, 'content-length': body.length });
  response.end(body, afterwards);
  return answer.status;
}
