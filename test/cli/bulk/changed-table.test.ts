import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { hello, runBulk } from '../../support/bulk.js';
import { useFolder } from '../../support/folder.js';
import { giveEmail } from '../../support/known-people.js';
import { followers } from '../../support/people.js';
import { directlyTo } from '../../support/program.js';
import { reached, useSandbox } from '../../support/sandboxed.js';
import { runHere } from '../../support/shell.js';

const sandbox = useSandbox({ followers: 60, limits: false });
const write = useFolder();

/** More than is read at once. */
const note = 'x'.repeat(20_000);
const ids = followers(60);
const row = (id: string): string => `${id},${note},Name ${id}\n`;
const table = `id,note,name\n${ids.map(row).join('')}`;
/** Rows that are longer than the others, so that each place of the file has the row of somebody else. */
const saved = table.replace('\n', `\n${ids[59]},${note},Somebody\n${ids[58]},,Somebody\n`);

describe('a table that is saved', () => {
  test('while messages are sent stops the run, and nobody gets the text of another row', async () => {
    const path = write('contacts.csv', table);
    let isSaved = false;
    const onNote = (): void => {
      if (isSaved || reached(sandbox).length === 0) return;
      isSaved = true;
      writeFileSync(path, saved);
    };
    const first = await runBulk(directlyTo(sandbox), path, hello, { onNote });
    expect(isSaved).toBe(true);
    expect(first.code).toBe(4);
    expect(first.noted).toContain(`Stopped. ${path} was changed while it was in use: run the command again`);
    writeFileSync(path, table);
    const second = await runBulk(directlyTo(sandbox), path);
    expect(second.counts).toMatchObject({ total: 60, done: 60, unknown: 0 });
    expect(reached(sandbox).toSorted()).toEqual(ids);
    for (const { subscriber_id: id, messages } of sandbox.messages()) {
      expect(messages).toEqual([expect.objectContaining({ text: `Hi Name ${id}` })]);
    }
  });

  test('while its contacts are looked up gets no ids, which could stand in the wrong rows', async () => {
    const [one = '', two = ''] = ids;
    await giveEmail(sandbox, one, 'one@example.com');
    await giveEmail(sandbox, two, 'two@example.com');
    const path = write('people.csv', 'Email\none@example.com\ntwo@example.com\n');
    const swapped = 'Email\ntwo@example.com\none@example.com\n';
    const onNote = (line: string): void => {
      if (line.startsWith('looking up 2 of 2')) writeFileSync(path, swapped);
    };
    const resolving = runHere(['resolve', path, '--match-email'], directlyTo(sandbox), { onNote });
    await expect(resolving).rejects.toThrow(`${path} was changed while it was in use: run the command again`);
    const again = await runHere(['resolve', path, '--match-email'], directlyTo(sandbox));
    expect(again.code).toBe(0);
    expect(readFileSync(path.replace('.csv', '.with-ids.csv'), 'utf8')).toContain(
      `two@example.com,${two},found\none@example.com,${one},found\n`,
    );
  });
});
