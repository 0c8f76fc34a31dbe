import { describe, expect, test } from 'vitest';
import { planJob } from '../../../src/cli/bulk/job/job.js';
import { fillTemplate } from '../../../src/cli/bulk/job/template.js';
import { openTable } from '../../../src/cli/bulk/table/csv-table.js';
import type { Row } from '../../../src/cli/bulk/table/rows.js';
import { useFolder } from '../../support/folder.js';

const write = useFolder();

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}

async function rowsOf(text: string): Promise<Row[]> {
  const table = await openTable(write('contacts.csv', text));
  return all(table.rows());
}

describe('reading a table', () => {
  const rows = [
    { line: 2, row: 2, cells: { id: '24958501110451908', name: 'Ana' } },
    { line: 3, row: 3, cells: { id: '2', name: 'Bo' } },
  ];
  test.each([
    ['as it is', 'id,name\n24958501110451908,Ana\n2,Bo\n'],
    ['with a byte-order mark and CRLF', '\uFEFFid,name\r\n24958501110451908,Ana\r\n2,Bo\r\n'],
    ['with semicolons', 'id;name\n24958501110451908;Ana\n2;Bo'],
    ['with tabs', 'id\tname\n24958501110451908\tAna\n2\tBo'],
    ['with quotes and white space', '"id" , "name"\n"24958501110451908",Ana \n2,"Bo"\n'.replace('" , "', '","')],
  ])('%s', async (_, text) => expect(await rowsOf(text)).toEqual(rows));

  test('with line breaks, quotes and delimiters in cells, and the line where each row begins', async () => {
    const text = 'id,note\n1,"Hi, ""you""\nthere"\n\n2,x\n';
    expect(await rowsOf(text)).toEqual([
      { line: 2, row: 2, cells: { id: '1', note: 'Hi, "you"\nthere' } },
      { line: 5, row: 4, cells: { id: '2', note: 'x' } },
    ]);
  });

  test.each([
    ['', /is empty/],
    ['\n\n', /is empty/],
    ['id,name\n1,"open\n', /contacts\.csv, line 2: a cell begins with a quote, and no quote ends it$/],
    [`id,name\n1,"${'x'.repeat(2 ** 21)}\n`, /line 2: .*(more than a million characters|no quote ends it)/],
  ])('%j is refused', async (text, words) => {
    await expect(rowsOf(text)).rejects.toThrow(words);
  });

  test('a missing file is refused', async () => {
    await expect(openTable('/nowhere/at/all.csv')).rejects.toThrow(/cannot be read: ENOENT/);
  });
});

describe('a template', () => {
  const cells = { name: 'Ana', city: '', 'Order No': '1042' };
  test.each([
    ['Hi {{name}}, {{ Order No }}', 'Hi Ana, 1042'],
    ['Hi {{city|there}}', 'Hi there'],
    ['Hi {{name|there}}{{city|}}', 'Hi Ana'],
    [{ a: ['{{name}}', 1, null] }, { a: ['Ana', 1, null] }],
  ])('%j', (template, expected) => expect(fillTemplate(template, cells)).toEqual(expected));

  test('does not expand placeholders in cells', () => {
    expect(fillTemplate('{{a}}', { a: '{{b}} $& $1', b: 'x' })).toBe('{{b}} $& $1');
  });

  test('names the empty column', () => {
    expect(() => fillTemplate('Hi {{city}}', cells)).toThrow(
      '{{city}}: the column is empty in this row; add a fallback, as in {{city|…}}',
    );
  });
});

