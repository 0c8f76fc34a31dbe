/*
 * The main job of an agent: starts the built program on its embedded sandbox, connects a client over stdio and prints each call
 * and its result. Exits with 0 only if every check passes. With `--watch` it pauses before each step, for `--seconds` or until
 * Enter, so that somebody can watch the page of the sandbox; at the end it stays until Enter or Ctrl+C. Without a terminal it
 * ends after the job.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { createPauses, type Pauses } from './pauses.js';
import { program } from './root.js';

const { values: flags } = parseArgs({
  options: { watch: { type: 'boolean', default: false }, seconds: { type: 'string', default: '4' } },
});
const seconds = Number(flags.seconds);
assert.ok(seconds >= 0, '--seconds is the length of a pause');

const terminal = process.stdin.isTTY ? process.stdin : undefined;
const pauses: Pauses = flags.watch
  ? createPauses(seconds * 1_000, terminal)
  : { untilEnter: async () => undefined, aWhile: async () => undefined };

const print = (line = ''): void => void process.stdout.write(`${line}\n`);

const transport = new StdioClientTransport({
  command: process.execPath,
  args: [program, '--sandbox'],
  env: { PATH: process.env.PATH ?? '' },
  stderr: 'pipe',
});

/** The first line on stderr contains the address of the sandbox. */
const sandboxUrl = new Promise<string>((resolve) => {
  transport.stderr?.on('data', (chunk: Buffer) => {
    const [, address] = /"sandbox":"([^"]+)"/.exec(chunk.toString('utf8')) ?? [];
    if (address !== undefined) resolve(address);
  });
});

const client = new Client({ name: 'demo', version: '1' });

type Json = Record<string, unknown>;

interface Delivery {
  messages: { text: string; buttons?: { caption: string }[] }[];
  quick_replies: { caption: string }[];
}

/** Calls a tool, prints the call and its result, and returns the parsed result. */
async function call(tool: string, args: Json): Promise<{ failed: boolean; data: Json }> {
  print(`  → ${tool} ${JSON.stringify(args)}`);
  const result = await client.callTool({ name: tool, arguments: args });
  const [content] = result.content;
  const text = content?.type === 'text' ? content.text : '';
  print(`  ← ${text}`);
  return { failed: result.isError === true, data: JSON.parse(text) as Json };
}

/** Prints a title and makes a call that must succeed. */
async function step(title: string, tool: string, args: Json): Promise<Json> {
  print(`\n${title}`);
  await pauses.aWhile();
  const { failed, data } = await call(tool, args);
  assert.equal(failed, false, `${tool} failed`);
  return data;
}

/** A text with a button and a quick reply. */
const message = (text: string): Json => ({
  text,
  buttons: [{ caption: 'Track it', url: 'https://example.com/track/1042' }],
  quick_replies: [{ caption: 'Talk to us', flow_ns: 'content123456' }],
});

/** The texts that a contact received, with buttons in brackets and quick replies in parentheses. */
async function received(subscriberId: string): Promise<string[]> {
  const response = await fetch(`${await sandboxUrl}/sandbox/messages?subscriber_id=${subscriberId}`);
  const { messages } = (await response.json()) as { messages: Delivery[] };
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
  print(`The server offers ${tools.length} tools. The job: tell Maria that her order has shipped.`);
  assert.ok(tools.some(({ name }) => name === 'manychat_send_text'));
  if (flags.watch) print(`\nWatch it in a browser: ${await sandboxUrl}/`);
  if (flags.watch && terminal) print('Press Enter to start, and at each pause to go on at once.');
  await pauses.untilEnter();

  const { page } = await step('Which account is this?', 'manychat_get_page', {});
  assert.equal((page as Json).name, 'Sunrise Coffee');

  const found = await step(
    'Which Maria Garcia? The name is not unique, but the email is.',
    'manychat_find_subscribers_by_name',
    {
      name: 'Maria Garcia',
    },
  );
  const contacts = found.subscribers as Json[];
  assert.ok(contacts.length > 1);
  const maria = contacts.find((contact) => contact.id === '24958501110451908');
  assert.ok(maria, 'the id lost a digit');
  const who = { subscriber_id: String(maria.id) };

  await step('Mark her as a customer.', 'manychat_add_tag_to_subscriber_by_name', { ...who, tag_name: 'Customer' });
  await step('Record how often she has bought.', 'manychat_set_custom_field_by_name', {
    ...who,
    field_name: 'purchase_count',
    field_value: 3,
  });
  await step('Write to her, with a button and a quick reply.', 'manychat_send_text', {
    ...who,
    ...message('Hi Maria, your order has shipped!'),
  });
  await step('Start the welcome flow.', 'manychat_send_flow', { ...who, flow_ns: 'content123456' });

  print('\nThe same message to Tom, who last wrote three days ago. ManyChat refuses it, and the agent learns why.');
  await pauses.aWhile();
  const tom = await call('manychat_send_text', {
    subscriber_id: '24958501110460017',
    ...message('Hi Tom, your order has shipped!'),
  });
  assert.equal(tom.failed, true);
  const error = tom.data.error as Json;
  assert.equal(error.kind, 'window_closed');
  assert.equal(error.performed, 'no');

  const messagesToMaria = await received(who.subscriber_id);
  print('\nWhat Maria received, according to the sandbox:');
  for (const text of messagesToMaria) print(`  ${text}`);
  assert.deepEqual(messagesToMaria, [
    'Hi Maria, your order has shipped! [Track it] (Talk to us)',
    'Welcome to Sunrise Coffee, Maria!',
    'Your favourite roast: dark',
  ]);
  assert.deepEqual(await received('24958501110460017'), []);
  print('What Tom received: nothing.');
  print('\nDone. Everything went as it should.');
  if (!flags.watch || !terminal) return;
  print('The page stays until you press Enter or Ctrl+C.');
  await Promise.race([pauses.untilEnter(), once(process, 'SIGINT')]);
  terminal.pause();
}

await job()
  .catch((error: unknown) => {
    print(`\nThe demo failed: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  })
  .finally(() => client.close());
