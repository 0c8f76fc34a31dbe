import type { Sandbox } from '../../src/sandbox/index.js';
import { ask } from './asking.js';

/** Sends a text to a contact of the first page by ManyChat's API; resolves to the status. */
export async function sendText(sandbox: Sandbox, id: string, text: string): Promise<number> {
  const headers = { authorization: `Bearer ${sandbox.manychatKey}`, 'content-type': 'application/json' };
  const data = { version: 'v2', content: { messages: [{ type: 'text', text }] } };
  const body = JSON.stringify({ subscriber_id: id, data });
  return (await ask(sandbox.url, { method: 'POST', path: '/fb/sending/sendContent', headers, body })).status;
}
