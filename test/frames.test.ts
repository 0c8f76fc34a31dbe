import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { program } from './support/program.js';
import { createRandom } from './support/random.js';

const seed = 20_260_731;
const mutations = 5_000;

/** The eras of the protocol; the first has a handshake, the second tells its version with each request. */
type Era = 'legacy' | 'modern';

const envelope = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

const request = (era: Era, id: unknown, method: string, params: object = {}): string =>
  JSON.stringify({
    jsonrpc: '2.0',
    id,
    method,
    params: { ...params, ...(era === 'modern' && { _meta: envelope }) },
  });
const toolCall = (era: Era, id: unknown, name: string, args: object = {}): string =>
  request(era, id, 'tools/call', { name, arguments: args });

const openings: Record<Era, string[]> = {
  legacy: [
    request('legacy', 'opening', 'initialize', {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: { name: 'test', version: '1' },
    }),
    '{"jsonrpc":"2.0","method":"notifications/initialized"}',
  ],
  modern: [request('modern', 'opening', 'server/discover')],
};

/** The server with no key, asked frame by frame. */
class Server {
  readonly child: ChildProcessWithoutNullStreams = spawn(process.execPath, [program], {
    env: { PATH: process.env.PATH ?? '', MANYCHAT_MCP_LOG_LEVEL: 'warn' },
  });
  readonly ended = once(this.child, 'close');
  readonly lines: string[] = [];
  err = '';
  #rest = '';
  #probes = 0;
  readonly #waiting = new Map<string, (line: string) => void>();

  constructor(readonly era: Era = 'legacy') {
    // A process that ends does not read what is still written to it.
    this.child.stdin.on('error', () => undefined);
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.err += text;
    });
    this.child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (this.#rest + text).split('\n');
      this.#rest = lines.pop() ?? '';
      for (const line of lines) this.#take(line);
    });
    for (const frame of openings[era]) this.send(frame);
  }

  #take(line: string): void {
    this.lines.push(line);
    const id = /"id":"(probe-\d+)"/.exec(line)?.[1];
    if (id === undefined) return;
    this.#waiting.get(id)?.(line);
    this.#waiting.delete(id);
  }

  write(bytes: string | Buffer): void {
    this.child.stdin.write(bytes);
  }

  send(frame: string): void {
    this.write(`${frame}\n`);
  }

  /** The next call that is expected to be answered: its frame, and the line of its answer. */
  probe(args: object = {}): { frame: string; answer: Promise<string> } {
    this.#probes += 1;
    const id = `probe-${this.#probes}`;
    const answer = new Promise<string>((resolve, reject) => {
      this.#waiting.set(id, resolve);
      this.ended.then(() => reject(new Error(`the process ended before ${id}: ${this.err.slice(-2_000)}`)), reject);
    });
    // Whoever waits for it is told all the same.
    answer.catch(() => undefined);
    return { frame: toolCall(this.era, id, 'manychat_get_page', args), answer };
  }

  /** A normal call is still answered. */
  async isAlive(): Promise<void> {
    const { frame, answer } = this.probe();
    this.send(frame);
    expect(await answer).toContain('not_configured');
  }

  /** Ends it, and looks at all that it has written. */
  async close(): Promise<void> {
    this.child.stdin.end();
    expect(await this.ended).toEqual([0, null]);
    expect(this.#rest).toBe('');
    for (const line of this.lines) expect(JSON.parse(line)).toHaveProperty('jsonrpc', '2.0');
    for (const line of this.err.split('\n').filter((each) => each !== ''))
      expect(JSON.parse(line)).toHaveProperty('level');
  }
}

type Mutation = (frame: string, random: () => number) => string | Buffer;

const place = (length: number, random: () => number): number => Math.floor(random() * length);
const pick = (items: readonly string[], random: () => number): string => items[place(items.length, random)] ?? '';

