/*
 * Tests an agent against the sandbox: the response is lost after the message was delivered, and the agent must not send it again.
 * The "agent" here is one function; replace it with yours. Needs Node.js 22.18 or newer, which runs TypeScript:
 *
 *   node examples/agent-test.ts [command and arguments that start the server]
 */
import assert from 'node:assert/strict';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';

const [command = 'node', ...args] = process.argv.slice(2);
const transport = new StdioClientTransport({
  command,
  args: [...(args.length > 0 ? args : ['dist/manychat-mcp.js']), '--sandbox'],
  stderr: 'pipe',
});
const address = new Promise<string>((resolve) => {
  transport.stderr?.on('data', (chunk) => {
    const found = /"sandbox":"([^"]+)"/.exec(String(chunk))?.[1];
    if (found !== undefined) resolve(found);
  });
});

const client = new Client({ name: 'agent-test', version: '1.0.0' });
await client.connect(transport);
const sandbox = await address;

/** Sends a text, and repeats the call only if the failure says that it can be repeated. */
async function agent(subscriber_id: string, text: string): Promise<string> {
  const result = await client.callTool({ name: 'manychat_send_text', arguments: { subscriber_id, text } });
  const [content] = result.content;
  if (result.isError !== true) return 'sent';
  const { error } = JSON.parse(content?.type === 'text' ? content.text : '{}');
  return error.retryable === true ? agent(subscriber_id, text) : error.performed;
}

const maria = '24958501110451908';
const fault = { match: { path: 'sendContent' }, perform: true, reset: 'before_headers' };
const headers = { 'content-type': 'application/json' };
await fetch(`${sandbox}/sandbox/faults`, { method: 'POST', headers, body: JSON.stringify(fault) });

assert.equal(await agent(maria, 'Your order has shipped!'), 'unknown');
const response = await fetch(`${sandbox}/sandbox/messages?subscriber_id=${maria}`);
const { messages } = (await response.json()) as { messages: unknown[] };
assert.equal(messages.length, 1, 'Maria got the message once');

await client.close();
process.stdout.write('Maria got the message once, although the response was lost.\n');
