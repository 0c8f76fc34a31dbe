import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { adviceFor } from '../../../src/cli/bulk/progress/failed-advice.js';
import { runBulk } from '../../support/bulk.js';
import { channelAccount, idsOn } from '../../support/channel-contacts.js';
import { useFolder } from '../../support/folder.js';
import { pinnedTo } from '../../support/program.js';
import { lost, reached, useSandbox } from '../../support/sandboxed.js';

const sandbox = useSandbox({ account: channelAccount, limits: false });
const write = useFolder();
const table = (ids: readonly string[]): string =>
  write('contacts.csv', `id,name\n${ids.map((id) => `${id},X\n`).join('')}`);
const hello = { sendText: 'Hi {{name}}' };
const countOf = (word: string): number => sandbox.requests().filter(({ path }) => path.endsWith(word)).length;
const channelsOf = () => new Map(sandbox.messages().map(({ subscriber_id: id, channel }) => [id, channel]));

describe('bulk without a channel', () => {
  test('reads no contact if all are on Messenger', async () => {
    const { code } = await runBulk(pinnedTo(sandbox), table(idsOn('messenger', 50)), hello);
    expect(code).toBe(0);
    expect([countOf('/subscriber/getInfo'), countOf('/sendContent')]).toEqual([0, 50]);
  });

  test('reaches each contact on its own channel, and reads first after three refusals', async () => {
    const ids = [
      ...idsOn('whatsapp', 3),
      ...idsOn('messenger', 20),
      ...idsOn('instagram', 17),
      ...idsOn('telegram', 2),
    ];
    const { code, counts } = await runBulk(pinnedTo(sandbox), table(ids), hello);
    expect(code).toBe(1);
    expect(counts).toMatchObject({ done: 40, failed: 2, unknown: 0 });
    const channels = channelsOf();
    expect(ids.map((id) => channels.get(id))).toEqual(
      [
        ['whatsapp', 3],
        ['messenger', 20],
        ['instagram', 17],
        [undefined, 2],
      ].flatMap(([name, count]) => Array.from({ length: Number(count) }, () => name)),
    );
    expect(reached(sandbox)).toHaveLength(40);
    expect(countOf('/subscriber/getInfo')).toBeLessThanOrEqual(42);
  });

  test('sends to nobody again whose message was lost on the second channel', async () => {
    const [lostOne = '', ...others] = idsOn('whatsapp', 4);
    const path = table([lostOne]);
    // The first request is refused on Messenger, the second one is lost on WhatsApp.
    sandbox.injectFault({ ...lost('sendContent', true), after: 1, times: 1 });
    const first = await runBulk(pinnedTo(sandbox), path, hello);
    expect(first.counts).toMatchObject({ done: 0, unknown: 1 });
    writeFileSync(path, `id,name\n${[lostOne, ...others].map((id) => `${id},X\n`).join('')}`);
    const second = await runBulk(pinnedTo(sandbox), path, hello);
    expect(second.counts).toMatchObject({ done: 3, unknown: 1 });
    expect(reached(sandbox).toSorted()).toEqual([lostOne, ...others].toSorted());
  });

  test('shows the channel of each contact that it shows, and takes it from a column', async () => {
    const [one = ''] = idsOn('whatsapp', 1);
    const [two = ''] = idsOn('instagram', 1);
    const [closed = ''] = idsOn('closed', 1);
    const dry = { ...pinnedTo(sandbox), MANYCHAT_MCP_DRY_RUN: '1' };
    const { out, noted } = await runBulk(dry, table([one, two, closed]), { ...hello, json: undefined });
    expect(out).toContain(`line 2: "Guest ${one}" (${one})\n    On whatsapp\n    Hi X`);
    expect(out).toContain(`line 3: "Guest ${two}" (${two})\n    On instagram\n    Hi X`);
    expect(noted).toMatch(/line 4 would fail: the 24-hour window of the contact is closed/);
    const path = write('columns.csv', `id,name,channel\n${one},X,auto\n${two},Y,messenger\n`);
    const { counts } = await runBulk(pinnedTo(sandbox), path, { ...hello, channel: '{{channel}}' });
    expect(counts).toMatchObject({ done: 1, failed: 1 });
    expect(channelsOf()).toEqual(new Map([[one, 'whatsapp']]));
  });
});

test.each([
  ['messenger', 'contact writes, then run the same command with --retry-failed.'],
  ['whatsapp', 'or start a flow with a WhatsApp template (--send-flow).'],
  ['{{name}}', 'on WhatsApp, a flow with a WhatsApp template (--send-flow) needs no open window.'],
])('a closed window on %s is advised about as its channel allows', (channel, words) => {
  const entry = { id: '1', state: 'failed', kind: 'window_closed' } as const;
  expect(adviceFor(entry, { action: 'send_text', text: 'Hi', channel })).toContain(words);
  const data = { content: { type: channel, messages: [] } };
  expect(adviceFor(entry, { action: 'send_content', data })).toContain(words);
});
