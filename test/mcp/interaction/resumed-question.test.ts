import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type AskingServer, spawnAsking } from '../../support/asking-server.js';
import { followers, maria } from '../../support/people.js';
import { reached, useSandbox } from '../../support/sandboxed.js';

describe('a call that resumes a job, where sends are confirmed', () => {
  const sandbox = useSandbox({ limits: false, followers: 5 });
  let server: AskingServer;
  beforeEach(() => {
    server = spawnAsking(sandbox);
  });
  afterEach(() => server.close());
  const forEach = 'manychat_for_each_subscriber';
  const accepted = { inputResponses: { confirm: { action: 'accept', content: { confirm: true } } } };
  async function confirmed(args: object) {
    const { requestState, inputRequests } = await server.call(forEach, args);
    const result = await server.call(forEach, args, { requestState, ...accepted });
    return { asked: inputRequests.confirm.params.message, result: result.structuredContent };
  }
  const body = { status: 'error', message: 'Wrong token' };
  const refuseAfter = (after: number) =>
    sandbox.injectFault({ match: { path: 'sendContent' }, after, times: 99, status: 401, body });

  test('shows the user what is sent, and to how many it is still to come', async () => {
    const items = [maria, ...followers(5)].map((subscriber_id) => ({ subscriber_id, text: `Code ${subscriber_id}` }));
    refuseAfter(1);
    const first = await confirmed({ items, action: 'send_text' });
    expect(first.asked).toMatch(/^Send this text to 6 contacts.*, each with own values on page "Sunrise Coffee"\?/);
    for (const { text } of items) expect(first.asked).toContain(text);
    expect(first.result).toMatchObject({ accepted: 1, remaining: 5 });
    sandbox.clearFaults();
    const [got] = reached(sandbox);
    const next = await confirmed({ resume: first.result.resume });
    expect(next.asked).toMatch(/^Send this text to 5 contacts/);
    expect(next.asked).not.toContain(`Code ${got}`);
    expect(next.result).toMatchObject({ accepted: 6, remaining: 0 });
    expect(reached(sandbox).sort()).toEqual([...followers(5), maria].sort());
  });

  test('is refused without a question if the job is lost', async () => {
    const { isError, content } = await server.call(forEach, { resume: 'x'.repeat(22) });
    expect(isError).toBe(true);
    expect(JSON.parse(content[0].text).error).toMatchObject({ kind: 'not_found', performed: 'no' });
  });
});
