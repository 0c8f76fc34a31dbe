import { describe, expect, test } from 'vitest';
import type { JobOptions } from '../../../src/cli/bulk/job/action.js';
import { type Job, planJob } from '../../../src/cli/bulk/job/job.js';
import { openTable } from '../../../src/cli/bulk/table/csv-table.js';
import type { Row } from '../../../src/cli/bulk/table/rows.js';
import { useFolder } from '../../support/folder.js';

const write = useFolder();

/** The job of options with a table of one row. */
async function planned(options: JobOptions, headings: string, cells: string): Promise<{ job: Job; row: Row }> {
  const table = await openTable(write('contacts.csv', `${headings}\n${cells}\n`));
  const job = planJob(options, table);
  for await (const row of table.rows()) return { job, row };
  throw new Error('the table has no row');
}

/** The arguments for the only row, or why it cannot be used. */
async function argsOf(options: JobOptions, headings: string, cells: string): Promise<unknown> {
  const { job, row } = await planned(options, headings, cells);
  const task = job.taskOf(row);
  return 'problem' in task ? task.problem : task.args;
}

const textOf = async (sendText: string, headings = 'id,name,order', cells = '1,Ana,A-17'): Promise<unknown> =>
  Object(await argsOf({ sendText }, headings, cells)).text;

describe('a column is found by its name', () => {
  test.each([
    ['First Name', '{{first_name}}'],
    ['first_name', '{{First Name}}'],
    ['FIRST-NAME', '{{ first name|there }}'],
    ['Prénom', '{{pre\u0301nom}}'],
  ])('%s as %s', async (heading, placeholder) => {
    expect(await textOf(`Hi ${placeholder}`, `id,${heading}`, '1,Ana')).toBe('Hi Ana');
  });

  test('exactly, before one that is written alike', async () => {
    expect(await textOf('{{first_name}}', 'id,First Name,first_name', '1,Ana,Bo')).toBe('Bo');
  });

  test('and is refused if several are written alike', async () => {
    await expect(textOf('{{first_name}}', 'id,First Name,First-Name', '1,Ana,Bo')).rejects.toThrow(
      '"first_name" may mean the columns "First Name", "First-Name": write the name as the table has it',
    );
  });

  test('which the journal identifies as the table has it', async () => {
    const { job } = await planned({ sendText: 'Hi {{first_name|x}}' }, 'id,First Name', '1,Ana');
    expect(job.action).toEqual({ action: 'send_text', text: 'Hi {{First Name|x}}' });
  });

  test('also for fields', async () => {
    expect(await argsOf({ setFields: 'city=home_town' }, 'id,Home Town', '1,Rome')).toEqual({
      subscriber_id: '1',
      action: 'set_fields',
      fields: { city: 'Rome' },
    });
  });
});

describe('a placeholder of another system that names a column is refused', () => {
  test.each([
    '{name}',
    '{ Name }',
    '${name}',
    '{$name}',
    '{name|there}',
    '%name%',
    '100% %NAME%',
    '[name]',
    '[[name]]',
    '[contact.name]',
    '<name>',
    '<<name>>',
    '«name»',
    '*|NAME|*',
    '{{{name}}}',
  ])('%s', async (placeholder) => {
    await expect(textOf(`Hi ${placeholder}, order {{order}}`)).rejects.toThrow(
      /is not filled in: write \{\{name\}\} for the column "name"\. If the contacts are to read .* itself, rename the column$/,
    );
  });

  test('in a tag, and at any depth of content', async () => {
    await expect(argsOf({ addTag: '[order]' }, 'id,order', '1,A')).rejects.toThrow(/^\[order\] is not filled in/);
    const messages = [{ type: 'text', text: 'Hi %order%' }];
    const sendContent = write('message.json', JSON.stringify({ version: 'v2', content: { messages } }));
    await expect(argsOf({ sendContent }, 'id,order', '1,A')).rejects.toThrow(/^%order% is not filled in/);
  });

  test.each(['Hi {friend}', '50% off, 20% more', '[sic] <3 you', 'a < b > c', '{ name: 1 }', 'name'])(
    'but not %s, which names none',
    async (text) => expect(await textOf(text)).toBe(text),
  );

  test.each([
    ['{{name | default:"there"}}', '{{name|there}}'],
    ["{{name|fallback: 'you'}}", '{{name|you}}'],
    ['{{name|default(friend)}}', '{{name|friend}}'],
  ])('and so is its fallback: %s', async (placeholder, ours) => {
    await expect(textOf(`Hi ${placeholder}`)).rejects.toThrow(`${placeholder}: write the fallback alone: ${ours}`);
  });
});

