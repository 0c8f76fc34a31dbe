import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll } from 'vitest';
import { bundlePage } from '../../../scripts/package/pages.js';
import { pathOf } from '../../../scripts/root.js';

const hashOf = (html: string, element: 'script' | 'style'): string => {
  const start = `<${element}>`;
  const content = html.slice(html.indexOf(start) + start.length, html.lastIndexOf(`</${element}>`));
  return `'sha256-${createHash('sha256').update(content).digest('base64')}'`;
};

/** Serves the gallery of messages, with the policy of the pages that are published; `url` is there once the tests run. */
export function useGallery(): { url: string } {
  const gallery = { url: '' };
  const server = createServer();
  beforeAll(async () => {
    const { html } = await bundlePage({ title: 'Messages', entry: 'ui/gallery/main.tsx' });
    // For people to look at.
    mkdirSync(pathOf('test/browser/reports'), { recursive: true });
    writeFileSync(pathOf('test/browser/reports/messages.html'), html);
    const policy = [
      `default-src 'none'; script-src ${hashOf(html, 'script')}; style-src ${hashOf(html, 'style')}; img-src data:`,
      "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
    ];
    server.on('request', (_, response) => {
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.setHeader('content-security-policy', policy.join('; '));
      response.end(html);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    gallery.url = `http://127.0.0.1:${port}/`;
  });
  afterAll(() => void server.close());
  return gallery;
}
