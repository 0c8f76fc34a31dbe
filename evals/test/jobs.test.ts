import { afterEach, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.js';
import type { Result } from '../../tools/contract/json.js';
import { type CallRecord, type Connected, startServer } from '../runner/server.js';
import { references } from '../solutions/reference.js';
import { tasks } from '../tasks/index.js';
import { flows } from '../tasks/shop.js';
import { builtServer, taskNamed } from './support/attempts.js';

const [tom, sofia, ana, rui] = ['24958501110460017', '24958501110470023', '24958501110472001', '24958501110472002'];

let open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open) await close();
  open = [];
});

/** Starts the program on the account of a task. */
async function onAccountOf(task: string): Promise<Connected & { readonly sandbox: Sandbox }> {
  const sandbox = await startSandbox({ account: taskNamed(task).account, limits: false });
  open = [() => sandbox.close()];
  const server = await startServer(builtServer(), sandbox);
  open = [() => server.close(), ...open];
  return { ...server, sandbox };
}

const parsed = ({ text }: CallRecord): unknown => JSON.parse(text);

function descriptionOf({ tools }: Connected, name: string): string {
  const tool = tools.find((each) => each.name === `manychat_${name}`);
  if (tool === undefined) throw new Error(`there is no tool ${name}`);
  return tool.description;
}

