/*
 * The main job, as an agent does it: starts the built program on its embedded sandbox, connects a client over stdio and
 * prints what is asked and answered. Exits with 0 only when all of it held.
 */
import assert from 'node:assert/strict';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { program } from './root.js';

const print = (line = ''): void => void process.stdout.write(`${line}\n`);

const transport = new StdioClientTransport({
  command: process.execPath,
  args: [program, '--sandbox'],
  env: { PATH: process.env.PATH ?? '' },
  stderr: 'pipe',
});

/** The first line on stderr tells where the sandbox listens. */
const sandboxUrl = new Promise<string>((resolve) => {
  transport.stderr?.on('data', (chunk: Buffer) => {
    const found = /"sandbox":"([^"]+)"/.exec(chunk.toString('utf8'));
    if (found?.[1] !== undefined) resolve(found[1]);
  });
});

const client = new Client({ name: 'demo', version: '1' });

type Json = Record<string, unknown>;

interface Delivery {
  messages: { text: string; buttons?: { caption: string }[] }[];
  quick_replies: { caption: string }[];
}

/** Calls a tool, prints the exchange and returns the parsed answer. */
async function call(tool: string, args: Json): Promise<{ failed: boolean; answer: Json }> {
  print(`  → ${tool} ${JSON.stringify(args)}`);
  const result = await client.callTool({ name: tool, arguments: args });
  const [content] = result.content;
  const text = content?.type === 'text' ? content.text : '';
  print(`  ← ${text}`);
  return { failed: result.isError === true, answer: JSON.parse(text) as Json };
}

/** A step that must succeed. */
async function done(title: string, tool: string, args: Json): Promise<Json> {
  print(`\n${title}`);
  const { failed, answer } = await call(tool, args);
  assert.equal(failed, false, `${tool} failed`);
  return answer;
}

/** A text with a button and a quick reply. */
const message = (text: string): Json => ({
  text,
  buttons: [{ caption: 'Track it', url: 'https://example.com/track/1042' }],
  quick_replies: [{ caption: 'Talk to us', flow_ns: 'content123456' }],
});

/** The texts that reached a contact, buttons in brackets and quick replies in parentheses. */
async function received(subscriberId: string): Promise<string[]> {
  const answer = await fetch(`${await sandboxUrl}/sandbox/messages?subscriber_id=${subscriberId}`);
  const { messages } = (await answer.json()) as { messages: Delivery[] };
  return messages.flatMap((delivery) =>
    delivery.messages.map(({ text, buttons = [] }) =>
      [
        text,
        ...buttons.map((button) => `[${button.caption}]`),
        ...delivery.quick_replies.map((reply) => `(${reply.caption})`),
      ].join(' '),
    ),
  );
}

async function job(): Promise<void> {
  await client.connect(transport);
  const { tools } = await client.listTools();
  print(`${tools.length} tools. The job: tell Maria that her order has shipped.`);
  assert.ok(tools.some(({ name }) => name === 'manychat_send_text'));

  const { page } = await done('Which account is this?', 'manychat_get_page', {});
  assert.equal((page as Json).name, 'Sunrise Coffee');

  const found = await done(
    'Which Maria Garcia? The name is not unique; the email tells.',
    'manychat_find_subscribers_by_name',
    {
      name: 'Maria Garcia',
    },
  );
  const people = found.subscribers as Json[];
  assert.ok(people.length > 1);
  const maria = people.find((person) => person.id === '24958501110451908');
  assert.ok(maria, 'the id came through digit for digit');
  const who = { subscriber_id: String(maria.id) };

  await done('Mark her as a customer.', 'manychat_add_tag_to_subscriber_by_name', { ...who, tag_name: 'Customer' });
  await done('Note the number of her purchases.', 'manychat_set_custom_field_by_name', {
    ...who,
    field_name: 'purchase_count',
    field_value: 3,
  });
  await done('Tell her, with a button and a quick reply.', 'manychat_send_text', {
    ...who,
    ...message('Hi Maria, your order has shipped!'),
  });
  await done('Start the welcome flow.', 'manychat_send_flow', { ...who, flow_ns: 'content123456' });

  print('\nThe same message to Tom, who wrote last three days ago: ManyChat refuses it, and the agent is told why.');
  const tom = await call('manychat_send_text', {
    subscriber_id: '24958501110460017',
    ...message('Hi Tom, your order has shipped!'),
  });
  assert.equal(tom.failed, true);
  const error = tom.answer.error as Json;
  assert.equal(error.kind, 'window_closed');
  assert.equal(error.performed, 'no');

  const mariasMessages = await received(who.subscriber_id);
  print('\nWhat Maria received, as the sandbox tells:');
  for (const text of mariasMessages) print(`  ${text}`);
  assert.deepEqual(mariasMessages, [
    'Hi Maria, your order has shipped! [Track it] (Talk to us)',
    'Welcome to Sunrise Coffee, Maria!',
    'Your favourite roast: dark',
  ]);
  assert.deepEqual(await received('24958501110460017'), []);
  print('What Tom received: nothing.');
  print('\nAll of it held.');
}

await job()
  .catch((error: unknown) => {
    print(`\nIt did not hold: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  })
  .finally(() => client.close());