/** Replaces one `"name":` of a frame, whichever comes up. */
const atKey = (frame: string, random: () => number, change: (key: string) => string): string => {
  const keys = [...frame.matchAll(/"[\w/.]+":/g)];
  const found = keys[place(keys.length, random)];
  if (found === undefined) return frame;
  return frame.slice(0, found.index) + change(found[0]) + frame.slice(found.index + found[0].length);
};

const values = ['null', 'true', '0', '-1', '""', '[]', '{}', '[[]]', '"x"', '{"toString":1}', '{"__proto__":{"id":1}}'];
const numbers = ['1e999', '-1e999', '9'.repeat(400), '9007199254740993', '0.1', '-0', '1e-400', '18446744073709551616'];
const ids = [...values, ...numbers, '"opening"', '"\\u0000"', `"${'i'.repeat(10_000)}"`];

const mutationsByKind: Record<string, Mutation> = {
  'flipped bytes': (frame, random) => {
    const bytes = Buffer.from(frame);
    for (let count = place(4, random); count >= 0; count -= 1) {
      const at = place(bytes.length, random);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << place(8, random));
    }
    return bytes;
  },
  'cut frames': (frame, random) => frame.slice(0, place(frame.length, random)),
  'frames without a beginning': (frame, random) => frame.slice(place(frame.length, random)),
  'duplicated keys': (frame, random) => atKey(frame, random, (key) => `${key}${pick(values, random)},${key}`),
  'renamed keys': (frame, random) =>
    atKey(frame, random, (key) =>
      pick([`"x${key.slice(1)}`, '"__proto__":', '"constructor":', key.toUpperCase()], random),
    ),
  'values of other types': (frame, random) =>
    frame.replace(/:("[^"]*"|\{\}|\d+)/g, (value) => (random() < 0.3 ? `:${pick(values, random)}` : value)),
  'wrong ids': (frame, random) => frame.replace(/"id":("[^"]*"|\d+)/, `"id":${pick(ids, random)}`),
  'wrong versions': (frame, random) =>
    frame
      .replace('"jsonrpc":"2.0"', `"jsonrpc":${pick(['"1.0"', '2.0', '"2"', 'null', '"2.0"'], random)}`)
      .replace(/20\d\d-\d\d-\d\d/, pick(['1999-01-01', '2025-03-26', '2099-12-31', '', 'x'.repeat(1_000)], random)),
  'giant numbers': (frame, random) => atKey(frame, random, (key) => `${key}${pick(numbers, random)},"_":`),
  'invalid UTF-8': (frame, random) => {
    const at = place(frame.length, random);
    const wrong = Buffer.from([0xff, 0xc0, 0x80, 0xed, 0xa0, 0x80, 0xf5].slice(place(7, random)));
    return Buffer.concat([Buffer.from(frame.slice(0, at)), wrong, Buffer.from(frame.slice(at))]);
  },
  'lone surrogates': (frame, random) =>
    frame.replace(/"(?=[a-z])/g, (quote) =>
      random() < 0.2 ? `"${pick(['\\ud83d', '\\udc00', '\\ud800\\ud800'], random)}` : quote,
    ),
  'CRLF and blank lines': (frame, random) =>
    pick([`${frame}\r`, `\r\n\n\n${frame}\r\n \t\n`, `\ufeff${frame}`, '\r'], random),
  batches: (frame, random) => pick([`[${frame}]`, `[${frame},${frame}]`, '[]', `[[${frame}],null]`], random),
};

/** Frames as clients send them; what they ask for does nothing, since no key is configured. */
function frames(era: Era): string[] {
  const data = { version: 'v2', content: { messages: [{ type: 'text', text: 'Hello' }] } };
  return [
    ...openings[era],
    toolCall(era, 7, 'manychat_get_page'),
    toolCall(era, 8, 'manychat_send_content', { subscriber_id: '1', data }),
    toolCall(era, 'nine', 'manychat_set_bot_fields', { fields: [{ field_id: 1, field_value: 2 }] }),
    toolCall(era, 10, 'manychat_nonsense', { a: 1 }),
    request(era, 11, 'ping'),
    request(era, 12, 'resources/list'),
    '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7,"reason":"x"}}',
    '{"jsonrpc":"2.0","id":13,"result":{}}',
    '{"jsonrpc":"2.0","id":14,"error":{"code":-1,"message":"no"}}',
  ];
}

describe('whatever comes on stdin', () => {
  let server: Server;
  afterEach(() => server.child.kill('SIGKILL'));

  test.each(['legacy', 'modern'] as const)(`${mutations} mutated frames, %s era`, { timeout: 120_000 }, async (era) => {
    server = new Server(era);
    await server.isAlive();
    const random = createRandom(seed);
    const originals = frames(era);
    const kinds = Object.entries(mutationsByKind);
    for (const [kind, mutate] of kinds) {
      for (let count = 0; count < mutations / kinds.length; count += 1) {
        server.write(Buffer.concat([Buffer.from(mutate(pick(originals, random), random)), Buffer.from('\n')]));
        if (count % 50 === 0) await turn();
      }
      await server.isAlive().catch((error: unknown) => {
        throw new Error(`seed ${seed}, after ${kind}: ${error}`);
      });
    }
    await server.close();
  });

  test('10,000 levels of nesting', async () => {
    server = new Server();
    const levels = 10_000;
    for (const deep of [
      '['.repeat(levels) + ']'.repeat(levels),
      `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`,
      '['.repeat(levels),
    ]) {
      const call = toolCall('legacy', 1, 'manychat_send_content', { subscriber_id: 1, data: { version: 'v2' } });
      for (const frame of [
        deep,
        call.replace('"v2"', deep),
        call.replace('{"version":"v2"}', deep),
        call.replace(
          '{"version":"v2"}',
          `{"version":"v2","content":{"messages":[{"type":"text","text":"x","y":${deep}}]}}`,
        ),
        call.replace('"id":1', `"id":${deep}`),
        call.replace('"params":{', `"params":{"_meta":{"progressToken":${deep}},`),
      ]) {
        server.send(frame);
        await server.isAlive();
      }
    }
    await server.close();
  });

  test.each([
    ['a frame', 'x'.repeat(12 * 1024 * 1024)],
    ['a call', toolCall('legacy', 1, 'manychat_create_tag', { name: 'x'.repeat(12 * 1024 * 1024) })],
  ])('%s of 12 MB ends the process in good order, or is refused', async (_, frame) => {
    server = new Server();
    await server.isAlive();
    server.send(frame);
    await server.close();
  });

  test('a frame of 9 MB is answered', async () => {
    server = new Server();
    server.send(toolCall('legacy', 1, 'manychat_get_page', { ['x'.repeat(9 * 1024 * 1024)]: 1 }));
    await server.isAlive();
    await server.close();
  });

  test('a frame that comes in two chunks, wherever it is cut, and byte by byte', async () => {
    server = new Server();
    const args = { 'ключ 🌻': 1 };
    const length = Buffer.byteLength(server.probe(args).frame);
    for (let at = 1; at < length; at += 1) {
      const { frame, answer } = server.probe(args);
      const bytes = Buffer.from(`${frame}\n`);
      server.write(bytes.subarray(0, at));
      await turn();
      server.write(bytes.subarray(at));
      expect(await answer).toContain('ключ 🌻');
    }
    const { frame, answer } = server.probe(args);
    for (const byte of Buffer.from(`${frame}\n`)) {
      server.write(Buffer.from([byte]));
      await turn();
    }
    expect(await answer).toContain('ключ 🌻');
    await server.close();
  });

  test('many frames in one chunk', async () => {
    server = new Server();
    const probes = Array.from({ length: 200 }, () => server.probe());
    server.write(
      probes.map(({ frame }, index) => `${frame}${index % 3 === 0 ? '\r\n' : '\n'}`).join('not a frame\n\n'),
    );
    for (const { answer } of probes) expect(await answer).toContain('not_configured');
    await server.close();
  });
});