describe("a marketer's job", () => {
  it('is a task, each of the eight with what misled there and a reference', () => {
    const jobs = tasks.filter(({ job }) => job !== undefined);
    expect(new Set(jobs.map(({ job }) => job)).size).toBe(8);
    expect(jobs.filter(({ name }) => references[name] === undefined)).toEqual([]);
  });

  it('who-is-maria: the instructions say that no orders are kept, and a part of a name is explained', async () => {
    const server = await onAccountOf('who-is-maria');
    expect(server.instructions).toContain('nor show sent messages or orders');
    const part = await server.call('manychat_find_subscribers', { queries: ['Maria'] });
    expect(part.text).toContain('Only full names match');
  });

  it('tag-lisbon: fields go by name, and an unknown tag is answered by how to create it', async () => {
    const server = await onAccountOf('tag-lisbon');
    const found = await server.call('manychat_find_subscribers_by_custom_field', {
      field_name: 'city',
      field_value: 'Lisbon',
    });
    expect(parsed(found)).toMatchObject({ count: 6 });
    const unknownField = await server.call('manychat_find_subscribers', { queries: ['district:Alfama'] });
    expect(unknownField.text).toContain('There is no custom field \\"district\\"');
    const tag = { subscriber_id: '24958501110473001', tag_name: 'Lisbon' };
    const unknownTag = await server.call('manychat_add_tag_to_subscriber_by_name', tag);
    expect(unknownTag.text).toContain('none is similar; manychat_create_tag creates one');
    expect(unknownTag.text).not.toMatch(/VIP|Newsletter|Wholesale/);
  });

  it('toms-order-is-late: a token is for one message about its topic, and is not spent in silence', async () => {
    const server = await onAccountOf('toms-order-is-late');
    const ways = await server.call('manychat_get_messaging_status', { subscriber_ids: [tom] });
    expect(parsed(ways)).toMatchObject({
      contacts: [{ name: 'Tom Baker', plain_message_now: 'no' }],
      ways: { otn: { note: expect.stringContaining('One message about that topic and nothing else') } },
    });
    const content = { messages: [{ type: 'text', text: 'Rye bread is back in stock.' }] };
    const sent = await server.call('manychat_send_content', {
      subscriber_id: tom,
      data: { version: 'v2', content },
      otn_topic_name: 'Back in stock',
    });
    expect(parsed(sent)).toMatchObject({
      contact: 'Tom Baker',
      otn_topic: 'Back in stock',
      status: expect.stringContaining('the one-time notification for this topic is spent'),
    });
  });

  it('three-birthdays: each contact gets a value of its own in one call', async () => {
    const server = await onAccountOf('three-birthdays');
    const items = [
      { subscriber_id: ana, fields: { birthday: '1990-04-12' } },
      { subscriber_id: rui, fields: { birthday: '1985-05-03' } },
    ];
    expect(parsed(await server.call('manychat_for_each_subscriber', { action: 'set_fields', items }))).toMatchObject({
      done: 2,
      failed: [],
    });
    const ofBoth = server.sandbox.account().contacts?.filter(({ id }) => id === ana || id === rui);
    expect(ofBoth?.map(({ fields }) => fields?.birthday)).toEqual(['1990-04-12', '1985-05-03']);
  });

  it('three-birthdays: a map of fields is read where a list is asked for', async () => {
    const server = await onAccountOf('three-birthdays');
    const set = { subscriber_id: ana, fields: { birthday: '1990-04-12' } };
    expect(parsed(await server.call('manychat_set_custom_fields', set))).toMatchObject({
      fields: [{ field: 'birthday', value: '1990-04-12' }],
    });
  });

  it('cart-for-whatsapp: several names are looked up at once, and a start is accepted, not done', async () => {
    const server = await onAccountOf('cart-for-whatsapp');
    const found = await server.call('manychat_find_subscribers', { queries: ['Hugo Barros', 'Mario Jardim'] });
    expect(parsed(found)).toMatchObject({
      results: [{ matches: [{ whatsapp_phone: '351930000000' }] }, { matches: [{ name: 'Mario Jardim' }] }],
    });
    const started = await server.call('manychat_for_each_subscriber', {
      action: 'send_flow',
      flow_ns: flows.abandonedCart,
      subscriber_ids: ['1523909001', '1523909002'],
    });
    const result = parsed(started);
    expect(result).toMatchObject({ accepted: 2 });
    expect(result).not.toHaveProperty('done');
  });

  it('how-many-subscribers: the texts say that contacts cannot be counted, and "*" finds nobody', async () => {
    const server = await onAccountOf('how-many-subscribers');
    expect(server.instructions).toContain('cannot list or count contacts');
    expect(descriptionOf(server, 'find_subscribers')).toContain('cannot list or count contacts');
    const everybody = await server.call('manychat_find_subscribers', { queries: ['*'] });
    expect(everybody.text).toContain('Only full names match');
  });

  it('old-tag-off-everybody: the similar tag is named, and emptying a tag does not lead to deleting it', async () => {
    const server = await onAccountOf('old-tag-off-everybody');
    const missed = await server.call('manychat_delete_tag_by_name', { tag_name: 'Old' });
    expect(missed.text).toMatch(/similar, but not the same: \\"Old Tag\\".*Ask the user/);
    for (const name of ['remove_tag_from_subscriber', 'remove_tag_from_subscriber_by_name']) {
      expect(descriptionOf(server, name)).toContain("from every contact: only a person, on ManyChat's own screen");
      expect(descriptionOf(server, name)).not.toContain('delete_tag');
    }
    expect(descriptionOf(server, 'delete_tag_by_name')).toContain('Not for emptying a tag');
  });

  it('picture-on-instagram: a refused channel says how to choose another, and a button needs no type', async () => {
    const server = await onAccountOf('picture-on-instagram');
    const buttons = [{ caption: 'Order', url: 'https://example.com/order' }];
    const messages = [{ type: 'image', url: 'https://example.com/easter.png', buttons }];
    const send: (content: Result) => Promise<CallRecord> = (content) =>
      server.call('manychat_send_content', { subscriber_id: sofia, data: { version: 'v2', content } });
    const refused = await send({ messages });
    expect(refused.text).toContain('content.type of manychat_send_content');
    expect(refused.text).toContain('Instagram is on record for the contact');
    expect(parsed(await send({ type: 'instagram', messages }))).toMatchObject({ channel: 'instagram', messages: 1 });
  });
});
