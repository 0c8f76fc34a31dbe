import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { JournalError } from '../../../src/cli/bulk/journal/appender.js';
import type { Entry } from '../../../src/cli/bulk/journal/entry.js';
import { openJournal } from '../../../src/cli/bulk/journal/journal.js';
import type { Lock } from '../../../src/cli/bulk/journal/lock.js';
import { useFolder } from '../../support/folder.js';

const write = useFolder();
const heading = { page: '1', action: { action: 'add_tag', tag_name: 'VIP' } };
const free: Lock = { isHeld: () => true, release: () => undefined };
const machine = { host: 'here', boot: 'first' };

/** Opens a journal and returns its entries. */
async function open(path: string, lock = free, boot: string | number = 'first', host = 'here') {
  const entries: Entry[] = [];
  const certain: string[] = [];
  const journal = await openJournal(path, heading, lock, { host, boot }, (entry, isCertain) => {
    entries.push(entry);
    if (isCertain) certain.push(entry.id);
  });
  return { journal, entries, certain };
}

describe('a journal', () => {
  test('returns the entries written, in order', async () => {
    const path = write('journal', '');
    const { journal } = await open(path);
    journal.append({ id: '1', state: 'intent' });
    journal.append({ id: '1', state: 'failed', line: 2, kind: 'rejected', message: 'Nö\n', at: 1_795_680_000_000 });
    await journal.close();
    expect((await open(path)).entries).toEqual([
      { id: '1', state: 'intent' },
      { id: '1', state: 'failed', line: 2, kind: 'rejected', message: 'Nö\n', at: 1_795_680_000_000 },
    ]);
  });

  test('without an entry is deleted, unless another process has taken it over', async () => {
    const path = write('journal', '');
    await (await open(path)).journal.close();
    expect(existsSync(path)).toBe(false);
    let held = true;
    const mine = { ...free, isHeld: () => held };
    const journal = await openJournal(path, heading, mine, machine, () => undefined);
    held = false;
    const other = await open(path);
    other.journal.append({ id: '1', state: 'done' });
    await other.journal.close();
    await journal.close();
    expect((await open(path)).entries).toHaveLength(1);
  });

  test('that was only begun is deleted, and if its process was killed is no obstacle to another job', async () => {
    const path = write('journal', '');
    const { journal } = await open(path);
    journal.begin();
    const text = readFileSync(path, 'utf8');
    expect(text).toBe(`${JSON.stringify({ bulk: 1, ...heading })}\n${JSON.stringify({ run: machine })}\n`);
    await journal.close();
    expect(existsSync(path)).toBe(false);
    const killed = write('killed', text);
    const another = { ...heading, action: { action: 'add_tag', tag_name: 'Gold' } };
    await (await openJournal(killed, another, free, machine, () => undefined)).close();
    expect(existsSync(killed)).toBe(false);
    const page = write('page', text);
    await expect(openJournal(page, { ...another, page: '2' }, free, machine, () => undefined)).rejects.toThrow(
      'belongs to another',
    );
  });

  test('truncated anywhere is read up to there and continued from there', async () => {
    const whole = write('journal', '');
    const { journal } = await open(whole);
    for (const id of ['1', '2', '3']) {
      journal.append({ id, state: 'intent' });
      journal.append({ id, state: 'done', line: 1 });
    }
    await journal.close();
    const text = readFileSync(whole, 'utf8');
    for (let length = 0; length <= text.length; length += 1) {
      const path = write('cut', text.slice(0, length));
      const first = await open(path);
      first.journal.append({ id: '9', state: 'intent' });
      await first.journal.close();
      // The heading and the run come first.
      const lines = text.slice(0, length).split('\n').length - 3;
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
  ])('%j is refused and left unchanged', async (text, words) => {
    const path = write('journal', text);
    await expect(open(path)).rejects.toThrow(words);
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  test('is not written after a failed write', async () => {
    const path = write('journal', '');
    const { journal } = await open(path);
    await journal.close();
    expect(() => journal.append({ id: '1', state: 'intent' })).toThrow(JournalError);
    expect(() => journal.append({ id: '2', state: 'intent' })).toThrow(/cannot be written/);
  });

  test('is not written once another process has taken it over', async () => {
    const path = write('journal', '');
    let held = true;
    const journal = await openJournal(path, heading, { ...free, isHeld: () => held }, machine, () => undefined);
    journal.append({ id: '1', state: 'intent' });
    held = false;
    expect(() => journal.append({ id: '2', state: 'intent' })).toThrow(/another process has taken over/);
  });
});

describe('an intent without a later entry is certain', () => {
  test.each([
    ['in the next run of the same boot', 'first', 'here', free, ['1']],
    ['not after a reboot', 'second', 'here', free, []],
    ['by the boot id, whatever the host is called', 'first', 'there', free, ['1']],
    ['not if the process that wrote it may still be alive', 'first', 'here', { ...free, uncertain: true }, []],
  ] as [string, string, string, Lock, string[]][])('%s', async (_, boot, host, lock, expected) => {
    const path = write('journal', '');
    const { journal } = await open(path);
    journal.append({ id: '1', state: 'intent' });
    await journal.close();
    expect((await open(path, lock, boot, host)).certain).toEqual(expected);
  });

  test('without a boot id, by the boot time on the same host', async () => {
    const path = write('journal', '');
    const { journal } = await open(path, free, 1_000);
    journal.append({ id: '1', state: 'intent' });
    await journal.close();
    const certain = async (boot: number | string, host = 'here') => {
      const opened = await open(path, free, boot, host);
      await opened.journal.close();
      return opened.certain.length;
    };
    expect([await certain(1_003), await certain(990), await certain(1_000, 'there'), await certain('1000')]).toEqual([
      1, 0, 0, 0,
    ]);
  });

  test('in entries of its own boot only, not in those of 0.1.0 or an earlier boot', async () => {
    const old = `${JSON.stringify({ bulk: 1, ...heading })}\n{"id":"1","state":"intent"}\n`;
    const path = write('journal', old);
    const first = await open(path);
    first.journal.append({ id: '2', state: 'intent' });
    await first.journal.close();
    const second = await open(path, free, 'second');
    second.journal.append({ id: '3', state: 'intent' });
    await second.journal.close();
    expect((await open(path)).certain).toEqual(['2']);
    expect((await open(path, free, 'second')).certain).toEqual(['3']);
  });
});

describe('marking overwrites the state of an intent in place', () => {
  test.each(['left', 'done', 'failed', 'unknown', 'not_sent'] as const)('to %s', async (state) => {
    const path = write('journal', '');
    const { journal } = await open(path);
    for (const id of ['1', '2', '3']) journal.append({ id, state: 'intent' });
    const before = readFileSync(path).length;
    journal.mark('2', 'left');
    journal.mark('2', state);
    expect(readFileSync(path).length).toBe(before);
    journal.append({ id: '4', state: 'done' });
    await journal.close();
    expect((await open(path)).entries).toEqual([
      { id: '1', state: 'intent' },
      { id: '2', state },
      { id: '3', state: 'intent' },
      { id: '4', state: 'done' },
    ]);
  });

  test('of the last intent if a contact has several', async () => {
    const path = write('journal', '');
    const { journal } = await open(path);
    journal.append({ id: '1', state: 'intent' });
    journal.mark('1', 'not_sent');
    journal.append({ id: '1', state: 'intent' });
    journal.mark('1', 'left');
    await journal.close();
    expect((await open(path)).entries.map(({ state }) => state)).toEqual(['not_sent', 'left']);
  });

  test('not without an intent, nor after another process has taken over', async () => {
    const path = write('journal', '');
    let held = true;
    const { journal } = await open(path, { ...free, isHeld: () => held });
    expect(() => journal.mark('1', 'left')).toThrow(JournalError);
    journal.append({ id: '1', state: 'intent' });
    journal.append({ id: '1', state: 'done' });
    expect(() => journal.mark('1', 'left')).toThrow(JournalError);
    journal.append({ id: '2', state: 'intent' });
    held = false;
    expect(() => journal.mark('2', 'left')).toThrow(/another process has taken over/);
    expect((await open(path)).entries.map(({ state }) => state)).toEqual(['intent', 'done', 'intent']);
  });
});
