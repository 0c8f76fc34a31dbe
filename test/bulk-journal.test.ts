import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Entry, JournalError, openJournal } from '../src/bulk/journal.js';
import { takeLock } from '../src/bulk/lock.js';
import { useFolder } from './support/folder.js';

const write = useFolder();
const heading = { page: '1', action: { action: 'add_tag', tag_name: 'VIP' } };
const free = { held: () => true, release: () => undefined };

/** Opens a journal and answers what it holds. */
async function open(path: string, own: object = heading) {
  const entries: Entry[] = [];
  const journal = await openJournal(path, { ...heading, ...own }, free, (entry) => void entries.push(entry));
  return { journal, entries };
}

describe('a journal', () => {
  test('gives back what was written, in order', async () => {
    const path = write('journal', '');
    const { journal } = await open(path);
    await journal.write({ id: '1', state: 'intent' });
    await journal.write({ id: '1', state: 'failed', line: 2, kind: 'rejected', message: 'Nö\n' });
    await journal.close();
    expect((await open(path)).entries).toEqual([
      { id: '1', state: 'intent' },
      { id: '1', state: 'failed', line: 2, kind: 'rejected', message: 'Nö\n' },
    ]);
  });

  test('that nothing was written into is gone, unless another process has taken it over', async () => {
    const path = write('journal', '');
    await (await open(path)).journal.close();
    expect(existsSync(path)).toBe(false);
    let held = true;
    const mine = { ...free, held: () => held };
    const journal = await openJournal(path, heading, mine, () => undefined);
    held = false;
    const other = await open(path);
    await other.journal.write({ id: '1', state: 'done' });
    await other.journal.close();
    await journal.close();
    expect((await open(path)).entries).toHaveLength(1);
  });

  test('cut anywhere is read up to there, and written on from there', async () => {
    const whole = write('journal', '');
    const { journal } = await open(whole);
    for (const id of ['1', '2', '3']) {
      await journal.write({ id, state: 'intent' });
      await journal.write({ id, state: 'done', line: 1 });
    }
    await journal.close();
    const text = readFileSync(whole, 'utf8');
    for (let length = 0; length <= text.length; length += 1) {
      const path = write('cut', text.slice(0, length));
      const first = await open(path);
      await first.journal.write({ id: '9', state: 'intent' });
      await first.journal.close();
      const lines = text.slice(0, length).split('\n').length - 2;
      expect((await open(path)).entries.map(({ id }) => id)).toEqual(
        ['1', '1', '2', '2', '3', '3'].slice(0, Math.max(0, lines)).concat('9'),
      );
    }
  });

  test.each([
    ['{"something":"else"}\n', /is not a journal of manychat-mcp bulk/],
    ['id,name\n1,x\n', /is not a journal of manychat-mcp bulk/],
    ['a token without a line end', /is not a journal of manychat-mcp bulk/],
    [
      '{"bulk":1,"page":"2","action":{"action":"add_tag","tag_name":"VIP"}}\n',
      /belongs to another account: its page is "2"/,
    ],
    [
      '{"bulk":1,"page":"1","action":{"action":"add_tag","tag_name":"Old"}}\n',
      /belongs to another job: its action is .*Old/,
    ],
    [
      '{"bulk":1,"page":"1","action":{"action":"add_tag","tag_name":"VIP"}}\n{"id":"1","sta\n{"id":"1","state":"done"}\n',
      /line 2 cannot be read; the journal is damaged/,
    ],
  ])('%j is refused and left as it is', async (text, words) => {
    const path = write('journal', text);
    await expect(open(path)).rejects.toThrow(words);
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  test('is not written behind a line that could not be', async () => {
    const path = write('journal', '');
    const { journal } = await open(path);
    await journal.close();
    await expect(journal.write({ id: '1', state: 'intent' })).rejects.toThrow(JournalError);
    await expect(journal.write({ id: '2', state: 'intent' })).rejects.toThrow(/cannot be written/);
  });

  test('is not written once another process has taken it over', async () => {
    const path = write('journal', '');
    let held = true;
    const journal = await openJournal(path, heading, { held: () => held, release: () => undefined }, () => undefined);
    await journal.write({ id: '1', state: 'intent' });
    held = false;
    await expect(journal.write({ id: '2', state: 'intent' })).rejects.toThrow(/another process has taken over/);
  });
});

describe('a lock', () => {
  const self = { pid: 10, host: 'here', runs: (pid: number) => pid === 10 || pid === 20 };
  const other = { ...self, pid: 20 };

  test('is had by one, until it is released', async () => {
    const path = `${write('x', '')}.lock`;
    const lock = await takeLock(path, self);
    await expect(takeLock(path, other)).rejects.toThrow(/process 10 works on this journal/);
    expect(lock.held()).toBe(true);
    lock.release();
    expect(existsSync(path)).toBe(false);
    (await takeLock(path, other)).release();
  });

  test('of a process that has ended is taken over, of another machine it is not', async () => {
    const dead = write('dead.lock', '30 here\n');
    expect((await takeLock(dead, self)).held()).toBe(true);
    const far = write('far.lock', '30 there\n');
    await expect(takeLock(far, self)).rejects.toThrow(/process 30 works on this journal; .* or delete/);
    const empty = write('empty.lock', '');
    appendFileSync(empty, '');
    expect((await takeLock(empty, self)).held()).toBe(true);
  });

  test('that was left behind is had by one of several that find it', async () => {
    for (let round = 0; round < 20; round += 1) {
      const path = write(`left-${round}.lock`, '30 here\n');
      const tries = await Promise.allSettled(
        [10, 11, 12, 13].map((pid) => takeLock(path, { ...self, pid, runs: (each) => each !== 30 })),
      );
      expect(tries.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(1);
    }
  });

  test('is not released by who has lost it', async () => {
    const path = `${write('x', '')}.lock`;
    const lock = await takeLock(path, self);
    writeFileSync(`${path}.new`, '20 here\n');
    (await import('node:fs')).renameSync(`${path}.new`, path);
    expect(lock.held()).toBe(false);
    lock.release();
    expect(existsSync(path)).toBe(true);
  });
});
