import { createHash } from 'node:crypto';
import type { Incoming } from '../http/incoming.js';
import type { SandboxResponse } from '../http/refusal.js';

/** The path of the page for people. */
export const pagePath = '/';

/** A response with headers that replace the protective ones. */
interface PageResponse {
  readonly headers: Readonly<Record<string, string>>;
  readonly reply: SandboxResponse;
}

const notBuilt =
  'The page is not built. Run "npm run build" in the copy of the repository, and load this address again. What is under /sandbox works without it.\n';

/** Serves the page, whose styles and scripts are all in its HTML; undefined if it is not built. */
export function servePage({ method }: Incoming, built: string | undefined): PageResponse {
  if (method !== 'GET' && method !== 'HEAD') {
    const error = `The page takes GET, not ${method}. GET /sandbox lists the requests of the sandbox.`;
    return { headers: { allow: 'GET, HEAD' }, reply: { status: 405, body: { error } } };
  }
  if (built === undefined) return { headers: {}, reply: { status: 503, type: 'text', body: notBuilt } };
  // A browser hashes a script with the line ends of the parsed document.
  const html = built.replace(/\r\n?/g, '\n');
  return { headers: pageHeaders(html), reply: { status: 200, type: 'html', body: html } };
}

/**
 * Headers of the page that differ from the protective ones: it runs its own script, which reads the sandbox and nothing else.
 * Under `no-referrer` a browser could send its requests with the Origin "null", as if they came from another site.
 */
function pageHeaders(html: string): Record<string, string> {
  return {
    'content-security-policy': [
      "default-src 'none'",
      `script-src ${hashesOf('script', html)}`,
      `style-src ${hashesOf('style', html)}`,
      "connect-src 'self'",
      'img-src data:',
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ].join('; '),
    'cross-origin-opener-policy': 'same-origin',
    'referrer-policy': 'same-origin',
  };
}

function hashesOf(element: 'script' | 'style', html: string): string {
  const inline = html.matchAll(/<(script|style)\b[^>]*>(.*?)<\/\1\s*>/gis);
  const texts = [...inline].filter(([, name = '']) => name.toLowerCase() === element).map(([, , text = '']) => text);
  const hashes = texts.map((text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`);
  return hashes.join(' ') || "'none'";
}
