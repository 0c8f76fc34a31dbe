import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { recordsOf, type TextRecord } from '../../../src/cli/bulk/table/text/records.js';

async function read(pieces: readonly string[], delimiter: string): Promise<TextRecord[]> {
  async function* source() {
    yield* pieces;
  }
  const records: TextRecord[] = [];
  for await (const record of recordsOf(source(), 'contacts.csv', delimiter)) records.push(record);
  return records;
}

/** Cells of characters that mean something in a table. */
const cell = fc.string({
  unit: fc.constantFrom('a', '0', '"', ',', ';', '\t', '\n', '\r\n', ' ', 'é', '=', "'"),
  maxLength: 8,
});
const rows = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 });
const cuts = fc.array(fc.nat(400), { maxLength: 6 });

function cutAt(text: string, places: readonly number[]): string[] {
  const inside = [...new Set(places.map((place) => place % (text.length + 1)))].sort((a, b) => a - b);
  return [...inside, text.length].map((end, index) => text.slice(inside[index - 1] ?? 0, end));
}

const withLineFeeds = (records: readonly (readonly string[])[]) =>
  records.map((record) => record.map((each) => each.replaceAll('\r\n', '\n')));

test('what a spreadsheet quotes is read as csv-parse reads it, in pieces of any size', async () => {
  await fc.assert(
    fc.asyncProperty(
      rows,
      cuts,
      fc.constantFrom(',', ';', '\t', '|'),
      fc.constantFrom('\n', '\r\n'),
      async (table, places, delimiter, lineEnd) => {
        const text = stringify(table, { delimiter, record_delimiter: lineEnd, quoted: true, quoted_empty: true });
        const records = await read(cutAt(text, places), delimiter);
        expect(records.map(({ cells }) => cells)).toEqual(withLineFeeds(table));
        const witness: string[][] = parse(text, { delimiter, relax_column_count: true, record_delimiter: lineEnd });
        expect(withLineFeeds(witness)).toEqual(records.map(({ cells }) => cells));
        expect(records.map(({ row }) => row)).toEqual(records.map((_, index) => index + 1));
        const lines = text.split(/\r\n|\n/);
        for (const { line, cells } of records) {
          const start = `"${(cells[0] ?? '').split('\n')[0]?.replaceAll('"', '""')}`;
          expect(lines[line - 1]?.startsWith(start)).toBe(true);
        }
      },
    ),
    { seed: 1, numRuns: 500 },
  );
});

test('any text is read in the same way in one piece and in many, or refused in both', async () => {
  const outcome = (pieces: readonly string[]) =>
    read(pieces, ',').catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
  const text = fc.string({ unit: fc.constantFrom('a', '"', '""', ',', '\n', '\r', ' ', '\\'), maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(text, cuts, async (whole, places) => {
      expect(await outcome(cutAt(whole, places))).toEqual(await outcome([whole]));
    }),
    { seed: 2, numRuns: 1_000 },
  );
});

test('each line of a text without quotes is a record, with all of its characters', async () => {
  const text = fc.string({ unit: fc.constantFrom('a', ',', '\n', ' ', "'", '='), maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(text, cuts, async (whole, places) => {
      const records = await read(cutAt(whole, places), ',');
      expect(records.map(({ cells }) => cells.join(','))).toEqual(
        whole
          .replace(/\n$/, '')
          .split('\n')
          .slice(0, whole === '' ? 0 : undefined),
      );
    }),
    { seed: 3, numRuns: 500 },
  );
});
