import { createServer } from 'node:http';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createHttpClient } from '../../src/upstream/client/http-client.js';
import { never } from '../support/pace.js';

afterEach(() => void vi.unstubAllEnvs());

const request = { method: 'GET', url: new URL('https://gateway.invalid/'), headers: {} };
const exchange = (http: ReturnType<typeof createHttpClient>) => http.exchange(request, never, () => undefined);

test('the configured proxy is used, whatever the environment of the process says', async () => {
  vi.stubEnv('no_proxy', 'gateway.invalid');
  vi.stubEnv('HTTP_PROXY', '${HTTP_PROXY}');
  const targets: string[] = [];
  const proxy = createServer().on('connect', ({ url = '' }, socket) => {
    targets.push(url);
    socket.end('HTTP/1.1 403 No\r\ncontent-length: 0\r\n\r\n');
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const address = proxy.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const http = createHttpClient({ https: `http://127.0.0.1:${port}`, http: undefined, none: undefined });
  await expect(exchange(http)).rejects.toThrow(/403/);
  expect(targets).toEqual(['gateway.invalid:443']);
  await http.close();
  await new Promise((resolve) => proxy.close(resolve));
});

describe('a client with an unusable proxy', () => {
  const opened = () => createHttpClient({ https: 'no address', http: undefined, none: undefined });

  test('rejects every request with the reason', async () => {
    const http = opened();
    const fault = {
      reason: 'proxy',
      message: expect.stringMatching(/^HTTPS_PROXY is not the address of an HTTP proxy/),
    };
    await expect(exchange(http)).rejects.toMatchObject(fault);
    await expect(exchange(http)).rejects.toMatchObject(fault);
  });

  test('answers requests that do not go through it', async () => {
    const server = createServer((_, response) => response.end('ok')).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    for (const https of ['socks5://127.0.0.1:9', 'no address']) {
      const http = createHttpClient({ https, http: https, none: undefined });
      const url = new URL(`http://127.0.0.1:${port}/`);
      expect(await http.exchange({ ...request, url }, never, () => undefined)).toMatchObject({ status: 200 });
      await http.close();
    }
    await new Promise((resolve) => server.close(resolve));
  });

  test('closes without an error', async () => {
    const http = opened();
    await expect(exchange(http)).rejects.toThrow();
    await expect(http.close()).resolves.toBeUndefined();
  });
});