describe('a job', () => {
  const plan = async (options: object, text = 'subscriber_id,first_name,City\n1,Ana,\n') => {
    const table = await openTable(write('contacts.csv', text));
    const job = planJob(options, table);
    const [row] = await all(table.rows());
    return { job, task: row === undefined ? undefined : job.taskOf(row) };
  };

  test.each([
    [{ addTag: 'VIP' }, { action: 'add_tag', tag_name: 'VIP' }, true],
    [{ removeTag: 'VIP' }, { action: 'remove_tag', tag_name: 'VIP' }, true],
    [{ setFields: 'first_name, note=City' }, { action: 'set_fields', fields: { first_name: 'Ana' } }, true],
    [{ setFields: true }, { action: 'set_fields', fields: { first_name: 'Ana' } }, true],
    [
      { sendText: 'Hi {{first_name}}', channel: 'instagram' },
      { action: 'send_text', text: 'Hi Ana', channel: 'instagram' },
      false,
    ],
    [{ sendFlow: 'content1' }, { action: 'send_flow', flow_ns: 'content1' }, false],
    [
      { sendFlow: 'content1', setFields: 'first_name' },
      { action: 'send_flow', flow_ns: 'content1', fields: { first_name: 'Ana' } },
      false,
    ],
  ])('%j', async (options, action, repeatable) => {
    const { job, task } = await plan(options);
    expect(task).toEqual({ id: '1', args: { subscriber_id: '1', ...action }, input: expect.objectContaining(action) });
    expect(job.repeatable).toBe(repeatable);
  });

  test('reads message content from a file', async () => {
    const sendContent = write('message.json', '\uFEFF[{"type": "text", "text": "Hi {{first_name}}"}]');
    expect((await plan({ sendContent })).task).toMatchObject({
      args: { data: { version: 'v2', content: { messages: [{ type: 'text', text: 'Hi Ana' }] } } },
    });
  });

  test.each([
    [{ sendText: 'Hi {{City}}' }, /the column is empty in this row/],
    [{ sendFlow: 'c', setFields: 'City' }, /the column is empty in this row/],
  ])('%j makes this row unusable', async (options, words) => {
    expect((await plan(options)).task).toEqual({ problem: expect.stringMatching(words) });
  });

  test('a row without field values changes nothing', async () => {
    expect((await plan({ setFields: 'City' })).task).toEqual({ id: '1', args: undefined });
    const { task } = await plan({ setFields: 'b' }, 'subscriber_id,b\n12x,\n');
    expect(task).toEqual({ problem: expect.stringMatching(/must be decimal digits/) });
  });

  test.each([
    ['', /subscriber_id is empty/],
    ['12x', /must be decimal digits/],
    ['2.49586E+16', /must be decimal digits/],
  ])('the id %j makes its row unusable', async (id, words) => {
    const { task } = await plan({ addTag: 'VIP' }, `subscriber_id,b\n${id},x\n`);
    expect(task).toEqual({ problem: expect.stringMatching(words) });
  });

  test.each([
    [{}, /give exactly one action/],
    [{ addTag: 'a', removeTag: 'b' }, /give exactly one action/],
    [{ addTag: 'a', channel: 'instagram' }, /--channel only goes with --send-text/],
    [{ addTag: 'a', idColumn: 'nope' }, /lacks a column "nope"; it has subscriber_id, first_name, City/],
    [
      { sendText: 'Hi {{firstname}}' },
      /there is no column "firstname"; the columns are subscriber_id, first_name, City. A placeholder is a column of the table, not a field of ManyChat/,
    ],
    [{ sendContent: '/nowhere.json' }, /--send-content: ENOENT/],
  ])('%j is refused', async (options, words) => {
    await expect(plan(options)).rejects.toThrow(words);
  });

  test('reads content in UTF-16, and names a mistake in its JSON with its place', async () => {
    const sendContent = write('u16.json', Buffer.from('\uFEFF{"version":"v2","content":{"messages":[]}}', 'utf16le'));
    await expect(plan({ sendContent })).resolves.toBeDefined();
    const faulty = write('faulty.json', '{"version":"v2",\n "content":{},}');
    await expect(plan({ sendContent: faulty })).rejects.toThrow(
      /faulty\.json is not JSON: there is a comma before the closing bracket\n.*\n {16}\^ line 2, column 15$/,
    );
  });

  test('finds columns by their names as they are shown', async () => {
    const text = '\u202aid\u202c,Order\u200e no,ci\u00adty\n1,A1,Rome\n';
    const { job, task } = await plan({ sendText: '{{Order no}} {{city|there}} {{ci\u00adty}}' }, text);
    expect(job.contacts.column).toBe('\u202aid\u202c');
    expect(task).toMatchObject({ args: { text: 'A1 Rome Rome' } });
    expect((await plan({ addTag: '{{city}}', idColumn: 'id' }, text)).task).toMatchObject({
      args: { tag_name: 'Rome' },
    });
    const fields = await plan({ setFields: 'size=city' }, text);
    expect(fields.task).toMatchObject({ args: { fields: { size: 'Rome' } } });
  });

  test('takes the column with exactly the name, and none of several that are shown so', async () => {
    const text = 'id,size,size\u200e,si\u200eze\n1,S,M,L\n';
    expect((await plan({ addTag: '{{size}}' }, text)).task).toMatchObject({ args: { tag_name: 'S' } });
    const alike = 'id,size\u200e,si\u200eze\n1,M,L\n';
    await expect(plan({ addTag: '{{size}}' }, alike)).rejects.toThrow(/several columns are shown as "size"/);
  });

  test('finds the id column by its usual names', async () => {
    expect((await plan({ addTag: 'a' }, 'name,Contact ID\nx,1\n')).job.contacts.column).toBe('Contact ID');
    await expect(plan({ addTag: 'a' }, 'name,number\nx,1\n')).rejects.toThrow(/lacks a column of contact ids/);
  });
});
