import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { type Asked, ask, type Told } from '../support/asking.js';
import { noon, useSandbox } from '../support/sandboxed.js';

const sandbox = useSandbox({ clock: noon, limits: false });
const own = () => new URL(sandbox.url).host;
const from = (asked: Asked) => ask(sandbox.url, asked);
const json = { 'content-type': 'application/json' };
const form = { 'content-type': 'application/x-www-form-urlencoded' };
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Path and query of the connection page of the second connection. */
async function connectLink(): Promise<string> {
  const { connections } = JSON.parse((await from({ path: '/sandbox' })).text);
  const { url } = connections.find(({ status }: { status: string }) => status === 'PENDING');
  return url.slice(sandbox.url.length);
}

/** Every path that the sandbox lists, of Maton and of ManyChat, and some that do not exist. */
async function paths(): Promise<string[]> {
  const { controls, manychat_routes: routes, addresses } = JSON.parse((await from({ path: '/sandbox' })).text);
  const listed: string[] = [
    ...controls.map((control: string) => control.split(' ')[1]),
    ...routes.flatMap(({ path }: { path: string }) => [path, `/manychat${path}`]),
    ...Object.values<string>(addresses).map((address) => address.slice(sandbox.url.length)),
    `/connections/${sandbox.connectionId}`,
  ];
  return [...new Set([...listed, await connectLink(), '/', '/favicon.ico', '/sandbox/nothing'])];
}

/** Sends a request to each path with each method, and returns those whose response has another status. */
async function unexpectedStatuses(statuses: readonly number[], request: Omit<Asked, 'path' | 'method'>) {
  const unexpected: string[] = [];
  for (const path of await paths()) {
    for (const method of methods) {
      const { status } = await from({ method, path, ...request });
      if (!statuses.includes(status)) unexpected.push(`${method} ${path}: ${status}`);
    }
  }
  expect(await untouched()).toBe(true);
  return unexpected;
}

/** Whether no request was performed or logged and no fault injected. */
async function untouched(): Promise<boolean> {
  const { faults } = JSON.parse((await from({ path: '/sandbox/faults' })).text);
  return faults.length === 0 && sandbox.requests().length === 0 && sandbox.messages().length === 0;
}

describe('the Host header', () => {
  test.each([
    ['another name', 'evil.example'],
    ['another name with the right port', `evil.example:PORT`],
    ['a name that starts like its own', `127.0.0.1.evil.example:PORT`],
    ['its own name with another port', '127.0.0.1:1'],
    ['its own name without a port', 'localhost'],
    ['the address of all interfaces', '0.0.0.0:PORT'],
    ['a missing header', ''],
  ])('refuses %s on every route', async (_, host) => {
    const headers = {
      authorization: `Bearer ${sandbox.matonKey}`,
      host: host.replace('PORT', new URL(sandbox.url).port),
    };
    expect(await unexpectedStatuses([403], { headers })).toEqual([]);
    expect(await unexpectedStatuses([403], { headers: { ...headers, ...json }, body: '{}' })).toEqual([]);
  });

  test.each(['127.0.0.1', 'localhost', 'LOCALHOST', '[::1]'])(
    'accepts %s with the port of the sandbox',
    async (name) => {
      const host = `${name}:${new URL(sandbox.url).port}`;
      expect((await from({ path: '/sandbox', headers: { host } })).status).toBe(200);
    },
  );

  test('refuses two headers', async () => {
    const { port } = new URL(sandbox.url);
    const socket = connect(Number(port), '127.0.0.1');
    const responded = new Promise<string>((resolve) => socket.once('data', (chunk) => resolve(chunk.toString())));
    socket.write(`GET /sandbox HTTP/1.1\r\nHost: ${own()}\r\nHost: evil.example\r\n\r\n`);
    expect(await responded).toMatch(/^HTTP\/1.1 403 /);
    socket.destroy();
  });
});

