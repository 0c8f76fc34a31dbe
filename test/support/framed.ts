import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'vitest';
import { program } from './program.js';

/** The eras of the protocol: `legacy` has a handshake, `modern` sends its version with each request. */
export type Era = 'legacy' | 'modern';

const envelope = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

/** A JSON-RPC request in the form of an era. */
export const request = (era: Era, id: unknown, method: string, params: object = {}): string =>
  JSON.stringify({
    jsonrpc: '2.0',
    id,
    method,
    params: { ...params, ...(era === 'modern' && { _meta: envelope }) },
  });
/** A tools/call request. */
export const toolCall = (era: Era, id: unknown, name: string, args: object = {}): string =>
  request(era, id, 'tools/call', { name, arguments: args });

/** The first frames of a client. */
export const openings: Record<Era, string[]> = {
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

/** The built server, driven frame by frame; without a key unless the environment has one. */
export class Server {
  readonly child: ChildProcessWithoutNullStreams;
  readonly ended: Promise<unknown[]>;
  readonly lines: string[] = [];
  err = '';
  #rest = '';
  #probes = 0;
  readonly #waiting = new Map<string, (line: string) => void>();

  constructor(
    readonly era: Era = 'legacy',
    environment: Readonly<Record<string, string>> = {},
  ) {
    const env = { PATH: process.env.PATH ?? '', MANYCHAT_MCP_LOG_LEVEL: 'warn', ...environment };
    this.child = spawn(process.execPath, [program], { env });
    this.ended = once(this.child, 'close');
    // Writing to a process that has ended is not an error of the test.
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
    const id = /"id":"((?:probe|call)-\d+)"/.exec(line)?.[1];
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

  /** A call that must be answered: its frame, and the line of its response. */
  probe(args: object = {}): { frame: string; answer: Promise<string> } {
    this.#probes += 1;
    const id = `probe-${this.#probes}`;
    return { frame: toolCall(this.era, id, 'manychat_get_page', args), answer: this.answer(id) };
  }

  /** The line of the response to a call, whose id is `call-` and a number. */
  answer(id: string): Promise<string> {
    const answer = new Promise<string>((resolve, reject) => {
      this.#waiting.set(id, resolve);
      this.ended.then(() => reject(new Error(`the process ended before ${id}: ${this.err.slice(-2_000)}`)), reject);
    });
    // Callers that await it still get the rejection.
    answer.catch(() => undefined);
    return answer;
  }

  /** Checks that a normal call is still answered. */
  async isAlive(): Promise<void> {
    const { frame, answer } = this.probe();
    this.send(frame);
    expect(await answer).toContain('not_configured');
  }

  /** Ends the server and checks everything that it wrote. */
  async close(): Promise<void> {
    this.child.stdin.end();
    expect(await this.ended).toEqual([0, null]);
    expect(this.#rest).toBe('');
    for (const line of this.lines) expect(JSON.parse(line)).toHaveProperty('jsonrpc', '2.0');
    expect(this.err).toMatch(/^(\{"level":.*\}\n)*$/);
    for (const line of this.err.split('\n').filter((each) => each !== ''))
      expect(JSON.parse(line)).toHaveProperty('level');
  }
}
