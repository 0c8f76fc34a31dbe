import { describe, expect, test, vi } from 'vitest';
import { type Era, Server, toolCall } from '../../support/framed.js';
import { followers, maria } from '../../support/people.js';
import { directlyTo } from '../../support/program.js';
import { reached, useSandbox } from '../../support/sandboxed.js';
import { acceptedBefore, sentOne } from '../../support/sent.js';

const sandbox = useSandbox({ followers: 20, limits: false });
const toAll = { subscriber_ids: followers(20), action: 'send_text', text: 'Closed on Friday' };
const notRepeated = expect.stringMatching(/it was not sent/);

/** Starts the built program. Calls are identified by a number. */
function start(era: Era) {
  const server = new Server(era, directlyTo(sandbox));
  const call = (number: number, tool: string, args: object): Promise<string> => {
    const answer = server.answer(`call-${number}`);
    server.send(toolCall(era, `call-${number}`, tool, args));
    return answer;
  };
  const resultOf = async (answer: Promise<string>) => JSON.parse(await answer).result.structuredContent;
  const cancel = (number: number) =>
    server.send(
      JSON.stringify({
        jsonrpc: '2.0',
        method: 'notifications/cancelled',
        params: { requestId: `call-${number}` },
      }),
    );
  const requests = () => sandbox.requests().filter(({ path }) => path.endsWith('sendContent')).length;
  const arrived = (count: number) =>
    vi.waitFor(() => expect(requests()).toBeGreaterThanOrEqual(count), { timeout: 60_000, interval: 5 });
  return { server, call, resultOf, cancel, arrived };
}

describe.each<Era>(['legacy', 'modern'])('the built program over stdio, %s', (era) => {
  test('sends to each contact once if for_each is abandoned and repeated', async () => {
    const { server, call, resultOf, arrived } = start(era);
    const first = call(1, 'manychat_for_each_subscriber', toAll);
    await arrived(5);
    const repeats = [2, 3].map((number) => resultOf(call(number, 'manychat_for_each_subscriber', toAll)));
    for (const repeat of repeats)
      expect(await repeat).toMatchObject({ accepted: 20, unknown: [], warnings: [notRepeated] });
    expect(await resultOf(first)).toMatchObject({ accepted: 20 });
    expect(reached(sandbox).sort()).toEqual(followers(20));
    await server.close();
  });

  test('sends to each contact once if for_each is cancelled and repeated', async () => {
    const { server, call, resultOf, cancel, arrived } = start(era);
    call(1, 'manychat_for_each_subscriber', toAll);
    await arrived(5);
    cancel(1);
    const repeats = [2, 3].map((number) => resultOf(call(number, 'manychat_for_each_subscriber', toAll)));
    for (const repeat of repeats)
      expect(await repeat).toMatchObject({ accepted: 20, failed: [], unknown: [], remaining: 0 });
    expect(reached(sandbox).sort()).toEqual(followers(20));
    await server.close();
  });

  test('does not repeat a text whose call was cancelled in flight', async () => {
    const { server, call, resultOf, cancel, arrived } = start(era);
    const hello = { subscriber_id: maria, text: 'Hello', channel: 'messenger' };
    sandbox.injectFault({ match: { path: 'sendContent' }, delay_ms: 50 });
    call(1, 'manychat_send_text', hello);
    await arrived(1);
    cancel(1);
    expect(await resultOf(call(2, 'manychat_send_text', hello))).toEqual({
      ...sentOne({ subscriber_id: maria }, acceptedBefore),
      warnings: [notRepeated],
    });
    expect(reached(sandbox)).toHaveLength(1);
    await server.close();
  });
});