describe('another site', () => {
  test.each<[string, Record<string, string>]>([
    ['an Origin', { origin: 'https://evil.example' }],
    ['an opaque Origin', { origin: 'null' }],
    ['an Origin on another port of this machine', { origin: 'http://127.0.0.1:1' }],
    ['an Origin of another scheme', { origin: 'https://OWN' }],
    ['a cross-site fetch', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }],
    ['a same-site fetch', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }],
    ['a value that no browser sends yet', { 'sec-fetch-site': 'elsewhere' }],
    ['a frame', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }],
  ])('is refused on every route by %s', async (_, browserHeaders) => {
    const entries = Object.entries(browserHeaders).map(([name, value]) => [name, value.replace('OWN', own())] as const);
    const headers = { authorization: `Bearer ${sandbox.matonKey}`, ...Object.fromEntries(entries) };
    expect(await unexpectedStatuses([403], { headers })).toEqual([]);
    for (const type of [json, form, { 'content-type': 'text/plain' }]) {
      const post = { headers: { ...headers, ...type }, body: '{"status":200}' };
      expect(await unexpectedStatuses([403], post)).toEqual([]);
    }
  });

  test('gets no permission by a preflight', async () => {
    const preflight = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' };
    const headers = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site', ...preflight };
    const { status, headers: responseHeaders } = await from({ method: 'OPTIONS', path: '/sandbox/faults', headers });
    expect(status).toBe(403);
    expect(Object.keys(responseHeaders).filter((name) => name.startsWith('access-control-'))).toEqual([]);
  });

  const navigation = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };

  test('may link to the page and to the connection page, and to nothing else', async () => {
    const link = await connectLink();
    const page = await from({ path: link, headers: navigation });
    expect([page.status, page.text]).toEqual([200, expect.stringContaining('<form method="post">')]);
    expect((await from({ path: link, headers: { ...navigation, 'sec-fetch-site': 'same-site' } })).status).toBe(200);
    for (const path of (await paths()).filter((each) => each !== link && each !== '/'))
      expect((await from({ path, headers: navigation })).status, path).toBe(403);
    const submitted = { method: 'POST', path: link, headers: { ...navigation, ...form }, body: 'action=cancel' };
    expect((await from(submitted)).status).toBe(403);
    expect((await from({ path: link })).text).toContain('<form');
  });

  test('cannot inject a page into the origin of the sandbox', async () => {
    const attack = { match: {}, status: 200, content_type: 'text/html', body: '<script>steal()</script>' };
    const post = { method: 'POST', path: '/sandbox/faults', body: JSON.stringify(attack) };
    const simple = { 'content-type': 'text/plain' };
    const browser = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' };
    expect((await from({ ...post, headers: { ...simple, ...browser } })).status).toBe(403);
    // An old browser that sends neither header.
    expect((await from({ ...post, headers: simple })).status).toBe(415);
    expect(await untouched()).toBe(true);
    // Even if the fault were injected:
    expect((await from({ ...post, headers: json })).status).toBe(200);
    const visit = await from({ path: '/anything', headers: navigation });
    expect([visit.status, visit.text]).toEqual([403, expect.not.stringContaining('steal')]);
    expect((await from({ path: '/anything' })).headers['content-security-policy']).toMatch(/; sandbox$/);
  });
});

