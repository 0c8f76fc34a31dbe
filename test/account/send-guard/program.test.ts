import { describe, expect, test, vi } from 'vitest';
import { type Era, Server, toolCall } from '../../support/framed.js';
import { followers, maria } from '../../support/people.js';
import { directlyTo } from '../../support/program.js';
import { reached, useSandbox } from '../../support/sandboxed.js';

const sandbox = useSandbox({ followers: 20, limits: false });
const everybody = { subscriber_ids: followers(20), action: 'send_text', text: 'Closed on Friday' };
const warning = expect.stringMatching(/it was not sent/);

/** A running program, calls to it by number, and the results of their answers. */
function started(era: Era) {
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

describe.each<Era>(['legacy', 'modern'])('over stdio, %s', (era) => {
  test('for_each that is abandoned and asked for again reaches each contact once', async () => {
    const { server, call, resultOf, arrived } = started(era);
    const first = call(1, 'manychat_for_each_subscriber', everybody);
    await arrived(5);
    const repeats = [2, 3].map((number) => resultOf(call(number, 'manychat_for_each_subscriber', everybody)));
    for (const repeat of repeats) expect(await repeat).toMatchObject({ done: 20, unknown: [], warnings: [warning] });
    expect(await resultOf(first)).toMatchObject({ done: 20 });
    expect(reached(sandbox).sort()).toEqual(followers(20));
    await server.close();
  });

  test('for_each that is cancelled and asked for again reaches each contact once', async () => {
    const { server, call, resultOf, cancel, arrived } = started(era);
    call(1, 'manychat_for_each_subscriber', everybody);
    await arrived(5);
    cancel(1);
    const repeats = [2, 3].map((number) => resultOf(call(number, 'manychat_for_each_subscriber', everybody)));
    for (const repeat of repeats)
      expect(await repeat).toMatchObject({ done: 20, failed: [], unknown: [], remaining: [] });
    expect(reached(sandbox).sort()).toEqual(followers(20));
    await server.close();
  });

  test('a text whose call is cancelled on the way is not sent again', async () => {
    const { server, call, resultOf, cancel, arrived } = started(era);
    const hello = { subscriber_id: maria, text: 'Hello' };
    sandbox.injectFault({ match: { path: 'sendContent' }, delay_ms: 50 });
    call(1, 'manychat_send_text', hello);
    await arrived(1);
    cancel(1);
    expect(await resultOf(call(2, 'manychat_send_text', hello))).toEqual({ ok: true, warnings: [warning] });
    expect(reached(sandbox)).toHaveLength(1);
    await server.close();
  });
});
