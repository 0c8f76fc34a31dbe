import { expect } from 'vitest';
import type { Sandbox } from '../../src/sandbox/index.js';
import { ask } from './asking.js';

/** A client of a sandbox's control API; paths are relative to `/sandbox/`. */
export function controlApi(sandbox: Sandbox) {
  /** Sends a body as JSON, or a string as is. */
  async function request(path: string, body: unknown, method = 'POST') {
    const headers = { 'content-type': 'application/json' };
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await ask(sandbox.url, { method, path: `/sandbox/${path}`, headers, body: text });
    return { status: response.status, body: JSON.parse(response.text) };
  }
  /** Sends a request that must be refused, and returns the error text. */
  async function errorOf(path: string, body: unknown): Promise<string> {
    const { status, body: response } = await request(path, body);
    expect(status, JSON.stringify(response)).toBe(400);
    return response.error;
  }
  return { request, errorOf };
}
