import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Sandbox } from '../../src/sandbox/index.js';
import { program, through } from './program.js';

/** Starts the server, which asks about sends too; it is called in the 2026-07-28 era with arbitrary parameters. */
export function spawnAsking(sandbox: Sandbox, environment = through(sandbox.url, sandbox.matonKey)) {
  const env = { PATH: process.env.PATH ?? '', ...environment };
  const child = spawn(process.execPath, [program, '--confirm', 'sends'], { env, stdio: ['pipe', 'pipe', 'ignore'] });
  const ended = once(child, 'close');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {}, url: {} } },
  };
  let id = 0;
  return {
    async call(name: string, args: object, more: object = {}) {
      id += 1;
      const params = { name, arguments: args, ...more, _meta };
      child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params })}\n`);
      const { result } = JSON.parse((await lines.next()).value);
      return result;
    },
    async close() {
      child.stdin.end();
      await ended;
    },
  };
}

/** A server that asks its user. */
export type AskingServer = ReturnType<typeof spawnAsking>;