describe('a body', () => {
  test.each<[string, Record<string, string>]>([
    ['a plain text', { 'content-type': 'text/plain;charset=UTF-8' }],
    ['no type', {}],
    ['a type that only starts like JSON', { 'content-type': 'application/jsonp' }],
    ['JSON as a parameter', { 'content-type': 'text/plain; application/json' }],
    ['a form with files', { 'content-type': 'multipart/form-data; boundary=x' }],
  ])('of %s is refused on every route', async (_, headers) => {
    const sent = { headers: { authorization: `Bearer ${sandbox.matonKey}`, ...headers }, body: '{"status":500}' };
    expect(await unexpectedStatuses([415], sent)).toEqual([]);
  });

  test('of a form is accepted by the connection page only', async () => {
    const link = await connectLink();
    for (const path of (await paths()).filter((each) => each !== link))
      expect((await from({ method: 'POST', path, headers: form, body: 'status=500' })).status, path).toBe(415);
    expect((await from({ method: 'POST', path: link, headers: json, body: '{}' })).status).toBe(415);
    const enter = (body: string, headers: Record<string, string> = {}) =>
      from({ method: 'POST', path: link, headers: { ...form, ...headers }, body });
    expect((await enter('api_key=wrong')).text).toContain('not right');
    const browser = { origin: sandbox.url, 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'navigate' };
    expect((await enter(`api_key=${encodeURIComponent(sandbox.manychatKey)}`, browser)).text).toContain('active');
  });

  test.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON;charset=UTF-8'])(
    'of type %s is accepted',
    async (type) => {
      const settings = { method: 'POST', path: '/sandbox/settings', body: '{"limits":true}' };
      expect((await from({ ...settings, headers: { 'content-type': type } })).status).toBe(200);
    },
  );

  test('without content needs no type', async () => {
    expect((await from({ method: 'POST', path: '/sandbox/reset' })).status).toBe(200);
    const chunked = { method: 'POST', path: '/sandbox/reset', headers: { 'transfer-encoding': 'chunked' } };
    expect((await from(chunked)).status).toBe(200);
  });
});

describe('protective headers', () => {
  const protective = {
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    'cross-origin-resource-policy': 'same-origin',
    'content-security-policy':
      "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox",
  };
  const cors = ({ headers }: Told) => Object.keys(headers).filter((name) => name.startsWith('access-control-'));

  test('are sent on every route', async () => {
    // The page has headers of its own: see page.test.ts.
    const pages = [await connectLink(), '/'];
    for (const path of (await paths()).filter((each) => !pages.includes(each))) {
      for (const headers of [{}, { host: 'evil.example' }, { origin: sandbox.url }]) {
        const response = await from({ path, headers });
        expect(response.headers, path).toMatchObject(protective);
        expect(cors(response)).toEqual([]);
      }
    }
  });

  test.each([
    { html: true as const },
    { status: 200, content_type: 'text/html', body: '<script>alert(1)</script>' },
    { status: 200, headers: { 'Content-Type': 'text/html' }, body: '<script>alert(1)</script>' },
    { status: 302, headers: { location: 'http://127.0.0.1/' } },
    { body_bytes: 100 },
    { gzip_bomb: 100 },
    { trickle_ms: 1 },
    { delay_ms: 1 },
  ])('are sent with faulty responses too: %j', async (fault) => {
    sandbox.injectFault(fault);
    const response = await from({ path: '/anything' });
    expect(response.headers).toMatchObject(protective);
    expect(cors(response)).toEqual([]);
    expect(sandbox.requests()).toHaveLength(1);
  });

  test.each(['Content-Security-Policy', 'x-content-type-options', 'Access-Control-Allow-Origin', 'X-Frame-Options'])(
    'cannot be set by a fault: %s',
    async (name) => {
      const fault = { status: 200, headers: { [name]: '*' }, body: '<script>alert(1)</script>' };
      const order = { method: 'POST', path: '/sandbox/faults', headers: json, body: JSON.stringify(fault) };
      const { status, text } = await from(order);
      expect([status, text]).toEqual([400, expect.stringContaining(name)]);
      expect(() => sandbox.injectFault(fault)).toThrow(name);
      expect(await untouched()).toBe(true);
    },
  );

  test('let the connection page submit its form to itself and run nothing', async () => {
    const { headers, text } = await from({ path: await connectLink() });
    // With no-referrer a browser would send the form with the Origin "null", which is refused.
    expect(headers).toMatchObject({
      ...protective,
      'referrer-policy': 'same-origin',
      'content-security-policy': expect.stringMatching(
        /^default-src 'none'; style-src 'sha256-[\w+/]{43}='; base-uri 'none'; form-action 'self'; frame-ancestors 'none'$/,
      ),
    });
    expect(text).not.toMatch(/<script|referrer/);
  });
});
