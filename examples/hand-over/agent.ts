/*
 * Answers contacts, except those whom a person has taken over: the tag "Human" stops the machine. Whoever asks for a person
 * gets the tag. Needs Node.js 22.18 or newer, which runs TypeScript:
 *
 *   node examples/hand-over/agent.ts [command and arguments that start the server]
 */
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';

const tag_name = 'Human';

/** Your answer. This one is the same for everybody. */
const answerTo = (text: string): string => `Thank you for your message: ${text}`;

const [command = 'node', ...args] = process.argv.slice(2);
const server = args.length > 0 ? args : ['dist/manychat-mcp.js', '--inbound', '8081', '--inbound-mode', 'reply'];
const env = Object.fromEntries(
  Object.entries(process.env).filter((each): each is [string, string] => each[1] !== undefined),
);
const client = new Client({ name: 'hand-over', version: '1.0.0' });
await client.connect(new StdioClientTransport({ command, args: server, env, stderr: 'inherit' }));

async function call(name: string, input: Record<string, unknown>) {
  const { content } = await client.callTool({ name, arguments: input }, { timeout: 60_000 });
  const [first] = content;
  const { error, ...result } = JSON.parse(first?.type === 'text' ? first.text : '{}');
  if (error !== undefined) throw new Error(error.message);
  return result;
}

for (let done: string[] = []; ; ) {
  const { messages } = await call('manychat_wait_for_messages', { wait_seconds: 20, done });
  done = [];
  for (const { message_id, subscriber_id, from_contact: text } of messages) {
    done.push(message_id);
    if (text === undefined) continue;
    const { subscriber } = await call('manychat_get_subscriber', { subscriber_id });
    const isHandedOver = subscriber.tags?.some(({ name }: { name: string }) => name === tag_name);
    if (isHandedOver === true) continue;
    const asksForPerson = /\b(human|person)\b/i.test(text);
    if (asksForPerson) await call('manychat_add_tag_to_subscriber_by_name', { subscriber_id, tag_name });
    const answer = asksForPerson ? 'A colleague will write to you soon.' : answerTo(text);
    await call('manychat_reply', { message_id, text: answer }).catch(
      ({ message }) => void process.stderr.write(`${message}\n`),
    );
  }
}
