import { describe, expect, test } from 'vitest';
import { asObject, isObject, toList } from '../../tools/contract/json.js';
import { john, maria } from '../support/people.js';
import { requesting } from '../support/requesting.js';
import { reached, useCaller } from '../support/sandboxed.js';

const used = useCaller({ random: () => 0 });

/** The requests so far, without the reads of field types, which are cached. */
const wire = () =>
  used.sandbox
    .requests()
    .filter(({ path }) => !/get(Custom|Bot)Fields$/.test(path))
    .map(({ method, path, query, body }) => ({ method, path, query, body }));

/** Spellings of an id that change nothing. A prefix is only for contacts. */
const marks = ['\u202aID\u202c', '\u200eID\u200b', '\ufeffID\u00a0', ' ID\n'];
const prefixes = ['user:ID', '\u2068 User: ID\u2069'];

const idNames = ['subscriber_id', 'subscriber_ids', 'user_ref', 'tag_id', 'field_id', 'whatsapp_field_id'];

/** A copy of arguments in which each id is spelled differently. */
function spelled(value: unknown, form: string, key = ''): unknown {
  if (Array.isArray(value)) return value.map((each) => spelled(each, form, key));
  if (isObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, spelled(each, form, name)]));
  }
  const contact = key.startsWith('subscriber_id');
  if (!idNames.includes(key) || (form.toLowerCase().includes('user:') && !contact)) return value;
  return form.replace('ID', String(value));
}

describe.each([...marks, ...prefixes])('ids spelled as %j', (form) => {
  const takers = requesting.filter(({ example }) => JSON.stringify(spelled(example, form)) !== JSON.stringify(example));

  test.each(takers.map(({ name, example }) => [name, example] as const))(
    '%s makes the same requests',
    async (name, args) => {
      await used.caller.call(name, args);
      const plain = wire();
      used.sandbox.reset();
      const outcome = await used.caller.call(name, asObject(spelled(args, form)));
      expect(outcome).toMatchObject({ ok: true });
      expect(plain).not.toEqual([]);
      expect(wire()).toEqual(plain);
      if (!outcome.ok || form.trim() === 'ID' || form === '\ufeffID\u00a0') return;
      const told = toList(outcome.result.warnings)?.join('\n') ?? '';
      expect(told).toMatch(/(subscriber_ids?|user_ref|tag_id|field_id)\S* "\S.*" was read as "-?\d+"\./);
    },
  );
});

describe('ids', () => {
  const takers = requesting.filter(({ example }) => Object.keys(example).some((key) => idNames.includes(key)));

  // What could separate two ids, or be a part of another number, is not taken away.
  const refused = [
    '123 456',
    '123\u200b456',
    '123\u00a0456',
    '123-456',
    '123,456',
    '123.0',
    '1.23E5',
    '²123',
    '١٢٣',
    "'123",
    '#123',
  ];

  test.each(takers.map(({ name, example }) => [name, asObject(example)] as const))(
    '%s refuses anything between and around digits',
    async (name, args) => {
      for (const id of refused) {
        for (const key of Object.keys(args).filter((each) => idNames.includes(each))) {
          const failure = await used.failure(name, { ...args, [key]: key === 'subscriber_ids' ? [id] : id });
          expect([id, failure.kind, failure.message]).toEqual([id, 'invalid_input', expect.stringContaining(key)]);
        }
      }
      expect(used.sandbox.requests()).toEqual([]);
    },
  );

  test.each(['tag_id', 'user_ref'])('a prefix belongs to contacts, not to a %s', async (key) => {
    const tool = key === 'tag_id' ? 'manychat_delete_tag' : 'manychat_get_subscriber_by_user_ref';
    expect(await used.failure(tool, { [key]: 'user:12' })).toMatchObject({ kind: 'invalid_input' });
  });

  test('given as a number stay exact only', async () => {
    const failure = await used.failure('manychat_get_subscriber', { subscriber_id: 24958501110451908 });
    expect(failure.message).toMatch(/a JSON number loses digits/);
    expect(await used.result('manychat_get_subscriber', { subscriber_id: 123456789 })).toBeDefined();
  });

  test('in long lists are told a few times', async () => {
    const subscriber_ids = [1, 2, 3, 4, 5].map((id) => `user:${id}`);
    const args = { subscriber_ids, action: 'add_tag', tag_name: 'VIP' };
    const { warnings } = await used.result('manychat_for_each_subscriber', args);
    expect(warnings).toEqual([
      'subscriber_ids[0] "user:1" was read as "1".',
      'subscriber_ids[1] "user:2" was read as "2".',
      'subscriber_ids[2] "user:3" was read as "3".',
      '2 more values were read so.',
    ]);
  });

  test('of the same contact are one contact, in a list and for the send guard', async () => {
    const send = (subscriber_id: string) => used.caller.call('manychat_send_text', { subscriber_id, text: 'Hi' });
    used.sandbox.injectFault({ match: { path: 'sendContent' }, reset: 'before_headers', perform: true });
    expect(await send(maria)).toMatchObject({ ok: false });
    expect(await send(`\u202auser:${maria}\u202c`)).toMatchObject({ ok: false });
    expect(reached(used.sandbox)).toEqual([maria]);
    const subscriber_ids = [john, `user:${john}`, `\u200b${john}`];
    const args = { subscriber_ids, action: 'send_text', text: 'Hello' };
    expect(await used.result('manychat_for_each_subscriber', args)).toMatchObject({ accepted: 1 });
    expect(reached(used.sandbox)).toEqual([maria, john]);
  });
});

