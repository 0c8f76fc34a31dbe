import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readLine, type State } from '../../../src/cli/bulk/journal/entry.js';
import type { BulkOptions } from '../../../src/cli/bulk/options.js';
import { runBulk } from '../../support/bulk.js';
import { useFolder } from '../../support/folder.js';
import { followers } from '../../support/people.js';
import { directlyTo } from '../../support/program.js';
import { useSandbox } from '../../support/sandboxed.js';

/*
 * Journals written by 0.1.0 against the sandbox. It met a contact that does not exist and, when sending, a lost response;
 * a refused key stopped it; a second run was killed half-way, and a third was stopped again. on-wire.json lists the
 * contacts its requests had reached by then.
 */
const fixture = (name: string): string => fileURLToPath(new URL(`journals-0.1.0/${name}`, import.meta.url));
const text = (name: string): string => readFileSync(fixture(name), 'utf8');

const contacts = 36;
const sandbox = useSandbox({ followers: contacts, limits: false });
const write = useFolder();

/** The last state of each contact in a journal. */
function lastStates(journal: string): Map<string, State> {
  const last = new Map<string, State>();
  for (const each of journal.split('\n').slice(1)) {
    const line = readLine(each);
    if (line !== undefined && 'entry' in line) last.set(line.entry.id, line.entry.state);
  }
  return last;
}

const jobs: readonly { name: string; options: BulkOptions; path: string; sends: boolean }[] = [
  { name: 'add_tag', options: { addTag: 'VIP' }, path: 'addTagByName', sends: false },
  { name: 'remove_tag', options: { removeTag: 'VIP' }, path: 'removeTagByName', sends: false },
  { name: 'set_fields', options: { setFields: true }, path: 'setCustomFields', sends: false },
  { name: 'send_text', options: { sendText: 'Hi {{reply_text}}' }, path: 'sendContent', sends: true },
  { name: 'send_content', options: { sendContent: fixture('message.json') }, path: 'sendContent', sends: true },
  { name: 'send_flow', options: { sendFlow: 'content123456' }, path: 'sendFlow', sends: true },
  {
    name: 'send_flow_with_fields',
    options: { sendFlow: 'content123456', setFields: 'reply_text' },
    path: 'sendFlow',
    sends: true,
  },
];

describe('a job left unfinished by 0.1.0 continues', () => {
  test.each(jobs)('$name', async ({ name, options, path, sends }) => {
    const journal = text(`${name}.journal`);
    const states = lastStates(journal);
    const having = (...wanted: State[]): string[] =>
      [...states].filter(([, state]) => wanted.includes(state)).map(([id]) => id);
    // The journal contains every state that can occur.
    expect(having('done').length * having('failed').length * having('intent').length).toBeGreaterThan(0);
    if (sends) expect(having('unknown').length * having('not_sent').length).toBeGreaterThan(0);

    const table = write('contacts.csv', text('contacts.csv'));
    const withJournal = { ...options, journal: write('contacts.csv.journal', journal) };
    const { counts, noted } = await runBulk(directlyTo(sandbox), table, withJournal);
    const wire = sandbox
      .requests()
      .filter((request) => request.path.endsWith(path))
      .map(({ body }) => String(Object(body).subscriber_id));

    // Unknown contacts have no other turn; all others that are not settled have one.
    const settled = having('done', 'failed', ...(sends ? (['unknown', 'intent'] as const) : []));
    expect(wire.toSorted()).toEqual(followers(contacts).filter((id) => !settled.includes(id)));
    const unknown = sends ? having('unknown', 'intent').length : 0;
    const done = contacts - unknown;
    expect(counts, noted).toEqual({ total: contacts + 1, done, failed: 1, unknown, not_reached: 0, repeated: 0 });
    const before: string[] = JSON.parse(text('on-wire.json'))[name];
    if (sends) expect(before.filter((id) => wire.includes(id))).toEqual([]);

    sandbox.reset();
    expect((await runBulk(directlyTo(sandbox), table, withJournal)).counts).toEqual(counts);
    expect(sandbox.requests().filter((request) => request.path.endsWith(path))).toEqual([]);
  });
});
