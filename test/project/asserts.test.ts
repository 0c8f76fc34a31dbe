import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer, type Server } from 'node:net';
import type { Metafile } from 'esbuild';
import { afterEach, describe, expect, test } from 'vitest';
import { metafilePath } from '../../scripts/package/bundle.js';
import { pathOf } from '../../scripts/root.js';
import { connectProgram, pinnedId, through } from '../support/program.js';

const { inputs, outputs }: Metafile = JSON.parse(readFileSync(metafilePath, 'utf8'));

describe('the assertions in the bundle', () => {
  test('do not use node:assert, which would parse the bundle to quote a failed expression', () => {
    const external = Object.values(outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
    expect(external).toContain('node:http');
    expect(external.filter((path) => path.includes('assert'))).toEqual([]);
    const asserting = Object.entries(inputs).filter(([, { imports }]) =>
      imports.some(({ path }) => path === 'scripts/package/asserts.cts'),
    );
    expect(asserting.length).toBeGreaterThan(10);
    // The replacement is a function without the methods of node:assert.
    for (const [file] of asserting) {
      const text = readFileSync(pathOf(file), 'utf8');
      expect(text, file).toMatch(/^(const|var) (assert|node_assert_1) = .*\brequire\(['"](node:)?assert['"]\)/m);
      expect(text.match(/\b(assert|node_assert_1\.default)\.\w+/g), file).toBeNull();
    }
  });

  test('throw an AssertionError with the given or a default message', () => {
    const assert: (condition: unknown, message?: unknown) => void = createRequire(import.meta.url)(
      pathOf('dist/scripts/package/asserts.cjs'),
    );
    expect(() => assert(1)).not.toThrow();
    for (const condition of [false, 0, '', null, undefined])
      expect(() => assert(condition)).toThrow(
        expect.objectContaining({
          name: 'AssertionError',
          code: 'ERR_ASSERTION',
          message: 'An internal check failed',
        }),
      );
    expect(() => assert(false, 'not so')).toThrow(expect.objectContaining({ message: 'not so' }));
    const own = new TypeError('own');
    expect(() => assert(false, own)).toThrow(own);
  });
});

describe('a response that makes an assertion of undici fail', () => {
  let server: Server | undefined;
  afterEach(() => void server?.close());

  test('fails its call with an unknown outcome, and does not block the server', async () => {
    server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end('HTTP/1.1 000 \r\ncontent-length: 2\r\n\r\n{}'));
    });
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const environment = { ...through(`http://127.0.0.1:${port}`), MATON_CONNECTION_ID: pinnedId };
    const { client } = await connectProgram(environment);
    const sending = { name: 'manychat_send_flow', arguments: { subscriber_id: '1', flow_ns: 'content1' } };
    const [{ isError, content }] = await Promise.all([client.callTool(sending), client.ping()]);
    const [first] = content;
    const { error } = JSON.parse(first?.type === 'text' ? first.text : '{}');
    // node:assert would quote the expression here, after blocking the process for seconds.
    expect([isError, error.message]).toEqual([true, expect.stringContaining('An internal check failed')]);
    expect(error.performed).toBe('unknown');
    await client.close();
  });
});
