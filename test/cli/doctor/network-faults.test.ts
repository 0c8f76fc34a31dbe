import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { proxyFor } from '../../../src/config/proxy.js';
import { createHttpClient } from '../../../src/upstream/client/http-client.js';
import { selfSigned } from '../../support/certificate.js';
import { runHere } from '../../support/shell.js';

const opened: Server[] = [];
afterEach(() => Promise.all(opened.splice(0).map((each) => new Promise((resolve) => each.close(resolve)))));

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  opened.push(server);
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** A port without a listener. */
async function closedPort(): Promise<number> {
  const server = createServer();
  const port = await listening(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A proxy that answers every CONNECT with a status. */
async function refusingProxy(status: number): Promise<{ port: number; asked: string[] }> {
  const asked: string[] = [];
  const server = createHttpServer();
  server.on('connect', ({ url = '' }, socket) => {
    asked.push(url);
    socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`);
  });
  return { port: await listening(server), asked };
}

/** The gateway check of doctor and its exit code. All later checks must be skipped. */
async function gatewayAt(url: string, environment: Record<string, string> = {}) {
  const settings = { MATON_API_KEY: 'some-key', MATON_GATEWAY_URL: url, MATON_CONTROL_URL: url, ...environment };
  const { code, out } = await runHere(['doctor', '--json'], settings);
  const checks: { name: string; status: string; found: string; advice?: string }[] = JSON.parse(out).checks;
  const later = checks.filter(({ name }) => ['clock', 'key accepted', 'connections', 'page'].includes(name));
  expect(later.map(({ status }) => status)).toEqual(['skipped', 'skipped', 'skipped', 'skipped']);
  const gateway = checks.find(({ name }) => name === 'gateway');
  expect(gateway?.status).toBe('failed');
  expect(out).not.toMatch(/some-key|secret/);
  return { code, text: `${gateway?.found} | ${gateway?.advice}`, proxy: checks.find(({ name }) => name === 'proxy') };
}

describe('an unreachable address', () => {
  test('a port that refuses connections', async () => {
    const port = await closedPort();
    const { code, text } = await gatewayAt(`http://127.0.0.1:${port}`);
    expect(text).toMatch(/^127\.0\.0\.1:\d+ refuses the connection \(ECONNREFUSED\) \| Check the address/);
    expect(code).toBe(4);
  });

  test('a name that does not exist', async () => {
    const { code, text } = await gatewayAt('https://gateway.invalid');
    expect(text).toMatch(/^DNS does not know gateway\.invalid \(E\w+\) \| Check the network, the address and the DNS/);
    expect(code).toBe(4);
  });

  test('a server that never answers', async () => {
    const port = await listening(createServer((socket) => void socket.on('error', () => undefined).resume()));
    const { code, text } = await gatewayAt(`http://127.0.0.1:${port}`, { MANYCHAT_MCP_DEADLINE_MS: '1000' });
    expect(text).toContain('does not answer within 1 seconds');
    expect(code).toBe(4);
  });

  test('a self-signed certificate', async () => {
    const port = await listening(createHttpsServer(selfSigned('localhost')));
    const { code, text } = await gatewayAt(`https://localhost:${port}`);
    expect(text).toMatch(
      /^the certificate of localhost:\d+ is not accepted \(\w*SELF_SIGNED\w*\) \| .*NODE_EXTRA_CA_CERTS/,
    );
    expect(code).toBe(1);
  });

  test('a port without TLS, and a server that does not speak HTTP', async () => {
    const port = await listening(createHttpServer((_, response) => response.end()));
    const tls = await gatewayAt(`https://localhost:${port}`);
    expect(tls.text).toMatch(/^TLS fails with localhost:\d+ .*\| Check that the address and its port speak https/);
    expect(tls.code).toBe(1);
    const other = await listening(createServer((socket) => void socket.resume().end('220 mail.example ESMTP\r\n')));
    const mail = await gatewayAt(`http://127.0.0.1:${other}`);
    expect(mail.text).toContain('is not the API');
    expect(mail.code).toBe(1);
  });

  test('a connection that breaks', async () => {
    const port = await listening(createServer((socket) => void socket.destroy()));
    const plain = await gatewayAt(`http://127.0.0.1:${port}`);
    expect(plain.text).toMatch(/^the connection to 127\.0\.0\.1:\d+ broke \(/);
    const secure = await gatewayAt(`https://localhost:${port}`);
    expect(secure.text).toMatch(/^the connection to localhost:\d+ broke during the TLS handshake/);
    expect(secure.code).toBe(4);
  });
});

describe('a proxy', () => {
  const target = 'https://gateway.invalid';

  test('that refuses connections, without showing its user and password', async () => {
    const port = await closedPort();
    const { code, text, proxy } = await gatewayAt(target, { HTTPS_PROXY: `http://user:secret@127.0.0.1:${port}` });
    expect(proxy?.found).toBe(`gateway.invalid through 127.0.0.1:${port} (HTTPS_PROXY)`);
    expect(text).toMatch(
      /^the proxy 127\.0\.0\.1:\d+ refuses the connection .*\| Check HTTPS_PROXY; NO_PROXY=gateway\.invalid/,
    );
    expect(code).toBe(4);
  });

  test('with an unknown name', async () => {
    const { text } = await gatewayAt(target, { https_proxy: 'proxy.invalid:3128' });
    expect(text).toMatch(/^DNS does not know the proxy proxy\.invalid:3128/);
  });

  test.each([
    [407, 1, /It requires a user and a password: HTTPS_PROXY=/],
    [403, 1, /allow gateway\.invalid/],
    [502, 4, /It cannot reach gateway\.invalid itself/],
  ])('that refuses with %i', async (status, expected, advice) => {
    const { port } = await refusingProxy(status);
    const { code, text } = await gatewayAt(target, { HTTPS_PROXY: `http://127.0.0.1:${port}` });
    expect(text).toContain(`the proxy 127.0.0.1:${port} refuses to connect to gateway.invalid: HTTP ${status}`);
    expect(text).toMatch(advice);
    expect(code).toBe(expected);
  });

  test('that NO_PROXY excludes for this host', async () => {
    const { port, asked } = await refusingProxy(403);
    const { text, proxy } = await gatewayAt(target, { HTTPS_PROXY: `http://127.0.0.1:${port}`, NO_PROXY: '.invalid' });
    expect(proxy?.found).toBe('gateway.invalid without a proxy (NO_PROXY)');
    expect(text).toMatch(/^DNS does not know gateway\.invalid/);
    expect(asked).toEqual([]);
  });

  test.each([
    ['https://a.invalid', undefined, true],
    ['https://a.invalid', '*', false],
    ['https://a.invalid', 'b.invalid, A.invalid', false],
    ['https://sub.a.invalid', 'a.invalid', false],
    ['https://sub.a.invalid', '*.a.invalid', false],
    ['https://not-a.invalid', 'a.invalid', true],
    ['https://a.invalid', 'a.invalid:443', false],
    ['https://a.invalid', 'a.invalid:8443', true],
    ['https://a.invalid:8443', 'a.invalid:8443', false],
    ['https://a.invalid', '*,b.invalid', true],
    ['https://localhost:1', undefined, false],
  ])('is used for %s with NO_PROXY=%s: %s, by doctor and by requests', async (url, none, used) => {
    const { port, asked } = await refusingProxy(403);
    for (const variable of ['https', 'http'] as const) {
      const proxy = { [variable]: `http://127.0.0.1:${port}`, none: none ?? '' };
      expect(proxyFor(new URL(url), proxy) !== undefined).toBe(used);
      const http = createHttpClient(proxy);
      const request = { method: 'GET', url: new URL(url), headers: {} };
      await http.exchange(request, new AbortController().signal, () => undefined).catch(() => undefined);
      await http.close();
    }
    expect(asked).toHaveLength(used ? 2 : 0);
  });
});
