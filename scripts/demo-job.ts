import assert from 'node:assert/strict';
import type { Client } from '@modelcontextprotocol/client';

/** The id of the contact whom the job is about. */
export const maria = '24958501110451908';

/** Where the demo's job is done. */
interface Demo {
  /** A client of a server that uses the sandbox. */
  readonly client: Client;
  /** Base URL of the sandbox. */
  readonly sandboxUrl: string;
  /** Called with each line that is shown. */
  readonly print: (line: string) => void;
  /** Called after the title of each step. */
  readonly beforeStep: () => Promise<void>;
}

type Json = Record<string, unknown>;

interface Delivery {
  messages: { text: string; buttons?: { caption: string }[] }[];
  quick_replies: { caption: string }[];
}

/** Calls a tool, prints the call and its result, and returns the parsed result. */
async function call({ client, print }: Demo, tool: string, args: Json): Promise<{ failed: boolean; data: Json }> {
  print(`  → ${tool} ${JSON.stringify(args)}`);
  const result = await client.callTool({ name: tool, arguments: args });
  const [content] = result.content;
  const text = content?.type === 'text' ? content.text : '';
  print(`  ← ${text}`);
  return { failed: result.isError === true, data: JSON.parse(text) as Json };
}

/** Prints a title and makes a call that must succeed. */
async function step(demo: Demo, title: string, tool: string, args: Json): Promise<Json> {
  demo.print(`\n${title}`);
  await demo.beforeStep();
  const { failed, data } = await call(demo, tool, args);
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
async function received({ sandboxUrl }: Demo, subscriberId: string): Promise<string[]> {
  const response = await fetch(`${sandboxUrl}/sandbox/messages?subscriber_id=${subscriberId}`);
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

/** Does the job, and checks what came of it. @throws If something is not as it should be */
export async function doDemoJob(demo: Demo): Promise<void> {
  const { client, print } = demo;
  const { tools } = await client.listTools();
  print(`The server offers ${tools.length} tools. The job: tell Maria that her order has shipped.`);
  assert.ok(tools.some(({ name }) => name === 'manychat_send_text'));

  const { page } = await step(demo, 'Which account is this?', 'manychat_get_page', {});
  assert.equal((page as Json).name, 'Sunrise Coffee');

  const found = await step(
    demo,
    'Which Maria Garcia? The name is not unique, but the email is.',
    'manychat_find_subscribers_by_name',
    {
      name: 'Maria Garcia',
    },
  );
  const contacts = found.subscribers as Json[];
  assert.ok(contacts.length > 1);
  const contact = contacts.find(({ id }) => id === maria);
  assert.ok(contact, 'the id lost a digit');
  const who = { subscriber_id: String(contact.id) };

  await step(demo, 'Mark her as a customer.', 'manychat_add_tag_to_subscriber_by_name', {
    ...who,
    tag_name: 'Customer',
  });
  await step(demo, 'Record how often she has bought.', 'manychat_set_custom_field_by_name', {
    ...who,
    field_name: 'purchase_count',
    field_value: 3,
  });
  await step(demo, 'Write to her, with a button and a quick reply.', 'manychat_send_text', {
    ...who,
    ...message('Hi Maria, your order has shipped!'),
  });
  await step(demo, 'Start the welcome flow.', 'manychat_send_flow', { ...who, flow_ns: 'content123456' });

  print('\nThe same message to Tom, who last wrote three days ago. ManyChat refuses it, and the agent learns why.');
  await demo.beforeStep();
  const tom = await call(demo, 'manychat_send_text', {
    subscriber_id: '24958501110460017',
    ...message('Hi Tom, your order has shipped!'),
  });
  assert.equal(tom.failed, true);
  const error = tom.data.error as Json;
  assert.equal(error.kind, 'window_closed');
  assert.equal(error.performed, 'no');

  const messagesToMaria = await received(demo, who.subscriber_id);
  print('\nWhat Maria received, according to the sandbox:');
  for (const text of messagesToMaria) print(`  ${text}`);
  assert.deepEqual(messagesToMaria, [
    'Hi Maria, your order has shipped! [Track it] (Talk to us)',
    'Welcome to Sunrise Coffee, Maria!',
    'Your favourite roast: dark',
  ]);
  assert.deepEqual(await received(demo, '24958501110460017'), []);
  print('What Tom received: nothing.');
  print('\nDone. Everything went as it should.');
}
