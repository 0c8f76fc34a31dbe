import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PNG } from 'pngjs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openBrowser, openPage, watchContext } from './support/browser.js';
import { seriousFindings } from './support/findings.js';
import { difference, drawn, mode } from './support/pictures.js';

const strict = "default-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

/** Serves a document, and returns its address. */
async function serve(body: string, policy = strict): Promise<string> {
  const server = createServer((request, response) => {
    if (request.url !== '/') response.writeHead(204);
    else response.writeHead(200, { 'content-type': 'text/html', 'content-security-policy': policy });
    response.end(`<!doctype html><html lang="en"><title>A page</title>${body}</html>`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}/`;
}

/** The problems of a page after a script has run in it. */
async function problemsOf(body: string, script: string | (() => unknown), policy?: string): Promise<readonly string[]> {
  const address = await serve(body, policy);
  const context = await (await openBrowser()).newContext();
  onTestFinished(() => context.close());
  const problems = await watchContext(context, [new URL(address).origin]);
  const page = await context.newPage();
  await page.goto(address);
  await page.evaluate(script).catch(() => undefined);
  // The console is read in order, so that everything before this line has been seen.
  const last = context.waitForEvent('console', (message) => message.text() === 'last');
  await page.evaluate('console.info("last")');
  await last;
  return problems;
}

describe('a page', () => {
  test('has no problem by being looked at under the strictest policy', async () => {
    const page = await openPage(await serve('<h1>Fine</h1><input aria-label="Name">'), { now: '2026-03-01T12:00:00Z' });
    expect(await page.evaluate(() => new Date().toISOString())).toBe('2026-03-01T12:00:00.000Z');
    expect(await seriousFindings(page)).toEqual([]);
    expect((await drawn(page)).length).toBeGreaterThan(0);
  });

  test.each([
    ['an error on the console', 'console.error("broken")', /^console: broken$/],
    ['an uncaught error', () => setTimeout(() => Promise.reject(new Error('lost')), 0), /^uncaught: lost$/],
    [
      'a style that its policy forbids',
      () => document.body.setAttribute('style', 'color: red'),
      /^uncaught: violates style-src-attr: inline/,
    ],
    [
      'markup that trusted types forbid',
      () => {
        document.body.innerHTML = '<b>bold</b>';
      },
      /^uncaught: violates require-trusted-types-for: trusted-types-sink/,
    ],
  ])('is watched for %s', async (_, script, problem) => {
    expect(await problemsOf('<p>Watched</p>', script)).toContainEqual(expect.stringMatching(problem));
  });

  test('is watched for requests to other origins, which come to nothing', async () => {
    const problems = await problemsOf('', () => fetch('http://example.com/spy'), 'default-src *');
    expect(problems).toContain('requested http://example.com/spy');
    expect(problems.join('\n')).toContain('ERR_NAME_NOT_RESOLVED');
  });

  test('has its serious findings named, those of frames too', async () => {
    const frame = await serve('<button></button>', "default-src 'none'");
    const page = await openPage(await serve(`<iframe title="A frame" src="${frame}"></iframe>`, 'frame-src *'), {
      origins: [new URL(frame).origin],
    });
    expect(await seriousFindings(page)).toEqual([expect.stringMatching(/^button-name .*: button: /)]);
  });
});

describe('pictures', () => {
  /** A picture of 10 by 10 pixels, of which the first ones are black. */
  function picture(black: number, width = 10): Buffer {
    const png = new PNG({ width, height: 10 });
    png.data.fill(255);
    for (let pixel = 0; pixel < black; pixel += 1) png.data.fill(0, pixel * 4, pixel * 4 + 3);
    return PNG.sync.write(png);
  }

  test.each([
    [0, picture(0)],
    [0.5, picture(50)],
    [1, picture(0, 11)],
  ])('differ by the share of their pixels: %f', (share, other) => {
    expect(difference(picture(0), other).share).toBe(share);
  });

  // Shown as skipped where the recorded pictures are those of another browser.
  test.skipIf(mode === 'ignore')('are compared with the recorded ones', () => {
    expect(['compare', 'record']).toContain(mode);
  });
});
