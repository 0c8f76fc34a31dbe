/*
 * An agent's test against the sandbox: an answer is lost after the message was delivered, and it must not be sent again.
 * Here the "agent" is a few lines; put yours in its place. Run it with a program of your own or with Node.js 22.18 or
 * newer: node examples/agent-test.ts [command and arguments that start the server]
 */
import assert from 'node:assert/strict';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';

const [command = 'npx', ...args] = process.argv.slice(2);
const transport = new StdioClientTransport({
  command,
  args: [...(args.length > 0 ? args : ['-y', 'manychat-mcp']), '--sandbox'],
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

/** Sends a text; repeats only what the failure says can be repeated. */
async function agent(subscriber_id: string, text: string): Promise<string> {
  const result = await client.callTool({ name: 'manychat_send_text', arguments: { subscriber_id, text } });
  const [content] = result.content;
  const answer = JSON.parse(content?.type === 'text' ? content.text : '{}');
  if (result.isError !== true) return 'sent';
  return answer.error.retryable === true ? agent(subscriber_id, text) : answer.error.performed;
}

const maria = '24958501110451908';
const fault = { match: { path: 'sendContent' }, perform: true, reset: 'before_headers' };
const headers = { 'content-type': 'application/json' };
await fetch(`${sandbox}/sandbox/faults`, { method: 'POST', headers, body: JSON.stringify(fault) });

assert.equal(await agent(maria, 'Your order has shipped!'), 'unknown');
const seen = await fetch(`${sandbox}/sandbox/messages?subscriber_id=${maria}`);
const { messages } = (await seen.json()) as { messages: unknown[] };
assert.equal(messages.length, 1, 'Maria got it once');

await client.close();
process.stdout.write('Maria got it once, although its answer was lost.\n');
