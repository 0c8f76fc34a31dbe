/* Reads the table argv[3] as argv[2] says, and reports the milliseconds and the peak resident memory to its parent. */
import { createReadStream } from 'node:fs';
import { parse } from 'csv-parse';
import { scanTable } from '../../src/cli/bulk/account-job/scan.js';
import { planJob } from '../../src/cli/bulk/job/job.js';
import { createHistory } from '../../src/cli/bulk/journal/history.js';
import { openPreview } from '../../src/cli/bulk/preview/preview.js';
import { openTable } from '../../src/cli/bulk/table/csv-table.js';

const [, , way, path = ''] = process.argv;
const started = performance.now();
if (way === 'dry-run') {
  const table = await openTable(path);
  const job = planJob({ sendText: 'Hi {{name|there}}' }, table);
  const previewer = await openPreview(job, table, undefined);
  const retry = { failed: false, unknown: false };
  const scan = await scanTable(job, table, createHistory(job), retry, previewer.onOpen);
  const { rows } = await previewer.result(scan);
  if (scan.unusable.length > 0 || rows.length === 0) throw new Error('the rows cannot be used');
} else {
  let rows = 0;
  for await (const _ of createReadStream(path).pipe(parse())) rows += 1;
  if (rows === 0) throw new Error('no rows');
}
const { maxRSS: kilobytes } = process.resourceUsage();
process.send?.({ milliseconds: performance.now() - started, resident: kilobytes * 1024 });
