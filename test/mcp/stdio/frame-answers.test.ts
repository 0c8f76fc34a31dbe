import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Server, toolCall } from '../../support/framed.js';
import { frames, mutationsByKind, pick } from '../../support/mutated.js';
import { createRandom } from '../../support/random.js';

const seed = 20_260_731;
/** Normally milliseconds; generous, for a loaded machine. */
const patience = { timeout: 30_000 };

/** The ids, as JSON, of the requests in a line, as far as an answer can repeat them. */
function idsIn(line: string): string[] {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return [];
  }
  return [value].flat().flatMap((each) => {
    if (typeof each !== 'object' || each === null || !('id' in each)) return [];
    const { id } = each;
    const readable = typeof id === 'string' || (typeof id === 'number' && Math.abs(id) <= Number.MAX_SAFE_INTEGER);
    const isResponse = !('method' in each) && ('result' in each || 'error' in each);
    // An answer writes -0 as 0.
    return readable && !isResponse ? [JSON.stringify(id)] : [];
  });
}

describe('a refused frame', () => {
  let server: Server;
  afterEach(() => server.child.kill('SIGKILL'));

  test.each(['legacy', 'modern'] as const)(
    'is answered if it is a mutated request with a readable id, %s era',
    { timeout: 120_000 },
    async (era) => {
      server = new Server(era);
      await server.isAlive();
      const random = createRandom(seed);
      const requests = frames(era).filter((frame) => 'id' in JSON.parse(frame) && 'method' in JSON.parse(frame));
      const expected = new Set<string>();
      for (const [kind, mutate] of Object.entries(mutationsByKind)) {
        for (let count = 0; count < 100; count += 1) {
          const id = `${kind} ${count}`;
          const frame = pick(requests, random).replace(/"id":("[^"]*"|\d+)/, `"id":${JSON.stringify(id)}`);
          const bytes = Buffer.from(mutate(frame, random));
          server.write(Buffer.concat([bytes, Buffer.from('\n')]));
          for (const line of bytes.toString('utf8').split('\n')) for (const each of idsIn(line)) expected.add(each);
          if (count % 50 === 0) await turn();
        }
      }
      expect(expected.size).toBeGreaterThan(500);
      await server.isAlive();
      await vi.waitFor(() => {
        const answered = new Set(server.lines.map((line) => JSON.stringify(JSON.parse(line).id)));
        expect([...expected].filter((id) => !answered.has(id))).toEqual([]);
      }, patience);
      await server.close();
    },
  );

  test.each(['legacy', 'modern'] as const)('is answered with the reason, %s era', async (era) => {
    server = new Server(era);
    await server.isAlive();
    const version = '"jsonrpc":"2.0"';
    const invalid: [string, number, RegExp][] = [
      [
        `{${version},"id":"a","method":"tools/call","params":["manychat_get_page"]}`,
        -32602,
        /^params must be an object/,
      ],
      [`{${version},"id":"b","method":"tools/call","params":"manychat_get_page"}`, -32602, /^params must be an object/],
      [`{${version},"id":"c","method":"tools/call","params":{"_meta":1}}`, -32602, /^params\._meta/],
      [`{${version},"id":"d","method":7}`, -32600, /^method must be a string/],
      [`{${version},"id":"e"}`, -32600, /^method must be a string/],
      ['{"jsonrpc":"1.0","id":"f","method":"ping"}', -32600, /^jsonrpc must be "2\.0"/],
      ['{"id":"g","method":"ping"}', -32600, /^jsonrpc must be "2\.0"/],
      [`{${version},"id":"h","method":"ping","more":1}`, -32600, /nothing else/],
      [`{${version},"id":0.5,"method":"ping"}`, -32600, /^id must be/],
      [`[{${version},"id":"i","method":"ping"},{${version},"id":"j","method":"ping"}]`, -32600, /^Batches/],
    ];
    for (const [frame] of invalid) server.send(frame);
    await server.isAlive();
    const answers = server.lines.map((line) => JSON.parse(line));
    for (const [frame, code, message] of invalid) {
      for (const id of idsIn(frame)) {
        const answer = answers.find((each) => JSON.stringify(each.id) === id);
        expect(answer, frame).toMatchObject({ error: { code, message: expect.stringMatching(message) } });
        expect(answer.error.message).toContain('Nothing was done.');
      }
    }
    await server.close();
  });

  test.each(['legacy', 'modern'] as const)('is not a call whose arguments are null, %s era', async (era) => {
    server = new Server(era);
    const answers = ['manychat_get_page', 'manychat_send_text'].map((tool, index) => {
      const answer = server.answer(`call-${index}`);
      const call = JSON.parse(toolCall(era, `call-${index}`, tool));
      server.send(JSON.stringify({ ...call, params: { ...call.params, arguments: null } }));
      return answer;
    });
    const [page, text] = await Promise.all(answers);
    expect(page).toContain('not_configured');
    expect(text).toContain('subscriber_id: is required');
    await server.close();
  });

  test.each([
    ['no id', '{"jsonrpc":"2.0","method":"x","params":[]}'],
    ['the id null', '{"jsonrpc":"2.0","id":null,"method":"ping"}'],
    ['an id that no answer can repeat', '{"jsonrpc":"2.0","id":9007199254740993,"method":"ping"}'],
    ['a response', '{"jsonrpc":"2.0","id":1,"result":7}'],
    ['a batch of these', '[{"jsonrpc":"2.0","method":"x"},7,[],null]'],
    ['two frames on a line', '{"jsonrpc":"2.0","id":1,"method":"ping"}{"jsonrpc":"2.0","id":2,"method":"ping"}'],
    ['invalid JSON without an id', '{"jsonrpc":"2.0","method":"ping"'],
  ])('with %s is ignored: MCP has no answer without an id', async (_, frame) => {
    server = new Server();
    await server.isAlive();
    const before = server.lines.length;
    server.send(frame);
    await server.isAlive();
    expect(server.lines.slice(before).map((line) => JSON.parse(line).id)).toEqual(['probe-2']);
    await server.close();
  });

  const limit = 4 * 1024 * 1024;
  /** A call that takes exactly this many bytes. */
  const callOf = (bytes: number, id: unknown): string => {
    const [before, after = ''] = toolCall('legacy', id, 'manychat_get_page', { x: '#' }).split('#');
    return before + 'x'.repeat(bytes - Buffer.byteLength(before + after)) + after;
  };

  test.each(['legacy', 'modern'] as const)('is answered by its id if it is not valid JSON, %s era', async (era) => {
    server = new Server(era);
    const answers = ['call-1', 'call-2'].map((id) => server.answer(id));
    server.send(toolCall(era, 'call-1', 'manychat_get_page').slice(0, -3));
    server.send(`\ufeff${toolCall(era, 'call-2', 'manychat_get_page')}`);
    for (const answer of answers) expect(JSON.parse(await answer).error).toMatchObject({ code: -32_700 });
    await server.isAlive();
    await server.close();
  });

  test('is not one of exactly 4 MiB', async () => {
    server = new Server();
    server.send(callOf(limit, 'large'));
    await server.isAlive();
    const answer = () => server.lines.find((line) => line.includes('"id":"large"'));
    await vi.waitFor(() => expect(answer()).toContain('invalid_input'), patience);
    await server.close();
  });

  test.each([
    ['4 MiB and one byte', callOf(limit + 1, 'large')],
    ['12 MB', callOf(12_000_000, 'large')],
    ['12 MB with its id at the end', `${callOf(12_000_000, 1).slice(0, -1).replace('"id":1,', '')},"id":"large"}`],
    ['12 MB that is cut off', callOf(12_000_000, 'large').slice(0, -9)],
  ])('of %s is answered, and the server continues', async (_, frame) => {
    server = new Server();
    await server.isAlive();
    server.send(frame);
    await server.isAlive();
    const answer = JSON.parse(server.lines.find((line) => line.includes('"id":"large"')) ?? '{}');
    expect(answer).toMatchObject({ id: 'large', error: { code: -32600 } });
    expect(answer.error.message).toMatch(
      /^Frame too large: \d+ bytes, the limit is 4194304\. Nothing was done\. Split it/,
    );
    await server.close();
    expect(server.err).toContain(`Frame too large: ${Buffer.byteLength(frame)} bytes`);
    expect(server.err).not.toContain('xxx');
  });

  test('over the limit without an id is logged and not answered', async () => {
    server = new Server();
    await server.isAlive();
    const before = server.lines.length;
    server.send('x'.repeat(12_000_000));
    server.send(`{"jsonrpc":"2.0","id":1,"result":{"x":"${'x'.repeat(limit)}"}}`);
    await server.isAlive();
    expect(server.lines).toHaveLength(before + 1);
    await server.close();
    expect(server.err.match(/Frame too large/g)).toHaveLength(2);
  });
});
