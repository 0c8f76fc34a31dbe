import { existsSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { scanTable } from '../../../src/cli/bulk/account-job/scan.js';
import { planJob } from '../../../src/cli/bulk/job/job.js';
import { createHistory } from '../../../src/cli/bulk/journal/history.js';
import { openTable } from '../../../src/cli/bulk/table/csv-table.js';
import { isObject } from '../../../tools/contract/json.js';
import { runBulk } from '../../support/bulk.js';
import { useFolder } from '../../support/folder.js';
import { directlyTo } from '../../support/program.js';
import { useSandbox } from '../../support/sandboxed.js';
import { damage } from './corpus/damage.js';
import { exports } from './corpus/exports.js';
import { foreign } from './corpus/foreign.js';
import type { Sample } from './corpus/sample.js';
import { shifted } from './corpus/shifted.js';
import { spreadsheets } from './corpus/spreadsheets.js';
import { whoseIds } from './corpus/whose-ids.js';
import { workbookCells } from './corpus/workbook-cells.js';
import { workbooks } from './corpus/workbooks.js';

const corpus: readonly Sample[] = [
  ...spreadsheets,
  ...exports,
  ...damage,
  ...whoseIds,
  ...foreign,
  ...workbooks,
  ...workbookCells,
  ...shifted,
];
const sandbox = useSandbox({ limits: false });
const write = useFolder();

const optionsOf = ({ options, encoding, sheet }: Sample) => ({
  ...(options ?? { sendText: 'Hi {{first_name|there}}' }),
  encoding,
  sheet,
});

function fileOf({ file }: Sample, name = 'contacts.csv'): string {
  const path = write(name, '');
  writeFileSync(path, file);
  return path;
}

interface Read {
  readonly column: string;
  readonly rows: readonly string[];
  readonly unusable: readonly (readonly [string, string])[];
}

async function read(sample: Sample): Promise<Read> {
  const table = await openTable(fileOf(sample), undefined, { ...sample, idColumn: sample.options?.idColumn });
  const job = planJob(optionsOf(sample), table);
  await scanTable(job, table, createHistory(job), { failed: false, unknown: false });
  const rows: string[] = [];
  const unusable: [string, string][] = [];
  for await (const row of table.rows()) {
    const place = row.line === row.row ? `${row.line}` : `${row.line}/${row.row}`;
    const task = job.taskOf(row);
    if ('problem' in task) unusable.push([place, task.problem]);
    else rows.push([place, task.id, ...(typeof task.args?.text === 'string' ? [task.args.text] : [])].join(' '));
  }
  return { column: job.contacts.column, rows, unusable };
}

test('has tables of at least forty origins', () => {
  expect(new Set(corpus.map(({ origin }) => origin)).size).toBe(corpus.length);
  expect(corpus.length).toBeGreaterThanOrEqual(40);
});

describe('a table', () => {
  test.each(corpus.map((sample): [string, Sample] => [sample.origin, sample]))('of %s', async (_, sample) => {
    if (sample.refused !== undefined) {
      await expect(read(sample)).rejects.toThrow(sample.refused);
      await expect(read(sample)).rejects.toMatchObject({ name: 'UsageError' });
      return;
    }
    const { column, rows, unusable } = await read(sample);
    expect(rows).toEqual(sample.rows ?? []);
    expect(unusable).toEqual((sample.unusable ?? []).map(([place, part]) => [place, expect.stringContaining(part)]));
    expect(column).toBe(sample.column ?? 'subscriber_id');
  });
});

test('nobody but the expected contacts is sent to, and no refused table leads to a request about a contact', async () => {
  // A long table would be paced for its whole length.
  const short = corpus.filter(({ rows = [] }) => rows.length <= 20);
  for (const [index, sample] of short.entries()) {
    const path = fileOf(sample, `${index}.csv`);
    sandbox.reset();
    const run = runBulk(directlyTo(sandbox), path, { ...optionsOf(sample), journal: `${path}.journal` });
    if (sample.refused === undefined) await run;
    else {
      await expect(run).rejects.toThrow(sample.refused);
      expect(existsSync(`${path}.journal`), sample.origin).toBe(false);
    }
    const expected = (sample.rows ?? []).map((row) => row.split(' ')[1]);
    const addressed = sandbox
      .requests()
      .flatMap(({ body }) => (isObject(body) && 'subscriber_id' in body ? [String(body.subscriber_id)] : []));
    expect(expected, sample.origin).toEqual(expect.arrayContaining(addressed));
  }
});
