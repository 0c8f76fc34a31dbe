import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { BulkOptions } from '../../../src/cli/bulk/options.js';
import { durationText } from '../../../src/cli/bulk/preview/estimate.js';
import { csv, hello, runBulk } from '../../support/bulk.js';
import { configOf } from '../../support/config.js';
import { useFolder } from '../../support/folder.js';
import { aisha, dmitri, followers, john, liam, maria, noah, sofia, tom } from '../../support/people.js';
import { directlyTo } from '../../support/program.js';
import { sandboxed, useSandbox } from '../../support/sandboxed.js';

const sandbox = useSandbox({ followers: 40, limits: false });
const write = useFolder();

const dry = (path: string, options: BulkOptions, environment: Record<string, string> = directlyTo(sandbox)) =>
  runBulk({ ...environment, MANYCHAT_MCP_DRY_RUN: '1' }, path, { json: undefined, ...options });
/** The requests by the last two parts of their paths. */
const requested = (): string[] => sandbox.requests().map(({ path }) => path.split('/').slice(-2).join('/'));
const contactsFile = (...rows: readonly string[]): string => write('contacts.csv', `id,value\n${rows.join('\n')}\n`);
const content = (more: object): BulkOptions => {
  const messages = [{ type: 'text', text: 'Hi' }];
  return { sendContent: write('message.json', JSON.stringify({ version: 'v2', content: { messages, ...more } })) };
};

