import { createServer } from 'node:http';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createHttpClient } from '../../src/upstream/client/http-client.js';

afterEach(() => void vi.unstubAllEnvs());

const request = { method: 'GET', url: new URL('https://gateway.invalid/'), headers: {} };
const never = new AbortController().signal;
const exchange = (http: ReturnType<typeof createHttpClient>) => http.exchange(request, never, () => undefined);

describe('the environment of the process', () => {
  test('does not put another proxy, or an exception from it, into what is configured', async () => {
    vi.stubEnv('no_proxy', 'gateway.invalid');
    vi.stubEnv('HTTP_PROXY', '${HTTP_PROXY}');
    const asked: string[] = [];
    const proxy = createServer().on('connect', ({ url = '' }, socket) => {
      asked.push(url);
      socket.end('HTTP/1.1 403 No\r\ncontent-length: 0\r\n\r\n');
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const address = proxy.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const http = createHttpClient({ https: `http://127.0.0.1:${port}`, http: undefined, none: undefined });
    await expect(exchange(http)).rejects.toThrow(/403/);
    expect(asked).toEqual(['gateway.invalid:443']);
    await http.close();
    await new Promise((resolve) => proxy.close(resolve));
  });
});

test('a client that could not be set up tells why each time, and is closed without a word', async () => {
  const http = createHttpClient({ https: 'no address', http: undefined, none: undefined });
  await expect(exchange(http)).rejects.toThrow(/Invalid URL/);
  await expect(exchange(http)).rejects.toThrow(/Invalid URL/);
  await expect(http.close()).resolves.toBeUndefined();
});
