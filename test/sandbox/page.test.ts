import { createHash } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { pagePlaces, readPage } from '../../src/sandbox/page/page-file.js';
import { ask } from '../support/asking.js';
import { useFolder } from '../support/folder.js';
import { servedWorld } from '../support/served-world.js';

const file = useFolder();
const script = 'document.title = "<style>not a style</style>"';
const style = 'main { color: red }';
const html = `<!doctype html><title>Page</title><style>${style}</style><main></main><script>${script}</script>`;

const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

describe('the page', () => {
  test('is served with headers that let its own script and style run and nothing else', async () => {
    const { url } = await servedWorld(html);
    const { status, headers, text } = await ask(url, { path: '/' });
    expect([status, text]).toEqual([200, html]);
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': `default-src 'none'; script-src ${hash(script)}; style-src ${hash(style)}; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'`,
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'cross-origin-resource-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      // With no-referrer a browser may send the page's own requests with the Origin "null", which is refused.
      'referrer-policy': 'same-origin',
      'cache-control': 'no-store',
    });
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
  });

  test('hashes what a browser hashes: each element, with line feeds only', async () => {
    const { url } = await servedWorld(
      '<STYLE>\r\na{}\r\n</STYLE ><script>one\rtwo</script><script async>three</script>',
    );
    const { headers } = await ask(url, { path: '/' });
    const [, scripts, styles] =
      /script-src (.*?); style-src (.*?);/.exec(`${headers['content-security-policy']}`) ?? [];
    expect([scripts, styles]).toEqual([`${hash('one\ntwo')} ${hash('three')}`, hash('\na{}\n')]);
  });

  test('without a script or a style runs none', async () => {
    const { url } = await servedWorld('<!doctype html><title>Plain</title>');
    const { headers } = await ask(url, { path: '/' });
    expect(headers['content-security-policy']).toContain("script-src 'none'; style-src 'none';");
  });

  test('answers HEAD without a body, and refuses other methods', async () => {
    const { url, world } = await servedWorld(html);
    const head = await ask(url, { method: 'HEAD', path: '/' });
    expect([head.status, head.text]).toEqual([200, '']);
    expect(head.headers).toMatchObject({ 'content-length': `${html.length}`, 'content-type': /html/ });
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      const { status, headers, text } = await ask(url, { method, path: '/' });
      expect([status, headers.allow], method).toEqual([405, 'GET, HEAD']);
      expect(text).toContain(`The page takes GET, not ${method}.`);
    }
    expect(world.requests.list()).toEqual([]);
  });

  test('that is not built says what to do', async () => {
    const { url } = await servedWorld();
    const { status, headers, text } = await ask(url, { path: '/' });
    expect([status, headers['content-type']]).toEqual([503, 'text/plain; charset=utf-8']);
    expect(text).toContain('Run "npm run build"');
    expect(headers['content-security-policy']).toMatch(/; sandbox$/);
  });

  test('is not struck by faults, is no request, and neither are its events', async () => {
    const { url, world } = await servedWorld(html);
    world.faults.inject({ status: 500, times: 1_000 });
    for (const method of ['GET', 'HEAD', 'POST']) {
      expect((await ask(url, { method, path: '/' })).text, method).not.toContain('500');
      expect((await ask(url, { method: 'HEAD', path: '/sandbox/events' })).status).toBe(200);
    }
    expect(world.faults.list()).toEqual([{ fault: { status: 500, times: 1_000 }, passed: 0, struck: 0 }]);
    expect(world.requests.list()).toEqual([]);
    expect((await ask(url, { path: '/favicon.ico' })).status).toBe(500);
  });

  const navigation = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };

  test.each<[string, string, Record<string, string>, number]>([
    ['a link of another site', 'GET', navigation, 200],
    ['a link of another port of this machine', 'GET', { ...navigation, 'sec-fetch-site': 'same-site' }, 200],
    ['a form of another site', 'POST', { ...navigation, origin: 'https://evil.example' }, 403],
    ['a link with an Origin', 'GET', { ...navigation, origin: 'null' }, 403],
    ['a frame', 'GET', { ...navigation, 'sec-fetch-dest': 'iframe' }, 403],
    ['a picture', 'GET', { ...navigation, 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }, 403],
    ['a fetch', 'GET', { ...navigation, 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }, 403],
    ['a HEAD', 'HEAD', navigation, 403],
    ['an address that was typed', 'GET', { ...navigation, 'sec-fetch-site': 'none' }, 200],
  ])('opened by %s (%s)', async (_, method, headers, expected) => {
    const { url } = await servedWorld(html);
    expect((await ask(url, { method, path: '/', headers })).status).toBe(expected);
    const ownLink = headers['sec-fetch-site'] === 'none';
    const events = await ask(url, { method: 'HEAD', path: '/sandbox/events', headers: { ...headers } });
    expect(events.status).toBe(ownLink ? 200 : 403);
  });
});

describe('the file of the page', () => {
  test('is looked up from the source, the compiled source and the bundle', () => {
    const first = (module: string) => pagePlaces(module).map(({ pathname }) => pathname);
    expect(first('file:///repo/src/sandbox/page/page-file.ts')[0]).toBe('/repo/dist/pages/inbox.html');
    expect(first('file:///repo/dist/src/sandbox/page/page-file.js')).toContain('/repo/dist/pages/inbox.html');
    expect(first('file:///pkg/dist/bundle/chunk-ABC.js')).toContain('/pkg/dist/pages/inbox.html');
    expect(first('file:///pkg/dist/manychat-mcp.js')[0]).toBe('/pkg/dist/pages/inbox.html');
  });

  test('is read from the first place that has it', async () => {
    const there = pathToFileURL(file('inbox.html', html));
    const missing = new URL('./nothing.html', there);
    expect(await readPage([missing, there])).toBe(html);
    expect(await readPage([missing])).toBeUndefined();
  });
});