describe('a dry run names what must fail', () => {
  test.each<[string, BulkOptions, RegExp]>([
    ['a tag', { addTag: 'VIPs' }, /There is no tag "VIPs"; the closest are "VIP"/],
    ['a tag to remove', { removeTag: 'VIPs' }, /There is no tag "VIPs"/],
    ['a field', { setFields: 'nofield=value' }, /There is no custom field "nofield"/],
    ['a flow', { sendFlow: 'content999' }, /There is no flow "content999"; the closest are "content123/],
    ['a field before a flow', { sendFlow: 'content123456', setFields: 'nofield=value' }, /no custom field "nofield"/],
  ])('%s that does not exist', async (_, options, words) => {
    const path = contactsFile(`${followers(2)[0]},1`, `${followers(2)[1]},2`);
    const { code, noted, out } = await dry(path, options);
    expect(code).toBe(1);
    expect(noted).toMatch(words);
    expect(noted).toContain('lines 2, 3 would fail: There is no');
    expect(out).toContain('Of 2 contacts: 0 to do; 2 would fail.\nNothing was done.');
    expect(sandbox.requests().every(({ method }) => method === 'GET')).toBe(true);
  });

  test('tags, fields, values and flows in content', async () => {
    const actions = [
      { action: 'add_tag', tag_name: 'VIPs' },
      { action: 'set_field_value', field_name: 'nofield', value: '1' },
      { action: 'set_field_value', field_name: 'purchase_count', value: 'many' },
    ];
    const messages = [{ type: 'text', text: 'Hi', buttons: [{ type: 'flow', caption: 'Go', target: 'content999' }] }];
    const { noted } = await dry(contactsFile(`${followers(1)[0]},1`), content({ messages, actions }));
    for (const words of ['no tag "VIPs"', 'no custom field "nofield"', 'no flow "content999"', 'must be a number'])
      expect(noted).toContain(words);
  });

  test('a value that does not fit its field, by line', async () => {
    const [one, two, three] = followers(3);
    const path = contactsFile(`${one},7`, `${two},seven`, `${three},`);
    const { code, noted, out } = await dry(path, { setFields: 'purchase_count=value' });
    expect(code).toBe(1);
    expect(noted).toContain('line 3 would fail: fields.purchase_count: "seven" must be a number, like 123 or 1.23');
    expect(noted).not.toMatch(/line [24] would/);
    expect(out).toContain(
      'Of 3 contacts: 1 to do, about 1 second; 1 would fail; 1 has nothing to set.\nNothing was done.',
    );
  });

  test('ids that end in zeros by chance, by line', async () => {
    const ids = Array.from({ length: 120 }, (_, index) => `12345678901${23_452 + index * 17}`);
    const { noted } = await dry(contactsFile(...ids.map((id) => `${id},x`)), { addTag: 'VIP', offline: true });
    expect(noted).toMatch(
      /12 of 120 long ids end in zeros after the 15th digit \(lines 6, 16, .* more\), which may be chance: compare them with/,
    );
  });

  test('the tag of a row of its own', async () => {
    const [one, two, three] = followers(3);
    const { noted } = await dry(contactsFile(`${one},VIP`, `${two},Gold`, `${three},Gold`), { addTag: '{{value}}' });
    expect(noted).toMatch(/^lines 3, 4 would fail: There is no tag "Gold"/m);
  });

  test('an id that is no contact of the page', async () => {
    const { code, noted } = await dry(contactsFile('424242424,x'), { addTag: 'VIP' });
    expect(code).toBe(1);
    expect(noted).toContain('line 2 would fail: not_found: Validation error: Subscriber does not exist');
  });

  test.each<[string, string, BulkOptions, RegExp | undefined]>([
    ['whose window is closed', tom, {}, /line 2 would fail: the 24-hour window of the contact is closed since \d{4}-/],
    ['who never wrote', liam, {}, /line 2 would fail: the contact never wrote/],
    ['who is not on Instagram', maria, { channel: 'instagram' }, /would fail: ManyChat has no Instagram on record/],
    ['who is not on WhatsApp', maria, { channel: '{{value}}' }, /would fail: ManyChat has no WhatsApp on record/],
    [
      'who is on Instagram',
      sofia,
      { channel: 'messenger' },
      /may fail: the contact is on Instagram, and this goes to messenger/,
    ],
    [
      'who is on WhatsApp',
      aisha,
      { channel: 'messenger' },
      /may fail: the contact is on WhatsApp, and this goes to messenger/,
    ],
    ['who is on Telegram, which has no window', dmitri, { channel: 'telegram' }, undefined],
    ['who can be reached', john, {}, undefined],
    ['who can be reached on Instagram', sofia, {}, undefined],
    ['who can be reached on WhatsApp', aisha, {}, undefined],
    ['whose window is closed on Instagram', noah, {}, /line 2 would fail: the 24-hour window of the contact is closed/],
  ])('a contact %s', async (_, id, options, words) => {
    const { noted } = await dry(contactsFile(`${id},whatsapp`), { sendText: 'Hi', ...options });
    if (words === undefined) expect(noted).not.toMatch(/(would|may) fail/);
    else expect(noted).toMatch(words);
  });

  test('a content for Instagram, to a contact whose window there is closed', async () => {
    const { noted } = await dry(contactsFile(`${noah},x`), content({ type: 'instagram' }));
    expect(noted).toMatch(/line 2 would fail: the 24-hour window of the contact is closed/);
  });

  test('only once for rows with the same problem, and not more than fit the screen', async () => {
    const rows = followers(30).map((id, index) => `${id},word ${index}`);
    const { noted } = await dry(contactsFile(...rows), { setFields: 'purchase_count=value' });
    expect(noted.match(/would fail: fields/g)).toHaveLength(10);
    expect(noted).toContain('… and 20 more lines would fail, for other reasons');
  });

  test('an account that is not chosen', async () => {
    const { environment } = await sandboxed({ secondConnection: 'ACTIVE', followers: 3 });
    const { code, noted } = await dry(write('contacts.csv', csv(3)), hello, environment);
    expect(code).toBe(1);
    expect(noted).toContain('ambiguous_connection: 2 ManyChat accounts are connected');
    expect(noted).toContain('Only the table was checked, as with --offline.');
  });

  test('a refused key, and shows what the table gives', async () => {
    const body = { status: 'error', message: 'Wrong token' };
    sandbox.injectFault({ match: { path: 'getInfo' }, times: 9, status: 401, body });
    const { code, noted, out } = await dry(write('contacts.csv', csv(2)), hello);
    expect(code).toBe(1);
    expect(noted).toContain('manychat_auth: Wrong token');
    expect(out).toContain('Hi Name 1');
  });
});

describe('a dry run', () => {
  test('says for whom it is, and shows the contacts by name', async () => {
    const { code, noted, out } = await dry(contactsFile(`${maria},A`, `${john},B`), { sendText: 'Hi,\n{{value}}!' });
    expect(code).toBe(0);
    expect(noted).toBe('Dry run for "Sunrise Coffee" (page 123456789), ids from column "id".');
    expect(out.split('\n')).toEqual([
      `line 2: "Maria Garcia" (${maria})`,
      '    Hi,',
      '    A!',
      `line 3: "John Doe" (${john})`,
      '    Hi,',
      '    B!',
      'Of 2 contacts: 2 to do, about 1 second.',
      'Nothing was done.',
    ]);
  });

  test.each<[string, BulkOptions, readonly string[]]>([
    ['a tag', { addTag: 'VIP' }, ['page/getTags']],
    ['fields', { setFields: 'purchase_count=name' }, ['page/getCustomFields']],
    ['a text', { sendText: 'Hi' }, []],
  ])('of %s reads the page, three contacts and what it names', async (_, options, lists) => {
    await dry(write('contacts.csv', csv(40)), options);
    const contacts = Array.from({ length: 3 }, () => 'subscriber/getInfo');
    expect(requested().toSorted()).toEqual(['page/getInfo', ...contacts, ...lists].toSorted());
  });

  test.each<[string, BulkOptions, readonly string[]]>([
    ['a tag to add', { addTag: 'VIP' }, ['Add the tag "VIP"']],
    ['a tag to remove', { removeTag: 'VIP' }, ['Remove the tag "VIP"']],
    ['fields', { setFields: 'purchase_count=value' }, ['"purchase_count": "5"']],
    [
      'a flow after fields',
      { sendFlow: 'content123456', setFields: 'purchase_count=value' },
      ['"purchase_count": "5"', 'Start the flow "content123456"'],
    ],
    ['a text on a channel', { sendText: 'Hi', channel: 'telegram' }, ['On telegram', 'Hi']],
  ])('shows %s', async (_, options, lines) => {
    const { out } = await dry(contactsFile(`${followers(1)[0]},5`), { ...options, offline: true });
    expect(out.split('\n').slice(1, -2)).toEqual(lines.map((line) => `    ${line}`));
  });

  test('shows content as the contact sees it', async () => {
    const { out } = await dry(contactsFile(`${followers(1)[0]},5`), { ...content({}), offline: true });
    expect(out).toContain('    On messenger\n    Message 1 (text, 2 characters)\n      Hi');
  });

  test('refuses the journal of another page, unless it is offline', async () => {
    const path = write('contacts.csv', csv(2));
    await runBulk(directlyTo(sandbox), path);
    const journal = readFileSync(`${path}.journal`, 'utf8').replace('"page":"123456789"', '"page":"5"');
    writeFileSync(`${path}.journal`, journal);
    await expect(dry(path, hello)).rejects.toThrow(/belongs to another account: its page is "5"/);
    await expect(dry(path, { sendText: 'Another' })).rejects.toThrow(
      /belongs to another account: its page is "5"\. Give this job a journal of its own: --journal \S+\.2\.journal$/,
    );
    expect((await dry(path, { ...hello, offline: true })).out).toContain('2 done already');
    const earlier = { sendText: 'Other', journal: `${path}.2.journal`, skipDoneOf: `${path}.journal` };
    await expect(dry(path, earlier)).rejects.toThrow(/is of another account/);
    expect((await dry(path, { ...earlier, offline: true })).noted).toContain(
      `${path}.journal is of page 5; whether that is this account was not checked.`,
    );
  });

  test('shows the first rows that will be done, or else the first', async () => {
    const [one, two, three] = followers(3);
    const fields = { setFields: 'purchase_count=value' };
    const { out } = await dry(contactsFile(`${one},x`, `${two},y`, `${three},7`), fields);
    expect(out.match(/^line \d+|^….*/gm)).toEqual(['line 4']);
    const texts = await dry(contactsFile(`${tom},A`, `${liam},B`, `${john},C`, `${two},D`), { sendText: 'Hi' });
    expect(texts.out.match(/^line \d+|^….*/gm)).toEqual(['line 4', 'line 5']);
    const none = await dry(contactsFile(`${one},x`, `${two},y`), fields);
    expect(none.out.match(/^line \d+|^….*/gm)).toEqual(['line 2', 'line 3']);
  });

  test('says that a table has headings only', async () => {
    const { code, noted, out } = await dry(contactsFile(), { sendText: 'Hi', offline: true });
    expect(code).toBe(0);
    expect(noted).toContain('The table has no rows below its headings.');
    expect(out).toContain('Of 0 contacts: 0 to do.');
  });

  test('counts what would fail as failed with --json', async () => {
    const [one, two] = followers(2);
    const path = contactsFile(`${one},7`, `${two},seven`, 'x,1');
    const { counts } = await dry(path, { setFields: 'purchase_count=value', json: true });
    expect(counts).toEqual({ total: 3, done: 0, failed: 2, unknown: 0, not_reached: 1, repeated: 0 });
    expect(existsSync(`${path}.journal`)).toBe(false);
  });

  test('is the only one that is offline', async () => {
    const path = write('contacts.csv', csv(2));
    await expect(runBulk(directlyTo(sandbox), path, { ...hello, offline: true })).rejects.toThrow(
      '--offline only goes with --dry-run',
    );
    expect(sandbox.requests()).toEqual([]);
  });
});

test.each<[Record<string, unknown>, number, boolean, string]>([
  [{ action: 'send_text' }, 36_000, true, 'about 60 minutes'],
  [{ action: 'send_text' }, 250, false, 'about 10 seconds'],
  [{ action: 'send_flow', fields: { a: '1' } }, 100, true, 'about 20 seconds'],
  [
    { action: 'set_fields', fields: Object.fromEntries(Array.from({ length: 45 }, (_, at) => [at, at])) },
    100,
    true,
    'about 30 seconds',
  ],
])('%j for %i contacts, through Maton: %s, takes %s', (sample, contacts, throughMaton, text) => {
  const key = throughMaton ? { MATON_API_KEY: 'key' } : { MANYCHAT_API_KEY: '1:key' };
  expect(durationText([{ sample, contacts, settings: configOf(key).account }])).toBe(text);
});

test('the screen in docs/shell.md is what a dry run prints', async () => {
  const rows = [
    `${maria},Maria,A-17`,
    `${john},,B-2`,
    `${tom},Tom,C-3`,
    `${sofia},Sofia,D-4`,
    `${maria},Maria,A-18`,
    '12x,Bo,E-5',
  ];
  const path = write('contacts.csv', `subscriber_id,first_name,order\n${rows.join('\n')}\n`);
  const { noted, out } = await dry(path, {
    sendText: 'Hi {{first_name|there}},\\nyour order {{order}} has shipped!',
  });
  const timeless = (text: string): string => text.replace(/\d{4}-\d\d-\d\d \d\d:\d\d UTC/g, 'TIME');
  const document = readFileSync(fileURLToPath(new URL('../../../docs/shell.md', import.meta.url)), 'utf8');
  expect(timeless(document)).toContain(`\`\`\`text\n${timeless(`${noted}\n${out}`)}\n\`\`\``);
});