describe('an id', () => {
  test.each(['0034600111222', '034600111222', '\u200e0034600111222'])(
    '%j looks like a phone number and is refused',
    async (subscriber_id) => {
      const { kind, message } = await used.failure('manychat_get_subscriber', { subscriber_id });
      expect([kind, message]).toEqual(['invalid_input', expect.stringMatching(/this looks like a phone number/)]);
      expect(used.sandbox.requests()).toEqual([]);
    },
  );

  test('of anything else has no zeros before it', async () => {
    const { message } = await used.failure('manychat_delete_tag', { tag_id: '012' });
    expect(message).toBe('tag_id: must be decimal digits, e.g. 12, without zeros before them');
  });

  test.each([
    ['manychat_get_subscriber', (text: string) => ({ subscriber_id: text })],
    [
      'manychat_for_each_subscriber',
      (text: string) => ({ subscriber_ids: [text], action: 'add_tag', tag_name: 'VIP' }),
    ],
    ['manychat_get_connection', (text: string) => ({ connection_id: text })],
    ['manychat_find_subscriber_by_system_field', (text: string) => ({ email: `a@${text}` })],
    ['manychat_find_subscriber_by_system_field', (text: string) => ({ email: text })],
    ['manychat_find_subscriber_by_system_field', (text: string) => ({ phone: text })],
    ['manychat_send_flow', (text: string) => ({ subscriber_id: 'x', flow_ns: text })],
  ] as const)('%s takes no time for a long text', async (tool, argsOf) => {
    for (const filler of [' ', '\u200b', '\t', '<', '"', '1', '0']) {
      const before = performance.now();
      await used.caller.call(tool, argsOf(`1${filler.repeat(100_000)}x`));
      await used.caller.call(tool, argsOf(`user:${filler.repeat(100_000)}x`));
      expect(performance.now() - before).toBeLessThan(1_500);
    }
  });
});

describe('the ns of a flow', () => {
  test.each([
    ['manychat_send_flow', { subscriber_id: maria }],
    ['manychat_set_fields_and_send_flow', { subscriber_id: maria, fields: { reply_text: 'Hi' } }],
    ['manychat_for_each_subscriber', { subscriber_ids: [maria], action: 'send_flow' }],
  ] as const)('is read by %s without marks around it', async (tool, args) => {
    const flow_ns = 'content20240311101502_501223';
    const { warnings } = await used.result(tool, { ...args, flow_ns: ` ${flow_ns}\u200b` });
    const bodies = used.sandbox.requests().map(({ body }) => JSON.stringify(body));
    expect(bodies.at(-1)).toContain(`"${flow_ns}"`);
    expect(toList(warnings)?.[0]).toBe(`flow_ns " ${flow_ns}\\u{200b}" was read as "${flow_ns}".`);
  });
});

describe('the id of a connection', () => {
  test('is read without marks around it', async () => {
    const connection_id = `\u200e ${used.sandbox.connectionId}\u00a0`;
    const plain = await used.result('manychat_get_connection', { connection_id: used.sandbox.connectionId });
    const { warnings, ...same } = await used.result('manychat_get_connection', { connection_id });
    expect(same).toEqual(plain);
    expect(warnings).toEqual([expect.stringMatching(/^connection_id "\\u\{200e\} \S+" was read as "\S+"\.$/)]);
  });
});

