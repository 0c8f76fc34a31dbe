import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MockLanguageModelV4 } from 'ai/test';
import { expect, onTestFinished, test } from 'vitest';
import { pathOf, program } from '../../scripts/root.js';
import { startSandbox } from '../../src/sandbox/index.js';
import { freePort } from '../services/support/service.js';

const example = (name: string): string => pathOf(`examples/answering-agent/${name}`);

const usage = {
  inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 1, text: 1, reasoning: 0 },
};

/** A model that answers the message in its prompt, and then has nothing more to say. */
const model = () =>
  new MockLanguageModelV4({
    async doGenerate({ prompt }) {
      const asked = prompt.find(({ role }) => role === 'user')?.content;
      const [part] = Array.isArray(asked) ? asked : [];
      const message = JSON.parse(part?.type === 'text' ? part.text : '{}');
      const reply = { message_id: message.message_id, text: `You wrote: ${message.from_contact}` };
      const isAnswered = prompt.at(-1)?.role === 'tool';
      return {
        content: isAnswered
          ? [{ type: 'text', text: 'Done.' }]
          : [{ type: 'tool-call', toolCallId: '1', toolName: 'manychat_reply', input: JSON.stringify(reply) }],
        finishReason: { unified: isAnswered ? 'stop' : 'tool-calls', raw: undefined },
        usage,
        warnings: [],
      };
    },
  });

/** The example, where it finds the packages of these tests. */
async function answerContacts(parts: object): Promise<void> {
  const folder = mkdtempSync(join(import.meta.dirname, '.built-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  copyFileSync(example('agent.js'), join(folder, 'agent.mjs'));
  const { answerContacts: answer } = await import(pathToFileURL(join(folder, 'agent.mjs')).href);
  return answer(parts);
}

test('the example agent answers a contact in the response that ManyChat waits for', async () => {
  const secret = 'a-secret-of-this-test';
  const port = await freePort();
  const sandbox = await startSandbox({ limits: false });
  onTestFinished(() => sandbox.close());
  const ending = new AbortController();
  const env = {
    PATH: process.env.PATH ?? '',
    MANYCHAT_MCP_STATE_FILE: 'off',
    MANYCHAT_MCP_LOG_LEVEL: 'silent',
    MANYCHAT_API_KEY: sandbox.manychatKey,
    MANYCHAT_API_URL: sandbox.url,
    MANYCHAT_MCP_INBOUND_SECRET: secret,
  };
  const args = [program, '--inbound', String(port), '--inbound-mode', 'reply'];
  const running = answerContacts({
    model: model(),
    launch: { command: process.execPath, args, env },
    signal: ending.signal,
  });
  const origin = `http://127.0.0.1:${port}`;
  const listens = () =>
    fetch(origin).then(
      () => true,
      () => false,
    );
  while (!(await listens())) await new Promise((resolve) => setTimeout(resolve, 50));
  sandbox.addHooks({
    name: 'Machine',
    url: `${origin}/inbound/default/request`,
    headers: { 'X-ManyChat-Secret': secret },
    body: { subscriber_id: '{{Contact Id}}', text: '{{Last Text Input}}', last_interaction: '{{Last Interaction}}' },
    mapping: { reply_text: '$.answer' },
    success: 'Say this',
  });
  const maria = '24958501110451908';
  sandbox.contactWrites(maria, { text: 'Do you ship on Mondays?' });
  await sandbox.callsSettled();
  expect(sandbox.messages()).toMatchObject([
    {
      subscriber_id: maria,
      source: 'flow',
      delivered: true,
      messages: [{ type: 'text', text: 'You wrote: Do you ship on Mondays?' }],
    },
  ]);
  ending.abort();
  await running;
});

test('the example needs the versions that are tested', () => {
  const read = (path: string) => JSON.parse(readFileSync(path, 'utf8')).dependencies;
  expect(read(pathOf('test/clients/package.json'))).toMatchObject(read(example('package.json')));
});
