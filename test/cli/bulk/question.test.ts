import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { BulkOptions } from '../../../src/cli/bulk/options.js';
import type { Shell } from '../../../src/cli/shell/shell.js';
import { csv, hello, runBulk } from '../../support/bulk.js';
import { useFolder } from '../../support/folder.js';
import { followers, john, maria, tom } from '../../support/people.js';
import { directlyTo } from '../../support/program.js';
import { lost, reached, sandboxed, useSandbox } from '../../support/sandboxed.js';

const sandbox = useSandbox({ followers: 40, limits: false });
const write = useFolder();

/** Runs the command for a person who gives this answer; `asked` has the questions. */
async function answering(
  answer: string,
  path: string,
  options: BulkOptions = hello,
  { environment = directlyTo(sandbox), ...replaced }: Partial<Shell> = {},
) {
  const asked: string[] = [];
  const ask = async (question: unknown): Promise<string> => {
    asked.push(String(question));
    return answer;
  };
  const variables = Object.entries(environment).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  const result = await runBulk(Object.fromEntries(variables), path, options, { ask, ...replaced });
  return { ...result, asked };
}

describe('a run at a terminal', () => {
  test('shows what it is about to do, and does it after a yes', async () => {
    const path = write('contacts.csv', `id,name\n${maria},Ana\n${john},Bo\n${tom},Tom\n${followers(1)[0]},X\nx,Y\n`);
    const { code, noted, asked } = await answering('y', path);
    expect(asked).toEqual(['Send the text (channel auto) to 4 contacts (1 would fail), about 1 second? [y/N] ']);
    expect(noted.split('\n').slice(0, 10)).toEqual([
      '"Sunrise Coffee" (page 123456789), ids from column "id".',
      expect.stringMatching(/^line 4 would fail: the 24-hour window of the contact is closed since/),
      expect.stringMatching(/^line 6 would fail: subscriber_id: must be decimal digits/),
      `line 2: "Maria Garcia" (${maria})`,
      '    Hi Ana',
      `line 3: "John Doe" (${john})`,
      '    Hi Bo',
      expect.stringMatching(/^line 5: /),
      '    Hi X',
      expect.stringMatching(/^"Sunrise Coffee": 4 of 5 contacts to do/),
    ]);
    expect(code).toBe(1);
    expect(reached(sandbox).toSorted()).toEqual([followers(1)[0], maria, john].toSorted());
  });

  test.each(['', 'n', 'no', 'yup', 'Y N'])('does nothing after %j', async (answer) => {
    const path = write('contacts.csv', csv(2));
    const { code, noted, out } = await answering(answer, path);
    expect([code, out]).toEqual([4, '']);
    expect(noted).toMatch(/Nothing was done\.$/);
    expect(reached(sandbox)).toEqual([]);
    expect(existsSync(`${path}.journal`)).toBe(false);
    expect(existsSync(`${path}.journal.lock`)).toBe(false);
  });

  test.each(['Y', ' yes '])('does it after %j', async (answer) => {
    expect((await answering(answer, write('contacts.csv', csv(2)))).counts).toMatchObject({ done: 2 });
  });

  test('does not ask with --yes, nor where nothing is left to do, nor where nobody is there', async () => {
    const path = write('contacts.csv', csv(2));
    const { asked, noted } = await answering('n', path, { ...hello, yes: true });
    expect(asked).toEqual([]);
    expect(noted).not.toContain('Follower');
    expect((await answering('n', path)).asked).toEqual([]);
    expect(
      (await answering('n', write('other.csv', csv(2)), { sendText: 'Hello' }, { ask: undefined })).counts,
    ).toMatchObject({
      done: 2,
    });
    expect(reached(sandbox)).toHaveLength(4);
  });

  test.each<[BulkOptions, string]>([
    [{ addTag: 'VIP' }, 'Add the tag "VIP" to 1 contact, about 1 second? [y/N] '],
    [{ removeTag: 'VIP' }, 'Remove the tag "VIP" from 1 contact, about 1 second? [y/N] '],
    [{ setFields: 'purchase_count=value' }, 'Set fields of 1 contact, about 1 second? [y/N] '],
    [{ sendFlow: 'content123456' }, 'Start the flow "content123456" for 1 contact, about 1 second? [y/N] '],
    [{ addTag: '{{value}}' }, 'Add the tag "{{value}}" to 1 contact (1 would fail), about 1 second? [y/N] '],
  ])('asks about %j', async (options, question) => {
    const path = write('contacts.csv', `id,value\n${followers(1)[0]},5\n`);
    expect((await answering('n', path, options)).asked).toEqual([question]);
    expect(sandbox.requests().every(({ method }) => method === 'GET')).toBe(true);
  });

  test('says for whom it may be the second time', async () => {
    const path = write('contacts.csv', csv(2));
    sandbox.injectFault(lost('sendContent', true));
    expect((await answering('y', path)).counts).toMatchObject({ unknown: 1, done: 1 });
    const { asked } = await answering('n', path, { ...hello, retryUnknown: true });
    expect(asked).toEqual([
      'Send the text (channel auto) to 1 contact, 1 of them perhaps for the second time, about 1 second? [y/N] ',
    ]);
  });

  test('leaves no trace of a corrected job that was declined, so that it can be corrected again', async () => {
    const path = write('contacts.csv', csv(2));
    await answering('y', path);
    const more = write('more.csv', csv(3));
    const options = { skipDoneOf: `${path}.journal`, journal: `${path}.2.journal` };
    const { asked } = await answering('n', more, { sendText: 'Helo', ...options });
    expect(asked).toEqual(['Send the text (channel auto) to 1 contact, about 1 second? [y/N] ']);
    expect(existsSync(`${path}.2.journal`)).toBe(false);
    expect((await answering('y', more, { sendText: 'Hello', ...options })).counts).toMatchObject({ done: 3 });
    expect(readFileSync(`${path}.2.journal`, 'utf8')).toContain('{"id":"800000000001","state":"done"}');
    expect(reached(sandbox)).toHaveLength(3);
  });

  test('does nothing if the table was saved before the answer', async () => {
    const path = write('contacts.csv', csv(2));
    const ask = async (): Promise<string> => {
      writeFileSync(path, csv(3));
      return 'y';
    };
    await expect(answering('', path, hello, { ask })).rejects.toThrow(
      `${path} was changed before you answered, so nothing was done: run the command again`,
    );
    expect(reached(sandbox)).toEqual([]);
    expect(existsSync(`${path}.journal`)).toBe(false);
  });

  test('is stopped by Ctrl-C at the question', async () => {
    const path = write('contacts.csv', csv(2));
    const ending = new AbortController();
    const ask = async (): Promise<string> => {
      ending.abort();
      throw ending.signal.reason;
    };
    const { code, noted } = await answering('', path, hello, { ask, ending: ending.signal });
    expect([code, noted.split('\n').at(-1)]).toEqual([4, 'Stopped before anything was begun.']);
    expect(existsSync(`${path}.journal`)).toBe(false);
    expect(reached(sandbox)).toEqual([]);
  });

  test('does not ask about a job that the account refuses', async () => {
    const { environment } = await sandboxed({ secondConnection: 'ACTIVE', followers: 3 });
    const { code, noted, asked } = await answering('y', write('contacts.csv', csv(3)), hello, { environment });
    expect([code, asked]).toEqual([1, []]);
    expect(noted).toContain('ambiguous_connection');
  });
});