describe('an email address to store', () => {
  const takers = requesting.filter(({ input }) => Object.hasOwn(input.shape, 'email'));

  test.each(takers.map(({ name, example }) => [name, example] as const))('%s reads what surrounds it', async (name) => {
    const argsOf = (email: string) => ({
      email,
      ...(name.includes('find_subscriber_by') ? {} : { has_opt_in_email: true }),
      ...(name.includes('update') && { subscriber_id: maria }),
    });
    for (const written of [
      'mailto:ada@example.com',
      '"ada@example.com"',
      'ada@example.com.',
      'Ada <ada@example.com>',
    ]) {
      used.sandbox.reset();
      const { warnings } = await used.result(name, argsOf(written));
      const sent = used.sandbox.requests().map(({ query, body }) => JSON.stringify([query, body]));
      expect(sent.filter((each) => each.includes('ada@'))).not.toEqual([]);
      for (const each of sent.filter((one) => one.includes('ada@'))) expect(each).toContain('"ada@example.com"');
      expect(toList(warnings)?.[0]).toMatch(/^email ".*" was read as "ada@example\.com"\.$/);
    }
    used.sandbox.reset();
    for (const written of ['ada"@example.com', 'mailto:ada@example.com?cc=b', 'a@example.com <b@example.com>']) {
      expect(await used.failure(name, argsOf(written))).toMatchObject({ kind: 'invalid_input', performed: 'no' });
    }
    expect(used.sandbox.requests()).toEqual([]);
  });
});

describe('a phone number to store', () => {
  const writers = [
    ['manychat_create_subscriber', (phone: unknown) => ({ phone, has_opt_in_sms: false })],
    ['manychat_create_subscriber', (whatsapp_phone: unknown) => ({ whatsapp_phone })],
    ['manychat_update_subscriber', (phone: unknown) => ({ subscriber_id: maria, phone, has_opt_in_sms: false })],
    ['manychat_find_or_create_subscriber', (phone: unknown) => ({ phone, has_opt_in_sms: false })],
    ['manychat_find_or_create_subscriber', (whatsapp_phone: unknown) => ({ whatsapp_phone })],
  ] as const;

  describe.each(
    writers.map(
      ([tool, argsOf]) => [tool, Object.keys(argsOf('')).find((key) => key.endsWith('phone')), argsOf] as const,
    ),
  )('by %s as %s', (tool, key, argsOf) => {
    test.each(['+34 600-111-444', '0034600111444', '+34 (600) 111.444', '\u202a+34\u00a0600 111\u200e444\u202c'])(
      '%j is stored as + and digits',
      async (phone) => {
        const { subscriber, warnings } = await used.result(tool, argsOf(phone));
        const stored = key === 'phone' ? { phone: '+34600111444' } : { whatsapp_phone: '34600111444' };
        expect(subscriber).toMatchObject(stored);
        expect(toList(warnings)?.[0]).toMatch(/phone ".*" was read as "\+34600111444"\.$/);
      },
    );

    test.each(['34600111444', 34600111444, '2025550123', 2025550123, '600111444', '11987654321', '12025550123'])(
      '%j is refused for its missing +',
      async (phone) => {
        const { kind, message, performed } = await used.failure(tool, argsOf(phone));
        expect([kind, performed, message]).toEqual([
          'invalid_input',
          'no',
          expect.stringMatching(/must be a number with \+/),
        ]);
        expect(used.paths().filter((path) => path !== 'findBySystemField')).toEqual([]);
      },
    );

    test.each([
      '2025550123.0',
      '+2025550123.0',
      '2.02555E9',
      '+34600111444x12',
      '+34600111444²',
      '+34600111444/+34600111555',
      '+34 600111444 (2)',
    ])('%j is refused before any request', async (phone) => {
      expect(await used.failure(tool, argsOf(phone))).toMatchObject({ kind: 'invalid_input', performed: 'no' });
      expect(used.paths()).toEqual([]);
    });
  });

  test('every argument that is a phone is tried here', () => {
    const phones = requesting.flatMap(({ name, input }) =>
      Object.keys(input.shape)
        .filter((key) => key.endsWith('phone'))
        .map((key) => `${name} ${key}`),
    );
    const tried = writers.map(
      ([tool, argsOf]) => `${tool} ${Object.keys(argsOf('')).find((key) => key.endsWith('phone'))}`,
    );
    expect(phones.toSorted()).toEqual([...tried, 'manychat_find_subscriber_by_system_field phone'].toSorted());
  });
});
