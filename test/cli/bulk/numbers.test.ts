import { expect, test } from 'vitest';
import { runBulk } from '../../support/bulk.js';
import { useFolder } from '../../support/folder.js';
import { followers } from '../../support/people.js';
import { directlyTo } from '../../support/program.js';
import { useSandbox } from '../../support/sandboxed.js';

const sandbox = useSandbox({ followers: 40, limits: false });
const write = useFolder();
const setCount = { setFields: 'purchase_count=value', json: undefined };

/** A table with these values, each in the row of another follower. */
const table = (values: readonly string[], delimiter = ','): string => {
  const rows = values.map((value, index) => `${followers(values.length)[index]}${delimiter}${value}\n`);
  return write('contacts.csv', `id${delimiter}value\n${rows.join('')}`);
};
const linesOf = (noted: string): string[] => noted.match(/^lines? .* would fail: value.*$/gm) ?? [];
const dry = (path: string, options: object = setCount) =>
  runBulk({ ...directlyTo(sandbox), MANYCHAT_MCP_DRY_RUN: '1' }, path, options);

test.each<[readonly string[], string]>([
  [['1.000'], ','],
  [['1.000', '5'], ';'],
  [['1.000', '"99,90"'], ','],
  [['1.000', '1.234.567'], ';'],
  [['1.000', '1.5', '2,5'], ';'],
])('%j may be a thousand or one', async (values, delimiter) => {
  expect(linesOf((await dry(table(values, delimiter))).noted)).toEqual([
    'line 2 would fail: value: "1.000" may be 1000 or 1: write 1000, or 1.0000',
  ]);
});

test.each<readonly string[]>([
  ['1.000', '1.5'],
  ['2.125', '0.125'],
  ['1.000', '12.0000'],
  ['1.000', '1234.500'],
  ['1000', '0.125', '12.5'],
])('another cell shows what the point means: %j', async (...values) => {
  expect(linesOf((await dry(table(values))).noted)).toEqual([]);
});

test('a text field takes every text', async () => {
  expect(linesOf((await dry(table(['1.000']), { ...setCount, setFields: 'favorite_drink=value' })).noted)).toEqual([]);
});

test('such a cell fails its row in a run, before a flow too', async () => {
  const path = table(['1.000', '7']);
  for (const flow of [{}, { sendFlow: 'content123456', journal: `${path}.2.journal` }]) {
    const { counts } = await runBulk(directlyTo(sandbox), path, { setFields: 'purchase_count=value', ...flow });
    expect(counts).toMatchObject({ done: 1, failed: 1 });
  }
  expect(sandbox.requests().filter(({ path: where }) => where.endsWith('setCustomFields'))).toHaveLength(2);
});

test('contacts are not found by a number that may be two', async () => {
  const { noted } = await dry(table(['1.000']), { addTag: 'VIP', matchField: 'purchase_count=value' });
  expect(linesOf(noted)).toEqual([
    'line 2 would fail: value: "1.000" may be 1000 or 1: write 1000, or 1.0000, because the field is of type number',
  ]);
});
