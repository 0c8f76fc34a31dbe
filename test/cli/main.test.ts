import { spawn } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { program } from '../support/program.js';

describe('the server process', () => {
  const initialize = {
    jsonrpc: '2.0',
    id: 0,
    method: 'initialize',
    params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
  };
  const start = (environment: Record<string, string> = {}) =>
    spawn(process.execPath, [program], { env: { PATH: process.env.PATH ?? '', ...environment } });

  test('keeps answering while its stderr is not read', async () => {
    const child = start({ MANYCHAT_MCP_LOG_LEVEL: 'debug' });
    child.stderr.pause();
    const calls = 1_500;
    let answers = 0;
    const answered = new Promise<void>((resolve) => {
      child.stdout.on('data', (chunk: Buffer) => {
        answers += chunk.toString('utf8').split('\n').length - 1;
        if (answers > calls) resolve();
      });
    });
    const call = (id: number) => ({
      jsonrpc: '2.0',
      id,
      method: 'tools/call',
      params: { name: 'manychat_get_page', arguments: {} },
    });
    const frames = [initialize, ...Array.from({ length: calls }, (_, index) => call(index + 1))];
    child.stdin.write(frames.map((frame) => `${JSON.stringify(frame)}\n`).join(''));
    await answered;
    child.stdin.end();
    expect(await new Promise((resolve) => child.on('exit', resolve))).toBe(0);
  });

  test('delivers every response to a client that reads late, and writes only log lines to stderr', async () => {
    const child = start({ MANYCHAT_MCP_LOG_LEVEL: 'info' });
    const calls = 1_500;
    const call = (id: number) => ({
      jsonrpc: '2.0',
      id,
      method: 'tools/call',
      params: { name: 'manychat_get_page', arguments: {} },
    });
    let err = '';
    const logged = new Promise<void>((resolve) => {
      child.stderr.on('data', (chunk: Buffer) => {
        err += chunk.toString('utf8');
        // All calls have been made by now, and no response has been read.
        if ((err.match(/"msg":"call failed"/g)?.length ?? 0) >= calls) resolve();
      });
    });
    const frames = [initialize, ...Array.from({ length: calls }, (_, index) => call(index + 1))];
    child.stdin.write(frames.map((frame) => `${JSON.stringify(frame)}\n`).join(''));
    await logged;
    let answers = 0;
    child.stdout.on('data', (chunk: Buffer) => {
      answers += chunk.toString('utf8').split('\n').length - 1;
      if (answers > calls) child.stdin.end();
    });
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0);
    expect(err.split('\n').filter((line) => line !== '' && !line.startsWith('{'))).toEqual([]);
  });

  test('ends at a signal during startup', async () => {
    const child = start({ MANYCHAT_MCP_SANDBOX: 'true' });
    const ended = new Promise((resolve) => child.on('exit', (code, signal) => resolve(signal ?? code)));
    const again = setInterval(() => child.kill('SIGTERM'), 40);
    expect([0, 3, 'SIGTERM']).toContain(await ended);
    clearInterval(again);
  });

  test('ignores real keys and addresses with --sandbox', async () => {
    const caller = start({ MANYCHAT_MCP_SANDBOX: '1', MATON_CONNECTION_ID: 'real', MATON_API_KEY: 'real-key' });
    const first = new Promise<string>((resolve) => {
      let out = '';
      caller.stdout.on('data', (chunk: Buffer) => {
        out += chunk.toString('utf8');
        if (out.includes('"id":1')) resolve(out);
      });
    });
    const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'manychat_get_page', arguments: {} } };
    caller.stdin.write(`${JSON.stringify(initialize)}\n${JSON.stringify(call)}\n`);
    expect(await first).toContain('Sunrise Coffee');
    caller.stdin.end();
  });
});