describe('--set-fields', () => {
  test.each([
    ['x=a=b', 'id,a=b', { x: '7' }],
    ['x=a=b', 'id,b', { 'x=a': '7' }],
    ['a=b', 'id,a=b', { 'a=b': '7' }],
    [' x = a = b ', 'id,a = b', { x: '7' }],
  ])('%s is divided where a column follows: %s', async (setFields, headings, fields) => {
    expect(await argsOf({ setFields }, headings, '1,7')).toMatchObject({ fields });
  });

  test.each([
    ['x=a=b', 'id,a', '--set-fields "x=a=b" must be column or field=column; the columns are id, a'],
    ['x=a=b', 'id,a=b,b', '"x=a=b" may mean the column "a=b" or the column "b": rename one of them'],
    ['a,', 'id,a', '--set-fields "" must be column or field=column'],
    ['=a', 'id,b', '--set-fields "=a" must be column or field=column'],
    ['a=', 'id,a', '--set-fields "a=" must be column or field=column'],
    ['x=a', 'id,b', 'there is no column "a"'],
  ])('%s is refused for the columns %s', async (setFields, headings, message) => {
    await expect(argsOf({ setFields }, headings, '1,7,8')).rejects.toThrow(message);
  });
});

describe('braces that are meant for ManyChat', () => {
  const callback = (payload: object) => {
    const external_message_callback = { url: 'https://example.com/', method: 'post', payload };
    const content = { messages: [{ type: 'text', text: 'Hi {{name}}' }], external_message_callback };
    return { sendContent: write('message.json', JSON.stringify({ version: 'v2', content })) };
  };

  test('stay behind a backslash', async () => {
    const payload = { id: '\\{{user_id}}', order: '{{order}}' };
    expect(await argsOf(callback(payload), 'id,name,order', '1,Ana,A-17')).toMatchObject({
      data: { content: { external_message_callback: { payload: { id: '{{user_id}}', order: 'A-17' } } } },
    });
  });

  test('stay behind a backslash in the payload of a button, and cells fill the rest of it', async () => {
    const button = {
      type: 'dynamic_block_callback',
      caption: 'Track {{order}}',
      url: 'https://example.com/',
      method: 'post',
      headers: { 'x-user': '\\{{user_id}}' },
      payload: { id: '\\{{user_id}}', order: '{{order}}' },
    };
    const content = { messages: [{ type: 'text', text: 'Hi', buttons: [button] }] };
    const sendContent = write('button.json', JSON.stringify({ version: 'v2', content }));
    const filled = {
      caption: 'Track A-17',
      headers: { 'x-user': '{{user_id}}' },
      payload: { id: '{{user_id}}', order: 'A-17' },
    };
    expect(await argsOf({ sendContent }, 'id,order', '1,A-17')).toMatchObject({
      data: { content: { messages: [{ buttons: [filled] }] } },
    });
  });

  test('are refused without one, with the way to write them in the file', async () => {
    await expect(argsOf(callback({ id: '{{user_id}}' }), 'id,name', '1,Ana')).rejects.toThrow(
      '{{user_id}}: there is no column "user_id"; the columns are id, name; to leave it to ManyChat, write \\\\{{user_id}} in the JSON file',
    );
  });

  test('are refused in a text, where nothing fills them in', async () => {
    expect(await argsOf({ sendText: 'Hi \\{{user_id}}' }, 'id', '1')).toMatch(
      /\{\{user_id\}\}, which only flows fill in/,
    );
  });
});

describe('\\n in a text', () => {
  test.each([
    ['Hi {{name}},\\nyour order', 'Hi Ana,\nyour order'],
    ['Hi,\\r\\nyou', 'Hi,\nyou'],
    ['Hi {{name|a\\nb}}', 'Hi Ana'],
    ['C:\\\\new', 'C:\\new'],
    ['\\t stays', '\\t stays'],
  ])('%j is sent as %j', async (text, sent) => expect(await textOf(text)).toBe(sent));

  test('is not changed in a cell', async () => {
    expect(await textOf('Hi {{name}}', 'id,name', '1,a\\nb')).toBe('Hi a\\nb');
  });

  test('is told, and the journal identifies the text as it was written', async () => {
    const { job } = await planned({ sendText: 'Hi,\\nyou' }, 'id', '1');
    expect(job.remarks).toEqual(['\\n in the text is sent as a line break; \\\\n is sent as \\n.']);
    expect(job.action).toEqual({ action: 'send_text', text: 'Hi,\\nyou' });
    expect((await planned({ sendText: 'Hi,\nyou' }, 'id', '1')).job.remarks).toEqual([]);
  });
});

test('a cell fills a text inside JSON text, and adds nothing to its structure', async () => {
  const buttons = JSON.stringify([{ type: 'url', caption: '{{name}}', url: 'https://example.com' }]);
  const data = { version: 'v2', content: { messages: [{ type: 'text', text: 'Hi', buttons }] } };
  const name = 'A","actions":[{"action":"add_tag","tag_name":"VIP"}],"webview_size":"full';
  const table = await openTable(write('quotes.csv', `subscriber_id,name\n1,"${name.replaceAll('"', '""')}"\n`));
  const job = planJob({ sendContent: write('buttons.json', JSON.stringify(data)) }, table);
  const rows = [];
  for await (const row of table.rows()) rows.push(job.taskOf(row));
  expect(rows).toMatchObject([
    { args: { data: { content: { messages: [{ buttons: [{ type: 'url', caption: name }] }] } } } },
  ]);
});
