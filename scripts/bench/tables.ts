import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, table, times } from './figures.js';
import { start } from './sides.js';

const rows = 200_000;
const rounds = 5;

interface Figures {
  readonly milliseconds: number;
  readonly resident: number;
}

/** Time and memory of a dry run of a large table, relative to csv-parse reading the same file. */
export async function tables(): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'manychat-mcp-'));
  const path = join(folder, 'contacts.csv');
  const lines = Array.from(
    { length: rows },
    (_, index) => `${24_958_501_110_000_000n + BigInt(index) * 101n}1,Name ${index}\n`,
  );
  writeFileSync(path, `subscriber_id,name\n${lines.join('')}`);
  const figures = { 'dry-run': [] as Figures[], parse: [] as Figures[] };
  for (let round = 0; round < rounds; round += 1) {
    for (const way of ['dry-run', 'parse'] as const) {
      const { message, child } = await start('table-child.js', [way, path]);
      child.disconnect();
      figures[way].push(message as Figures);
    }
  }
  rmSync(folder, { recursive: true });
  const seconds = (way: keyof typeof figures): number =>
    median(figures[way].map(({ milliseconds }) => milliseconds)) / 1000;
  const megabytes = (way: keyof typeof figures): number =>
    median(figures[way].map(({ resident }) => resident)) / 2 ** 20;
  return [
    `6. Tables: dry run of ${rows} rows, relative to reading them with csv-parse`,
    ...table([
      ['', 'ratio', 'dry run', 'csv-parse'],
      [
        'time',
        times(seconds('dry-run') / seconds('parse')),
        `${seconds('dry-run').toFixed(1)} s`,
        `${seconds('parse').toFixed(1)} s`,
      ],
      [
        'resident memory, peak',
        times(megabytes('dry-run') / megabytes('parse')),
        `${megabytes('dry-run').toFixed(0)} MB`,
        `${megabytes('parse').toFixed(0)} MB`,
      ],
    ]),
  ];
}
