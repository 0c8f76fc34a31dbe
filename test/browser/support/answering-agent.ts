import type { Client } from '@modelcontextprotocol/client';
import type { Sandbox } from '../../../src/sandbox/index.js';
import { freePort } from '../../services/support/service.js';
import { connectProgram, directlyTo } from '../../support/program.js';

/** An agent without a model, which answers contacts of a sandbox through MCP. */
interface AnsweringAgent {
  /** Ends it. Rejects if a call of it failed. */
  close(): Promise<void>;
}

const secret = 'a-secret-of-these-tests';

async function call(client: Client, name: string, args: Record<string, unknown>): Promise<unknown> {
  const { isError, content } = await client.callTool({ name, arguments: args });
  const text = content[0]?.type === 'text' ? content[0].text : '';
  if (isError === true) throw new Error(`${name}: ${text}`);
  return JSON.parse(text);
}

/** Waits for messages and answers each, until the client is closed. */
async function answerAll(client: Client, answer: (text: string) => string): Promise<void> {
  for (let done: string[] = []; ; ) {
    const waited = await call(client, 'manychat_wait_for_messages', { wait_seconds: 20, done });
    const { messages } = waited as { messages: { message_id: string; from_contact: string }[] };
    for (const { message_id, from_contact } of messages) {
      await call(client, 'manychat_reply', { message_id, text: answer(from_contact) });
    }
    done = messages.map(({ message_id }) => message_id);
  }
}

/** Resolves when a server listens at the port. */
async function listening(port: number): Promise<void> {
  const answers = () =>
    fetch(`http://127.0.0.1:${port}`).then(
      () => true,
      () => false,
    );
  while (!(await answers())) await new Promise((resolve) => setTimeout(resolve, 50));
}

/**
 * Starts the built program, which the sandbox calls with what its contacts write, and an agent that answers through it over
 * stdio.
 */
export async function startAnsweringAgent(sandbox: Sandbox, answer: (text: string) => string): Promise<AnsweringAgent> {
  const port = await freePort();
  const { client } = await connectProgram(
    { ...directlyTo(sandbox), MANYCHAT_MCP_INBOUND_SECRET: secret, MANYCHAT_MCP_LOG_LEVEL: 'silent' },
    ['--inbound', String(port)],
  );
  await listening(port);
  sandbox.addHooks({
    name: 'Agent',
    url: `http://127.0.0.1:${port}/inbound/default/request`,
    headers: { 'X-ManyChat-Secret': secret },
    body: { subscriber_id: '{{Contact Id}}', text: '{{Last Text Input}}', last_interaction: '{{Last Interaction}}' },
  });
  let isClosing = false;
  const answering = answerAll(client, answer).catch((error: unknown) => {
    if (!isClosing) throw error;
  });
  // It is reported when the agent is closed.
  answering.catch(() => undefined);
  return {
    async close() {
      isClosing = true;
      await client.close();
      await answering;
    },
  };
}
