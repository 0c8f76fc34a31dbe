import { describe, expect, test, vi } from 'vitest';
import { ask } from '../support/asking.js';
import { sandboxed } from '../support/sandboxed.js';
import { sendText } from '../support/send-text.js';

const now = '2026-03-01T12:00:00.000Z';

describe('with 5,000 contacts and 10,000 messages', () => {
  const ids = Array.from({ length: 2_000 }, (_, index) => String(800_000_000_001 + index));

  /** How many texts were parsed as JSON during a request. */
  async function parsedBy(url: string, at: string) {
    const parsing = vi.spyOn(JSON, 'parse');
    try {
      const { text } = await ask(url, { path: `/sandbox/${at}` });
      return { parsed: parsing.mock.calls.length, body: JSON.parse(text) };
    } finally {
      parsing.mockRestore();
    }
  }

  test('a conversation parses what it shows and a list the latest turns, of no matter how many messages', async () => {
    const { sandbox: crowded } = await sandboxed({ followers: 5_000, limits: false, now });
    const [first = '', second = ''] = ids;
    for (let round = 0; round < 5; round += 1) for (const id of ids) crowded.contactWrites(id, { text: `q${round}` });
    for (const id of [...ids.slice(0, 300), ...Array.from({ length: 40 }, () => first)]) {
      expect(await sendText(crowded, id, 'An answer')).toBe(200);
    }
    // Each delivery has two texts of JSON: its messages and its quick replies.
    const whole = await parsedBy(crowded.url, `contacts/${first}/conversation`);
    expect([whole.body.conversation.length, whole.parsed]).toEqual([46, 2 * 41]);
    const latest = await parsedBy(crowded.url, `contacts/${first}/conversation?limit=10`);
    expect([latest.body.conversation.length, latest.body.more, latest.parsed]).toEqual([10, 36, 2 * 10]);
    const other = await parsedBy(crowded.url, `contacts/${second}/conversation`);
    expect([other.body.conversation.length, other.parsed]).toEqual([6, 2]);
    const list = await parsedBy(crowded.url, 'inbox?limit=50');
    expect(list.body.total).toBeGreaterThan(5_000);
    expect([list.body.contacts.length, list.body.contacts[0].turns, list.parsed]).toEqual([50, 46, 2 * 50]);
    const requests = await parsedBy(crowded.url, 'requests?limit=20');
    expect([requests.body.requests.length, requests.body.more, requests.parsed]).toEqual([20, 320, 20]);
  });
});
